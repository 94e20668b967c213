//! The decoder beside those of two other libraries, by packets of MQTT 5 and packets
//! changed byte by byte. Where they differ, the list below says why.

use mqmodem_core::mqtt::{DecodeError, Frame, Packet, Rules, Version, frame_as};
use mqmodem_testkit::Random;
use std::collections::BTreeMap;

/// Packets of every kind, with every property, in hex.
#[rustfmt::skip]
const SEEDS: &[&str] = &[
    "100e00044d5154540502003c00000178",
    "100d00044d51545405000000000000",
    "101100044d5154540542003c00000178000170",
    "103700044d5154540502003c2911ffffffff210001270000000122000019011700260005746f6b656e00036162631500016d16000101000178",
    "105000044d51545405f4ffff072600016b00017600017829180000001e01010200000000030003742f70080003772f7209000200ff2600016100002600016100000003772f740002626f0001750003707764",
    "101400044d5154540506000000000178000001770000",
    "2003000000",
    "2003010000",
    "2003008700",
    "2036000033110000000021ffff24012500271000000412000469642d3122000a1f00026869280029012a001300051a0002722f1c00026232",
    "201d009d1a1c000262322600016b0001312600016b0001321500016d160000",
    "30070003612f620021",
    "3d090003612f62ffff0000",
    "322e0003612f620003260100020000003c230001080003722f740900002600016b0001760b010bffffff7f0b01030000",
    "300800000323ffff6162",
    "300700017403230000",
    "30060003efbbbf00",
    "300a000174060b80010bff7f",
    "30110001740d0b8080010bffff7f0b80808001",
    "40020001",
    "4003000110",
    "401b000110171f00066e6f2061636c2600016b0001762600016b000176",
    "4007000100031f0000",
    "50020001",
    "5003000110",
    "501b000110171f00066e6f2061636c2600016b0001762600016b000176",
    "5007000100031f0000",
    "62020001",
    "6203000192",
    "621b000192171f00066e6f2061636c2600016b0001762600016b000176",
    "6207000100031f0000",
    "70020001",
    "7003000192",
    "701b000192171f00066e6f2061636c2600016b0001762600016b000176",
    "7007000100031f0000",
    "8209000a000003612f6201",
    "8226000a0c0bffffff7f2600016b0001760003612f622e00012310000a2473686172652f672f7408",
    "9008000a000001028087",
    "9009000a051f00026e6fa2",
    "a20b000a000003612f6200012b",
    "a20d000a072600016b000176000161",
    "b006000a00001187",
    "b009000a051f00026e6fff",
    "c000",
    "d000",
    "e000",
    "e0018e",
    "e00700051100000000",
    "e0159c131c000262321f000466756c6c2600016b000176",
    "f000",
    "f01518131500016d160001781f0001722600016b000176",
    "f0021900",
    "4003000100",
    "500400010000",
    "500400011000",
    "e00100",
    "e0028b00",
    "f0020000",
];

