//! Clause 3.2: CONNACK, and what it grants.

use crate::rig::Rig;
use crate::wire::*;

const CLEAN: &str = "+MQTTCONFIG=h,1883,me,1,60";
const KEPT: &str = "+MQTTCONFIG=h,1883,me,0,60";

/// The reason codes of a refusal (table 3-1).
const REFUSALS: &[u8] = &[
    0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8c, 0x90, 0x95, 0x97, 0x99,
    0x9a, 0x9b, 0x9c, 0x9d, 0x9f,
];

fn greeted(config: &str) -> Rig {
    let mut rig = Rig::new(&[config]);
    rig.greets();
    rig
}

/// Refused with this code, which is told as this one.
fn is_refused(code: u8, told: u8) {
    let mut rig = greeted(CLEAN);
    let said = rig.broker(&connack(false, code, &[]));
    assert!(
        said.contains(&format!("+MQTTCONNECT:{told}\r\n")),
        "{code} -> {said}"
    );
    assert!(rig.is_closed(), "{code}");
}

#[test]
fn mqtt_3_2_0_1() {
    for first in [
        publish(0x30, "t", 0, &[], b""),
        codes(SUBACK, 1, &[0]),
        PINGRESP.to_vec(),
        vec![0xf0, 0],
    ] {
        let mut rig = greeted(CLEAN);
        let said = rig.broker(&first);
        assert!(
            said.contains("+MQTTCONNECT:32\r\n"),
            "{first:02x?} -> {said}"
        );
        assert!(rig.is_closed());
    }
}

#[test]
fn mqtt_3_2_0_2() {
    let mut rig = Rig::kept(&["+MQTTOPT=\"pubmode\",1"], &[]);
    rig.ok("AT+MQTTPUB=\"t\",1,0,\"x\",7");
    rig.violated(&connack(false, 0, &[]), 0x82);
    rig.connect(true, &[]);
    assert_eq!(rig.sent_one()[0], 0x3a, "its state is what it was");
}

#[test]
fn mqtt_3_2_2_1() {
    for bit in 1..8 {
        let mut rig = greeted(KEPT);
        rig.violated(&[0x20, 3, 1 << bit, 0, 0], 0x81);
    }
}

#[test]
fn mqtt_3_2_2_2() {
    let mut rig = greeted(CLEAN);
    rig.violated(&connack(true, 0, &[]), 0x82);
}

#[test]
fn mqtt_3_2_2_4() {
    let mut rig = Rig::new(&[KEPT]);
    let connect = read_connect(&rig.greets());
    assert_eq!(connect.flags & 2, 2, "it holds no session");
    let expiry = value(&connect.properties, SESSION_EXPIRY);
    assert_eq!(expiry, Some(&[0xff; 4][..]), "and wants one");
    rig.violated(&connack(true, 0, &[]), 0x82);
}

#[test]
fn mqtt_3_2_2_5() {
    let mut rig = Rig::kept(&["+MQTTOPT=\"pubmode\",1"], &[]);
    rig.ok("AT+MQTTPUB=\"t\",2,0,\"released\",1");
    let released = id_of(&rig.sent_one());
    rig.broker(&ack(PUBREC, released, 0));
    rig.ok("AT+MQTTPUB=\"t\",1,0,\"open\",2");
    rig.broker(&publish(0x34, "in", 9, &[], b"old"));
    rig.cut();
    rig.connect(false, &[]);
    let sent = rig.sent();
    assert!(sent.iter().all(|packet| packet[0] != PUBREL), "{sent:02x?}");
    let open = sent.iter().find(|packet| packet[0] >> 4 == 3);
    let open = read_publish(open.expect("what is open is sent as a new message"));
    assert_eq!((open.first, &open.payload[..]), (0x32, &b"open"[..]));
    let said = rig.broker(&publish(0x34, "in", 9, &[], b"new"));
    assert!(said.contains(",new"), "received ids are forgotten: {said}");
}

#[test]
fn mqtt_3_2_2_6() {
    let mut rig = greeted(KEPT);
    let said = rig.broker(&connack(true, 0x87, &[]));
    assert!(said.contains("+MQTTCONNECT:32\r\n"), "{said}");
    assert!(rig.is_closed());
}

#[test]
fn mqtt_3_2_2_7() {
    // The broker leaves it open; the modem does not.
    is_refused(0x87, 135);
}

#[test]
fn mqtt_3_2_2_8() {
    for code in 1..=255 {
        let told = if REFUSALS.contains(&code) { code } else { 32 };
        is_refused(code, told);
    }
}

#[test]
fn mqtt_3_2_2_11() {
    for most in 0..2 {
        let granted = property(MAX_QOS, [most]);
        let mut rig = Rig::clean(&[], &granted);
        rig.refused(&format!("AT+MQTTPUB=\"t\",{},0,\"x\"", most + 1), 4);
        assert_eq!(rig.error(), 155);
        rig.types(&format!("AT+MQTTPUB=\"t\",{most},0,\"x\""));
        assert_eq!(rig.sent_one()[0], 0x30 | most << 1);
        let mut rig = Rig::new(&["+MQTTOPT=\"pubmode\",1", "+MQTTOPT=\"queue\",4000", KEPT]);
        rig.ok(&format!("AT+MQTTPUB=\"t\",{},0,\"x\",7", most + 1));
        rig.greets();
        let said = rig.broker(&connack(false, 0, &granted));
        assert!(said.contains("+MQTTPUBACK:7,155\r\n"), "{said}");
        assert!(rig.sent().is_empty());
    }
}

