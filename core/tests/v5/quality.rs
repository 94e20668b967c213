//! Clause 4.3: the three qualities of service.

use crate::rig::{EVENTS, Rig};
use crate::wire::*;

#[test]
fn mqtt_4_3_1_1() {
    let mut rig = Rig::clean(&[], &[]);
    rig.ok("AT+MQTTPUB=\"t\",0,0,\"x\"");
    assert_eq!(rig.sent_one()[0], 0x30);
}

/// Publishes in turn take ids that are not in use.
fn takes_unused_ids(qos: u8) {
    let mut rig = Rig::clean(&[EVENTS], &[]);
    let mut ids = std::collections::BTreeSet::new();
    for _ in 0..8 {
        rig.ok(&format!("AT+MQTTPUB=\"t\",{qos},0,\"x\""));
        let id = id_of(&rig.sent_one());
        assert!(id > 0 && ids.insert(id), "{id} is in use");
    }
}

#[test]
fn mqtt_4_3_2_1() {
    takes_unused_ids(1);
}

#[test]
fn mqtt_4_3_2_2() {
    assert_eq!(Rig::in_flight(1).1[0], 0x32);
}

#[test]
fn mqtt_4_3_2_3() {
    for (code, told) in [(0, 0), (0x10, 16), (0x87, 135)] {
        let (mut rig, packet) = Rig::in_flight(1);
        rig.cut();
        rig.connect(true, &[]);
        assert_eq!(rig.sent_one()[0], 0x3a);
        let said = rig.broker(&ack(PUBACK, id_of(&packet), code));
        assert_eq!(said, format!("\r\n+MQTTPUBACK:7,{told}\r\n"));
        rig.cut();
        rig.connect(true, &[]);
        assert!(rig.sent().is_empty(), "it is over");
    }
}

/// A message is acknowledged once the host owns it.
fn acknowledged_once_owned(first: u8, answer: u8) {
    let mut rig = Rig::kept(&["+MQTTOPT=\"recvmode\",1"], &[]);
    let said = rig.broker(&publish(first, "t", 9, &[], b"x"));
    assert!(said.contains("+MQTTRECVIND:1"), "{said}");
    assert!(rig.sent().is_empty());
    let read = rig.ok("AT+MQTTREAD");
    let number = read.split([':', ',']).nth(1).unwrap().to_owned();
    assert!(rig.sent().is_empty(), "{read}");
    rig.ok(&format!("AT+MQTTACK={number}"));
    assert_eq!(rig.sent_one(), ack(answer, 9, 0));
}

#[test]
fn mqtt_4_3_2_4() {
    acknowledged_once_owned(0x32, PUBACK);
}

#[test]
fn mqtt_4_3_2_5() {
    let mut rig = Rig::kept(&[], &[]);
    for first in [0x32, 0x32, 0x3a] {
        let said = rig.broker(&publish(first, "t", 9, &[], b"x"));
        assert!(said.contains("+MQTTRECV:"), "{said}");
        assert_eq!(rig.sent_one(), ack(PUBACK, 9, 0));
    }
}

#[test]
fn mqtt_4_3_3_1() {
    takes_unused_ids(2);
}

#[test]
fn mqtt_4_3_3_2() {
    assert_eq!(Rig::in_flight(2).1[0], 0x34);
}

#[test]
fn mqtt_4_3_3_3() {
    let (mut rig, packet) = Rig::in_flight(2);
    rig.cut();
    rig.connect(true, &[]);
    let again = rig.sent_one();
    assert_eq!((again[0], id_of(&again)), (0x3c, id_of(&packet)));
}

#[test]
fn mqtt_4_3_3_4() {
    for code in [0, 0x10] {
        let (mut rig, packet) = Rig::in_flight(2);
        rig.broker(&ack(PUBREC, id_of(&packet), code));
        assert_eq!(rig.sent_one(), ack(PUBREL, id_of(&packet), 0));
    }
}

