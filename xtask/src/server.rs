//! Servers that a verb starts on the loopback and ends with itself.

use crate::sh::{self, Result};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command};
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
    mosquitto_with(port, "")
}

/// The same, with more lines behind the listener in its configuration.
pub fn mosquitto_with(port: u16, lines: &str) -> Result<Server> {
    let conf = sh::target().join(format!("xtask/mosquitto-{port}.conf"));
    let text = format!(
        "listener {port} 127.0.0.1\n{lines}allow_anonymous true\npersistence false\n\
         max_queued_messages 0\nset_tcp_nodelay true\nlog_dest stderr\nlog_type error\n"
    );
    sh::write(&conf, text.as_bytes())?;
    let program = sh::need("mosquitto", "Get it: cargo xtask setup")?;
    let server = spawn(Command::new(program).arg("-c").arg(&conf))?;
    connect(port)?;
    let _ = std::fs::remove_file(conf);
    Ok(server)
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
