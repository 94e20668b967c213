//! What a host program plays before: a broker for all, a modem for each.

use super::broker::StageBroker;
use super::program::{HostProgram, Port};
use crate::docs;
use crate::server::{self, Server};
use crate::sh::Result;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{ChildStdout, Command, Stdio};

/// A broker, and the program that was built.
pub struct Stage {
    mqmodem: PathBuf,
    pub broker: StageBroker,
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
    /// One of this name.
    pub fn new(name: &str) -> Result<Self> {
        let mqmodem = docs::program()?;
        let broker = StageBroker::new(name)?;
        Ok(Self { mqmodem, broker })
    }

    /// Starts a modem for this host, whose link, log and trace are in `work`.
    pub fn modem(&self, host: &HostProgram, work: &Path) -> Result<Modem> {
        let mut command = Command::new(&self.mqmodem);
        command.arg("serve").arg("--trace").arg(work.join("trace"));
        if let Some(dialect) = host.dialect {
            command.args(["--dialect", dialect]);
        }
        match host.port {
            Port::Pty => command.arg(format!("--pty={}", work.join("modem").display())),
            Port::Rfc2217 => command.args(["--rfc2217", "0"]),
        };
        let log = File::create(work.join("log")).map_err(|e| e.to_string())?;
        let mut server = server::spawn(command.stdout(Stdio::piped()).stderr(log))?;
        let stdout = server.0.stdout.take().ok_or("mqmodem has no output")?;
        let mut stdout = BufReader::new(stdout);
        // The line with its address says that it serves.
        let mut address = String::new();
        match stdout.read_line(&mut address) {
            Ok(n) if n > 0 => Ok(Modem {
                _server: server,
                _stdout: stdout,
                address: match host.port {
                    Port::Pty => address.trim().to_owned(),
                    Port::Rfc2217 => format!("rfc2217://{}", address.trim()),
                },
            }),
            _ => Err("mqmodem serve did not start".to_owned()),
        }
    }
}
