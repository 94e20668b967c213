//! Clauses 1.5, 2 and 4.7: text, numbers, headers and topics.

use crate::rig::Rig;
use crate::wire::*;

/// Text that is none: a surrogate, and a sequence without its end.
const ILL_FORMED: [&[u8]; 2] = [b"\xed\xa0\x80", b"a\xc3"];

/// A user property with these bytes.
fn pair(key: &[u8], value: &[u8]) -> Vec<u8> {
    property(USER, [text(key), text(value)].concat())
}

fn violated(packet: &[u8], code: u8) {
    Rig::clean(&[], &[]).violated(packet, code);
}

#[test]
fn mqtt_1_5_4_1() {
    for bytes in ILL_FORMED {
        violated(&publish(0x30, bytes, 0, &[], b""), 0x81);
        violated(&publish(0x30, "t", 0, &pair(bytes, b"b"), b""), 0x81);
    }
    let mut rig = Rig::clean(&[], &[]);
    rig.refused("AT+MQTTPUB=\"\\ED\\A0\\80\",0,0,\"x\"", 25);
    rig.refused_bytes(b"AT+MQTTPUB=\"a\xff\",0,0,\"x\"", 25);
    rig.refused("AT+MQTTPROP=\"contenttype\",\"\\FF\"", 25);
}

#[test]
fn mqtt_1_5_4_2() {
    violated(&publish(0x30, "a\0b", 0, &[], b""), 0x81);
    violated(
        &publish(0x30, "t", 0, &named(CONTENT_TYPE, "a\0b"), b""),
        0x81,
    );
    let mut rig = Rig::clean(&[], &[]);
    rig.refused("AT+MQTTPUB=\"a\\00b\",0,0,\"x\"", 25);
    rig.refused("AT+MQTTPROP=\"contenttype\",\"a\\00b\"", 25);
}

#[test]
fn mqtt_1_5_4_3() {
    let mut rig = Rig::clean(&[], &[]);
    let said = rig.broker(&publish(0x30, "\u{feff}t", 0, &[], b"x"));
    assert_eq!(said, "\r\n+MQTTRECV:\"\u{feff}t\",0,0,1,x\r\n");
    rig.ok("AT+MQTTPUB=\"\u{feff}t\",0,0,\"x\"");
    assert_eq!(read_publish(&rig.sent_one()).topic, "\u{feff}t");
}

#[test]
fn mqtt_1_5_5_1() {
    violated(
        &publish(0x30, "t", 0, &[SUBSCRIPTION_ID, 0x80, 0], b""),
        0x81,
    );
    violated(&[0x30, 0x84, 0x80, 0x80, 0x00, 0, 1, b't', 0], 0x81);
    let mut rig = Rig::clean(&[], &[]);
    for (len, header) in [
        (127, &[0x7f][..]),
        (128, &[0x80, 0x01]),
        (16_383, &[0xff, 0x7f]),
        (16_384, &[0x80, 0x80, 0x01]),
    ] {
        // Topic and properties take 4 bytes.
        rig.ok(&format!("AT+MQTTPUB=\"t\",0,0,\"{}\"", "x".repeat(len - 4)));
        assert_eq!(rig.sent_one()[1..=header.len()], *header);
    }
}

#[test]
fn mqtt_1_5_7_1() {
    for bytes in ILL_FORMED {
        violated(&publish(0x30, "t", 0, &pair(bytes, b"b"), b""), 0x81);
        violated(&publish(0x30, "t", 0, &pair(b"a", bytes), b""), 0x81);
    }
    let mut rig = Rig::new(&[]);
    rig.refused("AT+MQTTPROP=\"user\",\"\\FF\",\"b\"", 25);
    rig.refused("AT+MQTTPROP=\"user\",\"a\",\"\\FF\"", 25);
}

#[test]
fn mqtt_2_1_3_1() {
    for listed in [
        0x20, PUBACK, PUBREC, PUBREL, PUBCOMP, SUBACK, UNSUBACK, 0xd0, 0xe0, 0xf0,
    ] {
        for flags in (0..16).filter(|flags| *flags != listed & 15) {
            violated(&[listed & 0xf0 | flags, 3, 0, 1, 0], 0x81);
        }
    }
}

#[test]
fn mqtt_2_2_1_2() {
    let mut rig = Rig::clean(&[], &[]);
    rig.ok("AT+MQTTPUB=\"t\",0,0,\"x\"");
    assert_eq!(rig.sent_one(), b"\x30\x05\0\x01t\0x");
}

#[test]
fn mqtt_2_2_1_3() {
    let mut rig = Rig::clean(
        &["+MQTTOPT=\"pubmode\",1", "+MQTTOPT=\"acktimeout\",1"],
        &[],
    );
    let mut taken = Vec::new();
    for qos in [1, 2, 1] {
        rig.ok(&format!("AT+MQTTPUB=\"t\",{qos},0,\"x\""));
        taken.push(id_of(&rig.sent_one()));
    }
    for line in ["AT+MQTTSUB=\"t\",0", "AT+MQTTUNSUB=\"t\""] {
        assert_eq!(rig.types(line), "");
        let id = id_of(&rig.sent_one());
        assert!(id != 0 && !taken.contains(&id), "{id} beside {taken:?}");
        let first = if line.contains("UNSUB") {
            UNSUBACK
        } else {
            SUBACK
        };
        assert!(rig.broker(&codes(first, id, &[0])).contains("OK"));
    }
    // All the way round: 0 and those in flight are left out.
    let mut seen = 0;
    for _ in 0..u16::MAX {
        assert_eq!(rig.types("AT+MQTTUNSUB=\"t\""), "");
        let id = id_of(&rig.sent_one());
        assert!(id != 0 && !taken.contains(&id), "{id} beside {taken:?}");
        rig.broker(&codes(UNSUBACK, id, &[0]));
        seen += u32::from(id == 1);
    }
    assert!(seen <= 1);
}

