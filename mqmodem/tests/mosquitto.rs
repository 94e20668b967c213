//! The real program against a real Mosquitto, over TCP and TLS.

mod pki;
mod rig;
mod support;

use pki::{Authority, Leaf};
use rig::{Broker, Modem, TlsFiles};
use rustix::process::Signal;

fn tls_broker(authority: &Authority, leaf: &Leaf) -> Broker {
    let (chain, key) = authority.sign(leaf);
    Broker::tls(&TlsFiles {
        chain: &chain,
        key: &key,
        clients: None,
        version: None,
    })
}

/// Demands client certificates of `authority`, over this version only.
fn demanding_broker(authority: &Authority, version: &str) -> Broker {
    let (chain, key) = authority.sign(&Leaf::good());
    Broker::tls(&TlsFiles {
        chain: &chain,
        key: &key,
        clients: Some(&authority.pem),
        version: Some(version),
    })
}

/// Subscribes, and gets every kind of message it sends.
fn talk(modem: &mut Modem) {
    modem.ok("AT+MQTTSUB=\"talk/#\",2");
    for qos in 0..=2 {
        let publish = format!("AT+MQTTPUB=\"talk/{qos}\",{qos},0,\"message {qos}\"");
        let receive = format!("+MQTTRECV:\"talk/{qos}\",{qos},0,9,message {qos}");
        modem.raw(format!("{publish}\r").as_bytes());
        let mut lines = [modem.line(), modem.line()];
        lines.sort();
        assert_eq!(lines, [receive, "OK".to_owned()]);
    }
    modem.ask("AT+MQTTSUB?", &["+MQTTSUB:talk/#,2", "OK"]);
    modem.ok("AT+MQTTUNSUB=\"talk/#\"");
    modem.ask("AT+MQTTSTATE", &["+MQTTSTATE:1", "OK"]);
    modem.ok("AT+MQTTDISCONNECT");
    modem.ask("AT+MQTTSTATE", &["+MQTTSTATE:0", "OK"]);
}

#[test]
fn a_session_over_tcp() {
    let broker = Broker::plain();
    let mut modem = Modem::start();
    for host in ["127.0.0.1", "localhost"] {
        modem.connect(host, broker.port, "me");
        talk(&mut modem);
    }
}

#[test]
fn a_session_over_tls() {
    let authority = Authority::new();
    let broker = tls_broker(&authority, &Leaf::good());
    let mut modem = Modem::start();
    modem.load(0, &authority.pem);
    for host in ["127.0.0.1", "localhost"] {
        modem.connect(host, broker.port, "me");
        talk(&mut modem);
    }
}

#[test]
fn a_client_certificate_opens_a_demanding_broker() {
    let authority = Authority::new();
    let (certificate, key) = authority.client();
    for version in ["tlsv1.2", "tlsv1.3"] {
        let broker = demanding_broker(&authority, version);
        let mut modem = Modem::start();
        modem.load(0, &authority.pem);
        modem.load(1, &certificate);
        modem.load(2, &key);
        modem.connect("localhost", broker.port, "me");
        talk(&mut modem);
    }
}

#[test]
fn a_demanding_broker_refuses_others_with_29() {
    let (authority, other) = (Authority::new(), Authority::new());
    let (certificate, key) = other.client();
    for version in ["tlsv1.2", "tlsv1.3"] {
        let broker = demanding_broker(&authority, version);
        let mut modem = Modem::start();
        modem.load(0, &authority.pem);
        modem.refused("localhost", broker.port, 29);
        modem.load(1, &certificate);
        modem.refused("localhost", broker.port, 29);
        modem.load(2, &key);
        modem.refused("localhost", broker.port, 29);
    }
}

#[test]
fn a_broker_that_is_not_to_be_trusted_is_refused() {
    let (authority, other) = (Authority::new(), Authority::new());
    let leaf = |leaf: Leaf| tls_broker(&authority, &leaf);
    let cases = [
        (tls_broker(&other, &Leaf::good()), "localhost", 25),
        (leaf(Leaf::named(&["example.org"])), "localhost", 26),
        (leaf(Leaf::named(&["localhost"])), "127.0.0.1", 26),
        (leaf(Leaf::expired()), "localhost", 27),
        (leaf(Leaf::not_yet_valid()), "localhost", 27),
        (Broker::plain(), "localhost", 28),
    ];
    let mut modem = Modem::start();
    modem.load(0, &authority.pem);
    for (broker, host, code) in cases {
        modem.refused(host, broker.port, code);
    }
    // With no root of its own it asks the platform, which knows none of these.
    modem.ok("AT+MQTTTLS=1,0,\"\",0");
    let good = leaf(Leaf::good());
    modem.refused("localhost", good.port, 25);
}

#[test]
fn what_cannot_be_reached_has_its_code() {
    let mut modem = Modem::start();
    modem.refused("no-such-name.invalid", 1883, 20);
    modem.refused("127.0.0.1", 1, 21);
    modem.ok("AT+CFUN=0");
    modem.refused("127.0.0.1", 1, 30);
}

#[test]
fn a_broker_that_wants_a_password_says_so() {
    let broker = Broker::with(&["allow_anonymous false"]);
    let mut modem = Modem::start();
    modem.refused("127.0.0.1", broker.port, 5);
}

#[test]
fn a_retained_message_waits_for_subscribers() {
    let broker = Broker::plain();
    let (mut first, mut second) = (Modem::start(), Modem::start());
    first.connect("127.0.0.1", broker.port, "first");
    first.ok("AT+MQTTPUB=\"kept\",1,1,\"for later\"");
    second.connect("127.0.0.1", broker.port, "second");
    second.ok("AT+MQTTSUB=\"kept\",1");
    second.expect("+MQTTRECV:\"kept\",1,1,9,for later");
}

