//! Captures as Wireshark reads them.

mod schema;
mod support;

use schema::Schema;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use support::Scratch;

/// A broker that accepts one client and acknowledges what it is sent first; its port.
fn broker() -> (u16, thread::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let serve = move || {
        let (mut client, _) = listener.accept().unwrap();
        let mut packet = |len: usize| {
            let mut bytes = vec![0; len];
            client.read_exact(&mut bytes).unwrap();
            bytes
        };
        let connect = packet(2);
        packet(connect[1].into());
        client.write_all(&[0x20, 3, 0, 0, 0]).unwrap();
        let mut bytes = [0; 64];
        let count = client.read(&mut bytes).unwrap();
        assert_eq!(bytes[0], 0x32, "a PUBLISH: {:?}", &bytes[..count]);
        client.write_all(&[0x40, 2, 0, 1]).unwrap();
        // Until it leaves.
        let _ = client.read_to_end(&mut Vec::new());
    };
    (port, thread::spawn(serve))
}

const HOST: &str = "ATE0\rAT+MQTTOPT=\"version\",5\rAT+MQTTCONFIG=127.0.0.1,PORT,pump-7,1,60,me,hunter2\r\
    AT+MQTTCONNECT\rAT+MQTTPROP=\"expiry\",60\rAT+MQTTPUB=\"level\",1,0,\"37\"\rAT+MQTTDISCONNECT\r";

/// Records a session into a trace of this name.
fn record(trace: &Path, flags: &[&str]) {
    let (port, broker) = broker();
    let mut child = Command::new(env!("CARGO_BIN_EXE_mqmodem"))
        .args(["serve", "--stdio", "--name", "pump-7", "--trace"])
        .arg(trace)
        .args(flags)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let input = HOST.replace("PORT", &port.to_string());
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(!said.contains("ERROR"), "{said}");
    broker.join().unwrap();
}

/// What tshark finds where `filter` holds: these fields, by tabs.
fn tshark(trace: &Path, filter: &str, fields: &[&str]) -> Vec<String> {
    let mut child = Command::new("tshark")
        // As it reads one that is being written.
        .args(["-r", "-", "-Y", filter, "-T", "fields"])
        .args(fields.iter().flat_map(|field| ["-e", field]))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("tshark, which cargo xtask setup installs");
    let capture = std::fs::read(trace).unwrap();
    child.stdin.take().unwrap().write_all(&capture).unwrap();
    let output = child.wait_with_output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn packets_in_json_are_as_the_schema_says() {
    let scratch = Scratch::new();
    let trace = scratch.join("trace.jsonl");
    record(&trace, &[]);
    let text = std::fs::read_to_string(&trace).unwrap();
    let schema = Schema::read();
    let mut packets = Vec::new();
    for line in text.lines() {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        schema
            .check(&event)
            .unwrap_or_else(|wrong| panic!("{wrong}: {event}"));
        if event["type"] == "packet" {
            packets.push(event["text"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(
        packets[2..4],
        [
            r#"PUBLISH qos=1 id=1 topic="level" expiry=60 payload="37""#,
            "PUBACK id=1"
        ]
    );
    assert!(text.contains(r#""props":[["expiry",60]]"#), "{text}");
}

#[test]
fn a_capture_goes_to_standard_output_too() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_mqmodem"))
        .args(["serve", "--pty", "--trace=-.pcapng"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 4];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    assert_eq!(first, [0x0a, 0x0d, 0x0d, 0x0a]);
    // Where the port is goes to standard error.
    let mut said = [0; 5];
    child.stderr.take().unwrap().read_exact(&mut said).unwrap();
    assert_eq!(&said, b"/dev/");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn wireshark_shows_at_and_mqtt_by_its_own_means() {
    let scratch = Scratch::new();
    let trace = scratch.join("trace.pcapng");
    record(&trace, &[]);
    let packets = tshark(&trace, "mqtt", &["mqtt.msgtype", "frame.interface_name"]);
    let types = [1, 2, 3, 4, 14].map(|it| format!("{it}\tpump-7 link 0"));
    assert_eq!(packets, types);
    let publish = tshark(
        &trace,
        "mqtt.topic",
        &["mqtt.topic", "mqtt.msg", "mqtt.prop_number", "tcp.stream"],
    );
    assert_eq!(publish, ["level\t3337\t60\t0"]);
    let connect = tshark(&trace, "mqtt.passwd", &["mqtt.clientid", "mqtt.passwd"]);
    assert_eq!(connect, ["pump-7\t***"]);
    let commands = tshark(&trace, "at.cmd", &["at.cmd", "frame.interface_name"]);
    assert!(
        commands.iter().any(|it| it == "+MQTTPUB\tpump-7"),
        "{commands:?}"
    );
    let begin = tshark(
        &trace,
        "tcp.flags.syn == 1 and tcp.flags.ack == 0",
        &["frame.comment"],
    );
    assert!(begin[0].starts_with("open 127.0.0.1:") && begin[0].ends_with(" over tcp"));
    let broken = "_ws.malformed or tcp.analysis.flags";
    assert_eq!(tshark(&trace, broken, &["frame.number"]), [""; 0]);
    let bytes = std::fs::read(&trace).unwrap();
    assert!(!bytes.windows(7).any(|it| it == b"hunter2"));
}

#[test]
fn a_capture_without_payloads_has_their_lengths() {
    let scratch = Scratch::new();
    let trace = scratch.join("trace.pcapng");
    record(&trace, &["--trace-payload", "none"]);
    let lengths = tshark(&trace, "mqtt.topic", &["mqtt.topic", "mqtt.len"]);
    assert_eq!(lengths, ["level\t17"]);
    let types = tshark(&trace, "mqtt", &["mqtt.msgtype"]);
    assert_eq!(types, ["1", "2", "3", "4", "14"]);
}
