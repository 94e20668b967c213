//! Clauses 3.14, 3.15, 4.1, 4.12 and 4.13: how a connection ends, and what is not offered.

use crate::rig::Rig;
use crate::wire::*;

const CONFIG: &str = "+MQTTCONFIG=h,1883,me,1,60";
/// The reason codes a broker may put into DISCONNECT (tables 2-6 and
/// 3-10), and 0x8a, which is said to a client that is banned while it is connected.
const DISCONNECT_CODES: &[u8] = &[
    0, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8a, 0x8b, 0x8c, 0x8d, 0x8e, 0x8f, 0x90, 0x93, 0x94,
    0x95, 0x96, 0x97, 0x98, 0x99, 0x9a, 0x9b, 0x9c, 0x9d, 0x9e, 0x9f, 0xa0, 0xa1, 0xa2,
];

/// No AUTH is ever written, whatever happens on a connection.
fn never_authenticates() {
    let mut rig = Rig::new(&[
        "+MQTTOPT=\"pubmode\",1",
        "+MQTTCONFIG=h,1883,me,0,60,joe,secret",
    ]);
    let mut sent = vec![rig.connect(false, &[])];
    rig.ok("AT+MQTTPUB=\"t\",2,0,\"x\"");
    rig.types("AT+MQTTSUB=\"t\",1");
    rig.broker(&publish(0x34, "t", 9, &[], b"x"));
    rig.passes(60);
    rig.broker(&[0xf0, 2, 0x18, 0]);
    sent.extend(rig.sent());
    assert!(sent.len() > 4, "{sent:02x?}");
    assert!(
        sent.iter().all(|packet| packet[0] >> 4 != 15),
        "{sent:02x?}"
    );
    assert_eq!(value(&read_connect(&sent[0]).properties, AUTH_METHOD), None);
}

#[test]
fn mqtt_3_14_0_1() {
    let mut rig = Rig::new(&[CONFIG]);
    rig.greets();
    let said = rig.broker(&disconnect(0x80));
    assert!(said.contains("+MQTTCONNECT:32\r\n"), "{said}");
    assert!(rig.is_closed());
}

#[test]
fn mqtt_3_14_1_1() {
    for flags in 1..16 {
        Rig::clean(&[], &[]).violated(&[0xe0 | flags, 0], 0x81);
    }
}

#[test]
fn mqtt_3_14_2_2() {
    let expiry = property(SESSION_EXPIRY, [0, 0, 0, 9]);
    Rig::clean(&[], &[]).violated(&packet(0xe0, &[&[0], &block(&expiry)]), 0x82);
}

#[test]
fn mqtt_3_14_4_1() {
    let mut rig = Rig::clean(&["+MQTTOPT=\"pubmode\",1"], &[]);
    rig.ok("AT+MQTTPUB=\"t\",1,0,\"x\"");
    rig.sent();
    rig.types("AT+MQTTDISCONNECT");
    assert_eq!(rig.sent_one(), [0xe0, 0]);
    rig.types("AT+MQTTPUB=\"t\",0,0,\"x\"");
    rig.passes(600);
    assert!(rig.sent().is_empty());
}

#[test]
fn mqtt_3_14_4_2() {
    let mut rig = Rig::clean(&[], &[]);
    assert_eq!(rig.types("AT+MQTTDISCONNECT"), "\r\nOK\r\n");
    assert!(rig.is_closed());
    // Also after one that says what was wrong.
    Rig::clean(&[], &[]).violated(&connack(false, 0, &[]), 0x82);
}

#[test]
fn mqtt_3_15_1_1() {
    for flags in 1..16 {
        Rig::clean(&[], &[]).violated(&[0xf0 | flags, 0], 0x81);
    }
}

#[test]
fn mqtt_3_15_2_1() {
    for code in 0..=255 {
        let known = [0, 0x18, 0x19].contains(&code);
        let why = if known { 0x82 } else { 0x81 };
        Rig::clean(&[], &[]).violated(&[0xf0, 2, code, 0], why);
    }
}

#[test]
fn mqtt_3_15_2_2() {
    never_authenticates();
}

#[test]
fn mqtt_3_15_2_3() {
    never_authenticates();
}

#[test]
fn mqtt_4_1_0_1() {
    let mut rig = Rig::kept(&["+MQTTOPT=\"pubmode\",1"], &[]);
    rig.ok("AT+MQTTPUB=\"t\",2,0,\"x\",7");
    let first = id_of(&rig.sent_one());
    rig.ok("AT+MQTTCONFIG=h,1883,you,1,60");
    let said = rig.broker(&ack(PUBREC, first, 0));
    assert_eq!((said.as_str(), rig.sent_one()), ("", ack(PUBREL, first, 0)));
    assert_eq!(
        rig.broker(&ack(PUBCOMP, first, 0)),
        "\r\n+MQTTPUBACK:7,0\r\n"
    );
}

