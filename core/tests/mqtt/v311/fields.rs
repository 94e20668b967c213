//! Clauses 1, 2 and 7: strings, flags, identifiers, the stream.

use crate::client::*;
use mqmodem_core::mqtt::{Frame, Rules, SendError, SessionEvent, Violation, frame};

/// Ill-formed: a surrogate, an overlong form, a cut one, one above U+10FFFF.
#[test]
fn mqtt_1_5_3_1() {
    for text in [
        &[0xed, 0xa0, 0x80][..],
        &[0xc0, 0xaf],
        &[0xe2, 0x82],
        &[0xf4, 0x90, 0x80, 0x80],
        &[0xff],
    ] {
        let len = text.len() as u8;
        let packet = [&[0x30, len + 2, 0, len], text].concat();
        let mut client = Client::connected(&CLEAN);
        assert_eq!(client.feed(&packet), Err(Violation::Malformed), "{text:x?}");
        assert!(!client.session.is_connected());
    }
}

#[test]
fn mqtt_1_5_3_2() {
    let mut client = Client::connected(&CLEAN);
    let sent = client
        .session
        .publish("a\0b", Q0, false, b"", &mut client.out);
    assert_eq!(sent, Err(SendError::Invalid));
    assert_eq!(client.subscribe("a\0", Q0), Err(SendError::Invalid));
    assert!(client.out.is_empty());
    let packet = [0x30, 5, 0, 3, b'a', 0, b'b'];
    assert_eq!(client.feed(&packet), Err(Violation::Malformed));
}

#[test]
fn mqtt_1_5_3_3() {
    let packet = [0x30, 6, 0, 4, 0xef, 0xbb, 0xbf, b'a'];
    let mut client = Client::connected(&CLEAN);
    let Ok(SessionEvent::Message { topic, .. }) = client.feed(&packet) else {
        panic!("no message");
    };
    assert_eq!(topic, "\u{feff}a");
}

#[test]
fn mqtt_2_2_2_1() {
    let mut client = Client::new();
    let Client { session, out, .. } = &mut client;
    session.connect(at(0), &CLEAN, out).unwrap();
    session.handle(at(0), &connack(false, 0), out).unwrap();
    session.handle_timeout(at(60), false, out).unwrap();
    client.publish(Q2, b"").unwrap();
    client.feed(&pubrec(1)).unwrap();
    client.feed(&message(Q1, false, 1, b"")).unwrap();
    client.feed(&message(Q2, false, 2, b"")).unwrap();
    client.feed(&pubrel(2)).unwrap();
    client.subscribe("a", Q0).unwrap();
    client.unsubscribe("a").unwrap();
    client.session.disconnect(&mut client.out).unwrap();
    let raw = client.raw();
    let first: Vec<u8> = packets(&raw).iter().map(|packet| packet[0]).collect();
    let expected = [0x10, 0xc0, 0x34, 0x62, 0x40, 0x50, 0x70, 0x82, 0xa2, 0xe0];
    assert_eq!(first, expected);
}

/// Every flag but the right one, for all a broker sends.
#[test]
fn mqtt_2_2_2_2() {
    let suback = vec![0x90, 3, 0, 1, 0];
    for (good, bad) in [
        (puback(1), 1..=15),
        (pubcomp(1), 1..=15),
        (unsuback(1), 1..=15),
        (suback, 1..=15),
        (vec![0xd0, 0], 1..=15),
        (pubrel(1), 0..=1),
        (pubrel(1), 3..=15),
    ] {
        assert!(Client::connected(&CLEAN).feed(&good).is_ok());
        for flags in bad {
            let mut packet = good.clone();
            packet[0] = packet[0] & 0xf0 | flags;
            for rules in [Rules::Lenient, Rules::Strict] {
                let mut client = Client::connected(&CLEAN);
                client.session.set_rules(rules);
                let said = client.feed(&packet);
                assert_eq!(said, Err(Violation::Malformed), "{packet:x?}");
                assert!(!client.session.is_connected());
            }
        }
    }
}

