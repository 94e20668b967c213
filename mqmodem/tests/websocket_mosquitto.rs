//! MQTT over WebSocket with a real Mosquitto, and what the doctor says of the way there.

mod pki;
mod rig;
mod support;

use pki::{Authority, Leaf};
use rig::{Broker, Modem};
use std::io::{Read, Write};
use std::process::Command;
use support::Scratch;

/// A Mosquitto for WebSocket, over TLS where files are given.
fn broker(authority: Option<&Authority>) -> Broker {
    let Some(authority) = authority else {
        return Broker::with(&["allow_anonymous true", "protocol websockets"]);
    };
    let (chain, key) = authority.sign(&Leaf::good());
    Broker::tls_with(
        &rig::TlsFiles {
            chain: &chain,
            key: &key,
            clients: None,
            version: None,
        },
        "protocol websockets\n",
    )
}

/// A session by each version.
fn talk(modem: &mut Modem) {
    for version in [4, 5] {
        modem.ok(&format!("AT+MQTTOPT=\"version\",{version}"));
        talk_once(modem);
    }
}

fn talk_once(modem: &mut Modem) {
    modem.ask("AT+MQTTCONNECT", &["+MQTTCONNECT:0", "OK"]);
    modem.ok("AT+MQTTSUB=\"t\",2");
    for qos in 0..=2 {
        modem.raw(format!("AT+MQTTPUB=\"t\",{qos},0,\"message\"\r").as_bytes());
        let mut lines = [modem.line(), modem.line()];
        lines.sort();
        let received = format!("+MQTTRECV:\"t\",{qos},0,7,message");
        assert_eq!(lines, [received, "OK".to_owned()]);
    }
    modem.ok("AT+MQTTDISCONNECT");
}

#[test]
fn a_session_over_websocket() {
    let broker = broker(None);
    let mut modem = Modem::start();
    modem.ok(&format!(
        "AT+MQTTCONFIG=ws://localhost/mqtt,{},me,1,60",
        broker.port
    ));
    talk(&mut modem);
}

#[test]
fn a_session_over_secure_websocket() {
    let authority = Authority::new();
    let broker = broker(Some(&authority));
    let mut modem = Modem::start();
    modem.load(0, &authority.pem);
    modem.ok(&format!(
        "AT+MQTTCONFIG=wss://localhost,{},me,1,60",
        broker.port
    ));
    talk(&mut modem);
    let mut stranger = Modem::start();
    stranger.ok(&format!(
        "AT+MQTTCONFIG=wss://localhost,{},me,1,60",
        broker.port
    ));
    stranger.ask("AT+MQTTCONNECT", &["+MQTTCONNECT:25", "ERROR"]);
}

fn doctor(directory: &Scratch) -> String {
    let mut doctor = Command::new(env!("CARGO_BIN_EXE_mqmodem"));
    let doctor = doctor.arg("doctor").current_dir(directory.path());
    String::from_utf8(doctor.output().unwrap().stdout).unwrap()
}

#[test]
fn a_configuration_names_a_broker_behind_a_websocket() {
    let broker = broker(None);
    let directory = Scratch::new();
    let file = directory.join("mqmodem.toml");
    let text = format!(
        "[broker]\nurl = \"ws://localhost:{}/mqtt?key=secret\"\n\
         [[modem]]\nname = \"m\"\nport = {{ tcp = \"0\" }}\n",
        broker.port
    );
    std::fs::write(&file, text).unwrap();
    let mut modem = Modem::with(&["--config", file.to_str().unwrap()]);
    let shown = format!("+MQTTCONFIG:ws://localhost/mqtt?***,{}", broker.port);
    modem.raw(b"AT+MQTTCONFIG?\r");
    assert!(modem.line().starts_with(&shown));
    assert_eq!(modem.line(), "OK");
    talk(&mut modem);
    let said = doctor(&directory);
    for line in [
        "ok    broker, WebSocket: /mqtt takes MQTT\n",
        "ok    broker, MQTT: it accepts",
    ] {
        assert!(said.contains(line) && !said.contains("secret"), "{said}");
    }
}

#[test]
fn doctor_says_that_a_port_is_for_mqtt_alone() {
    let broker = Broker::plain();
    let directory = Scratch::new();
    let text = format!(
        "[broker]\nurl = \"ws://127.0.0.1:{}\"\n\
         [[modem]]\nname = \"m\"\nport = {{ tcp = \"0\" }}\n",
        broker.port
    );
    std::fs::write(directory.join("mqmodem.toml"), text).unwrap();
    let said = doctor(&directory);
    let advice = "FAIL  broker, WebSocket: what answers there is no WebSocket";
    assert!(said.contains(advice) && said.contains("mqtt://"), "{said}");
}

#[test]
fn doctor_says_how_a_server_refuses() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = std::thread::spawn(move || {
        // First TCP alone is tried, then all of it.
        let (mut tcp, _) = listener.accept().unwrap();
        assert_eq!(tcp.read(&mut [0]).unwrap(), 0);
        let (mut tcp, _) = listener.accept().unwrap();
        tcp.write_all(b"HTTP/1.1 404 Not Found\r\n\r\n").unwrap();
        let _ = tcp.read_to_end(&mut Vec::new());
    });
    let directory = Scratch::new();
    let text = format!(
        "[broker]\nurl = \"ws://127.0.0.1:{port}/mqtt?key=secret\"\n\
         [[modem]]\nname = \"m\"\nport = {{ tcp = \"0\" }}\n"
    );
    std::fs::write(directory.join("mqmodem.toml"), text).unwrap();
    let said = doctor(&directory);
    assert!(said.contains("FAIL  broker, WebSocket: websocket: 404; check the path"));
    assert!(!said.contains("secret"), "{said}");
    server.join().unwrap();
}
