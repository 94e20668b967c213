//! Messages of many MiB through the real program and a real Mosquitto, both ways, where
//! the configuration gives the memory.

mod rig;
mod support;

use rig::{Broker, Modem};
use rustix::process::Signal;
use std::path::Path;
use std::process::Command;
use support::Scratch;

const MIB: usize = 1024 * 1024;

/// Any bytes, also those of line ends.
fn payload(len: usize) -> Vec<u8> {
    (0..len).map(|at| (at ^ at >> 8 ^ at >> 16) as u8).collect()
}

fn start(scratch: &Path, more: &str) -> Modem {
    let config = scratch.join("mqmodem.toml");
    let limits = "line = 1048576\nmessage_in = 16777216\nmessage_out = 17825792";
    let modem = "[[modem]]\nname = \"one\"\nport = { tcp = \"127.0.0.1:0\" }";
    std::fs::write(&config, format!("{more}\n[limits]\n{limits}\n{modem}\n")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_mqmodem"));
    command.args(["serve", "--config"]).arg(config);
    let mut modem = Modem::of(command);
    modem.ok("AT+MQTTOPT=\"acktimeout\",300");
    modem
}

/// What the host reads of a message.
fn received(qos: u8, payload: &[u8]) -> Vec<u8> {
    let head = format!("\r\n+MQTTRECV:\"big\",{qos},0,{},", payload.len());
    [head.as_bytes(), payload, b"\r\n"].concat()
}

/// The message comes back, before or behind OK.
fn expect_back(modem: &mut Modem, qos: u8, payload: &[u8]) {
    let (ok, message) = (b"\r\nOK\r\n".as_slice(), received(qos, payload));
    let got = modem.take(ok.len() + message.len());
    let is = |parts: [&[u8]; 2]| got == parts.concat();
    let whole = is([ok, &message]) || is([&message, ok]);
    assert!(whole, "QoS {qos}: {}", got[..80].escape_ascii());
}

fn publish(modem: &mut Modem, qos: u8, payload: &[u8]) {
    let line = format!("AT+MQTTPUBRAW=\"big\",{qos},0,{}\r", payload.len());
    modem.raw(line.as_bytes());
    modem.expect_raw(b"\r\n> ");
    modem.raw(payload);
}

#[test]
fn messages_of_16_mib_are_sent_and_received() {
    let (broker, scratch) = (Broker::plain(), Scratch::new());
    let mut modem = start(scratch.path(), "");
    modem.connect("127.0.0.1", broker.port, "me");
    modem.ok("AT+MQTTSUB=\"big\",2");
    for (qos, len) in [(0, 16 * MIB), (1, 16 * MIB), (2, 16 * MIB), (1, MIB + 1)] {
        let payload = payload(len);
        publish(&mut modem, qos, &payload);
        expect_back(&mut modem, qos, &payload);
    }
    // By a line as long as lines may be.
    let text = vec![b'x'; MIB - 100];
    modem.raw(b"AT+MQTTPUB=\"big\",1,0,\"");
    modem.raw(&text);
    modem.raw(b"\"\r");
    expect_back(&mut modem, 1, &text);
}

#[test]
fn a_message_of_16_mib_waits_on_disk() {
    let (broker, scratch) = (Broker::plain(), Scratch::new());
    let folder = scratch.path();
    let state = format!("state_dir = \"{}\"", scratch.join("state").display());
    let mut modem = start(folder, &state);
    modem.ok("AT+MQTTOPT=\"queue\",17825792");
    modem.ok(&format!("AT+MQTTCONFIG=127.0.0.1,{},me,0,60", broker.port));
    let payload = payload(16 * MIB);
    publish(&mut modem, 1, &payload);
    modem.expect_raw(b"\r\nOK\r\n");
    modem.end(Signal::KILL);
    let mut other = start(scratch.path(), "");
    other.connect("127.0.0.1", broker.port, "other");
    other.ok("AT+MQTTSUB=\"big\",2");
    let mut modem = start(folder, &state);
    modem.ask("AT+MQTTCONNECT", &["+MQTTCONNECT:0", "OK"]);
    other.expect_raw(&received(1, &payload));
}

#[test]
fn ranges_follow_the_memory() {
    let scratch = Scratch::new();
    let mut modem = start(scratch.path(), "");
    let range = |modem: &mut Modem, line: &str, of: &str| {
        modem.raw(format!("{line}\r").as_bytes());
        let lines = modem.until("OK");
        lines.into_iter().find(|line| line.contains(of)).unwrap()
    };
    let queue = range(&mut modem, "AT+MQTTOPT=?", "\"queue\"");
    assert_eq!(queue, "+MQTTOPT:\"queue\",(0-17825856)");
    let raw = range(&mut modem, "AT+MQTTPUBRAW=?", "PUBRAW");
    assert_eq!(raw, "+MQTTPUBRAW:<topic>,(0-2),(0-1),(0-17825792),<id>");
    modem.ask("AT+MQTTOPT=\"queue\",17825857", &["ERROR"]);
    let mut usual = Modem::start();
    let queue = range(&mut usual, "AT+MQTTOPT=?", "\"queue\"");
    assert_eq!(queue, "+MQTTOPT:\"queue\",(0-262144)");
    usual.ask("AT+MQTTOPT=\"queue\",262145", &["ERROR"]);
}
