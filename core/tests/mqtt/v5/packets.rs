//! Clauses 3.3 to 3.15: the other packets.

use super::fields::{MESSAGE, id};
use super::*;
use mqmodem_core::mqtt::packet::{
    Ack, AckKind, Auth, Disconnect, Filters, Publish, Requests, Subscribe, SubscribeOptions,
    Unsubscribe,
};
use mqmodem_core::mqtt::property::{self, Property, PropertyValue};
use mqmodem_core::mqtt::{Properties, Qos};

/// What we acknowledge with is nothing but the identifier: no reason, no properties.
fn is_plain(kind: AckKind, first: u8) {
    let ack = encode(&Packet::Ack(Ack::new(kind, id(0x1234))));
    assert_eq!(ack, Ok(vec![first, 2, 0x12, 0x34]));
}

/// The codes an acknowledgement is read with; without one it is a success.
fn ack_codes(first: u8) -> Vec<u8> {
    let short = [first, 2, 0, 1];
    let Ok(Packet::Ack(plain)) = decode(&short) else {
        panic!("an acknowledgement");
    };
    assert_eq!(plain.code, 0);
    let codes_with_block = codes(|code| vec![first, 4, 0, 1, code, 0]);
    let codes = codes(|code| vec![first, 3, 0, 1, code]);
    assert_eq!(codes, codes_with_block);
    codes
}

const PUBLISH_CODES: [u8; 9] = [0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99];

#[test]
fn mqtt_3_3_1_2() {
    assert_eq!(decode(b"\x38\x04\0\x01t\0"), MALFORMED);
    let again = Packet::Publish(Publish {
        dup: true,
        ..MESSAGE
    });
    assert_eq!(encode(&again), Err(EncodeError::Invalid));
}

#[test]
fn mqtt_3_3_1_4() {
    for first in [0x36, 0x37, 0x3e, 0x3f] {
        assert_eq!(decode(&wire(first, &[b"\0\x01t\0\x01\0"])), MALFORMED);
    }
}

#[test]
fn mqtt_3_3_2_1() {
    assert_eq!(
        encode(&Packet::Publish(MESSAGE)).unwrap()[2..5],
        *b"\0\x01t"
    );
    assert_eq!(decode(b"\x30\x03\0\0\0"), PROTOCOL);
    assert!(decode(b"\x30\x06\0\0\x03\x23\0\x01").is_ok());
    let nameless = Packet::Publish(Publish {
        topic: "",
        ..MESSAGE
    });
    assert_eq!(encode(&nameless), Err(EncodeError::Invalid));
}

#[test]
fn mqtt_3_3_2_2() {
    for topic in ["a/#", "+", "a+"] {
        let len = topic.len() as u8;
        let bytes = wire(0x30, &[&[0, len], topic.as_bytes(), &[0]]);
        assert_eq!(decode(&bytes), MALFORMED);
        let packet = Packet::Publish(Publish { topic, ..MESSAGE });
        assert_eq!(encode(&packet), Err(EncodeError::Invalid));
    }
}

fn refuses(property: &Property, text: &str) {
    let mut memory = [0; 16];
    let mut out = Buf::lent(&mut memory);
    let written = property.write(PropertyValue::Text(text), &mut out);
    assert_eq!((written, out.len()), (Err(EncodeError::Invalid), 0));
}

#[test]
fn mqtt_3_3_2_13() {
    let bad = [&[0x08][..], SURROGATE].concat();
    assert_eq!(decode(&publish(&[&bad])), MALFORMED);
    refuses(&property::RESPONSE_TOPIC, "a\0");
}

#[test]
fn mqtt_3_3_2_14() {
    for topic in ["#", "", "a/+"] {
        let len = topic.len() as u8;
        let bytes = publish(&[&[0x08, 0, len], topic.as_bytes()]);
        assert_eq!(decode(&bytes), PROTOCOL, "{topic}");
        refuses(&property::RESPONSE_TOPIC, topic);
    }
}

#[test]
fn mqtt_3_3_2_19() {
    let bad = [&[0x03][..], SURROGATE].concat();
    assert_eq!(decode(&publish(&[&bad])), MALFORMED);
    assert!(decode(&publish(&[b"\x03\0\0"])).is_ok());
}

#[test]
fn mqtt_3_3_4_4() {
    for numbers in [vec![1, 2], vec![7, 7], (1..=50).collect::<Vec<u8>>()] {
        let block: Vec<u8> = numbers.iter().flat_map(|number| [0x0b, *number]).collect();
        let bytes = publish(&[&block]);
        let Ok(Packet::Publish(publish)) = decode(&bytes) else {
            panic!("a message");
        };
        let told = publish.properties.iter().map(|(_, value)| value);
        let sent = numbers.iter().map(|it| PropertyValue::Varint((*it).into()));
        assert!(told.eq(sent));
    }
}

#[test]
fn mqtt_3_4_2_1() {
    assert_eq!(ack_codes(0x40), PUBLISH_CODES);
}

#[test]
fn mqtt_3_4_2_2() {
    is_plain(AckKind::Puback, 0x40);
}

#[test]
fn mqtt_3_4_2_3() {
    is_plain(AckKind::Puback, 0x40);
}

#[test]
fn mqtt_3_5_2_1() {
    assert_eq!(ack_codes(0x50), PUBLISH_CODES);
}

#[test]
fn mqtt_3_5_2_2() {
    is_plain(AckKind::Pubrec, 0x50);
}

#[test]
fn mqtt_3_5_2_3() {
    is_plain(AckKind::Pubrec, 0x50);
}

