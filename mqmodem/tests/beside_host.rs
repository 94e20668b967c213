//! Who looks at a modem beside its host, and sends it lines, by the control socket.

mod rig;
mod support;

use rig::{Broker, Control, Modem, call_unix};
use rustix::process::Signal;
use std::io::{BufRead, BufReader};
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};
use support::Scratch;

#[test]
fn events_are_told_as_they_happen() {
    let scratch = Scratch::new();
    let socket = scratch.join("control");
    let mut modem = Modem::with(&["--control", socket.to_str().unwrap()]);
    modem.ok("AT");
    let mut events = Control::at(&socket);
    assert_eq!(events.ask("events from=0"), "ok");
    let header = events.line();
    assert!(
        header.starts_with(r#"{"type":"trace","version":1"#),
        "{header}"
    );
    assert!(events.line().starts_with(r#"{"seq":1,"#));
    let mut until = |part: &str| {
        loop {
            let line = events.line();
            if line.contains(part) {
                return line;
            }
        }
    };
    until(r#""type":"counters""#);
    modem.ok("AT+CMEE=1");
    let line = until("AT+CMEE=1");
    assert!(line.contains(r#""kind":"command""#), "{line}");
    // Who comes later and says nothing sends nobody away who is told of events.
    let silent: Vec<UnixStream> = (0..100).map(|_| call_unix(&socket)).collect();
    Control::at(&socket).expect("note step 5", "ok");
    let line = until(r#""type":"note""#);
    assert!(line.contains(r#""text":"step 5""#), "{line}");
    drop(silent);
    let seq = line.split([':', ',']).nth(1).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_mqmodem"));
    let from = format!("from={seq}");
    command.args(["control", socket.to_str().unwrap(), "events", &from]);
    let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    assert!(lines.next().unwrap().unwrap().contains(r#""type":"trace""#));
    assert_eq!(lines.next().unwrap().unwrap(), line);
    // It ends with its reader, or with the modems.
    assert_eq!(modem.end(Signal::TERM), Some(0));
    assert_eq!(process.wait().unwrap().code(), Some(0));
}

#[test]
fn a_line_beside_the_host_leaves_the_host_as_it_was() {
    let scratch = Scratch::new();
    let socket = scratch.join("control");
    let trace = scratch.join("trace.jsonl");
    let arguments = ["--control", socket.to_str().unwrap()];
    let mut modem = Modem::with(&[&arguments[..], &["--trace", trace.to_str().unwrap()]].concat());
    let mut control = Control::at(&socket);
    for line in [
        "ATE1",
        "ATV0",
        "ATQ1",
        "AT&F",
        "ATS3=10",
        "AT+CSQ;E1",
        "AT+CMEE=1",
        "AT+IPR=9600",
    ] {
        let answer = control.ask(&format!("send {line}"));
        assert!(
            answer.starts_with("error it would change how"),
            "{line}: {answer}"
        );
    }
    control.expect("send AT+CMEE?", "ok +CMEE: 0\\nOK");
    // One that asks for raw bytes does not lock the host out.
    let answer = control.ask("send AT+MQTTWILLRAW=\"t\",0,0,5");
    assert!(
        answer.starts_with("error it asks for raw bytes"),
        "{answer}"
    );
    modem.ok("AT");
    // It waits until the host has ended its line, and what is said meanwhile is the host's.
    modem.raw(b"AT+CG");
    control.expect("wait 9 1ms", "error there is no fault 9");
    let mut other = Control::at(&socket);
    let sending = std::thread::spawn(move || other.ask("send AT+CGMI"));
    modem.raw(b"MM\r");
    assert_eq!(modem.until("OK"), ["mqmodem", "OK"]);
    assert_eq!(sending.join().unwrap(), "ok mqmodem\\nOK");
    modem.ok("AT");
    assert_eq!(modem.end(Signal::TERM), Some(0));
    let trace = std::fs::read_to_string(trace).unwrap();
    let beside = trace
        .lines()
        .filter(|line| line.contains(r#""via":"inspector""#));
    let beside: Vec<_> = beside.collect();
    assert!(beside[0].contains(r#""text":"AT+CMEE?""#), "{beside:?}");
    assert_eq!(
        beside
            .iter()
            .filter(|line| line.contains("AT+CGMI"))
            .count(),
        1
    );
    assert!(
        !beside.iter().any(|line| line.contains("AT+CGMM")),
        "{beside:?}"
    );
}

#[test]
fn a_message_that_comes_meanwhile_is_for_the_host() {
    let (scratch, broker) = (Scratch::new(), Broker::plain());
    let socket = scratch.join("control");
    let mut modem = Modem::with(&["--control", socket.to_str().unwrap()]);
    modem.connect("127.0.0.1", broker.port, "beside");
    modem.ok("AT+MQTTSUB=\"t\",1");
    let mut control = Control::at(&socket);
    for number in 0..20 {
        control.expect(&format!("send AT+MQTTPUB=\"t\",1,0,\"{number}\""), "ok OK");
        let text = number.to_string();
        modem.expect(&format!("+MQTTRECV:\"t\",1,0,{},{text}", text.len()));
    }
    assert_eq!(modem.end(Signal::TERM), Some(0));
}
