//! A Mosquitto of its own for a test.

use super::PATIENCE;
use crate::support::Scratch;
use std::fmt::Write as _;
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Mosquitto on loopback, stopped at the end.
pub struct Broker {
    process: Child,
    log: PathBuf,
    pub port: u16,
    _scratch: Scratch,
}

/// What a TLS listener is made of, PEM.
pub struct TlsFiles<'f> {
    pub chain: &'f str,
    pub key: &'f str,
    /// Clients must show a certificate of this authority.
    pub clients: Option<&'f str>,
    pub version: Option<&'f str>,
}

impl Broker {
    pub fn plain() -> Self {
        Self::with(&["allow_anonymous true"])
    }

    /// `lines` come behind the listener in its configuration.
    pub fn with(lines: &[&str]) -> Self {
        Self::start(Scratch::new(), &lines.join("\n"))
    }

    /// With a file of this content, which the configuration names by `key`, and further lines.
    pub fn with_file(key: &str, content: &str, more: &str) -> Self {
        let scratch = Scratch::new();
        let file = scratch.join("file");
        std::fs::write(&file, content).unwrap();
        let lines = format!("allow_anonymous true\n{key} {}\n{more}", file.display());
        Self::start(scratch, &lines)
    }

    pub fn tls(files: &TlsFiles<'_>) -> Self {
        Self::tls_with(files, "")
    }

    /// The same with further lines.
    pub fn tls_with(files: &TlsFiles<'_>, more: &str) -> Self {
        let scratch = Scratch::new();
        let file = |name: &str, pem: &str| {
            let path = scratch.join(name);
            std::fs::write(&path, pem).unwrap();
            path.display().to_string()
        };
        let mut lines = format!("allow_anonymous true\n{more}");
        writeln!(lines, "certfile {}", file("chain.pem", files.chain)).unwrap();
        writeln!(lines, "keyfile {}", file("key.pem", files.key)).unwrap();
        if let Some(root) = files.clients {
            let root = file("clients.pem", root);
            writeln!(lines, "cafile {root}\nrequire_certificate true").unwrap();
        }
        if let Some(version) = files.version {
            writeln!(lines, "tls_version {version}").unwrap();
        }
        Self::start(scratch, &lines)
    }

    fn start(scratch: Scratch, lines: &str) -> Self {
        let port = free_port();
        let config = scratch.join("mosquitto.conf");
        let log = scratch.join("mosquitto.log");
        // Started as root it would else become a user that may not read there.
        let user = if rustix::process::getuid().is_root() {
            "user root\n"
        } else {
            ""
        };
        // Mosquitto 2.0.11 ends where all its listeners are of WebSocket.
        let beside = if lines.contains("protocol websockets") {
            format!("listener 0 {}\n", scratch.join("plain.sock").display())
        } else {
            String::new()
        };
        let text = format!(
            "{user}log_type all\nlog_dest file {}\n{beside}listener {port} 127.0.0.1\n{lines}\n",
            log.display()
        );
        std::fs::write(&config, text).unwrap();
        let process = Command::new("mosquitto")
            .env("PATH", path_with_sbin())
            .arg("-c")
            .arg(config)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("these tests need Mosquitto: install it with «apt-get install mosquitto»");
        let broker = Self {
            process,
            log,
            port,
            _scratch: scratch,
        };
        broker.wait_until("listen", || TcpStream::connect(("127.0.0.1", port)).is_ok());
        broker
    }

    /// Waits until the broker's log holds this.
    pub fn wait_for_log(&self, text: &str) {
        self.wait_until(text, || {
            std::fs::read_to_string(&self.log).is_ok_and(|log| log.contains(text))
        });
    }

    fn wait_until(&self, what: &str, mut done: impl FnMut() -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !done() {
            let log = std::fs::read_to_string(&self.log).unwrap_or_default();
            assert!(
                Instant::now() < deadline,
                "Mosquitto does not say «{what}»:\n{log}"
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub fn stop(mut self) {
        self.kill();
    }

    fn kill(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Debian keeps it where users do not look.
fn path_with_sbin() -> String {
    let path = std::env::var("PATH").unwrap_or_default();
    format!("{path}:/usr/sbin:/usr/local/sbin")
}

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
