//! The broker that hosts play with, over TCP and TLS. They may have it restarted.

use super::program::Transport;
use crate::certificates::Certificates;
use crate::server::{self, Mosquitto, Server};
use crate::sh::{self, Result};
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// A real Mosquitto, which keeps nothing over a restart.
pub struct StageBroker {
    place: Arc<Place>,
    /// Where hosts ask for a restart.
    pub control: u16,
}

struct Place {
    tcp: u16,
    tls: u16,
    certificates: Certificates,
    server: Mutex<Option<Server>>,
}

impl StageBroker {
    /// The one of the stage of this name.
    pub fn new(stage: &str) -> Result<Self> {
        let dir = sh::target().join("hosts/certificates").join(stage);
        let place = Arc::new(Place {
            tcp: server::free_port()?,
            tls: server::free_port()?,
            certificates: Certificates { dir },
            server: Mutex::default(),
        });
        place.certificates.make()?;
        place.start()?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|e| e.to_string())?;
        let control = listener.local_addr().map_err(|e| e.to_string())?.port();
        let hosts = Arc::clone(&place);
        std::thread::spawn(move || {
            for host in listener.incoming().flatten() {
                let _ = hosts.serve(&host);
            }
        });
        Ok(Self { place, control })
    }

    /// Where it listens.
    pub fn port(&self, transport: Transport) -> u16 {
        match transport {
            Transport::Tcp => self.place.tcp,
            Transport::Tls => self.place.tls,
        }
    }

    /// The folder with what a client needs for TLS: `ca.pem`, `client.pem`, `client.key`.
    pub fn certificates(&self) -> &Path {
        &self.place.certificates.dir
    }

    /// Keeps what this host will publish, and leaves a message for it.
    pub fn await_host(&self, host: &str) -> Result {
        self.place.await_host(host)
    }

    /// A message of this host has come.
    pub fn expect_message(&self, host: &str) -> Result {
        self.place.expect_message(host)
    }
}

impl Drop for StageBroker {
    fn drop(&mut self) {
        // The thread of the control has a share in it until the process ends.
        self.place.stop();
    }
}

impl Place {
    fn start(&self) -> Result {
        let server = Mosquitto::new(self.tcp)
            .line("set_tcp_nodelay true")
            .line(&format!("listener {} 127.0.0.1", self.tls))
            .line(&self.certificates.strict_listener())
            .start()?;
        server::connect(self.tls)?;
        self.replace(Some(server));
        Ok(())
    }

    fn stop(&self) {
        self.replace(None);
    }

    fn replace(&self, server: Option<Server>) {
        *self.server.lock().unwrap_or_else(PoisonError::into_inner) = server;
    }

    /// `stop HOST` or `start HOST`; `ok` or what went wrong.
    fn serve(&self, mut host: &TcpStream) -> std::io::Result<()> {
        let mut line = String::new();
        BufReader::new(host).read_line(&mut line)?;
        let done = match line.trim_end().split_once(' ') {
            Some(("stop", name)) => self.expect_message(name).map(|()| self.stop()),
            Some(("start", name)) => self.start().and_then(|()| self.await_host(name)),
            _ => Err(format!("the stage does not know «{line}»")),
        };
        writeln!(host, "{}", done.err().unwrap_or_else(|| "ok".to_owned()))
    }

    fn await_host(&self, host: &str) -> Result {
        self.watch(host, &["-E"])?;
        let (topic, message) = (format!("hosts/{host}/in"), format!("for {host}"));
        let leave = ["-q", "1", "-r", "-t", &topic, "-m", &message];
        self.client("mosquitto_pub", &leave).map(drop)
    }

    fn expect_message(&self, host: &str) -> Result {
        let came = self.watch(host, &["-C", "1", "-W", "5"]);
        let came = came.map_err(|_| format!("nothing has come at hosts/{host}/out"))?;
        match came.trim_end() {
            came if came == format!("from {host}") => Ok(()),
            came => Err(format!("at hosts/{host}/out is «{came}»")),
        }
    }

    /// In a session that lasts, so that nothing is missed between two of these.
    fn watch(&self, host: &str, until: &[&str]) -> Result<String> {
        let (session, topic) = (format!("watch-{host}"), format!("hosts/{host}/out"));
        let words = ["-c", "-i", &session, "-q", "1", "-t", &topic];
        self.client("mosquitto_sub", &[&words[..], until].concat())
    }

    fn client(&self, name: &str, words: &[&str]) -> Result<String> {
        let program = sh::need(name, "Get it: cargo xtask setup")?;
        let port = self.tcp.to_string();
        let words = ["-p", &port].into_iter().chain(words.iter().copied());
        sh::output(&mut sh::program(program, words))
    }
}
