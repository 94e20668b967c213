//! What a host is told by `cargo xtask hosts`, and what it may ask of it.

use std::env;
use std::fs;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::PathBuf;

/// The stage this host plays on.
pub struct Stage {
    /// The port it opens.
    pub modem: String,
    /// Where the broker listens.
    pub broker: u16,
    /// Its own name.
    pub name: String,
}

impl Stage {
    /// As the environment says.
    pub fn new() -> Self {
        Self {
            modem: told("MODEM"),
            broker: number("BROKER"),
            name: told("HOST"),
        }
    }

    /// Whether the broker is to be spoken to over TLS.
    pub fn is_secure(&self) -> bool {
        env::var_os("CERTIFICATES").is_some()
    }

    /// One of the files for TLS: `ca.pem`, `client.pem` or `client.key`.
    pub fn certificate(&self, name: &str) -> Vec<u8> {
        let path = PathBuf::from(told("CERTIFICATES")).join(name);
        fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    }

    /// The topic and the message that come from the broker.
    pub fn inbox(&self) -> (String, String) {
        let name = &self.name;
        (format!("hosts/{name}/in"), format!("for {name}"))
    }

    /// The topic and the message that must reach it.
    pub fn outbox(&self) -> (String, String) {
        let name = &self.name;
        (format!("hosts/{name}/out"), format!("from {name}"))
    }

    /// Has the broker stopped, once this host's message is there.
    pub fn stop_broker(&self) {
        self.ask("stop").expect("the broker stops");
    }

    /// Has it started again, with a new message for this host.
    pub fn start_broker(&self) {
        self.ask("start").expect("the broker starts");
    }

    fn ask(&self, verb: &str) -> io::Result<()> {
        let mut stage = TcpStream::connect((Ipv4Addr::LOCALHOST, number("STAGE")))?;
        writeln!(stage, "{verb} {}", self.name)?;
        let mut answer = String::new();
        stage.read_to_string(&mut answer)?;
        match answer.trim_end() {
            "ok" => Ok(()),
            why => Err(io::Error::other(why.to_owned())),
        }
    }
}

impl Default for Stage {
    fn default() -> Self {
        Self::new()
    }
}

fn told(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("{name} is set by cargo xtask hosts"))
}

fn number(name: &str) -> u16 {
    told(name).parse().expect("a port number")
}