#[test]
fn a_session_that_is_kept_gets_what_came_meanwhile() {
    let broker = Broker::plain();
    let (mut kept, mut other) = (Modem::start(), Modem::start());
    kept.ok(&format!(
        "AT+MQTTCONFIG=127.0.0.1,{},kept,0,60",
        broker.port
    ));
    kept.ask("AT+MQTTCONNECT", &["+MQTTCONNECT:0", "OK"]);
    kept.ok("AT+MQTTSUB=\"news\",2");
    kept.ok("AT+MQTTDISCONNECT");
    other.connect("127.0.0.1", broker.port, "other");
    for qos in 1..=2 {
        other.ok(&format!("AT+MQTTPUB=\"news\",{qos},0,\"{qos}\""));
    }
    kept.ask("AT+MQTTCONNECT", &["+MQTTCONNECT:0", "OK"]);
    kept.expect("+MQTTRECV:\"news\",1,0,1,1");
    kept.expect("+MQTTRECV:\"news\",2,0,1,2");
}

#[test]
fn any_byte_may_be_in_a_message() {
    let broker = Broker::plain();
    let mut modem = Modem::start();
    modem.connect("127.0.0.1", broker.port, "me");
    modem.ok("AT+MQTTSUB=\"bytes\",1");
    let bytes: Vec<u8> = (0..=255).collect();
    let escaped: Vec<_> = bytes.iter().map(|byte| format!("\\{byte:02X}")).collect();
    let escaped = escaped.concat();
    modem.raw(format!("AT+MQTTPUB=\"bytes\",0,0,\"{escaped}\"\r").as_bytes());
    modem.expect_raw(b"\r\nOK\r\n");
    let urc = [b"\r\n+MQTTRECV:\"bytes\",0,0,256,", &bytes[..], b"\r\n"].concat();
    modem.expect_raw(&urc);
}

#[test]
fn a_long_message_is_not_split() {
    let broker = Broker::plain();
    let mut modem = Modem::start();
    modem.connect("127.0.0.1", broker.port, "me");
    modem.ok("AT+MQTTSUB=\"long\",2");
    let text = "0123456789abcdef".repeat(3750);
    modem.raw(format!("AT+MQTTPUB=\"long\",1,0,\"{text}\"\r").as_bytes());
    let want = format!("+MQTTRECV:\"long\",1,0,60000,{text}");
    let lines = [modem.line(), modem.line()];
    assert!(lines.contains(&want) && lines.contains(&"OK".to_owned()));
}

#[test]
fn many_lines_at_once_are_answered_in_order() {
    let broker = Broker::plain();
    let mut modem = Modem::start();
    modem.connect("127.0.0.1", broker.port, "me");
    let lines: Vec<_> = (0..500)
        .map(|n| format!("AT+MQTTPUB=\"n\",{},0,\"{n}\"\r", n % 3))
        .collect();
    modem.raw(lines.concat().as_bytes());
    for _ in 0..500 {
        modem.expect("OK");
    }
}

#[test]
fn a_broker_that_stops_is_told() {
    let authority = Authority::new();
    for tls in [false, true] {
        let mut modem = Modem::start();
        let broker = if tls {
            modem.load(0, &authority.pem);
            tls_broker(&authority, &Leaf::good())
        } else {
            Broker::plain()
        };
        modem.connect("127.0.0.1", broker.port, "me");
        broker.stop();
        modem.expect("+MQTTDISCONNECTED:24");
        modem.ask("AT+MQTTSTATE", &["+MQTTSTATE:0", "OK"]);
    }
}

#[test]
fn a_signal_says_goodbye_to_the_broker() {
    let authority = Authority::new();
    let (plain, tls) = (Broker::plain(), tls_broker(&authority, &Leaf::good()));
    for (broker, signal) in [(plain, Signal::TERM), (tls, Signal::INT)] {
        let mut modem = Modem::start();
        if signal == Signal::INT {
            modem.load(0, &authority.pem);
        }
        modem.connect("127.0.0.1", broker.port, "leaver");
        assert_eq!(modem.end(signal), Some(0));
        broker.wait_for_log("Received DISCONNECT from leaver");
    }
}

/// A broker closes on a packet that is too large for it, each time it is sent again.
#[test]
fn a_message_the_broker_closes_on_is_set_aside_and_the_rest_arrives() {
    let broker = Broker::with(&["allow_anonymous true", "max_packet_size 200"]);
    let mut modem = Modem::start();
    modem.ok("AT+MQTTOPT=\"reconnect\",1;+MQTTOPT=\"backoff\",1");
    modem.ok("AT+MQTTOPT=\"pubmode\",1;+MQTTOPT=\"queue\",9999;+MQTTOPT=\"giveup\",2");
    modem.ok(&format!("AT+MQTTCONFIG=127.0.0.1,{},me,0,60", broker.port));
    let large = "x".repeat(400);
    for (id, payload) in [(1, "before"), (2, large.as_str()), (3, "behind")] {
        let publish = format!("AT+MQTTPUB=\"t\",1,0,\"{payload}\",{id}");
        modem.ask(&publish, &[&format!("+MQTTPUB:{id}"), "OK"]);
    }
    modem.raw(b"AT+MQTTCONNECT\r");
    let told = modem.until("+MQTTPUBACK:3,0");
    let ends = |line: &&String| line.starts_with("+MQTTPUBACK:");
    let ends: Vec<_> = told.iter().filter(ends).collect();
    assert_eq!(
        ends,
        ["+MQTTPUBACK:1,0", "+MQTTPUBACK:2,39", "+MQTTPUBACK:3,0"],
        "{told:?}"
    );
}
