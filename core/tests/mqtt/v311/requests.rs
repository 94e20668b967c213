//! Clauses 3.8, 3.10, 3.14 and 4.7: subscribing, leaving, topics.

use crate::client::*;
use mqmodem_core::mqtt::{SendError, SessionEvent};

fn publish_to(topic: &str) -> Result<(), SendError> {
    let mut client = Client::connected(&CLEAN);
    let Client { session, out, .. } = &mut client;
    let sent = session.publish(topic, Q0, false, b"", out);
    assert_eq!(sent.is_err(), out.is_empty());
    sent.map(|_| ())
}

fn subscribe_to(filter: &str) -> Result<(), SendError> {
    let mut client = Client::connected(&CLEAN);
    let asked = client.subscribe(filter, Q0);
    assert_eq!(asked.is_err(), client.out.is_empty());
    assert_eq!(client.unsubscribe(filter).is_ok(), asked.is_ok());
    asked.map(|_| ())
}

#[test]
fn mqtt_3_8_1_1() {
    let mut client = Client::connected(&CLEAN);
    client.subscribe("a", Q2).unwrap();
    assert_eq!(client.raw(), b"\x82\x06\x00\x01\x00\x01a\x02");
}

#[test]
fn mqtt_3_8_3_1() {
    let mut client = Client::connected(&CLEAN);
    client.subscribe("é", Q0).unwrap();
    assert_eq!(client.raw()[4..], [0, 2, 0xc3, 0xa9, 0]);
    assert_eq!(subscribe_to("a\0"), Err(SendError::Invalid));
}

#[test]
fn mqtt_3_8_3_3() {
    assert_eq!(subscribe_to(""), Err(SendError::Invalid));
    let mut client = Client::connected(&CLEAN);
    client.subscribe("a", Q0).unwrap();
    assert_eq!(client.sent(), [r#"SUBSCRIBE id=1 "a" q0"#]);
}

#[test]
fn mqtt_3_10_1_1() {
    let mut client = Client::connected(&CLEAN);
    client.unsubscribe("a").unwrap();
    assert_eq!(client.raw(), b"\xa2\x05\x00\x01\x00\x01a");
}

#[test]
fn mqtt_3_10_3_1() {
    let mut client = Client::connected(&CLEAN);
    client.unsubscribe("é").unwrap();
    assert_eq!(client.raw()[4..], [0, 2, 0xc3, 0xa9]);
    assert_eq!(client.unsubscribe("a\0"), Err(SendError::Invalid));
}

#[test]
fn mqtt_3_10_3_2() {
    let mut client = Client::connected(&CLEAN);
    assert_eq!(client.unsubscribe(""), Err(SendError::Invalid));
    client.unsubscribe("a").unwrap();
    assert_eq!(client.sent(), [r#"UNSUBSCRIBE id=1 "a""#]);
}

/// The session no longer is a connection; the transport is the caller's.
#[test]
fn mqtt_3_14_4_1() {
    let mut client = Client::connected(&CLEAN);
    client.session.disconnect(&mut client.out).unwrap();
    assert_eq!(client.raw(), [0xe0, 0]);
    assert!(!client.session.is_connected());
    assert_eq!(client.session.poll_timeout(), None);
}

#[test]
fn mqtt_3_14_4_2() {
    for connect in [CLEAN, KEPT] {
        let mut client = Client::connected(&connect);
        client.publish(Q2, b"").unwrap();
        client.raw();
        client.session.disconnect(&mut client.out).unwrap();
        assert_eq!(client.publish(Q0, b""), Err(SendError::NotConnected));
        assert_eq!(client.subscribe("a", Q0), Err(SendError::NotConnected));
        let asked = [
            message(Q1, false, 1, b""),
            message(Q2, false, 2, b""),
            pubrec(1),
            pubrel(3),
        ];
        for packet in asked {
            assert_eq!(client.feed(&packet), Ok(SessionEvent::Nothing));
        }
        let Client { session, out, .. } = &mut client;
        session.handle_timeout(at(600), false, out).unwrap();
        session.disconnect(out).unwrap();
        assert!(!session.poll_send(out));
        assert_eq!(client.sent(), ["DISCONNECT"]);
    }
}

#[test]
fn mqtt_4_7_1_1() {
    for topic in ["#", "+", "a/+", "a/#", "a+", "a#b"] {
        assert_eq!(publish_to(topic), Err(SendError::Invalid), "{topic}");
    }
}

#[test]
fn mqtt_4_7_1_2() {
    for filter in ["#", "a/#", "/#", "a/b/#", "+/#"] {
        assert_eq!(subscribe_to(filter), Ok(()), "{filter}");
    }
    for filter in ["a#", "#/a", "a/#/b", "##", "a/b#", "#/"] {
        assert_eq!(subscribe_to(filter), Err(SendError::Invalid), "{filter}");
    }
}

#[test]
fn mqtt_4_7_1_3() {
    for filter in ["+", "+/a", "a/+/b", "/+", "+/+", "+/"] {
        assert_eq!(subscribe_to(filter), Ok(()), "{filter}");
    }
    for filter in ["a+", "+a", "a/b+/c", "++", "a/+b"] {
        assert_eq!(subscribe_to(filter), Err(SendError::Invalid), "{filter}");
    }
}

#[test]
fn mqtt_4_7_3_1() {
    assert_eq!(publish_to(""), Err(SendError::Invalid));
    assert_eq!(publish_to(" "), Ok(()));
    assert_eq!(publish_to("/"), Ok(()));
    assert_eq!(subscribe_to(""), Err(SendError::Invalid));
    assert_eq!(subscribe_to("/"), Ok(()));
}

#[test]
fn mqtt_4_7_3_2() {
    assert_eq!(publish_to("\0"), Err(SendError::Invalid));
    assert_eq!(publish_to("a/\0"), Err(SendError::Invalid));
    assert_eq!(subscribe_to("+/\0"), Err(SendError::Invalid));
}