#[test]
fn mqtt_4_2_1() {
    // However the bytes are cut, the packets are the same.
    let script = [
        connack(false, 0, &named(REASON, "welcome")),
        publish(0x32, "t", 9, &user("a", "b"), b"x"),
        publish(0x34, "t", 10, &[], &[b'y'; 300]),
    ];
    let play = |cut: usize| {
        let mut rig = Rig::new(&[CONFIG]);
        rig.greets();
        let said: String = script
            .concat()
            .chunks(cut)
            .map(|it| rig.broker(it))
            .collect();
        (said, rig.sent())
    };
    let whole = play(1000);
    for cut in 1..40 {
        assert_eq!(play(cut), whole);
    }
}

#[test]
fn mqtt_4_12_0_3() {
    never_authenticates();
}

#[test]
fn mqtt_4_12_0_5() {
    // Whoever did not ask for a method makes nothing of one.
    let mut rig = Rig::clean(&[], &named(AUTH_METHOD, "SCRAM"));
    assert!(!rig.is_closed());
    rig.ok("AT+MQTTPUB=\"t\",0,0,\"x\"");
}

#[test]
fn mqtt_4_12_0_6() {
    let auth = [&[0xf0, 10, 0x18, 8, AUTH_METHOD][..], &text("SCRAM")].concat();
    Rig::clean(&[], &[]).violated(&auth, 0x82);
    let mut rig = Rig::new(&[CONFIG]);
    rig.greets();
    let said = rig.broker(&auth);
    assert!(said.contains("+MQTTCONNECT:32\r\n"), "{said}");
    assert!(rig.is_closed());
}

#[test]
fn mqtt_4_12_0_7() {
    never_authenticates();
}

#[test]
fn mqtt_4_12_1_1() {
    never_authenticates();
}

#[test]
fn mqtt_4_12_1_2() {
    // There is nothing to be authenticated again: the first AUTH ends the connection.
    Rig::clean(&[], &[]).violated(&[0xf0, 2, 0x19, 0], 0x82);
}

#[test]
fn mqtt_4_13_2_1() {
    for code in DISCONNECT_CODES.iter().filter(|code| **code >= 0x80) {
        let mut rig = Rig::clean(&[], &[]);
        let said = rig.broker(&disconnect(*code));
        assert_eq!(said.matches('+').count(), 1, "one event: {said}");
        assert!(rig.is_closed(), "{code:02x}");
        assert!(rig.sent().is_empty(), "no DISCONNECT answers one");
    }
    for code in 0x80..=255 {
        let mut rig = Rig::new(&[CONFIG]);
        rig.greets();
        rig.broker(&connack(false, code, &[]));
        assert!(rig.is_closed(), "{code:02x}");
    }
}

#[test]
fn mqtt_3_14_2_1() {
    let mut rig = Rig::clean(&[], &[]);
    for reason in [1, 2, 3, 5, 0x80] {
        rig.refused(&format!("AT+MQTTDISCONNECT={reason}"), 50);
    }
    assert_eq!(rig.types("AT+MQTTDISCONNECT=4"), "\r\nOK\r\n");
    assert_eq!(rig.sent_one(), [0xe0, 1, 4]);
    for code in 0..=255 {
        let mut rig = Rig::clean(&[], &[]);
        if !DISCONNECT_CODES.contains(&code) {
            // That of the will is the client's.
            let why = if code == 4 { 0x82 } else { 0x81 };
            rig.violated(&disconnect(code), why);
            continue;
        }
        let told = if code == 0 { 24 } else { code };
        let said = rig.broker(&disconnect(code));
        assert_eq!(said, format!("\r\n+MQTTDISCONNECTED:{told}\r\n"));
        assert!(rig.is_closed(), "{code:02x}");
    }
}

/// A broker that takes packets of this size.
fn takes(most: usize) -> Rig {
    let most = u8::try_from(most).unwrap();
    Rig::clean(&[], &property(MAX_PACKET, [0, 0, 0, most]))
}

/// DISCONNECT after these values of `+MQTTPROP` is this packet where it fits; where it is a
/// byte too large, the host hears of it and can leave without them.
fn leaves_with(values: &[&str], packet: &[u8]) {
    let values = values.iter().map(|it| format!("+MQTTPROP={it};"));
    let line = format!("AT{}+MQTTDISCONNECT", values.collect::<String>());
    let mut rig = takes(packet.len());
    assert_eq!(rig.types(&line), "\r\nOK\r\n");
    assert_eq!(rig.sent_one(), packet);
    let mut rig = takes(packet.len() - 1);
    rig.refused(&line, 24);
    assert_eq!(rig.error(), 149);
    assert_eq!(rig.types("AT+MQTTDISCONNECT"), "\r\nOK\r\n");
    assert_eq!(rig.sent_one(), [0xe0, 0]);
}

#[test]
fn mqtt_3_14_2_3() {
    let reason = named(REASON, "going home");
    let packet = packet(0xe0, &[&[0], &block(&reason)]);
    leaves_with(&["\"reason\",\"going home\""], &packet);
}

#[test]
fn mqtt_3_14_2_4() {
    let both = [user("a", "b"), user("c", "d")].concat();
    let packet = packet(0xe0, &[&[0], &block(&both)]);
    leaves_with(&["\"user\",\"a\",\"b\"", "\"user\",\"c\",\"d\""], &packet);
}
