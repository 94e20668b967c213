//! What the log says of links, without being asked for more.

mod rig;
mod support;

use rig::{Modem, free_port};
use rustix::process::Signal;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::{Command, Stdio};

/// Answers one CONNECT with this code, and hangs up once it is told to.
fn broker(listener: TcpListener, code: u8) -> std::thread::JoinHandle<()> {
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut connect = [0; 256];
        assert!(stream.read(&mut connect).unwrap() > 0);
        stream.write_all(&[0x20, 2, 0, code]).unwrap();
    })
}

#[test]
fn links_are_told_of_by_the_modems_name_in_words_and_without_secrets() {
    let (reader, writer) = std::io::pipe().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_mqmodem"));
    command
        .args(["serve", "--tcp", "0", "--name", "pump"])
        .stderr(Stdio::from(writer));
    let mut modem = Modem::of(command);
    let mut log = BufReader::new(reader).lines();
    let mut said = |what: &str| {
        let line = log.next().expect("a line").unwrap();
        assert!(line.contains(what), "{line}");
        assert!(!line.contains("hunter2"), "{line}");
    };
    let mut attempt = |port: u16, answer: &[&str]| {
        modem.ok(&format!(
            "AT+MQTTCONFIG=127.0.0.1,{port},me,1,60,user,hunter2"
        ));
        modem.ask("AT+MQTTCONNECT", answer);
    };
    let port = free_port();
    attempt(port, &["+MQTTCONNECT:21", "ERROR"]);
    said(&format!(
        "pump: cannot connect: connection refused (tcp, code 21), 127.0.0.1:{port}"
    ));
    for (code, answer) in [
        (4, ["+MQTTCONNECT:4", "ERROR"]),
        (0, ["+MQTTCONNECT:0", "OK"]),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let broker = broker(listener, code);
        attempt(port, &answer);
        broker.join().unwrap();
        match code {
            0 => said(&format!("pump: connected to 127.0.0.1:{port} again")),
            _ => said("pump: cannot connect: broker: bad user name or password (mqtt, code 4)"),
        }
    }
    said("pump: link lost: closed by the broker (tcp, code 24)");
    modem.expect("+MQTTDISCONNECTED:24");
    assert_eq!(modem.end(Signal::TERM), Some(0));
}
