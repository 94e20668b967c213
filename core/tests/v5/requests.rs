//! Clauses 3.8 to 3.11: SUBSCRIBE, UNSUBSCRIBE and their answers.

use crate::rig::Rig;
use crate::wire::*;

const SUBACK_CODES: &[u8] = &[
    0, 1, 2, 0x80, 0x83, 0x87, 0x8f, 0x91, 0x97, 0x9e, 0xa1, 0xa2,
];

/// A request without its answer; its packet identifier.
fn asked(line: &str) -> (Rig, u16) {
    let mut rig = Rig::clean(&[], &[]);
    assert_eq!(rig.types(line), "");
    let id = id_of(&rig.sent_one());
    (rig, id)
}

fn subscribed() -> (Rig, u16) {
    asked("AT+MQTTSUB=\"t\",2")
}

fn unsubscribed() -> (Rig, u16) {
    asked("AT+MQTTUNSUB=\"t\"")
}

#[test]
fn mqtt_3_8_1_1() {
    let mut rig = Rig::clean(&[], &[]);
    rig.types("AT+MQTTSUB=\"t\",1");
    assert_eq!(rig.sent_one()[0], 0x82);
}

#[test]
fn mqtt_3_8_3_1() {
    Rig::clean(&[], &[]).refused("AT+MQTTSUB=\"\\ED\\A0\\80\",0", 25);
}

#[test]
fn mqtt_3_8_3_2() {
    let mut rig = Rig::clean(&[], &[]);
    rig.refused("AT+MQTTSUB=", 50);
    rig.types("AT+MQTTSUB=\"t\",2,1,1,2");
    assert_eq!(body(&rig.sent_one())[3..], *b"\0\x01t\x2e");
}

#[test]
fn mqtt_3_8_3_4() {
    let mut rig = Rig::clean(&[], &[]);
    rig.refused("AT+MQTTSUB=\"$share/g/t\",1,1", 50);
    rig.types("AT+MQTTSUB=\"$share/g/t\",1,0,1");
    assert_eq!(rig.sent_one()[0], 0x82);
}

#[test]
fn mqtt_3_8_3_5() {
    let mut rig = Rig::clean(&[], &[]);
    for line in ["\"t\",0,0,0,3", "\"t\",0,0,2", "\"t\",0,2", "\"t\",3"] {
        rig.refused(&format!("AT+MQTTSUB={line}"), 50);
    }
    for (values, options) in [
        ("2", 2),
        ("1,1", 5),
        ("0,0,1", 8),
        ("0,0,0,1", 0x10),
        ("2,1,1,2", 0x2e),
    ] {
        let mut rig = Rig::clean(&[], &[]);
        rig.types(&format!("AT+MQTTSUB=\"t\",{values}"));
        assert_eq!(rig.sent_one().last(), Some(&options));
    }
}

#[test]
fn mqtt_3_8_4_2() {
    let (mut rig, id) = subscribed();
    assert_eq!(rig.broker(&codes(SUBACK, id ^ 0x100, &[2])), "");
    assert!(!rig.is_closed());
    assert_eq!(rig.broker(&codes(SUBACK, id, &[2])), "\r\nOK\r\n");
}

#[test]
fn mqtt_3_8_4_6() {
    for wrong in [&[][..], &[0, 0]] {
        let (mut rig, id) = subscribed();
        rig.violated(&codes(SUBACK, id, wrong), 0x82);
        let (mut rig, id) = unsubscribed();
        rig.violated(&codes(UNSUBACK, id, wrong), 0x82);
    }
}

#[test]
fn mqtt_3_8_4_7() {
    let (mut rig, id) = subscribed();
    let refusal = packet(
        SUBACK,
        &[&id.to_be_bytes(), &block(&named(REASON, "no acl")), &[0x87]],
    );
    assert_eq!(rig.broker(&refusal), "\r\n+CME ERROR: 3\r\n");
    assert_eq!(rig.error(), 135);
    assert!(rig.ok("AT+MQTTERR?").contains(",\"no acl\""));
    assert_eq!(rig.ok("AT+MQTTSUB?"), "");
    let (mut rig, id) = subscribed();
    rig.broker(&codes(SUBACK, id, &[1]));
    assert_eq!(rig.ok("AT+MQTTSUB?"), "\r\n+MQTTSUB:t,1\r\n");
}