#[test]
fn mqtt_2_2_1_5() {
    let mut rig = Rig::clean(&["+MQTTOPT=\"pubmode\",1"], &[]);
    rig.ok("AT+MQTTPUB=\"t\",2,0,\"x\"");
    let ours = id_of(&rig.sent_one());
    // The broker's ids are its own: the same number is another message.
    rig.broker(&publish(0x34, "in", ours, &[], b"2"));
    assert_eq!(rig.sent_one(), ack(PUBREC, ours, 0));
    rig.broker(&publish(0x32, "in", 700, &[], b"1"));
    assert_eq!(rig.sent_one(), ack(PUBACK, 700, 0));
    rig.broker(&ack(PUBREC, ours, 0));
    assert_eq!(rig.sent_one(), ack(PUBREL, ours, 0));
    rig.broker(&ack(PUBREL, ours, 0));
    assert_eq!(rig.sent_one(), ack(PUBCOMP, ours, 0));
}

#[test]
fn mqtt_2_2_1_6() {
    let mut rig = Rig::clean(&[], &[]);
    for (line, first) in [
        ("AT+MQTTSUB=\"t\",0", SUBACK),
        ("AT+MQTTUNSUB=\"t\"", UNSUBACK),
    ] {
        assert_eq!(rig.types(line), "");
        let id = id_of(&rig.sent_one());
        assert_eq!(
            rig.broker(&codes(first, id + 9, &[0])),
            "",
            "nobody waits for it"
        );
        assert!(!rig.is_closed());
        assert_eq!(rig.broker(&codes(first, id, &[0])), "\r\nOK\r\n");
    }
}

#[test]
fn mqtt_2_2_2_1() {
    let mut rig = Rig::new(&["+MQTTCONFIG=h,1883,me,1,60"]);
    // It is read with a length of properties, and nothing may be left.
    read_connect(&rig.connect(false, &[]));
    rig.types("AT+MQTTPUB=\"t\",0,0,\"x\"");
    assert_eq!(body(&rig.sent_one()), b"\0\x01t\0x");
    rig.types("AT+MQTTSUB=\"t\",1");
    let subscribe = rig.sent_one();
    assert_eq!(body(&subscribe)[2..], *b"\0\0\x01t\x01");
    rig.broker(&codes(SUBACK, id_of(&subscribe), &[1]));
    rig.types("AT+MQTTUNSUB=\"t\"");
    assert_eq!(body(&rig.sent_one())[2..], *b"\0\0\x01t");
}

#[test]
fn mqtt_4_7_0_1() {
    let mut rig = Rig::clean(&[], &[]);
    for topic in ["a/#", "+/a", "#"] {
        rig.refused(&format!("AT+MQTTPUB=\"{topic}\",0,0,\"x\""), 25);
        rig.refused(&format!("AT+MQTTWILL=\"{topic}\",0,0,\"x\""), 25);
    }
}

/// Filters that are none.
fn refused_filters(filters: &[&str], code: u8) {
    let mut rig = Rig::clean(&[], &[]);
    for filter in filters {
        rig.refused(&format!("AT+MQTTSUB=\"{filter}\",0"), code);
        rig.refused(&format!("AT+MQTTUNSUB=\"{filter}\""), code);
    }
}

#[test]
fn mqtt_4_7_1_1() {
    refused_filters(&["a#", "a/#/b", "#a"], 25);
}

#[test]
fn mqtt_4_7_1_2() {
    refused_filters(&["a+", "+a", "a/b+/c"], 25);
}

#[test]
fn mqtt_4_7_3_1() {
    refused_filters(&[""], 50);
    refused_filters(&["$share/g/"], 25);
    Rig::clean(&[], &[]).refused("AT+MQTTPUB=\"\",0,0,\"x\"", 50);
}

#[test]
fn mqtt_4_7_3_2() {
    refused_filters(&["a\\00"], 25);
    Rig::clean(&[], &[]).refused("AT+MQTTPUB=\"\\00\",0,0,\"x\"", 25);
}

#[test]
fn mqtt_4_7_3_3() {
    let mut rig = Rig::clean(&[], &[]);
    let topic = "t".repeat(65_500);
    rig.ok(&format!("AT+MQTTPUB=\"{topic}\",0,0,\"\""));
    assert_eq!(read_publish(&rig.sent_one()).topic, topic);
    let topic = "t".repeat(65_536);
    let said = rig.types(&format!("AT+MQTTPUB=\"{topic}\",0,0,\"\""));
    assert!(said.contains("ERROR"), "{said}");
    assert!(rig.sent().is_empty());
}

#[test]
fn mqtt_4_8_2_1() {
    refused_filters(&["$share//t", "$share/g"], 25);
    let mut rig = Rig::clean(&[], &[]);
    rig.types("AT+MQTTSUB=\"$share/g/t\",0");
    assert_eq!(body(&rig.sent_one())[3..], *b"\0\x0a$share/g/t\0");
}

#[test]
fn mqtt_4_8_2_2() {
    refused_filters(&["$share/g+/t", "$share/#/t", "$share/+/t"], 25);
}
