//! Servers that a verb starts on the loopback and ends with itself.

use crate::sh::{self, Result};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a server may take until it listens.
const PATIENCE: Duration = Duration::from_secs(10);

/// A child that is ended when it goes out of scope.
pub struct Server(pub Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts it; its output goes where the command says.
pub fn spawn(command: &mut Command) -> Result<Server> {
    match command.spawn() {
        Ok(child) => Ok(Server(child)),
        Err(e) => Err(format!("{}: {e}", sh::line(command))),
    }
}

/// A port of the loopback nobody listens on.
pub fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|e| e.to_string())?;
    Ok(listener.local_addr().map_err(|e| e.to_string())?.port())
}

/// Starts a Mosquitto and waits until it serves.
pub fn mosquitto(port: u16) -> Result<Server> {
    Mosquitto::new(port).line("set_tcp_nodelay true").start()
}

/// A Mosquitto to be started. Its output has its errors, and a line for each
/// subscription where a caller reads it.
pub struct Mosquitto {
    port: u16,
    conf: String,
    piped: bool,
}

impl Mosquitto {
    /// One that keeps nothing and lets everybody in.
    pub fn new(port: u16) -> Self {
        let conf = format!(
            "max_queued_messages 0\npersistence false\nlog_dest stderr\nlog_type error\n\
             allow_anonymous true\nlistener {port} 127.0.0.1\n"
        );
        let piped = false;
        Self { port, conf, piped }
    }

    /// One more line of its configuration.
    pub fn line(mut self, line: &str) -> Self {
        self.conf += line;
        self.conf.push('\n');
        self
    }

    /// Its standard error is for the caller to read.
    pub fn piped(mut self) -> Self {
        self.piped = true;
        self.line("log_type subscribe")
    }

    /// Starts it and waits until it serves.
    pub fn start(self) -> Result<Server> {
        let conf = sh::target().join(format!("xtask/mosquitto-{}.conf", self.port));
        sh::write(&conf, self.conf.as_bytes())?;
        let program = sh::need("mosquitto", "Get it: cargo xtask setup")?;
        let mut command = Command::new(program);
        if self.piped {
            command.stderr(Stdio::piped());
        }
        let server = spawn(command.arg("-c").arg(&conf))?;
        connect(self.port)?;
        let _ = std::fs::remove_file(conf);
        Ok(server)
    }
}

/// Connects as soon as somebody listens.
pub fn connect(port: u16) -> Result<TcpStream> {
    let begin = Instant::now();
    loop {
        match TcpStream::connect((Ipv4Addr::LOCALHOST, port)) {
            Ok(stream) => return Ok(stream),
            Err(e) if begin.elapsed() > PATIENCE => {
                return Err(format!("nobody listens on port {port}: {e}"));
            }
            Err(_) => std::thread::sleep(Duration::from_millis(10)),
        }
    }
}