/// Library, types of packets, what we say, and why it says something else.
#[rustfmt::skip]
const KNOWN: &[(&str, &[u8], Verdict, &str)] = &[
    ("mqtt-protocol-core", &[1], Accepted, "a password without a user name, which MQTT 5 allows (3.1.2.9)"),
    ("mqtt-protocol-core", &[3], Accepted, "topic alias 0, for which our session has the reason code 0x94 (3.3.2.3.4)"),
    ("mqtt-protocol-core", &[11], Accepted, "a failure that is in no table, by decision"),
    ("mqtt-protocol-core", &[14], Accepted, "0x8C, which table 2-6 lists for DISCONNECT and clause 3.14.2.1 does not; 0x8A, by decision"),
    ("mqtt-protocol-core", &[15], Accepted, "no authentication method; any AUTH ends the connection (3.15.2.2.2)"),
    ("mqtt-protocol-core", &[1], Malformed, "it reads flags and a will there may not be (3.1.2.3, 3.1.2.6)"),
    ("mqtt-protocol-core", &[2], Malformed, "it does not check the reserved flags (3.2.2-1)"),
    ("mqtt-protocol-core", &[2], Protocol, "it takes a session of a broker that refuses (3.2.2-6)"),
    ("mqtt-protocol-core", &[3], Malformed, "it lets the block of properties be missing (2.2.2)"),
    ("mqtt-protocol-core", &[3], Protocol, "it leaves to its connection whether an alias stands for an empty topic (3.3.2.1)"),
    ("mqtt-protocol-core", &[4, 5, 15], Malformed, "it takes NUL in a text (1.5.4-2)"),
    ("mqtt-protocol-core", &[8], Malformed, "it does not check where wildcards are (4.7.1)"),
    ("mqtt-protocol-core", &[9, 11], Malformed, "it takes packet identifier 0 (2.2.1-3)"),
    ("mqtt5-protocol", &[1], Accepted, "a password without a user name, which MQTT 5 allows (3.1.2.9)"),
    ("mqtt5-protocol", &[11], Accepted, "a failure that is in no table, by decision"),
    ("mqtt5-protocol", &[14], Accepted, "0x8C, which table 2-6 lists for DISCONNECT and clause 3.14.2.1 does not; 0x8A, by decision"),
    ("mqtt5-protocol", &[15], Accepted, "no authentication method; any AUTH ends the connection (3.15.2.2.2)"),
    ("mqtt5-protocol", &[1], Malformed, "it reads other versions, too, and does not check names"),
    ("mqtt5-protocol", &[1], Protocol, "it does not check the range of a value (3.1.2.11)"),
    ("mqtt5-protocol", &[2], Malformed, "it lets the block of properties be missing (2.2.2)"),
    ("mqtt5-protocol", &[2], Protocol, "it takes a session of a broker that refuses (3.2.2-6)"),
    ("mqtt5-protocol", &[3, 4, 7, 10, 14], Malformed, "it takes properties of other packets (2.2.2.2)"),
    ("mqtt5-protocol", &[3], Protocol, "it leaves to its session whether an alias stands for an empty topic (3.3.2.1)"),
    ("mqtt5-protocol", &[5, 6, 9, 11], Malformed, "it takes packet identifier 0 (2.2.1-3)"),
    ("mqtt5-protocol", &[5], Protocol, "it takes properties of other packets, and does not check what they say"),
    ("mqtt5-protocol", &[8], Malformed, "it does not check where wildcards are (4.7.1)"),
    ("mqtt5-protocol", &[15], Malformed, "it lets the block of properties be missing behind a code (3.15.2.1)"),
    ("mqtt5-protocol", &[15], Protocol, "it takes authentication data without a method (3.15.2.2.3)"),
];

use Verdict::{Accepted, Malformed, Protocol};

/// Whether a library takes these bytes for a packet.
type Oracle = fn(&[u8]) -> bool;

/// What a library makes of a packet in another way than we do.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Clone, Copy)]
struct Difference {
    oracle: &'static str,
    /// The type of the packet, as in the upper half of its first byte.
    kind: u8,
    ours: Verdict,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Clone, Copy)]
enum Verdict {
    Accepted,
    Malformed,
    Protocol,
}

fn ours(packet: &[u8]) -> Verdict {
    match Packet::decode_as(Version::V5, Rules::Strict, packet) {
        Ok(_) => Verdict::Accepted,
        Err(DecodeError::Malformed) => Verdict::Malformed,
        Err(DecodeError::Protocol) => Verdict::Protocol,
    }
}

