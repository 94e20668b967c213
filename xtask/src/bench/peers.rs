//! The clients by others: how each is started for a load.

use super::host::Load;
use super::programs::Programs;
use super::subscriber::TOPIC;
use crate::sh::{self, Result};
use std::process::Command;

/// A command and what it reads.
pub type Peer = (Command, String);

/// Ready-made packets on a socket.
pub fn raw(programs: &Programs, mode: &str, port: u16, load: Load) -> Peer {
    let mut command = Command::new(programs.bin("raw"));
    command.arg(mode).args(words(port, load));
    (command, String::new())
}

/// A client of the rumqttc crate, with TLS if asked for.
pub fn rumqttc(programs: &Programs, mode: &str, port: u16, load: Load, tls: bool) -> Peer {
    let mut command = Command::new(programs.bin("rumqttc-load"));
    command.arg(mode).args(words(port, load));
    if tls {
        command.arg(Programs::root_certificate());
    }
    (command, String::new())
}

/// The paho-mqtt package of Python.
pub fn paho(programs: &Programs, port: u16, load: Load) -> Result<Peer> {
    let mut command = Command::new(programs.python.clone()?);
    command.arg(sh::root().join("tests/bench/paho_load.py"));
    command.args(words(port, load));
    Ok((command, String::new()))
}

/// `mosquitto_pub -l` and what it reads.
pub fn mosquitto_pub(port: u16, load: Load) -> Result<Peer> {
    let mut command = mosquitto_client("mosquitto_pub", port, load)?;
    command.arg("-l");
    let line = format!("{}\n", "x".repeat(load.bytes));
    Ok((command, line.repeat(load.n)))
}

/// `mosquitto_sub`, which prints every message.
pub fn mosquitto_sub(port: u16, load: Load) -> Result<Peer> {
    let mut command = mosquitto_client("mosquitto_sub", port, load)?;
    command.args(["-C", &load.n.to_string()]);
    Ok((command, String::new()))
}

fn mosquitto_client(name: &str, port: u16, load: Load) -> Result<Command> {
    let mut command = Command::new(sh::need(name, "Get it: cargo xtask setup")?);
    let (port, qos) = (port.to_string(), load.qos.to_string());
    command.args(["-h", "127.0.0.1", "-p", &port, "-q", &qos, "-t", TOPIC]);
    Ok(command)
}

fn words(port: u16, load: Load) -> [String; 4] {
    let Load { qos, n, bytes } = load;
    [
        port.to_string(),
        qos.to_string(),
        n.to_string(),
        bytes.to_string(),
    ]
}
