//! Clause 3.3: PUBLISH, and topics by alias.

use crate::rig::{EVENTS, Rig};
use crate::wire::*;

fn violated(packet: &[u8], code: u8) {
    Rig::clean(&[], &[]).violated(packet, code);
}

/// What a host is refused without a broker hearing of it.
fn refused(line: &str, code: u8) {
    Rig::clean(&[], &[]).refused(line, code);
}

#[test]
fn mqtt_3_3_1_1() {
    for qos in [1, 2] {
        for power in [false, true] {
            let (mut rig, first) = Rig::in_flight(qos);
            if power {
                rig.power_cut();
            } else {
                rig.cut();
            }
            rig.connect(true, &[]);
            let again = rig.sent_one();
            assert_eq!((again[0], &again[1..]), (first[0] | 8, &first[1..]));
        }
    }
    // Also where the broker is one of 3.1.1 now.
    let (mut rig, first) = Rig::in_flight(1);
    rig.cut();
    rig.ok("AT+MQTTOPT=\"version\",4");
    rig.types("AT+MQTTCONNECT");
    rig.opened();
    rig.broker(&[0x20, 2, 1, 0]);
    let [high, low] = id_of(&first).to_be_bytes();
    assert_eq!(rig.sent_one(), [0x3a, 6, 0, 1, b't', high, low, b'x']);
}

#[test]
fn mqtt_3_3_1_2() {
    violated(&publish(0x38, "t", 0, &[], b""), 0x81);
    let queue = ["+MQTTOPT=\"queue\",4000", "+MQTTOPT=\"queueqos0\",1"];
    let mut rig = Rig::kept(&[EVENTS, queue[0], queue[1]], &[]);
    rig.cut();
    rig.ok("AT+MQTTPUB=\"t\",0,0,\"x\"");
    rig.connect(true, &[]);
    assert_eq!(rig.sent_one()[0], 0x30);
}

#[test]
fn mqtt_3_3_1_3() {
    let (mut rig, _) = Rig::in_flight(1);
    rig.cut();
    rig.connect(false, &[]);
    assert_eq!(rig.sent_one()[0], 0x32, "the first time in a new session");
}

#[test]
fn mqtt_3_3_1_4() {
    for first in [0x36, 0x37, 0x3e, 0x3f] {
        violated(&publish(first, "t", 1, &[], b""), 0x81);
    }
    refused("AT+MQTTPUB=\"t\",3,0,\"x\"", 50);
}

#[test]
fn mqtt_3_3_2_1() {
    let mut rig = Rig::clean(&[], &[]);
    rig.ok("AT+MQTTPUB=\"é\",0,1,\"!\"");
    assert_eq!(rig.sent_one(), b"\x31\x06\0\x02\xc3\xa9\0!");
    violated(&publish(0x30, "", 0, &[], b""), 0x82);
}

#[test]
fn mqtt_3_3_2_2() {
    for topic in ["a/#", "+", "a/+/b"] {
        violated(&publish(0x30, topic, 0, &[], b""), 0x81);
        refused(&format!("AT+MQTTPUB=\"{topic}\",0,0,\"x\""), 25);
    }
}

#[test]
fn mqtt_3_3_2_7() {
    let mut rig = Rig::clean(&["+MQTTOPT=\"aliasin\",4"], &[]);
    let alias = property(ALIAS, [0, 1]);
    rig.broker(&publish(0x30, "t", 0, &alias, b"1"));
    let said = rig.broker(&publish(0x30, "", 0, &alias, b"2"));
    assert_eq!(said, "\r\n+MQTTRECV:\"t\",0,0,1,2\r\n");
    rig.cut();
    rig.connect(false, &[]);
    rig.violated(&publish(0x30, "", 0, &alias, b"3"), 0x82);
}

#[test]
fn mqtt_3_3_2_8() {
    let mut rig = Rig::clean(&["+MQTTOPT=\"aliasin\",4"], &[]);
    rig.violated(&publish(0x30, "t", 0, &property(ALIAS, [0, 0]), b""), 0x94);
    let options = ["+MQTTOPT=\"aliasout\",4"];
    let mut rig = Rig::clean(&options, &property(ALIAS_MAX, [0, 4]));
    rig.ok("AT+MQTTPUB=\"t\",0,0,\"x\";+MQTTPUB=\"t\",0,0,\"x\"");
    for packet in rig.sent() {
        let alias = read_publish(&packet).properties;
        assert_ne!(value(&alias, ALIAS), Some(&[0, 0][..]));
    }
}