/// `mqtt-protocol-core`, parser by parser; all of the body must be read.
fn protocol_core(packet: &[u8]) -> bool {
    use mqtt_protocol_core::mqtt::packet::v5_0;
    let first = packet[0];
    let head = 1
        + packet[1..]
            .iter()
            .take_while(|byte| **byte & 0x80 != 0)
            .count()
        + 1;
    let body = &packet[head..];
    let whole = |read: usize| read == body.len();
    let flags = match first >> 4 {
        3 => first & 0x0f,
        6 | 8 | 10 => 2,
        _ => 0,
    };
    if first & 0x0f != flags {
        return false;
    }
    match first >> 4 {
        1 => v5_0::Connect::parse(body).is_ok_and(|(_, read)| whole(read)),
        2 => v5_0::Connack::parse(body).is_ok_and(|(_, read)| whole(read)),
        3 => v5_0::Publish::parse(flags, body.into()).is_ok_and(|(_, read)| whole(read)),
        4 => v5_0::Puback::parse(body).is_ok_and(|(_, read)| whole(read)),
        5 => v5_0::Pubrec::parse(body).is_ok_and(|(_, read)| whole(read)),
        6 => v5_0::Pubrel::parse(body).is_ok_and(|(_, read)| whole(read)),
        7 => v5_0::Pubcomp::parse(body).is_ok_and(|(_, read)| whole(read)),
        8 => v5_0::Subscribe::parse(body).is_ok_and(|(_, read)| whole(read)),
        9 => v5_0::Suback::parse(body).is_ok_and(|(_, read)| whole(read)),
        10 => v5_0::Unsubscribe::parse(body).is_ok_and(|(_, read)| whole(read)),
        11 => v5_0::Unsuback::parse(body).is_ok_and(|(_, read)| whole(read)),
        14 => v5_0::Disconnect::parse(body).is_ok_and(|(_, read)| whole(read)),
        15 => v5_0::Auth::parse(body).is_ok_and(|(_, read)| whole(read)),
        _ => body.is_empty(),
    }
}

/// `mqtt5-protocol`; all of the body must be read.
fn mqtt5(mut packet: &[u8]) -> bool {
    use mqtt5_protocol::packet::{FixedHeader, Packet};
    let Ok(header) = FixedHeader::decode(&mut packet) else {
        return false;
    };
    let decoded = Packet::decode_from_body(header.packet_type, &header, &mut packet);
    decoded.is_ok() && packet.is_empty()
}

const ORACLES: [(&str, Oracle); 2] = [
    ("mqtt-protocol-core", protocol_core),
    ("mqtt5-protocol", mqtt5),
];

fn bytes(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks(2);
    let byte = |pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.map(byte).collect()
}

/// A packet with a byte changed, put in or taken out, and its length put right.
fn mutated(random: &mut Random, packet: &[u8]) -> Vec<u8> {
    let mut other = packet.to_vec();
    let at = random.below(other.len());
    let byte = random.bytes(1)[0];
    match random.below(4) {
        0 => other[at] = byte,
        1 => other[at] = other[at].wrapping_add(1),
        2 if at > 1 && other[1] < 0x7f => {
            other.insert(at, byte);
            other[1] += 1;
        }
        3 if at > 1 && other[1] < 0x80 => {
            other.remove(at);
            other[1] -= 1;
        }
        _ => other[at] ^= 1 << random.below(8),
    }
    other
}

#[test]
fn other_decoders_agree_or_it_is_known_why() {
    let mut random = Random::new(14);
    let mut found: BTreeMap<Difference, Vec<u8>> = BTreeMap::new();
    let mut compare = |packet: &[u8]| {
        let whole = Frame::Whole { len: packet.len() };
        if frame_as(Version::V5, Rules::Strict, packet) != whole {
            return;
        }
        for (oracle, accepts) in ORACLES {
            let ours = ours(packet);
            if (ours == Verdict::Accepted) != accepts(packet) {
                let kind = packet[0] >> 4;
                let difference = Difference { oracle, kind, ours };
                found.entry(difference).or_insert(packet.to_vec());
            }
        }
    };
    for hex in SEEDS {
        let packet = bytes(hex);
        compare(&packet);
        for _ in 0..1500 {
            compare(&mutated(&mut random, &packet));
        }
    }
    let known = |it: &Difference| {
        KNOWN.iter().any(|(oracle, kinds, ours, _)| {
            *oracle == it.oracle && kinds.contains(&it.kind) && *ours == it.ours
        })
    };
    let unknown: Vec<_> = found.iter().filter(|(it, _)| !known(it)).collect();
    assert!(unknown.is_empty(), "{unknown:02x?}");
    for (oracle, kinds, ours, why) in KNOWN {
        for kind in *kinds {
            let difference = Difference {
                oracle,
                kind: *kind,
                ours: *ours,
            };
            assert!(
                found.contains_key(&difference),
                "no longer: {difference:?}: {why}"
            );
        }
    }
}
