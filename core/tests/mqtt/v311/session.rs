//! Clauses 4.1, 4.4, 4.6 and 4.8: what outlives a connection, what ends it.

use crate::client::*;
use mqmodem_core::mqtt::{SessionEvent, Violation};

/// Over any number of connections, until it is acknowledged.
#[test]
fn mqtt_4_1_0_1() {
    let mut client = Client::connected(&KEPT);
    let number = client.publish_id(Q1, b"kept");
    for _ in 0..5 {
        client.open(&KEPT, true);
        assert_eq!(client.sent(), [r#"PUBLISH q1 d1 r0 id=1 "out" 4 bytes"#]);
    }
    client.open(&KEPT, true);
    assert!(client.raw().ends_with(b"kept"));
    assert_eq!(client.feed(&puback(number)), Ok(published(number)));
    client.open(&KEPT, true);
    assert_eq!(client.sent(), [""; 0]);
}

/// Also a clean one, whatever time passes.
#[test]
fn mqtt_4_1_0_2() {
    let mut client = Client::connected(&CLEAN);
    let number = client.publish_id(Q2, b"");
    client.feed(&message(Q2, false, 7, b"")).unwrap();
    client.now = at(86_400);
    assert_eq!(
        client.feed(&message(Q2, false, 7, b"")),
        Ok(SessionEvent::Nothing)
    );
    client.feed(&pubrec(number)).unwrap();
    assert_eq!(client.feed(&pubcomp(number)), Ok(published(number)));
}

#[test]
fn mqtt_4_4_0_1() {
    for session_present in [true, false] {
        let mut client = Client::connected(&KEPT);
        client.publish_id(Q1, b"1");
        client.publish_id(Q2, b"2");
        client.publish_id(Q2, b"3");
        client.feed(&pubrec(2)).unwrap();
        client.raw();
        client.open(&KEPT, session_present);
        assert_eq!(
            client.sent(),
            [
                r#"PUBLISH q1 d1 r0 id=1 "out" 1 bytes"#,
                "PUBREL id=2",
                r#"PUBLISH q2 d1 r0 id=3 "out" 1 bytes"#
            ]
        );
    }
}

/// Also if some in between are done, and new ones come after.
#[test]
fn mqtt_4_6_0_1() {
    let mut client = Client::connected(&KEPT);
    for number in 1..=10_u8 {
        client.publish_id(Q1, &vec![0; usize::from(number)]);
    }
    for number in [1, 4, 5, 9] {
        client.feed(&puback(number)).unwrap();
    }
    client.publish_id(Q1, &[0; 11]);
    client.raw();
    client.open(&KEPT, true);
    let line = |number| format!("PUBLISH q1 d1 r0 id={number} \"out\" {number} bytes");
    assert_eq!(client.sent(), [2, 3, 6, 7, 8, 10, 11].map(line));
}

/// All a broker never sends, and what is no packet.
#[test]
fn mqtt_4_8_0_1() {
    for packet in [
        &[0xc0, 0][..],
        &[0xe0, 0],
        b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x01x",
        b"\x82\x06\x00\x01\x00\x01a\x02",
        b"\xa2\x05\x00\x01\x00\x01a",
        &[0x20, 2, 0, 0],
        &[0x00, 0],
        &[],
        &[0x40, 2, 0, 0],
    ] {
        let mut client = Client::connected(&KEPT);
        client.publish_id(Q1, b"");
        client.raw();
        assert!(client.feed(packet).is_err(), "{packet:x?}");
        assert!(!client.session.is_connected());
        assert!(client.out.is_empty());
    }
}

/// Memory for identifiers received is full: the connection ends, the message is
/// not acknowledged and comes again.
#[test]
fn mqtt_4_8_0_2() {
    let mut client = Client::with(0, 24, 0, 256);
    client.open(&KEPT, false);
    client.feed(&message(Q2, false, 1, b"")).unwrap();
    client.feed(&message(Q2, false, 2, b"")).unwrap();
    client.raw();
    let third = message(Q2, false, 3, b"");
    assert_eq!(client.feed(&third), Err(Violation::Full));
    assert!(client.out.is_empty() && !client.session.is_connected());
    client.open(&KEPT, true);
    client.feed(&pubrel(1)).unwrap();
    assert!(client.delivers(&third));
}
