//! What a host program plays before: a broker for all, a modem for each.

use super::program::{HostProgram, Port};
use crate::docs;
use crate::server::{self, Server};
use crate::sh::{self, Result};
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

/// A modem, serving.
pub struct Modem {
    _server: Server,
    // Kept open, so that the program can go on writing there.
    _stdout: BufReader<ChildStdout>,
    /// What hosts open: a path or an address.
    pub address: String,
}

impl Stage {
    pub fn new() -> Result<Self> {
        let mqmodem = docs::program()?;
        let port = server::free_port()?;
        Ok(Self {
            mqmodem,
            _broker: server::mosquitto(port)?,
            port,
        })
    }

    /// Starts a modem whose link and trace are in `work`.
    pub fn modem(&self, port: Port, work: &Path) -> Result<Modem> {
        let mut command = Command::new(&self.mqmodem);
        command.arg("serve").arg("--trace").arg(work.join("trace"));
        match port {
            Port::Pty => command.arg(format!("--pty={}", work.join("modem").display())),
            Port::Rfc2217 => command.args(["--rfc2217", "0"]),
        };
        let mut server = server::spawn(command.stdout(Stdio::piped()))?;
        let stdout = server.0.stdout.take().ok_or("mqmodem has no output")?;
        let mut stdout = BufReader::new(stdout);
        // The line with its address says that it serves.
        let mut address = String::new();
        match stdout.read_line(&mut address) {
            Ok(n) if n > 0 => Ok(Modem {
                _server: server,
                _stdout: stdout,
                address: match port {
                    Port::Pty => address.trim().to_owned(),
                    Port::Rfc2217 => format!("rfc2217://{}", address.trim()),
                },
            }),
            _ => Err("mqmodem serve did not start".to_owned()),
        }
    }

    /// Leaves a message at the broker for this host.
    pub fn publish_for(&self, host: &HostProgram) -> Result {
        let topic = format!("hosts/{}/in", host.name);
        let message = format!("for {}", host.name);
        let port = self.port.to_string();
        let args = ["-p", &port, "-q", "1", "-r", "-t", &topic, "-m", &message];
        let program = sh::need("mosquitto_pub", "Get it: cargo xtask setup")?;
        sh::run(&mut sh::program(program, args))
    }

    /// The message of this host is at the broker.
    pub fn expect_message(&self, host: &HostProgram) -> Result {
        let topic = format!("hosts/{}/out", host.name);
        let port = self.port.to_string();
        let args = ["-p", &port, "-t", &topic, "-C", "1", "-W", "5"];
        let program = sh::need("mosquitto_sub", "Get it: cargo xtask setup")?;
        let came = sh::output(&mut sh::program(program, args))
            .map_err(|_| format!("nothing is retained at {topic}"))?;
        let want = format!("from {}", host.name);
        let came = came.trim_end();
        if came == want {
            return Ok(());
        }
        Err(format!("at {topic} is «{came}», not «{want}»"))
    }
}