#[test]
fn mqtt_3_3_2_9() {
    for most in [0, 1, 3, 9] {
        for wanted in [0, 2, 64] {
            let option = format!("+MQTTOPT=\"aliasout\",{wanted}");
            let mut rig = Rig::clean(&[&option], &property(ALIAS_MAX, [0, most]));
            for topic in (0..40).map(|n| n * 7 % 13) {
                rig.ok(&format!("AT+MQTTPUB=\"{topic}\",0,0,\"x\""));
                let publish = read_publish(&rig.sent_one());
                let alias = value(&publish.properties, ALIAS);
                let allowed = alias.is_none_or(|it| it[0] == 0 && it[1] <= most.min(wanted));
                assert!(allowed, "{alias:?} of {most}");
            }
        }
    }
}

#[test]
fn mqtt_3_3_2_10() {
    let mut rig = Rig::clean(&["+MQTTOPT=\"aliasin\",4"], &[]);
    for round in ["a", "b"] {
        for alias in 1..=4 {
            let topic = format!("{round}{alias}");
            let alias = property(ALIAS, [0, alias]);
            for topic in [topic.as_str(), ""] {
                let said = rig.broker(&publish(0x30, topic, 0, &alias, b"x"));
                let expected = format!("\r\n+MQTTRECV:\"{round}{}\",0,0,1,x\r\n", alias[2]);
                assert_eq!(said, expected);
            }
        }
    }
}

#[test]
fn mqtt_3_3_2_11() {
    let mut rig = Rig::new(&["+MQTTOPT=\"aliasin\",4", "+MQTTCONFIG=h,1883,me,1,60"]);
    let connect = read_connect(&rig.connect(false, &[]));
    assert_eq!(value(&connect.properties, ALIAS_MAX), Some(&[0, 4][..]));
    rig.violated(&publish(0x30, "t", 0, &property(ALIAS, [0, 5]), b""), 0x94);
}

#[test]
fn mqtt_3_3_2_13() {
    violated(
        &publish(0x30, "t", 0, &named(RESPONSE_TOPIC, b"\xff"), b""),
        0x81,
    );
    refused("AT+MQTTPROP=\"responsetopic\",\"\\FF\"", 25);
}

#[test]
fn mqtt_3_3_2_14() {
    for topic in ["#", "a/+", ""] {
        violated(
            &publish(0x30, "t", 0, &named(RESPONSE_TOPIC, topic), b""),
            0x82,
        );
        refused(&format!("AT+MQTTPROP=\"responsetopic\",\"{topic}\""), 25);
    }
}

#[test]
fn mqtt_3_3_2_19() {
    violated(
        &publish(0x30, "t", 0, &named(CONTENT_TYPE, b"\xff"), b""),
        0x81,
    );
    refused("AT+MQTTPROP=\"contenttype\",\"\\FF\"", 25);
}

#[test]
fn mqtt_3_3_4_1() {
    let mut rig = Rig::clean(&[], &[]);
    rig.broker(&publish(0x30, "t", 0, &[], b"x"));
    assert!(rig.sent().is_empty());
    rig.broker(&publish(0x32, "t", 9, &[], b"x"));
    assert_eq!(rig.sent_one(), ack(PUBACK, 9, 0));
    rig.broker(&publish(0x34, "t", 9, &[], b"x"));
    assert_eq!(rig.sent_one(), ack(PUBREC, 9, 0));
}

#[test]
fn mqtt_3_3_4_6() {
    refused("AT+MQTTPROP=\"subid\",1;+MQTTPUB=\"t\",0,0,\"x\"", 50);
}

#[test]
fn mqtt_3_3_4_4() {
    let mut rig = Rig::clean(&["+MQTTOPT=\"recvprops\",1"], &[]);
    for ids in [vec![1, 2], vec![3, 3], (1..=50).collect::<Vec<_>>()] {
        let properties: Vec<u8> = ids.iter().flat_map(|id| [SUBSCRIPTION_ID, *id]).collect();
        let said = rig.broker(&publish(0x30, "t", 0, &properties, b"x"));
        let told = ids
            .iter()
            .map(|id| format!("\r\n+MQTTRECVPROP:\"subid\",{id}\r\n"));
        let told: String = told.collect();
        assert_eq!(said, told + "\r\n+MQTTRECV:\"t\",0,0,1,x\r\n");
    }
}