/// Even where the counter passes 65535.
#[test]
fn mqtt_2_3_1_1() {
    let mut client = Client::connected(&CLEAN);
    for _ in 0..70_000 {
        let number = client.publish_id(Q1, b"");
        client.raw();
        assert_eq!(client.feed(&puback(number)), Ok(published(number)));
    }
    let mut seeded = Client::new();
    seeded.session = mqmodem_core::mqtt::Session::new(memory(0), memory(0), memory(9), 0);
    seeded.open(&CLEAN, false);
    assert_eq!(seeded.publish_id(Q1, b""), 1);
}

/// One identifier stays in use while the others go round.
#[test]
fn mqtt_2_3_1_2() {
    let mut client = Client::connected(&CLEAN);
    let held = client.subscribe("a", Q0).unwrap().get();
    let mut last = held;
    for _ in 0..70_000 {
        let number = client.publish_id(Q1, b"");
        client.raw();
        assert!(number != held && number != last);
        client.feed(&puback(number)).unwrap();
        last = number;
    }
}

#[test]
fn mqtt_2_3_1_3() {
    let mut client = Client::connected(&KEPT);
    let number = client.publish_id(Q1, b"");
    client.open(&KEPT, true);
    let resent = format!("PUBLISH q1 d1 r0 id={number} \"out\" 0 bytes");
    assert_eq!(client.sent(), [resent]);
}

#[test]
fn mqtt_2_3_1_5() {
    let mut client = Client::connected(&CLEAN);
    assert_eq!(client.publish(Q0, b"!"), Ok(None));
    assert_eq!(client.raw(), b"\x30\x06\x00\x03out!");
}

#[test]
fn mqtt_2_3_1_6() {
    let mut client = Client::connected(&CLEAN);
    client.feed(&message(Q1, false, 77, b"")).unwrap();
    client.feed(&message(Q2, false, 78, b"")).unwrap();
    let number = client.publish_id(Q2, b"");
    client.feed(&pubrec(number)).unwrap();
    let sent = client.sent();
    assert_eq!(sent[..2], ["PUBACK id=77", "PUBREC id=78"]);
    assert_eq!(sent[3], format!("PUBREL id={number}"));
}

#[test]
fn mqtt_4_7_3_3() {
    let (longest, longer) = ("a".repeat(65_535), "a".repeat(65_536));
    let mut client = Client::with(0, 0, 70_000, 200_000);
    client.open(&CLEAN, false);
    let Client { session, out, .. } = &mut client;
    assert_eq!(session.publish(&longest, Q0, false, b"", out), Ok(None));
    let too_long = session.publish(&longer, Q0, false, b"", out);
    assert_eq!(too_long, Err(SendError::Invalid));
    assert!(client.subscribe(&longest, Q0).is_ok());
    assert_eq!(client.subscribe(&longer, Q0), Err(SendError::Invalid));
    assert_eq!(client.unsubscribe(&longer), Err(SendError::Invalid));
    assert_eq!(client.sent().len(), 2);
}

/// Only what the standard has: nothing else is sent, needed or accepted.
#[test]
fn mqtt_7_0_0_2() {
    for first in 0..=255_u8 {
        let known = !matches!(first >> 4, 0 | 15);
        assert!(known || frame(&[first, 0]) == Frame::Malformed);
    }
    let mut client = Client::new();
    client
        .session
        .connect(at(0), &CLEAN, &mut client.out)
        .unwrap();
    assert_eq!(
        client.raw(),
        b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x01x"
    );
}

/// Packets are found wherever the stream is cut.
#[test]
fn mqtt_7_1_2_1() {
    let packet = message(Q1, false, 5, b"payload");
    for cut in 1..packet.len() {
        assert!(matches!(frame(&packet[..cut]), Frame::Incomplete { .. }));
    }
    let stream = [packet.clone(), puback(1), packet.clone()].concat();
    assert_eq!(frame(&stream), Frame::Whole { len: packet.len() });
    assert_eq!(packets(&stream).len(), 3);
}
