//! The packets of `vectors.rs`, and those that may not be sent.

use super::vectors::{BAD, FORGIVEN, GOOD};
use super::*;
use crate::mqtt::{PacketId, Properties, Qos};
use std::string::{String, ToString};
use std::vec;
use std::vec::Vec;

/// Bytes from hex digits and `"text"`.
fn bytes(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (place, part) in text.split('"').enumerate() {
        if place % 2 == 1 {
            bytes.extend(part.as_bytes());
            continue;
        }
        let digits: String = part.split_whitespace().collect();
        for pair in digits.as_bytes().chunks(2) {
            bytes.push(u8::from_str_radix(core::str::from_utf8(pair).unwrap(), 16).unwrap());
        }
    }
    bytes
}

fn encode(packet: &Packet<'_>) -> Result<Vec<u8>, EncodeError> {
    let mut memory = vec![0; 1 << 18];
    let mut out = Buf::lent(&mut memory);
    packet.encode(&mut out)?;
    Ok(out.as_slice().to_vec())
}

#[test]
fn packets_the_standard_allows_are_decoded_and_encoded() {
    for &(clause, hex, line) in GOOD {
        let wire = bytes(hex);
        assert_eq!(
            frame(&wire),
            Frame::Whole { len: wire.len() },
            "{clause}: {hex}"
        );
        let packet = Packet::decode(&wire).unwrap_or_else(|_| panic!("{clause}: {hex}"));
        assert_eq!(packet.to_string(), line, "{clause}");
        assert_eq!(
            encode(&packet).as_deref(),
            Ok(&wire[..]),
            "{clause}: {line}"
        );
    }
}

#[test]
fn packets_the_standard_forbids_are_malformed() {
    for &(clause, hex) in BAD {
        let wire = bytes(hex);
        assert!(Packet::decode(&wire).is_err(), "{clause}: {hex}");
        // Bad for what it says, not for a length that is wrong by mistake.
        let whole = frame(&wire) == Frame::Whole { len: wire.len() };
        assert!(whole || frame(&wire) == Frame::Malformed, "{clause}: {hex}");
    }
}

#[test]
fn lenient_rules_accept_packets_that_strict_rules_refuse() {
    for &(clause, hex, line) in FORGIVEN {
        let wire = bytes(hex);
        let len = wire.len();
        let whole = frame_by(Rules::Lenient, &wire);
        assert_eq!(whole, Frame::Whole { len }, "{clause}: {hex}");
        let packet = Packet::decode_by(Rules::Lenient, &wire);
        let packet = packet.unwrap_or_else(|_| panic!("{clause}: {hex}"));
        assert_eq!(packet.to_string(), line, "{clause}");
        assert!(Packet::decode(&wire).is_err(), "{clause}: {hex}");
    }
    for &(clause, hex) in BAD {
        let lenient = Packet::decode_by(Rules::Lenient, &bytes(hex)).is_ok();
        assert!(!lenient, "{clause}: {hex}");
    }
    for &(_, hex, _) in GOOD {
        let wire = bytes(hex);
        let packet = Packet::decode(&wire);
        assert_eq!(Packet::decode_by(Rules::Lenient, &wire), packet, "{hex}");
    }
}

#[test]
fn a_packet_cut_short_is_incomplete_and_one_with_a_tail_malformed() {
    for &(_, hex, _) in GOOD {
        let mut wire = bytes(hex);
        for cut in 0..wire.len() {
            let total = (cut > 1).then_some(wire.len());
            assert_eq!(
                frame(&wire[..cut]),
                Frame::Incomplete { total },
                "{hex} cut at {cut}"
            );
            assert_eq!(
                Packet::decode(&wire[..cut]),
                Err(Malformed),
                "{hex} cut at {cut}"
            );
        }
        let len = wire.len();
        wire.push(0);
        assert_eq!(frame(&wire), Frame::Whole { len }, "{hex}");
        assert_eq!(Packet::decode(&wire), Err(Malformed), "{hex}");
    }
}

/// Clause 2.2.3: the lengths where a byte is added.
#[test]
fn remaining_lengths_of_one_to_four_bytes_are_decoded() {
    let total = |bytes: &[u8]| frame(bytes);
    for (wire, len) in [
        (&[0x30, 0x7f][..], 129),
        (&[0x30, 0x80, 0x01], 131),
        (&[0x30, 0xff, 0x7f], 16_386),
        (&[0x30, 0x80, 0x80, 0x01], 16_388),
        (&[0x30, 0xff, 0xff, 0x7f], 2_097_155),
        (&[0x30, 0x80, 0x80, 0x80, 0x01], 2_097_157),
        (&[0x30, 0xff, 0xff, 0xff, 0x7f], 268_435_460),
    ] {
        assert_eq!(total(wire), Frame::Incomplete { total: Some(len) });
        let cut = &wire[..wire.len() - 1];
        assert_eq!(total(cut), Frame::Incomplete { total: None });
    }
    for wire in [
        &[0x30, 0x80, 0x00][..],
        &[0x30, 0xff, 0x00],
        &[0x30, 0x80, 0x80, 0x00],
        &[0x30, 0xff, 0xff, 0xff, 0x00],
        &[0x30, 0xff, 0xff, 0xff, 0x80],
        &[0x30, 0xff, 0xff, 0xff, 0xff],
    ] {
        assert_eq!(total(wire), Frame::Malformed, "{wire:x?}");
    }
    // Refused as early as can be told.
    assert_eq!(total(&[0x36]), Frame::Malformed);
    assert_eq!(total(&[]), Frame::Incomplete { total: None });
    for payload in [0, 122, 123, 16_378, 16_379, 100_000] {
        let payload = vec![7; payload];
        let publish = Publish {
            dup: false,
            qos: Qos::AtMostOnce,
            retain: false,
            topic: "a/b",
            id: None,
            properties: Properties::NONE,
            payload: &payload,
        };
        let wire = encode(&Packet::Publish(publish)).unwrap();
        assert_eq!(Packet::decode(&wire), Ok(Packet::Publish(publish)));
    }
}

