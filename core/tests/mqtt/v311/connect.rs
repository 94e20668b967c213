//! Clauses 3.1 and 3.2: CONNECT, CONNACK and keep-alive.

use crate::client::*;
use mqmodem_core::mqtt::{Connect, Properties, SendError, SessionEvent, Violation, Will};

const WILL: Will<'static> = Will {
    topic: "w",
    message: b"bye",
    qos: Q2,
    retain: true,
    properties: Properties::NONE,
};
const FULL: Connect<'static> = Connect {
    username: Some("user"),
    password: Some(b"pass"),
    will: Some(WILL),
    ..CLEAN
};

/// CONNECT as bytes.
fn connect(connect: &Connect<'_>) -> Vec<u8> {
    let mut client = Client::new();
    let out = &mut client.out;
    client.session.connect(at(0), connect, out).unwrap();
    client.raw()
}

fn refused(connect: &Connect<'_>) -> bool {
    let mut client = Client::new();
    let out = &mut client.out;
    let result = client.session.connect(at(0), connect, out);
    result == Err(SendError::Invalid) && out.is_empty()
}

/// The connect flags (byte 8 of the packet).
fn flags(asked: &Connect<'_>) -> u8 {
    connect(asked)[9]
}

/// What stands after the fixed and the variable header.
fn payload(asked: &Connect<'_>) -> Vec<u8> {
    connect(asked)[12..].to_vec()
}

#[test]
fn mqtt_3_1_0_1() {
    let mut client = Client::new();
    assert_eq!(client.publish(Q0, b""), Err(SendError::NotConnected));
    assert_eq!(client.subscribe("a", Q0), Err(SendError::NotConnected));
    assert_eq!(client.unsubscribe("a"), Err(SendError::NotConnected));
    client.session.disconnect(&mut client.out).unwrap();
    client.feed(&message(Q1, false, 1, b"")).unwrap();
    let out = &mut client.out;
    client.session.handle_timeout(at(99), false, out).unwrap();
    assert!(out.is_empty());
    client.session.connect(at(99), &CLEAN, out).unwrap();
    assert_eq!(client.publish(Q0, b""), Err(SendError::NotConnected));
    let expected = r#"CONNECT client="x" clean=1 keepalive=60"#;
    assert_eq!(client.sent(), [expected]);
}

