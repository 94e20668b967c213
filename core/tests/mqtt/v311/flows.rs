//! Clauses 3.3 to 3.7 and 4.3: PUBLISH and its acknowledgements.

use crate::client::*;
use mqmodem_core::mqtt::{Properties, Rules, SendError, SessionEvent, Violation};

#[test]
fn mqtt_3_3_1_1() {
    let mut client = Client::connected(&KEPT);
    client.publish_id(Q1, b"1");
    client.publish_id(Q2, b"2");
    assert_eq!(client.raw()[0], 0x32);
    for _ in 0..2 {
        client.open(&KEPT, true);
        let raw = client.raw();
        let first: Vec<u8> = packets(&raw).iter().map(|packet| packet[0]).collect();
        assert_eq!(first, [0x3a, 0x3c]);
    }
}

#[test]
fn mqtt_3_3_1_2() {
    let mut client = Client::connected(&KEPT);
    client.publish(Q0, b"").unwrap();
    assert_eq!(client.raw()[0], 0x30);
    // It is not sent a second time, and nobody else may do so.
    client.open(&KEPT, true);
    assert!(client.out.is_empty());
    let bad = [0x38, 3, 0, 1, b'a'];
    let Ok(SessionEvent::Message { dup: false, .. }) = client.feed(&bad) else {
        panic!("DUP is not passed over");
    };
    client.session.set_rules(Rules::Strict);
    assert_eq!(client.feed(&bad), Err(Violation::Malformed));
}

#[test]
fn mqtt_3_3_1_4() {
    for first in [0x36, 0x37, 0x3e, 0x3f] {
        let mut client = Client::connected(&CLEAN);
        let packet = [first, 5, 0, 1, b'a', 0, 1];
        assert_eq!(client.feed(&packet), Err(Violation::Malformed));
        assert!(!client.session.is_connected());
    }
}

#[test]
fn mqtt_3_3_2_1() {
    let mut client = Client::connected(&CLEAN);
    let Client { session, out, .. } = &mut client;
    session.publish("é", Q1, true, b"!", out).unwrap();
    assert_eq!(client.raw(), [0x33, 7, 0, 2, 0xc3, 0xa9, 0, 1, b'!']);
}

#[test]
fn mqtt_3_3_2_2() {
    let mut client = Client::connected(&CLEAN);
    for topic in ["+", "a/#"] {
        for qos in [Q0, Q1, Q2] {
            let Client { session, out, .. } = &mut client;
            let sent = session.publish(topic, qos, false, b"", out);
            assert_eq!(sent, Err(SendError::Invalid));
        }
    }
    assert!(client.out.is_empty() && client.session.in_flight() == 0);
}

#[test]
fn mqtt_3_3_4_1() {
    for (qos, answer) in [
        (Q0, vec![]),
        (Q1, vec!["PUBACK id=7"]),
        (Q2, vec!["PUBREC id=7"]),
    ] {
        let mut client = Client::connected(&CLEAN);
        let number = if qos == Q0 { 0 } else { 7 };
        let packet = message(qos, false, number, b"hello");
        let expected = SessionEvent::Message {
            topic: "in",
            alias: 0,
            properties: Properties::NONE,
            qos,
            id: mqmodem_core::mqtt::PacketId::new(number),
            retain: false,
            dup: false,
            payload: b"hello",
            number: 0,
        };
        assert_eq!(client.feed(&packet), Ok(expected));
        assert_eq!(client.sent(), answer);
    }
}

#[test]
fn mqtt_3_6_1_1() {
    let mut client = Client::connected(&CLEAN);
    client.publish_id(Q2, b"");
    client.raw();
    client.feed(&pubrec(1)).unwrap();
    assert_eq!(client.raw(), [0x62, 2, 0, 1]);
}

