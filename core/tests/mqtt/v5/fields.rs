//! Clauses 1 and 2: texts, numbers, flags, properties.

use super::*;
use mqmodem_core::mqtt::packet::{
    Ack, AckKind, Filters, Publish, Requests, Subscribe, SubscribeOptions, Unsubscribe,
};
use mqmodem_core::mqtt::property::{self, PropertyValue};
use mqmodem_core::mqtt::{Frame, PacketId, Properties, Qos, frame_as};

/// A message to `t`.
pub(super) const MESSAGE: Publish<'static> = Publish {
    dup: false,
    qos: Qos::AtMostOnce,
    retain: false,
    topic: "t",
    id: None,
    properties: Properties::NONE,
    payload: b"!",
};

pub(super) fn id(number: u16) -> PacketId {
    PacketId::new(number).unwrap()
}

#[test]
fn mqtt_1_5_4_1() {
    assert_eq!(decode(&wire(0x30, &[SURROGATE, &[0]])), MALFORMED);
    let key = [&[0x26][..], SURROGATE, &[0, 0]].concat();
    assert_eq!(decode(&publish(&[&key])), MALFORMED);
}

#[test]
fn mqtt_1_5_4_2() {
    assert_eq!(decode(&wire(0x30, &[b"\0\x03a\0b\0"])), MALFORMED);
    assert_eq!(decode(&publish(&[b"\x03\0\x01\0"])), MALFORMED);
    let mut out = [0; 16];
    let mut out = Buf::lent(&mut out);
    let text = PropertyValue::Text("a\0b");
    let written = property::CONTENT_TYPE.write(text, &mut out);
    assert_eq!((written, out.len()), (Err(EncodeError::Invalid), 0));
}

#[test]
fn mqtt_1_5_4_3() {
    let bytes = wire(0x30, &[b"\0\x04\xef\xbb\xbfa\0"]);
    let Ok(Packet::Publish(publish)) = decode(&bytes) else {
        panic!("a message");
    };
    assert_eq!(publish.topic, "\u{feff}a");
    assert_eq!(encode(&Packet::Publish(publish)), Ok(bytes));
}

#[test]
fn mqtt_1_5_5_1() {
    assert_eq!(decode(&publish(&[&[0x0b, 0x80, 0]])), MALFORMED);
    assert_eq!(decode(&wire(0x30, &[b"\0\x01t\x80\0"])), MALFORMED);
    for (number, bytes) in [
        (127, &[0x7f][..]),
        (128, &[0x80, 1]),
        (16_383, &[0xff, 0x7f]),
        (16_384, &[0x80, 0x80, 1]),
        (268_435_455, &[0xff, 0xff, 0xff, 0x7f]),
    ] {
        let mut out = [0; 16];
        let mut out = Buf::lent(&mut out);
        let value = PropertyValue::Varint(number);
        property::SUB_ID.write(value, &mut out).unwrap();
        assert_eq!(out.as_slice(), [&[0x0b], bytes].concat());
    }
}

#[test]
fn mqtt_1_5_7_1() {
    let bad = [&[0x26][..], SURROGATE, &[0, 1, b'v']].concat();
    assert_eq!(decode(&publish(&[&bad])), MALFORMED);
    let bad = [&[0x26, 0, 1, b'k'][..], SURROGATE].concat();
    assert_eq!(decode(&publish(&[&bad])), MALFORMED);
    let nul = b"\x26\0\x01k\0\x01\0";
    assert_eq!(decode(&publish(&[nul])), MALFORMED);
}

#[test]
fn mqtt_2_1_3_1() {
    let flags = |kind: u8| match kind {
        0 => 0..0,
        3 => 0..6,
        6 | 8 | 10 => 2..3,
        _ => 0..1,
    };
    for first in 0..=0xff_u8 {
        let (kind, flag) = (first >> 4, first & 0x0f);
        // DUP may be set with QoS 1 and 2.
        let again = kind == 3 && (10..14).contains(&flag);
        let allowed = flags(kind).contains(&flag) || again;
        let framed = frame_as(Version::V5, Rules::Lenient, &[first, 0]);
        assert_eq!(framed != Frame::Malformed, allowed, "{first:02x}");
        if !allowed {
            assert_eq!(decode(&[first, 0]), MALFORMED, "{first:02x}");
        }
    }
}

#[test]
fn mqtt_2_2_1_2() {
    let bytes = encode(&Packet::Publish(MESSAGE)).unwrap();
    assert_eq!(bytes, b"\x30\x05\0\x01t\0!");
    let named = Packet::Publish(Publish {
        id: PacketId::new(1),
        ..MESSAGE
    });
    assert_eq!(encode(&named), Err(EncodeError::Invalid));
}

#[test]
fn mqtt_2_2_2_1() {
    assert_eq!(encode(&Packet::Publish(MESSAGE)).unwrap()[5], 0);
    let list = [("t", SubscribeOptions::new(Qos::AtMostOnce))];
    let subscribe = Subscribe::new(id(1), Requests::of(&list));
    let bytes = encode(&Packet::Subscribe(subscribe));
    assert_eq!(bytes.as_deref(), Ok(&b"\x82\x07\0\x01\0\0\x01t\0"[..]));
    let unsubscribe = Unsubscribe::new(id(1), Filters::of(&["t"]));
    let bytes = encode(&Packet::Unsubscribe(unsubscribe));
    assert_eq!(bytes.as_deref(), Ok(&b"\xa2\x06\0\x01\0\0\x01t"[..]));
    let ack = encode(&Packet::Ack(Ack::new(AckKind::Pubrel, id(1))));
    assert_eq!(ack.as_deref(), Ok(&[0x62, 2, 0, 1][..]));
    // What is left out there may not be left out here.
    assert_eq!(decode(b"\x30\x03\0\x01t"), MALFORMED);
}