#[test]
fn mqtt_3_6_1_1() {
    is_plain(AckKind::Pubrel, 0x62);
    for flags in (0..16).filter(|flags| *flags != 2) {
        assert_eq!(decode(&[0x60 | flags, 2, 0, 1]), MALFORMED);
    }
}

#[test]
fn mqtt_3_6_2_1() {
    assert_eq!(ack_codes(0x62), [0x00, 0x92]);
}

#[test]
fn mqtt_3_6_2_2() {
    is_plain(AckKind::Pubrel, 0x62);
}

#[test]
fn mqtt_3_6_2_3() {
    is_plain(AckKind::Pubrel, 0x62);
}

#[test]
fn mqtt_3_7_2_1() {
    assert_eq!(ack_codes(0x70), [0x00, 0x92]);
}

#[test]
fn mqtt_3_7_2_2() {
    is_plain(AckKind::Pubcomp, 0x70);
}

#[test]
fn mqtt_3_7_2_3() {
    is_plain(AckKind::Pubcomp, 0x70);
}

fn subscribe(list: &[(&str, SubscribeOptions)]) -> Result<Vec<u8>, EncodeError> {
    let requests = Requests::of(list);
    encode(&Packet::Subscribe(Subscribe::new(id(1), requests)))
}

#[test]
fn mqtt_3_8_1_1() {
    let list = [("t", SubscribeOptions::new(Qos::AtLeastOnce))];
    assert_eq!(subscribe(&list).unwrap()[0], 0x82);
    assert_eq!(decode(b"\x80\x07\0\x01\0\0\x01t\0"), MALFORMED);
}

#[test]
fn mqtt_3_8_3_2() {
    assert_eq!(subscribe(&[]), Err(EncodeError::Invalid));
    assert_eq!(decode(&[0x82, 3, 0, 1, 0]), PROTOCOL);
}

#[test]
fn mqtt_3_8_3_5() {
    let mut options = SubscribeOptions {
        no_local: true,
        retain_as_published: true,
        retain_handling: 2,
        ..SubscribeOptions::new(Qos::ExactlyOnce)
    };
    assert_eq!(subscribe(&[("t", options)]).unwrap().last(), Some(&0x2e));
    options.retain_handling = 3;
    assert_eq!(subscribe(&[("t", options)]), Err(EncodeError::Invalid));
    for byte in 0..=0xff_u8 {
        let allowed = byte & 0xc0 == 0 && byte & 3 != 3 && byte & 0x30 != 0x30;
        let read = decode(&[0x82, 7, 0, 1, 0, 0, 1, b't', byte]).is_ok();
        assert_eq!(read, allowed, "{byte:02x}");
    }
}

#[test]
fn mqtt_3_9_3_2() {
    let table = [
        0x00, 0x01, 0x02, 0x80, 0x83, 0x87, 0x8f, 0x91, 0x97, 0x9e, 0xa1, 0xa2,
    ];
    assert_eq!(codes(|code| vec![0x90, 4, 0, 1, 0, code]), table);
}

#[test]
fn mqtt_3_10_1_1() {
    let packet = Packet::Unsubscribe(Unsubscribe::new(id(1), Filters::of(&["t"])));
    assert_eq!(encode(&packet).unwrap()[0], 0xa2);
    assert_eq!(decode(b"\xa0\x06\0\x01\0\0\x01t"), MALFORMED);
}

#[test]
fn mqtt_3_10_3_2() {
    let packet = Packet::Unsubscribe(Unsubscribe::new(id(1), Filters::of(&[])));
    assert_eq!(encode(&packet), Err(EncodeError::Invalid));
    assert_eq!(decode(&[0xa2, 3, 0, 1, 0]), PROTOCOL);
}

/// A failure that is in no table is a failure all the same.
#[test]
fn mqtt_3_11_3_2() {
    let codes = codes(|code| vec![0xb0, 4, 0, 1, 0, code]);
    let failures = 0x80..=0xff;
    assert_eq!(
        codes,
        [0x00, 0x11].into_iter().chain(failures).collect::<Vec<_>>()
    );
}

#[test]
fn mqtt_3_14_1_1() {
    for first in 0xe1..=0xef {
        assert_eq!(decode(&[first, 0]), MALFORMED);
    }
    assert!(decode(&[0xe0, 0]).is_ok());
}

#[test]
fn mqtt_3_14_2_1() {
    let table: Vec<u8> = [0x00, 0x04]
        .into_iter()
        .chain([
            // 0x8a is of CONNACK alone by the table: brokers ban those who are connected, too.
            0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8a, 0x8b, 0x8c, 0x8d, 0x8e, 0x8f, 0x90,
        ])
        .chain(0x93..=0xa2)
        .collect();
    assert_eq!(codes(|code| vec![0xe0, 1, code]), table);
    let wrong = Packet::Disconnect(Disconnect::new(0x01));
    assert_eq!(encode(&wrong), Err(EncodeError::Invalid));
    let will = Packet::Disconnect(Disconnect::new(0x04));
    assert_eq!(encode(&will), Ok(vec![0xe0, 1, 4]));
}

#[test]
fn mqtt_3_15_1_1() {
    for first in 0xf1..=0xff {
        assert_eq!(decode(&[first, 0]), MALFORMED);
    }
    assert!(decode(&[0xf0, 0]).is_ok());
}

#[test]
fn mqtt_3_15_2_1() {
    assert_eq!(codes(|code| vec![0xf0, 2, code, 0]), [0x00, 0x18, 0x19]);
    let wrong = Packet::Auth(Auth {
        code: 0x80,
        properties: Properties::NONE,
    });
    assert_eq!(encode(&wrong), Err(EncodeError::Invalid));
}