#[test]
fn mqtt_3_1_2_4() {
    let mut client = Client::connected(&KEPT);
    client.subscribe("a", Q1).unwrap();
    client.feed(&[0x90, 3, 0, 1, 1]).unwrap();
    client.publish_id(Q2, b"");
    client.feed(&message(Q2, false, 9, b"")).unwrap();
    client.open(&KEPT, true);
    assert_eq!(client.subscriptions(), [("a".to_string(), 1)]);
    assert_eq!(client.sent(), [r#"PUBLISH q2 d1 r0 id=2 "out" 0 bytes"#]);
    assert_eq!(
        client.feed(&message(Q2, true, 9, b"")),
        Ok(SessionEvent::Nothing)
    );
    assert_eq!(flags(&KEPT), 0);
}

#[test]
fn mqtt_3_1_2_6() {
    let mut client = Client::connected(&KEPT);
    client.subscribe("a", Q1).unwrap();
    client.feed(&[0x90, 3, 0, 1, 1]).unwrap();
    client.publish_id(Q2, b"");
    client.feed(&message(Q2, false, 9, b"")).unwrap();
    client.open(&CLEAN, false);
    assert_eq!(client.subscriptions(), []);
    assert_eq!(client.sent(), [""; 0]);
    assert_eq!(client.dropped(), [2]);
    let again = message(Q2, false, 9, b"");
    assert!(client.delivers(&again));
    // Nor is anything of a clean session kept for the next.
    client.publish_id(Q1, b"");
    client.raw();
    client.open(&KEPT, false);
    assert_eq!(client.sent(), [""; 0]);
    assert_eq!(flags(&CLEAN), 2);
}

#[test]
fn mqtt_3_1_2_9() {
    let will = Connect {
        will: Some(WILL),
        ..CLEAN
    };
    assert_eq!(flags(&will), 0b0011_0110);
    assert_eq!(payload(&will), b"\0\x01x\0\x01w\0\x03bye");
}

#[test]
fn mqtt_3_1_2_11() {
    assert_eq!(flags(&CLEAN) & 4, 0);
    assert_eq!(payload(&CLEAN), b"\0\x01x");
}

#[test]
fn mqtt_3_1_2_13() {
    assert_eq!(flags(&CLEAN) & 0x18, 0);
}

#[test]
fn mqtt_3_1_2_14() {
    for (qos, bits) in [(Q0, 0x00), (Q1, 0x08), (Q2, 0x10)] {
        let will = Some(Will { qos, ..WILL });
        assert_eq!(flags(&Connect { will, ..CLEAN }) & 0x18, bits);
    }
}

#[test]
fn mqtt_3_1_2_15() {
    assert_eq!(flags(&CLEAN) & 0x20, 0);
}

#[test]
fn mqtt_3_1_2_18() {
    assert_eq!(flags(&CLEAN) & 0x80, 0);
    assert_eq!(payload(&CLEAN), b"\0\x01x");
}

#[test]
fn mqtt_3_1_2_19() {
    for (username, bytes) in [("u", &b"\0\x01x\0\x01u"[..]), ("", b"\0\x01x\0\0")] {
        let user = Connect {
            username: Some(username),
            ..CLEAN
        };
        assert_eq!(flags(&user) & 0x80, 0x80);
        assert_eq!(payload(&user), bytes);
    }
}

#[test]
fn mqtt_3_1_2_20() {
    let user = Connect {
        username: Some("u"),
        ..CLEAN
    };
    assert_eq!(flags(&user) & 0x40, 0);
    assert_eq!(payload(&user), b"\0\x01x\0\x01u");
}

#[test]
fn mqtt_3_1_2_21() {
    for (password, bytes) in [
        (&b"p"[..], &b"\0\x01x\0\x01u\0\x01p"[..]),
        (b"", b"\0\x01x\0\x01u\0\0"),
    ] {
        let both = Connect {
            username: Some("u"),
            password: Some(password),
            ..CLEAN
        };
        assert_eq!(flags(&both) & 0x40, 0x40);
        assert_eq!(payload(&both), bytes);
    }
}

#[test]
fn mqtt_3_1_2_22() {
    assert!(refused(&Connect {
        password: Some(b"p"),
        ..CLEAN
    }));
}

/// In every second of an hour something was sent in the keep-alive before it.
#[test]
fn mqtt_3_1_2_23() {
    for (keep_alive, busy) in [(1, 0), (7, 0), (60, 0), (60, 13), (65_535, 0)] {
        let mut client = Client::new();
        let asked = Connect {
            keep_alive,
            ..CLEAN
        };
        client.open(&asked, false);
        let mut last_sent = at(0);
        while client.now < at(3_600) {
            client.now = client.session.poll_timeout().unwrap();
            let Client { session, out, now } = &mut client;
            assert!(now.since(last_sent).as_secs_f64() <= f64::from(keep_alive));
            session.handle_timeout(*now, false, out).unwrap();
            if !client.raw().is_empty() {
                client.session.sent(client.now);
                last_sent = client.now;
                client.feed(&[0xd0, 0]).unwrap();
            }
            // What the broker sends does not put it off.
            for _ in 0..busy {
                client.feed(&message(Q0, false, 0, b"")).unwrap();
            }
        }
    }
}

#[test]
fn mqtt_3_1_3_1() {
    let expected = b"\0\x01x\0\x01w\0\x03bye\0\x04user\0\x04pass";
    assert_eq!(payload(&FULL), expected);
    assert_eq!(flags(&FULL), 0b1111_0110);
}

/// Another client's state is neither sent nor shown; the own is.
#[test]
fn mqtt_3_1_3_2() {
    let mut client = Client::connected(&KEPT);
    client.publish_id(Q1, b"");
    let other = Connect {
        client_id: "y",
        ..KEPT
    };
    client.feed(&message(Q2, false, 9, b"")).unwrap();
    client.open(&other, true);
    assert!(client.delivers(&message(Q2, false, 9, b"")));
    client.raw();
    client.open(&other, false);
    assert_eq!(client.sent(), [""; 0]);
    assert_eq!(client.dropped(), [1]);
    client.publish_id(Q1, b"");
    client.open(&other, true);
    assert_eq!(client.sent(), [r#"PUBLISH q1 d1 r0 id=2 "out" 0 bytes"#]);
}

#[test]
fn mqtt_3_1_3_3() {
    for client_id in ["x", "", "a long one with spaces/and+everything#"] {
        let asked = Connect { client_id, ..FULL };
        let len = client_id.len() as u8;
        let first = [&[0, len], client_id.as_bytes()].concat();
        assert!(payload(&asked).starts_with(&first));
    }
}

#[test]
fn mqtt_3_1_3_4() {
    let asked = Connect {
        client_id: "é",
        ..CLEAN
    };
    assert_eq!(payload(&asked), [0, 2, 0xc3, 0xa9]);
    assert!(refused(&Connect {
        client_id: "a\0",
        ..CLEAN
    }));
}

#[test]
fn mqtt_3_1_3_7() {
    let client_id = "";
    assert!(refused(&Connect { client_id, ..KEPT }));
    assert!(!refused(&Connect { client_id, ..CLEAN }));
}

#[test]
fn mqtt_3_1_3_10() {
    for topic in ["", "a\0", "a/+", "#"] {
        let will = Some(Will { topic, ..WILL });
        assert!(refused(&Connect { will, ..CLEAN }), "{topic:?}");
    }
    let will = Some(Will {
        topic: "é", ..WILL
    });
    let bytes = payload(&Connect { will, ..CLEAN });
    assert!(bytes.starts_with(&[0, 1, b'x', 0, 2, 0xc3, 0xa9]));
}

#[test]
fn mqtt_3_1_3_11() {
    let username = Some("é");
    let bytes = payload(&Connect { username, ..CLEAN });
    assert_eq!(bytes, [0, 1, b'x', 0, 2, 0xc3, 0xa9]);
    let username = Some("\0");
    assert!(refused(&Connect { username, ..CLEAN }));
}

/// Nothing before CONNACK, and CONNACK once.
#[test]
fn mqtt_3_2_0_1() {
    let suback = vec![0x90, 3, 0, 1, 0];
    for early in [
        message(Q0, false, 0, b""),
        puback(1),
        pubrel(1),
        suback,
        vec![0xd0, 0],
    ] {
        let mut client = Client::new();
        let out = &mut client.out;
        client.session.connect(at(0), &CLEAN, out).unwrap();
        assert_eq!(client.feed(&early), Err(Violation::Unexpected));
        client.raw();
        assert_eq!(client.feed(&connack(false, 0)), Ok(SessionEvent::Nothing));
        assert!(!client.session.is_connected() && client.out.is_empty());
    }
    let mut client = Client::connected(&CLEAN);
    assert_eq!(client.feed(&connack(false, 0)), Err(Violation::Unexpected));
}