#[test]
fn mqtt_3_9_3_1() {
    // Three subscriptions are renewed where the broker has lost the session.
    let mut rig = Rig::kept(&["+MQTTOPT=\"reconnect\",1", "+MQTTOPT=\"backoff\",1"], &[]);
    for filter in ["a", "b", "c"] {
        rig.types(&format!("AT+MQTTSUB=\"{filter}\",2"));
        let id = id_of(&rig.sent_one());
        rig.broker(&codes(SUBACK, id, &[2]));
    }
    rig.cut();
    rig.passes(10);
    rig.opened();
    rig.broker(&connack(false, 0, &[]));
    let mut granted = [1, 0x87, 0].iter();
    for packet in rig.sent().iter().filter(|packet| packet[0] == 0x82) {
        // One packet may hold several filters.
        let filters = packet.windows(2).filter(|it| *it == [0, 1]).count();
        let of_packet: Vec<u8> = granted.by_ref().take(filters).copied().collect();
        rig.broker(&codes(SUBACK, id_of(packet), &of_packet));
    }
    let listed = rig.ok("AT+MQTTSUB?");
    assert!(
        listed.contains("+MQTTSUB:a,1") && listed.contains("+MQTTSUB:c,0"),
        "{listed}"
    );
    assert!(!listed.contains("+MQTTSUB:b,"), "{listed}");
}

#[test]
fn mqtt_3_9_3_2() {
    for code in 0..=255 {
        let (mut rig, id) = subscribed();
        let packet = codes(SUBACK, id, &[code]);
        if !SUBACK_CODES.contains(&code) {
            rig.violated(&packet, 0x81);
            continue;
        }
        let answer = if code <= 2 { "OK" } else { "+CME ERROR: 3" };
        assert_eq!(rig.broker(&packet), format!("\r\n{answer}\r\n"), "{code}");
    }
}

#[test]
fn mqtt_3_10_1_1() {
    let mut rig = Rig::clean(&[], &[]);
    rig.types("AT+MQTTUNSUB=\"t\"");
    assert_eq!(rig.sent_one()[0], 0xa2);
}

#[test]
fn mqtt_3_10_3_1() {
    Rig::clean(&[], &[]).refused("AT+MQTTUNSUB=\"\\ED\\A0\\80\"", 25);
}

#[test]
fn mqtt_3_10_3_2() {
    let mut rig = Rig::clean(&[], &[]);
    rig.refused("AT+MQTTUNSUB=", 50);
    rig.types("AT+MQTTUNSUB=\"t\"");
    assert_eq!(body(&rig.sent_one())[3..], *b"\0\x01t");
}

#[test]
fn mqtt_3_11_3_1() {
    // A packet of ours has one filter, so there is one code.
    let (mut rig, id) = unsubscribed();
    rig.violated(&codes(UNSUBACK, id, &[0, 0x11]), 0x82);
    let (mut rig, id) = unsubscribed();
    assert_eq!(rig.broker(&codes(UNSUBACK, id, &[0])), "\r\nOK\r\n");
}

#[test]
fn mqtt_3_11_3_2() {
    let mut rig = Rig::clean(&[], &[]);
    rig.types("AT+MQTTSUB=\"t\",1");
    let id = id_of(&rig.sent_one());
    rig.broker(&codes(SUBACK, id, &[1]));
    for (code, answer) in [
        (0x87, "+CME ERROR: 3"),
        (0xfe, "+CME ERROR: 3"),
        (0x11, "OK"),
    ] {
        rig.types("AT+MQTTUNSUB=\"t\"");
        let id = id_of(&rig.sent_one());
        let said = rig.broker(&codes(UNSUBACK, id, &[code]));
        assert_eq!(said, format!("\r\n{answer}\r\n"), "{code:02x}");
        let stays = rig.ok("AT+MQTTSUB?").contains("+MQTTSUB:t,1");
        assert_eq!(stays, code >= 0x80, "{code:02x}");
    }
}
