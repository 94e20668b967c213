//! What no broker may send, and the reason code with which the modem closes for each.

use crate::rig::Rig;
use crate::wire::*;

/// What cannot be read.
pub const MALFORMED: u8 = 0x81;
/// What can be read and may not be.
pub const PROTOCOL: u8 = 0x82;

/// What is wrong, the packet, and the code.
pub type Case = (&'static str, Vec<u8>, u8);

/// Connected, with a window, aliases and a packet size of its own.
fn connected() -> Rig {
    Rig::clean(
        &[
            "+MQTTOPT=\"aliasin\",2",
            "+MQTTOPT=\"maxpacket\",200",
            "+MQTTOPT=\"receivemax\",2",
            "+MQTTOPT=\"pubmode\",1",
        ],
        &[],
    )
}

/// Plays each on a connection of its own.
fn close(cases: Vec<Case>) {
    for (what, packet, code) in cases {
        let mut rig = connected();
        rig.violated(&packet, code);
        assert_eq!(rig.passes(3600), "", "{what}: told once");
        assert!(rig.sent().is_empty(), "{what}: nothing behind it");
        rig.connect(false, &[]);
    }
}

/// A message with these properties.
fn with(properties: &[u8]) -> Vec<u8> {
    publish(0x30, "t", 0, properties, b"x")
}

/// A packet with this property twice.
pub fn twice(property: &[u8]) -> Vec<u8> {
    [property, property].concat()
}

#[test]
fn packets_of_a_client() {
    let connect = packet(0x10, &[&text("MQTT"), &[5, 2, 0, 60, 0], &text("me")]);
    close(vec![
        ("CONNECT", connect, PROTOCOL),
        ("SUBSCRIBE", b"\x82\x07\0\x01\0\0\x01t\0".to_vec(), PROTOCOL),
        ("UNSUBSCRIBE", b"\xa2\x06\0\x01\0\0\x01t".to_vec(), PROTOCOL),
        ("PINGREQ", PINGREQ.to_vec(), PROTOCOL),
        ("DISCONNECT with will", disconnect(4), PROTOCOL),
        ("AUTH", vec![0xf0, 0], PROTOCOL),
        ("AUTH again", vec![0xf0, 2, 0x19, 0], PROTOCOL),
        ("type 0", vec![0x00, 0], MALFORMED),
    ]);
}

#[test]
fn lengths() {
    let one_too_large = publish(0x30, "t", 0, &[], &[b'x'; 201 - 7]);
    assert_eq!(one_too_large.len(), 201);
    close(vec![
        (
            "five bytes",
            vec![0x30, 0xff, 0xff, 0xff, 0xff, 1],
            MALFORMED,
        ),
        ("an overlong length", vec![0xd0, 0x80, 0], MALFORMED),
        ("more than announced", one_too_large, 0x95),
        (
            "more than announced, its start",
            vec![0x30, 0xc7, 0x01],
            0x95,
        ),
        ("PINGRESP with more", vec![0xd0, 1, 0], MALFORMED),
        ("PUBLISH without a topic", vec![0x30, 1, 0], MALFORMED),
        (
            "a topic that does not end",
            vec![0x30, 3, 0, 5, b't'],
            MALFORMED,
        ),
        (
            "PUBLISH without an id",
            vec![0x32, 3, 0, 1, b't'],
            MALFORMED,
        ),
        ("without properties", vec![0x30, 3, 0, 1, b't'], MALFORMED),
        (
            "properties that do not end",
            vec![0x30, 5, 0, 1, b't', 9, 1],
            MALFORMED,
        ),
        ("PUBACK without an id", vec![PUBACK, 0], MALFORMED),
        ("half an id", vec![PUBACK, 1, 0], MALFORMED),
        (
            "PUBACK with more",
            vec![PUBACK, 5, 0, 1, 0, 0, 0],
            MALFORMED,
        ),
        (
            "PUBREL with more",
            vec![PUBREL, 5, 0, 1, 0, 0, 0],
            MALFORMED,
        ),
        ("SUBACK without an id", vec![SUBACK, 0], MALFORMED),
        (
            "SUBACK without properties",
            vec![SUBACK, 2, 0, 1],
            MALFORMED,
        ),
        ("DISCONNECT with more", vec![0xe0, 3, 0, 0, 0], MALFORMED),
    ]);
}

#[test]
fn identifiers_of_packets() {
    let id_0 = |first| ack(first, 0, 0);
    close(vec![
        ("PUBLISH", vec![0x32, 6, 0, 1, b't', 0, 0, 0], MALFORMED),
        ("PUBACK", id_0(PUBACK), MALFORMED),
        ("PUBREC", id_0(PUBREC), MALFORMED),
        ("PUBREL", id_0(PUBREL), MALFORMED),
        ("PUBCOMP", id_0(PUBCOMP), MALFORMED),
        ("SUBACK", codes(SUBACK, 0, &[0]), MALFORMED),
        ("UNSUBACK", codes(UNSUBACK, 0, &[0]), MALFORMED),
    ]);
}

#[test]
fn flags_of_messages() {
    let first = |first| publish(first, "t", u16::from(first & 6 != 0), &[], b"x");
    close(vec![
        ("DUP with QoS 0", first(0x38), MALFORMED),
        ("DUP and retain with QoS 0", first(0x39), MALFORMED),
        ("QoS 3", first(0x36), MALFORMED),
        ("QoS 3 with DUP and retain", first(0x3f), MALFORMED),
    ]);
}

#[test]
fn topics() {
    let to = |topic: &[u8]| publish(0x30, topic, 0, &[], b"x");
    let aliased = |topic: &str, alias| publish(0x30, topic, 0, &property(ALIAS, [0, alias]), b"x");
    close(vec![
        ("+", to(b"a/+"), MALFORMED),
        ("#", to(b"#"), MALFORMED),
        ("NUL", to(b"a\0"), MALFORMED),
        ("no UTF-8", to(b"\xff"), MALFORMED),
        ("a surrogate", to(b"\xed\xa0\x80"), MALFORMED),
        ("empty", to(b""), PROTOCOL),
        ("an alias nobody set", aliased("", 1), PROTOCOL),
        ("alias 0", aliased("t", 0), 0x94),
        ("alias 0 alone", aliased("", 0), 0x94),
        ("an alias above the maximum", aliased("t", 3), 0x94),
        ("the same alone", aliased("", 3), 0x94),
    ]);
}

#[test]
fn properties_of_messages() {
    let expiry = property(EXPIRY, [0, 0, 0, 9]);
    let cases = [
        ("format twice", twice(&[1, 1]), PROTOCOL),
        ("expiry twice", twice(&expiry), PROTOCOL),
        (
            "content type twice",
            twice(&named(CONTENT_TYPE, "a")),
            PROTOCOL,
        ),
        (
            "response topic twice",
            twice(&named(RESPONSE_TOPIC, "a")),
            PROTOCOL,
        ),
        ("correlation twice", twice(&named(9, "a")), PROTOCOL),
        ("alias twice", twice(&property(ALIAS, [0, 1])), PROTOCOL),
    ];
    close(
        cases
            .map(|(what, properties, code)| (what, with(&properties), code))
            .into(),
    );
}

#[test]
fn values_of_properties() {
    let cases = [
        ("format 2", vec![1, 2], PROTOCOL),
        ("subscription 0", vec![SUBSCRIPTION_ID, 0], PROTOCOL),
        (
            "an overlong number",
            vec![SUBSCRIPTION_ID, 0x81, 0],
            MALFORMED,
        ),
        (
            "a number of five bytes",
            vec![SUBSCRIPTION_ID, 0x80, 0x80, 0x80, 0x80, 1],
            MALFORMED,
        ),
        (
            "a response topic with #",
            named(RESPONSE_TOPIC, "a/#"),
            PROTOCOL,
        ),
        (
            "an empty response topic",
            named(RESPONSE_TOPIC, ""),
            PROTOCOL,
        ),
        ("no UTF-8", named(CONTENT_TYPE, b"\xff"), MALFORMED),
        ("NUL", user("a", "\0"), MALFORMED),
        ("half of a pair", named(USER, "a"), MALFORMED),
        ("half an expiry", vec![EXPIRY, 0, 0], MALFORMED),
        (
            "text that does not end",
            vec![CONTENT_TYPE, 0, 9, b'a'],
            MALFORMED,
        ),
        ("there is none of 4", vec![4, 0], MALFORMED),
        ("nor of 255", vec![0xff, 0], MALFORMED),
        (
            "an expiry of sessions",
            property(SESSION_EXPIRY, [0; 4]),
            MALFORMED,
        ),
        ("a will delay", property(24, [0; 4]), MALFORMED),
        ("a reason", named(REASON, "a"), MALFORMED),
        (
            "a receive maximum",
            property(RECEIVE_MAX, [0, 9]),
            MALFORMED,
        ),
    ];
    close(
        cases
            .map(|(what, properties, code)| (what, with(&properties), code))
            .into(),
    );
}

#[test]
fn answers() {
    let reason = named(REASON, "a");
    let mut cases: Vec<Case> = Vec::new();
    for first in [PUBACK, PUBREC, PUBREL, PUBCOMP] {
        let of = |properties: &[u8]| ack_with(first, 1, 0, properties);
        cases.extend([
            ("a code of CONNACK", ack(first, 1, 0x84), MALFORMED),
            ("no code", ack(first, 1, 0x42), MALFORMED),
            ("a reason twice", of(&twice(&reason)), PROTOCOL),
            ("a content type", of(&named(CONTENT_TYPE, "a")), MALFORMED),
            (
                "properties that do not end",
                vec![first, 4, 0, 1, 0, 9],
                MALFORMED,
            ),
        ]);
    }
    for first in [SUBACK, UNSUBACK] {
        let of = |properties: &[u8]| packet(first, &[&[0, 1], &block(properties), &[0]]);
        cases.extend([
            ("a reason twice", of(&twice(&reason)), PROTOCOL),
            ("a subscription", of(&[SUBSCRIPTION_ID, 1]), MALFORMED),
            ("no codes", codes(first, 1, &[]), PROTOCOL),
            ("a code that is none", codes(first, 1, &[0x42]), MALFORMED),
        ]);
    }
    cases.push(("QoS 3 granted", codes(SUBACK, 1, &[3]), MALFORMED));
    cases.push(("a code of SUBACK", codes(UNSUBACK, 1, &[1]), MALFORMED));
    close(cases);
}

#[test]
fn ends() {
    let of = |properties: &[u8]| packet(0xe0, &[&[0x8b], &block(properties)]);
    close(vec![
        (
            "a session expiry",
            of(&property(SESSION_EXPIRY, [0; 4])),
            PROTOCOL,
        ),
        ("a reason twice", of(&twice(&named(REASON, "a"))), PROTOCOL),
        ("a reference twice", of(&twice(&named(28, "a"))), PROTOCOL),
        (
            "a receive maximum",
            of(&property(RECEIVE_MAX, [0, 9])),
            MALFORMED,
        ),
        ("a code of PUBACK", disconnect(0x10), MALFORMED),
        ("AUTH with no code of it", vec![0xf0, 2, 1, 0], MALFORMED),
        ("a second CONNACK", connack(false, 0, &[]), PROTOCOL),
        (
            "a second CONNACK that refuses",
            connack(false, 0x87, &[]),
            PROTOCOL,
        ),
        ("one that cannot be read", vec![0x20, 2, 0, 0], MALFORMED),
    ]);
}

#[test]
fn more_than_the_receive_maximum() {
    let mut rig = connected();
    for id in 1..=2 {
        rig.broker(&publish(0x34, "t", id, &[], b"x"));
    }
    rig.violated(&publish(0x34, "t", 3, &[], b"x"), 0x93);
}

/// What is strange and allowed: the connection stays.
#[test]
fn what_ends_nothing() {
    for (what, packet, answer) in [
        ("PUBACK of nothing", ack(PUBACK, 77, 0), None),
        ("its refusal", ack(PUBACK, 77, 0x87), None),
        (
            "PUBREC of nothing",
            ack(PUBREC, 77, 0),
            Some(ack(PUBREL, 77, 0)),
        ),
        ("its refusal", ack(PUBREC, 77, 0x87), None),
        (
            "PUBREL of nothing",
            ack(PUBREL, 77, 0),
            Some(ack(PUBCOMP, 77, 0)),
        ),
        (
            "one that knows it",
            ack(PUBREL, 77, 0x92),
            Some(ack(PUBCOMP, 77, 0)),
        ),
        ("PUBCOMP of nothing", ack(PUBCOMP, 77, 0), None),
        ("one that knows it", ack(PUBCOMP, 77, 0x92), None),
        ("SUBACK of nothing", codes(SUBACK, 77, &[0]), None),
        ("UNSUBACK of nothing", codes(UNSUBACK, 77, &[0]), None),
        ("PINGRESP without a question", PINGRESP.to_vec(), None),
        (
            "all bytes as payload",
            publish(0x30, "t", 0, &[1, 1], b"\xff"),
            None,
        ),
        ("an empty payload", publish(0x31, "t", 0, &[], b""), None),
        ("an expiry of 0", with(&property(EXPIRY, [0; 4])), None),
        ("user properties", with(&twice(&user("", ""))), None),
        ("subscriptions", with(&twice(&[SUBSCRIPTION_ID, 1])), None),
    ] {
        let mut rig = connected();
        let said = rig.broker(&packet);
        assert!(!rig.is_closed(), "{what}: {said}");
        assert_eq!(rig.sent(), Vec::from_iter(answer), "{what}");
        assert_eq!(
            rig.types("AT+MQTTPUB=\"t\",0,0,\"x\""),
            "\r\nOK\r\n",
            "{what}"
        );
    }
}