#[test]
fn mqtt_3_2_2_12() {
    is_refused(0x9b, 155);
}

#[test]
fn mqtt_3_2_2_13() {
    is_refused(0x9a, 154);
}

#[test]
fn mqtt_3_2_2_14() {
    let granted = property(RETAIN, [0]);
    let mut rig = Rig::clean(&[], &granted);
    rig.refused("AT+MQTTPUB=\"t\",0,1,\"x\"", 4);
    assert_eq!(rig.error(), 154);
    let mut rig = Rig::new(&["+MQTTOPT=\"pubmode\",1", "+MQTTOPT=\"queue\",4000", KEPT]);
    rig.ok("AT+MQTTPUB=\"t\",1,1,\"x\",7");
    rig.greets();
    let said = rig.broker(&connack(false, 0, &granted));
    assert!(said.contains("+MQTTPUBACK:7,154\r\n"), "{said}");
    assert!(rig.sent().is_empty());
}

#[test]
fn mqtt_3_2_2_15() {
    let granted = property(MAX_PACKET, [0, 0, 0, 20]);
    let mut rig = Rig::clean(&[], &granted);
    // 2 bytes of header, 3 of topic, 1 of properties.
    rig.ok("AT+MQTTPUB=\"t\",0,0,\"12345678901234\"");
    assert_eq!(rig.sent_one().len(), 20);
    rig.refused("AT+MQTTPUB=\"t\",0,0,\"123456789012345\"", 24);
    assert_eq!(rig.error(), 149);
    // Properties count.
    rig.refused(
        "AT+MQTTPROP=\"format\",1;+MQTTPUB=\"t\",0,0,\"1234567890123\"",
        24,
    );
    let mut rig = Rig::new(&["+MQTTOPT=\"pubmode\",1", "+MQTTOPT=\"queue\",4000", KEPT]);
    rig.ok("AT+MQTTPUB=\"t\",1,0,\"123456789012345\",7");
    rig.greets();
    let said = rig.broker(&connack(false, 0, &granted));
    assert!(said.contains("+MQTTPUBACK:7,149\r\n"), "{said}");
    assert!(rig.sent().is_empty());
    // What is small goes out whatever the limit is.
    let mut rig = Rig::clean(&[], &property(MAX_PACKET, [0, 0, 0, 1]));
    rig.broker(&publish(0x32, "t", 3, &[], b""));
    assert_eq!(rig.sent_one()[0], PUBACK);
    rig.passes(60);
    assert_eq!(rig.sent_one(), PINGREQ);
    rig.types("AT+MQTTDISCONNECT");
    assert_eq!(rig.sent_one()[0], 0xe0);
}

#[test]
fn mqtt_3_2_2_16() {
    let mut rig = greeted(CLEAN);
    rig.violated(&connack(false, 0, &named(ASSIGNED_ID, "other")), 0x82);
}

/// The topics and aliases of publishes to these topics, QoS 0.
fn aliased(rig: &mut Rig, topics: &[&str]) -> Vec<(String, Option<u16>)> {
    let sent = topics.iter().map(|topic| {
        rig.ok(&format!("AT+MQTTPUB=\"{topic}\",0,0,\"x\""));
        let publish = read_publish(&rig.sent_one());
        let alias = value(&publish.properties, ALIAS).map(|it| u16::from_be_bytes([it[0], it[1]]));
        (publish.topic, alias)
    });
    sent.collect()
}

#[test]
fn mqtt_3_2_2_17() {
    let mut rig = Rig::clean(&["+MQTTOPT=\"aliasout\",10"], &property(ALIAS_MAX, [0, 2]));
    let topics = ["t/1", "t/2", "t/3", "t/4", "t/5", "t/1", "t/5"];
    let sent = aliased(&mut rig, &topics);
    let mut known = std::collections::BTreeMap::new();
    for ((topic, alias), meant) in sent.iter().zip(topics) {
        assert!(
            alias.is_none_or(|alias| (1..=2).contains(&alias)),
            "{sent:?}"
        );
        match (topic.as_str(), alias) {
            ("", alias) => assert_eq!(known[&alias.unwrap()], meant, "{sent:?}"),
            (whole, alias) => {
                assert_eq!(whole, meant);
                alias.map(|alias| known.insert(alias, meant));
            }
        }
    }
    assert_eq!(
        known.keys().copied().collect::<Vec<_>>(),
        [1, 2],
        "{sent:?}"
    );
}

#[test]
fn mqtt_3_2_2_18() {
    let mut rig = Rig::clean(&["+MQTTOPT=\"aliasout\",10"], &property(ALIAS_MAX, [0, 10]));
    let sent = aliased(&mut rig, &["t", "t"]);
    assert_eq!(sent[1], (String::new(), Some(1)));
    rig.cut();
    rig.connect(false, &[]);
    let sent = aliased(&mut rig, &["t", "t"]);
    assert_eq!(sent, [("t".to_owned(), None), ("t".to_owned(), None)]);
}

#[test]
fn mqtt_3_2_2_21() {
    let mut rig = Rig::clean(&[], &property(SERVER_KEEP_ALIVE, [0, 10]));
    rig.passes(10);
    assert_eq!(rig.sent_one(), PINGREQ);
}
