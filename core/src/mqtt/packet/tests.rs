//! The packets of `vectors.rs`, and those that may not be sent.

use super::vectors::v311::FORGIVEN;
use super::vectors::{bad, bytes, good, v5};
use super::*;
use crate::mqtt::{PacketId, Properties, Qos};
use std::string::ToString;
use std::vec;
use std::vec::Vec;

fn encode(packet: &Packet<'_>) -> Result<Vec<u8>, EncodeError> {
    encode_as(Version::V311, packet)
}

fn encode_as(version: Version, packet: &Packet<'_>) -> Result<Vec<u8>, EncodeError> {
    let mut memory = vec![0; 1 << 18];
    let mut out = Buf::lent(&mut memory);
    packet.encode_as(version, &mut out)?;
    Ok(out.as_slice().to_vec())
}

fn decode_as(version: Version, bytes: &[u8]) -> Result<Packet<'_>, DecodeError> {
    Packet::decode_as(version, Rules::Strict, bytes)
}

fn frame_of(version: Version, bytes: &[u8]) -> Frame {
    frame_as(version, Rules::Strict, bytes)
}

#[test]
fn packets_the_standard_allows_are_decoded_and_encoded() {
    for (version, &(clause, hex, line)) in good() {
        let wire = bytes(hex);
        let len = wire.len();
        assert_eq!(
            frame_of(version, &wire),
            Frame::Whole { len },
            "{clause}: {hex}"
        );
        let packet = decode_as(version, &wire);
        let packet = packet.unwrap_or_else(|why| panic!("{clause}: {hex}: {why:?}"));
        assert_eq!(packet.to_string(), line, "{clause}");
        let encoded = encode_as(version, &packet);
        assert_eq!(encoded.as_deref(), Ok(&wire[..]), "{clause}: {line}");
    }
}

#[test]
fn what_may_be_left_out_is_accepted_and_not_written() {
    for &(clause, hex, line) in v5::LONG {
        let wire = bytes(hex);
        let packet = decode_as(Version::V5, &wire);
        let packet = packet.unwrap_or_else(|why| panic!("{clause}: {hex}: {why:?}"));
        assert_eq!(packet.to_string(), line, "{clause}");
        let short = encode_as(Version::V5, &packet).unwrap();
        assert!(short.len() < wire.len(), "{clause}");
        assert_eq!(decode_as(Version::V5, &short), Ok(packet), "{clause}");
    }
}

#[test]
fn packets_the_standard_forbids_are_malformed() {
    for (version, clause, hex) in bad() {
        let wire = bytes(hex);
        let len = wire.len();
        for rules in [Rules::Strict, Rules::Lenient] {
            let decoded = Packet::decode_as(version, rules, &wire);
            assert!(decoded.is_err(), "{clause}: {hex}: {decoded:?}");
        }
        // Bad for what it says, not for a length that is wrong by mistake.
        let frame = frame_of(version, &wire);
        let whole = frame == Frame::Whole { len } || frame == Frame::Malformed;
        assert!(whole, "{clause}: {hex}");
    }
}

/// MQTT 5 has a reason code for each.
#[test]
fn what_is_wrong_with_a_packet_is_told() {
    for &(clause, hex, why) in v5::BAD {
        assert_eq!(
            decode_as(Version::V5, &bytes(hex)),
            Err(why),
            "{clause}: {hex}"
        );
    }
    assert_eq!(DecodeError::Malformed.code(), 0x81);
    assert_eq!(DecodeError::Protocol.code(), 0x82);
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
    for (version, &(_, hex, _)) in good() {
        let wire = bytes(hex);
        let packet = decode_as(version, &wire);
        assert_eq!(
            Packet::decode_as(version, Rules::Lenient, &wire),
            packet,
            "{hex}"
        );
    }
}

#[test]
fn a_packet_cut_short_is_incomplete_and_one_with_a_tail_malformed() {
    for (version, &(_, hex, _)) in good() {
        let mut wire = bytes(hex);
        for cut in 0..wire.len() {
            // The length of a long packet is known later.
            let known = cut > 1 && (wire[1] < 0x80 || cut > 2);
            let total = known.then_some(wire.len());
            let frame = frame_of(version, &wire[..cut]);
            assert_eq!(frame, Frame::Incomplete { total }, "{hex} cut at {cut}");
            assert!(
                decode_as(version, &wire[..cut]).is_err(),
                "{hex} cut at {cut}"
            );
        }
        let len = wire.len();
        wire.push(0);
        assert_eq!(frame_of(version, &wire), Frame::Whole { len }, "{hex}");
        assert!(decode_as(version, &wire).is_err(), "{hex}");
    }
}

/// Bytes changed, put in and taken out, with the lengths as they were and put right: what
/// is accepted is written and read as the same packet, and nothing panics.
#[test]
fn a_mutated_packet_is_refused_or_means_what_it_says() {
    for (version, &(_, hex, _)) in good() {
        let wire = bytes(hex);
        let head = if wire[1] < 0x80 { 2 } else { 3 };
        let mut accepted = 0;
        for at in 0..wire.len() {
            for new in [
                0,
                1,
                2,
                3,
                0x7f,
                0x80,
                0xff,
                wire[at] ^ 0x10,
                wire[at].wrapping_add(1),
            ] {
                let mut other = wire.clone();
                other[at] = new;
                accepted += u32::from(survives(version, &other));
                if at >= head && wire[1] < 0x7f {
                    let mut longer = wire.clone();
                    longer.insert(at, new);
                    longer[1] += 1;
                    accepted += u32::from(survives(version, &longer));
                }
            }
            if at >= head && head == 2 {
                let mut shorter = wire.clone();
                shorter.remove(at);
                shorter[1] -= 1;
                accepted += u32::from(survives(version, &shorter));
            }
        }
        assert!(accepted > 0, "{hex}");
    }
}

/// Whether a packet is accepted; what is then is checked.
fn survives(version: Version, wire: &[u8]) -> bool {
    for rules in [Rules::Lenient, Rules::Strict] {
        let Ok(packet) = Packet::decode_as(version, rules, wire) else {
            continue;
        };
        let Ok(again) = encode_as(version, &packet) else {
            assert_eq!(rules, Rules::Lenient, "{packet}");
            continue;
        };
        assert!(again.len() <= wire.len(), "{packet}");
        assert_eq!(decode_as(version, &again), Ok(packet));
    }
    decode_as(version, wire).is_ok()
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
    for (version, &(_, hex, _)) in good() {
        let wire = bytes(hex);
        let packet = decode_as(version, &wire).unwrap();
        for size in 0..wire.len() {
            let mut memory = vec![0; size];
            let mut out = Buf::lent(&mut memory);
            assert_eq!(packet.encode_as(version, &mut out), Err(EncodeError::Full));
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