#[test]
fn mqtt_4_3_3_5() {
    let (mut rig, packet) = Rig::in_flight(2);
    rig.broker(&ack(PUBREC, id_of(&packet), 0));
    for power in [false, true] {
        if power {
            rig.power_cut();
        } else {
            rig.cut();
        }
        rig.connect(true, &[]);
        assert_eq!(rig.sent_one(), ack(PUBREL, id_of(&packet), 0));
    }
    let said = rig.broker(&ack(PUBCOMP, id_of(&packet), 0));
    assert_eq!(said, "\r\n+MQTTPUBACK:7,0\r\n");
    rig.cut();
    rig.connect(true, &[]);
    assert!(rig.sent().is_empty());
}

#[test]
fn mqtt_4_3_3_6() {
    let (mut rig, packet) = Rig::in_flight(2);
    rig.broker(&ack(PUBREC, id_of(&packet), 0));
    rig.sent();
    rig.power_cut();
    rig.connect(true, &[]);
    let sent = rig.sent();
    assert!(sent.iter().all(|packet| packet[0] >> 4 != 3), "{sent:02x?}");
}

#[test]
fn mqtt_4_3_3_7() {
    let mut rig = Rig::kept(&[EVENTS], &[]);
    rig.ok("AT+MQTTPROP=\"expiry\",1;+MQTTPUB=\"t\",2,0,\"x\",7");
    let first = read_publish(&rig.sent_one());
    assert_eq!(value(&first.properties, EXPIRY), Some(&[0, 0, 0, 1][..]));
    rig.cut();
    assert_eq!(rig.passes(5), "");
    rig.connect(true, &[]);
    let again = read_publish(&rig.sent_one());
    assert_eq!((again.first, again.id), (0x3c, first.id));
}

#[test]
fn mqtt_4_3_3_8() {
    acknowledged_once_owned(0x34, PUBREC);
}

#[test]
fn mqtt_4_3_3_9() {
    // No PUBREC of ours has a reason code: all of them are of success.
    let mut rig = Rig::clean(&[], &[]);
    for id in 1..=50 {
        rig.broker(&publish(0x34, "t", id, &[], &[b'x'; 99]));
        assert_eq!(rig.sent_one(), ack(PUBREC, id, 0));
    }
}

#[test]
fn mqtt_4_3_3_10() {
    let mut rig = Rig::kept(&[], &[]);
    rig.broker(&publish(0x34, "t", 9, &[], b"x"));
    rig.sent();
    for round in 0..3 {
        for first in [0x34, 0x3c] {
            assert_eq!(rig.broker(&publish(first, "t", 9, &[], b"x")), "");
            assert_eq!(rig.sent_one(), ack(PUBREC, 9, 0));
        }
        match round {
            0 => drop(rig.cut()),
            1 => rig.power_cut(),
            _ => return,
        }
        rig.connect(true, &[]);
        rig.sent();
    }
}

#[test]
fn mqtt_4_3_3_11() {
    let mut rig = Rig::clean(&[], &[]);
    rig.broker(&publish(0x34, "t", 9, &[], b"x"));
    rig.sent();
    rig.broker(&ack(PUBREL, 9, 0));
    assert_eq!(rig.sent_one(), ack(PUBCOMP, 9, 0));
    rig.broker(&ack(PUBREL, 99, 0));
    let answer = rig.sent_one();
    assert_eq!((answer[0], id_of(&answer)), (PUBCOMP, 99));
}

#[test]
fn mqtt_4_3_3_12() {
    let mut rig = Rig::clean(&[], &[]);
    for _ in 0..2 {
        let said = rig.broker(&publish(0x34, "t", 9, &[], b"x"));
        assert!(said.contains("+MQTTRECV:"), "{said}");
        rig.broker(&ack(PUBREL, 9, 0));
    }
}

#[test]
fn mqtt_4_3_3_13() {
    let mut rig = Rig::kept(&["+MQTTOPT=\"recvmode\",1"], &[]);
    let short = property(EXPIRY, [0, 0, 0, 1]);
    rig.broker(&publish(0x34, "t", 9, &short, b"x"));
    rig.passes(5);
    let read = rig.ok("AT+MQTTREAD");
    let number = read.split([':', ',']).nth(1).unwrap().to_owned();
    rig.ok(&format!("AT+MQTTACK={number}"));
    assert_eq!(rig.sent_one(), ack(PUBREC, 9, 0));
    rig.broker(&ack(PUBREL, 9, 0));
    assert_eq!(rig.sent_one(), ack(PUBCOMP, 9, 0));
}
