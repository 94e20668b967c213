//! What a host program plays before: a broker for all, a modem for each.

use super::Host;
use crate::server::{self, Server};
use crate::sh::{self, Result, cargo};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{ChildStdout, Command, Stdio};

/// A real Mosquitto, and the program that was built.
pub struct Stage {
    mqmodem: PathBuf,
    _broker: Server,
    /// Where the broker listens.
    pub port: u16,
}

/// A modem on a PTY.
pub struct Modem {
    _server: Server,
    // Kept open, so that the program can go on writing there.
    _stdout: BufReader<ChildStdout>,
    /// The link hosts open.
    pub link: PathBuf,
}

impl Stage {
    pub fn new() -> Result<Self> {
        sh::run(&mut cargo(["build", "--quiet", "--package", "mqmodem"]))?;
        let port = server::free_port()?;
        Ok(Self {
            mqmodem: sh::target().join("debug/mqmodem"),
            _broker: server::mosquitto(port)?,
            port,
        })
    }

    /// Starts a modem whose link and trace are in `work`.
    pub fn modem(&self, work: &Path) -> Result<Modem> {
        let link = work.join("modem");
        let mut command = Command::new(&self.mqmodem);
        command
            .arg("serve")
            .arg(format!("--pty={}", link.display()))
            .arg("--trace")
            .arg(work.join("trace"))
            .stdout(Stdio::piped());
        let mut server = server::spawn(&mut command)?;
        let stdout = server.0.stdout.take().ok_or("mqmodem has no output")?;
        let mut stdout = BufReader::new(stdout);
        // The line with its address says that it serves.
        match stdout.read_line(&mut String::new()) {
            Ok(n) if n > 0 => Ok(Modem {
                _server: server,
                _stdout: stdout,
                link,
            }),
            _ => Err("mqmodem serve did not start".to_owned()),
        }
    }

    /// Leaves a message at the broker for this host.
    pub fn leave_message(&self, host: &Host) -> Result {
        let topic = format!("hosts/{}/in", host.name);
        let message = format!("for {}", host.name);
        let port = self.port.to_string();
        let args = ["-p", &port, "-q", "1", "-r", "-t", &topic, "-m", &message];
        let program = sh::need("mosquitto_pub", "Get it: cargo xtask setup")?;
        sh::run(&mut sh::program(program, args))
    }

    /// The message of this host is at the broker.
    pub fn expect_message(&self, host: &Host) -> Result {
        let topic = format!("hosts/{}/out", host.name);
        let port = self.port.to_string();
        let args = ["-p", &port, "-t", &topic, "-C", "1", "-W", "5"];
        let program = sh::need("mosquitto_sub", "Get it: cargo xtask setup")?;
        let came = sh::output(&mut sh::program(program, args))
            .map_err(|_| format!("nothing is retained at {topic}"))?;
        let want = format!("from {}", host.name);
        match came.trim_end() == want {
            true => Ok(()),
            false => Err(format!("at {topic} is «{}», not «{want}»", came.trim_end())),
        }
    }
}