#[test]
fn mqtt_4_3_1_1() {
    let mut client = Client::connected(&KEPT);
    assert_eq!(client.publish(Q0, b"x"), Ok(None));
    assert_eq!(client.sent(), [r#"PUBLISH q0 d0 r0 "out" 1 bytes"#]);
    assert_eq!(client.session.in_flight(), 0);
}

#[test]
fn mqtt_4_3_2_1() {
    let mut client = Client::connected(&CLEAN);
    let (one, two) = (client.publish_id(Q1, b""), client.publish_id(Q1, b""));
    assert_ne!(one, two);
    assert_eq!(client.session.in_flight(), 2);
    assert_eq!(
        client.sent(),
        [
            r#"PUBLISH q1 d0 r0 id=1 "out" 0 bytes"#,
            r#"PUBLISH q1 d0 r0 id=2 "out" 0 bytes"#
        ]
    );
    assert_eq!(client.feed(&puback(two)), Ok(published(two)));
    assert_eq!(client.session.in_flight(), 1);
    assert_eq!(client.feed(&puback(two)), Ok(SessionEvent::Nothing));
    assert_eq!(client.session.in_flight(), 1);
}

#[test]
fn mqtt_4_3_2_2() {
    let mut client = Client::connected(&CLEAN);
    for payload in [b"1", b"2"] {
        let packet = message(Q1, false, 7, payload);
        let Ok(SessionEvent::Message { payload: got, .. }) = client.feed(&packet) else {
            panic!("no message");
        };
        assert_eq!(got, payload);
        assert_eq!(client.sent(), ["PUBACK id=7"]);
    }
}

#[test]
fn mqtt_4_3_3_1() {
    for session_present in [true, false] {
        let mut client = Client::connected(&KEPT);
        let number = client.publish_id(Q2, b"x");
        assert_eq!(client.sent(), [r#"PUBLISH q2 d0 r0 id=1 "out" 1 bytes"#]);
        assert_eq!(client.feed(&pubrec(number)), Ok(SessionEvent::Nothing));
        assert_eq!(client.sent(), ["PUBREL id=1"]);
        assert_eq!(client.session.in_flight(), 1);
        client.open(&KEPT, session_present);
        assert_eq!(client.sent(), ["PUBREL id=1"]);
        // A second PUBREC is a second PUBREL.
        assert_eq!(client.feed(&pubrec(number)), Ok(SessionEvent::Nothing));
        assert_eq!(client.sent(), ["PUBREL id=1"]);
        client.feed(&pubcomp(number)).unwrap();
        assert_eq!(client.session.in_flight(), 0);
        client.open(&KEPT, true);
        assert_eq!(client.sent(), [""; 0]);
    }
}

#[test]
fn mqtt_4_3_3_2() {
    let mut client = Client::connected(&KEPT);
    assert!(client.delivers(&message(Q2, false, 7, b"")));
    for dup in [true, false] {
        assert_eq!(
            client.feed(&message(Q2, dup, 7, b"")),
            Ok(SessionEvent::Nothing)
        );
    }
    assert!(client.delivers(&message(Q2, false, 8, b"")));
    client.raw();
    client.open(&KEPT, true);
    assert_eq!(
        client.feed(&message(Q2, true, 7, b"")),
        Ok(SessionEvent::Nothing)
    );
    client.feed(&pubrel(7)).unwrap();
    assert_eq!(client.sent(), ["PUBREC id=7", "PUBCOMP id=7"]);
    assert!(client.delivers(&message(Q2, false, 7, b"")));
}

/// The acknowledgement is written before anybody has looked at the message.
#[test]
fn mqtt_4_5_0_2() {
    let mut client = Client::connected(&CLEAN);
    let _ = client.feed(&message(Q1, false, 1, b""));
    let _ = client.feed(&message(Q2, false, 2, b""));
    assert_eq!(client.sent(), ["PUBACK id=1", "PUBREC id=2"]);
}

#[test]
fn mqtt_4_6_0_2() {
    let mut client = Client::connected(&CLEAN);
    for number in [5, 3, 9, 1] {
        client.feed(&message(Q1, false, number, b"")).unwrap();
    }
    let sent = client.sent();
    assert_eq!(
        sent,
        ["PUBACK id=5", "PUBACK id=3", "PUBACK id=9", "PUBACK id=1"]
    );
}

#[test]
fn mqtt_4_6_0_3() {
    let mut client = Client::connected(&CLEAN);
    for number in [5, 3, 9, 1] {
        client.feed(&message(Q2, false, number, b"")).unwrap();
    }
    let sent = client.sent();
    assert_eq!(
        sent,
        ["PUBREC id=5", "PUBREC id=3", "PUBREC id=9", "PUBREC id=1"]
    );
}

#[test]
fn mqtt_4_6_0_4() {
    let mut client = Client::connected(&CLEAN);
    for _ in 0..3 {
        client.publish_id(Q2, b"");
    }
    client.raw();
    for number in [2, 1, 3] {
        client.feed(&pubrec(number)).unwrap();
    }
    assert_eq!(client.sent(), ["PUBREL id=2", "PUBREL id=1", "PUBREL id=3"]);
}
