//! Clauses 3.1 and 3.2: CONNECT and CONNACK.

use super::*;
use mqmodem_core::mqtt::property::{self, PropertyValue};
use mqmodem_core::mqtt::{Connect, Properties, Qos, Will};

const WILL: Will<'static> = Will {
    topic: "w",
    message: b"bye",
    qos: Qos::ExactlyOnce,
    retain: true,
    properties: Properties::NONE,
};
const CONNECT: Connect<'static> = Connect {
    version: Version::V5,
    client_id: "x",
    clean_session: true,
    keep_alive: 60,
    username: None,
    password: None,
    properties: Properties::NONE,
    will: None,
};
const FULL: Connect<'static> = Connect {
    username: Some("u"),
    password: Some(b"p"),
    will: Some(WILL),
    ..CONNECT
};

fn bytes(connect: Connect<'_>) -> Vec<u8> {
    encode(&Packet::Connect(connect)).unwrap()
}

fn flags(connect: Connect<'_>) -> u8 {
    bytes(connect)[9]
}

#[test]
fn mqtt_3_1_2_1() {
    assert_eq!(bytes(CONNECT)[2..8], *b"\0\x04MQTT");
}

#[test]
fn mqtt_3_1_2_3() {
    assert_eq!(flags(CONNECT) & 1, 0);
    assert_eq!(flags(FULL) & 1, 0);
    let mut reserved = bytes(CONNECT);
    reserved[9] |= 1;
    assert_eq!(decode(&reserved), MALFORMED);
}

#[test]
fn mqtt_3_1_2_9() {
    let will = Some(WILL);
    let connect = bytes(Connect { will, ..CONNECT });
    assert_eq!(connect[9] & 4, 4);
    // The will's properties are there, though there are none.
    assert_eq!(connect[13..], *b"\0\x01x\0\0\x01w\0\x03bye");
}

#[test]
fn mqtt_3_1_2_11() {
    assert_eq!(flags(CONNECT) & 0x1c, 0);
    let mut other = bytes(CONNECT);
    other[9] |= 0x08;
    assert_eq!(decode(&other), MALFORMED);
}

#[test]
fn mqtt_3_1_2_13() {
    assert_eq!(flags(CONNECT) & 0x24, 0);
    let mut other = bytes(CONNECT);
    other[9] |= 0x20;
    assert_eq!(decode(&other), MALFORMED);
}

#[test]
fn mqtt_3_1_2_16() {
    assert_eq!(flags(CONNECT) & 0x80, 0);
    assert_eq!(bytes(CONNECT)[12..], *b"\0\0\x01x");
}

#[test]
fn mqtt_3_1_2_17() {
    let username = Some("u");
    let connect = bytes(Connect {
        username,
        ..CONNECT
    });
    assert_eq!(connect[9] & 0x80, 0x80);
    assert_eq!(connect[12..], *b"\0\0\x01x\0\x01u");
}

#[test]
fn mqtt_3_1_2_18() {
    assert_eq!(flags(CONNECT) & 0x40, 0);
    let username = Some("u");
    assert_eq!(
        flags(Connect {
            username,
            ..CONNECT
        }) & 0x40,
        0
    );
}

/// MQTT 5 lets it come without a user name.
#[test]
fn mqtt_3_1_2_19() {
    let password = Some(&b"p"[..]);
    let connect = bytes(Connect {
        password,
        ..CONNECT
    });
    assert_eq!(connect[9] & 0xc0, 0x40);
    assert_eq!(connect[12..], *b"\0\0\x01x\0\x01p");
}

#[test]
fn mqtt_3_1_3_1() {
    let mut memory = [0; 16];
    let mut block = Buf::lent(&mut memory);
    let delay = PropertyValue::Four(30);
    property::WILL_DELAY.write(delay, &mut block).unwrap();
    let carrier = mqmodem_core::mqtt::carrier::Carrier::Will;
    let properties = Properties::parse(carrier, block.as_slice()).unwrap();
    let will = Some(Will { properties, ..WILL });
    let connect = bytes(Connect { will, ..FULL });
    let payload = b"\0\x01x\x05\x18\0\0\0\x1e\0\x01w\0\x03bye\0\x01u\0\x01p";
    assert_eq!(connect[13..], *payload);
}

#[test]
fn mqtt_3_1_3_3() {
    assert_eq!(bytes(FULL)[13..16], *b"\0\x01x");
    let client_id = "";
    let connect = bytes(Connect {
        client_id,
        ..CONNECT
    });
    assert_eq!(connect[13..], *b"\0\0");
}

#[test]
fn mqtt_3_2_2_1() {
    for flags in 2..=0xff {
        assert_eq!(decode(&[0x20, 3, flags, 0, 0]), MALFORMED, "{flags:02x}");
    }
    assert!(decode(&[0x20, 3, 1, 0, 0]).is_ok());
}

#[test]
fn mqtt_3_2_2_6() {
    assert_eq!(decode(&[0x20, 3, 1, 0x87, 0]), PROTOCOL);
    assert!(decode(&[0x20, 3, 0, 0x87, 0]).is_ok());
}

#[test]
fn mqtt_3_2_2_8() {
    let table = [
        0x00, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8c, 0x90, 0x95,
        0x97, 0x99, 0x9a, 0x9b, 0x9c, 0x9d, 0x9f,
    ];
    assert_eq!(codes(|code| vec![0x20, 3, 0, code, 0]), table);
}