fn assert_invalid(packets: &[Packet<'_>]) {
    for packet in packets {
        assert_eq!(encode(packet), Err(EncodeError::Invalid), "{packet}");
    }
}

#[test]
fn an_invalid_publish_is_not_written() {
    let long = "x".repeat(65_536);
    let publish = |dup, qos, id, topic| {
        Packet::Publish(Publish {
            dup,
            qos,
            retain: false,
            topic,
            id: PacketId::new(id),
            properties: Properties::NONE,
            payload: b"",
        })
    };
    assert_invalid(&[
        publish(false, Qos::AtMostOnce, 1, "a"),
        publish(true, Qos::AtMostOnce, 0, "a"),
        publish(false, Qos::AtLeastOnce, 0, "a"),
        publish(false, Qos::AtMostOnce, 0, "+"),
        publish(false, Qos::AtMostOnce, 0, ""),
        publish(false, Qos::AtMostOnce, 0, &long),
    ]);
}

#[test]
fn an_invalid_connect_is_not_written() {
    let long = "x".repeat(65_536);
    let connect = Connect {
        version: Version::V311,
        client_id: "x",
        clean_session: true,
        keep_alive: 0,
        username: Some("u"),
        password: None,
        properties: Properties::NONE,
        will: None,
    };
    let bad = |change: fn(&mut Connect<'_>)| {
        let mut connect = connect;
        change(&mut connect);
        assert_invalid(&[Packet::Connect(connect)]);
    };
    bad(|c| c.client_id = "a\0");
    bad(|c| (c.client_id, c.clean_session) = ("", false));
    bad(|c| c.username = Some("\0"));
    bad(|c| (c.username, c.password) = (None, Some(&b"p"[..])));
    let mut will = Will {
        topic: "#",
        message: b"",
        qos: Qos::AtMostOnce,
        retain: false,
        properties: Properties::NONE,
    };
    let with_will = |will| {
        Packet::Connect(Connect {
            will: Some(will),
            ..connect
        })
    };
    assert_invalid(&[with_will(will)]);
    (will.topic, will.message) = ("a", long.as_bytes());
    let password = Some(long.as_bytes());
    assert_invalid(&[
        with_will(will),
        Packet::Connect(Connect {
            client_id: &long,
            ..connect
        }),
        Packet::Connect(Connect {
            password,
            ..connect
        }),
    ]);
}

#[test]
fn invalid_requests_and_acknowledgements_are_not_written() {
    let id = PacketId::new(1).unwrap();
    let connack = |session_present, code| Packet::Connack(Connack::new(session_present, code));
    let once = SubscribeOptions::new(Qos::AtMostOnce);
    let subscribe = |list| {
        let requests = Requests::of(list);
        Packet::Subscribe(Subscribe::new(id, requests))
    };
    let unsubscribe = |list| {
        let filters = Filters::of(list);
        Packet::Unsubscribe(Unsubscribe::new(id, filters))
    };
    assert_invalid(&[
        connack(true, 1),
        connack(false, 6),
        subscribe(&[]),
        subscribe(&[("a", once), ("#a", once)]),
        unsubscribe(&[]),
        unsubscribe(&["a", ""]),
        Packet::Suback(Suback::new(id, &[])),
        Packet::Suback(Suback::new(id, &[0, 3])),
    ]);
}

#[test]
fn a_packet_is_encoded_whole_or_not_at_all() {
    for &(_, hex, _) in GOOD {
        let wire = bytes(hex);
        let packet = Packet::decode(&wire).unwrap();
        for size in 0..wire.len() {
            let mut memory = vec![0; size];
            let mut out = Buf::lent(&mut memory);
            assert_eq!(packet.encode(&mut out), Err(EncodeError::Full));
            assert!(out.is_empty(), "{packet}");
        }
    }
}

#[test]
fn no_trace_holds_a_password_or_a_payload() {
    let will = Will {
        topic: "t",
        message: b"SECRET",
        qos: Qos::AtMostOnce,
        retain: false,
        properties: Properties::NONE,
    };
    let connect = Packet::Connect(Connect {
        version: Version::V311,
        client_id: "x",
        clean_session: true,
        keep_alive: 0,
        username: Some("u"),
        password: Some(b"SECRET"),
        properties: Properties::NONE,
        will: Some(will),
    });
    let line = std::format!("{connect} {connect:?}");
    assert!(!line.contains("SECRET") && line.contains("***"), "{line}");
    // 83 is S: how Debug would show the bytes.
    assert!(!line.contains("83"), "{line}");
}
