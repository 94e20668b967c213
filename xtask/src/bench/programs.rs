//! What every row needs: programs, brokers, certificates.

use super::subscriber::Subscriber;
use crate::certificates::Certificates;
use crate::pypi;
use crate::server::{Mosquitto, Server, connect, free_port, spawn};
use crate::sh::{self, Result, cargo};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The programs that take part.
#[derive(Clone)]
pub struct Programs {
    folder: PathBuf,
    /// The mqmodem that is measured.
    pub mqmodem: PathBuf,
    /// The Python that has paho-mqtt, or why there is none.
    pub python: Result<PathBuf>,
}

impl Programs {
    /// Builds ours, and the others' as far as they are to be had.
    pub fn build() -> Result<Self> {
        let release = ["build", "--quiet", "--release", "--package"];
        sh::run(&mut cargo(release.into_iter().chain(["mqmodem"])))?;
        let bench = ["mqmodem-bench", "--features", "rivals"];
        sh::run(&mut cargo(release.into_iter().chain(bench)))?;
        let venv = sh::target().join("bench/venv");
        let wanted = sh::root().join("tests/bench/requirements.txt");
        let folder = sh::target().join("release");
        Ok(Self {
            python: pypi::venv(&venv, &wanted),
            mqmodem: folder.join("mqmodem"),
            folder,
        })
    }

    /// The same with another build of mqmodem.
    pub fn with(&self, mqmodem: &Path) -> Self {
        let mqmodem = mqmodem.to_owned();
        Self {
            mqmodem,
            ..self.clone()
        }
    }

    /// One of the programs cargo built.
    pub fn bin(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The certificate clients trust.
    pub fn root_certificate() -> PathBuf {
        certificates().root()
    }

    /// The brokers plain rows run against: the one everybody knows, and one that
    /// does not hide what clients cost.
    pub fn brokers(&self) -> Result<[Broker; 2]> {
        Ok([Self::mosquitto()?, self.acks()?])
    }

    /// Mosquitto without TLS.
    pub fn mosquitto() -> Result<Broker> {
        let port = free_port()?;
        let server = Mosquitto::new(port)
            .line("set_tcp_nodelay true")
            .piped()
            .start()?;
        Broker::new("Mosquitto", port, server)
    }

    /// The broker of the bench.
    pub fn acks(&self) -> Result<Broker> {
        let port = free_port()?;
        let mut command = Command::new(self.bin("acks"));
        command.arg(port.to_string()).stdout(Stdio::piped());
        Broker::new(
            "a broker that only acknowledges",
            port,
            spawn(&mut command)?,
        )
    }

    /// Mosquitto with TLS and otherwise as it comes; its plain port, where the
    /// messages are counted, and its TLS port.
    pub fn mosquitto_tls() -> Result<(Broker, u16)> {
        Self::certify()?;
        let (plain, tls) = (free_port()?, free_port()?);
        let server = Mosquitto::new(plain)
            .piped()
            .line(&format!("listener {tls} 127.0.0.1"))
            .line(&certificates().listener())
            .start()?;
        Ok((Broker::new("Mosquitto over TLS", plain, server)?, tls))
    }

    /// Mosquitto with WebSocket; its plain port, where the messages are counted, and that
    /// of WebSocket.
    pub fn mosquitto_websocket() -> Result<(Broker, u16)> {
        let (plain, websocket) = (free_port()?, free_port()?);
        let server = Mosquitto::new(plain)
            .piped()
            .line("set_tcp_nodelay true")
            .line(&format!("listener {websocket} 127.0.0.1"))
            .line("protocol websockets")
            .start()?;
        let broker = Broker::new("Mosquitto over WebSocket", plain, server)?;
        connect(websocket)?;
        Ok((broker, websocket))
    }

    /// Makes the certificates that Mosquitto shows, as they last a month only; the
    /// root that clients trust.
    pub fn certify() -> Result<PathBuf> {
        certificates().make()?;
        Ok(Self::root_certificate())
    }

    /// Mosquitto with TLS at this port alone, once certified.
    pub fn mosquitto_tls_at(port: u16) -> Result<Server> {
        let mosquitto = Mosquitto::new(port).line(&certificates().listener());
        mosquitto.line("set_tcp_nodelay true").start()
    }
}

/// A broker, with a subscriber that counts what it passes on.
pub struct Broker {
    /// What the tables call it.
    pub name: &'static str,
    /// Its port without TLS.
    pub port: u16,
    said: BufReader<Box<dyn Read>>,
    _server: Server,
}

impl Broker {
    fn new(name: &'static str, port: u16, mut server: Server) -> Result<Self> {
        connect(port)?;
        // Each of them says a line for each subscription.
        let child = &mut server.0;
        let stdout = child
            .stdout
            .take()
            .map(|pipe| Box::new(pipe) as Box<dyn Read>);
        let said = stdout.or_else(|| {
            child
                .stderr
                .take()
                .map(|pipe| Box::new(pipe) as Box<dyn Read>)
        });
        Ok(Self {
            name,
            port,
            said: BufReader::new(said.unwrap_or_else(|| Box::new(std::io::empty()))),
            _server: server,
        })
    }

    /// Subscribes one that counts.
    pub fn subscriber(&mut self) -> Result<Subscriber> {
        let subscriber = Subscriber::new(connect(self.port)?)?;
        self.wait_subscribed()?;
        Ok(subscriber)
    }

    /// Waits until one more has subscribed.
    pub fn wait_subscribed(&mut self) -> Result {
        let mut line = String::new();
        match self.said.read_line(&mut line) {
            Ok(n) if n > 0 => Ok(()),
            Ok(_) => Err(format!("{} is gone", self.name)),
            Err(e) => Err(format!("{}: {e}", self.name)),
        }
    }
}

fn certificates() -> Certificates {
    let dir = sh::target().join("bench/certificates");
    Certificates { dir }
}
