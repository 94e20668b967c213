//! Clauses 3.4 to 3.7, 4.4 and 4.6: acknowledgements, sending again, and the order of
//! all of it.

use crate::rig::{EVENTS, Rig};
use crate::wire::*;

const PUBACK_CODES: &[u8] = &[0, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99];
const PUBREL_CODES: &[u8] = &[0, 0x92];

/// A message of the host in flight; its packet identifier.
fn in_flight(qos: u8) -> (Rig, u16) {
    let (rig, packet) = Rig::in_flight(qos);
    (rig, id_of(&packet))
}

/// A message of QoS 2 that is released; its packet identifier.
fn released() -> (Rig, u16) {
    let (mut rig, id) = in_flight(2);
    rig.broker(&ack(PUBREC, id, 0));
    rig.sent();
    (rig, id)
}

/// What the host hears of its message where the code is one of the table.
fn told(code: u8) -> String {
    format!("\r\n+MQTTPUBACK:7,{code}\r\n")
}

/// Every acknowledgement of ours, over both directions of QoS 1 and 2, is short: success
/// without reason string and properties.
fn ours_are_short(first: u8) {
    let (mut rig, id) = in_flight(2);
    let mut sent = Vec::new();
    rig.broker(&publish(0x32, "t", 9, &[], b"x"));
    rig.broker(&publish(0x34, "t", 10, &[], b"x"));
    rig.broker(&ack(PUBREL, 10, 0));
    rig.broker(&ack(PUBREC, id, 0));
    sent.extend(rig.sent());
    let of_type: Vec<_> = sent.iter().filter(|packet| packet[0] == first).collect();
    assert_eq!(of_type.len(), 1, "{sent:02x?}");
    assert_eq!(of_type[0].len(), 4, "{of_type:02x?}");
}

#[test]
fn mqtt_3_4_2_1() {
    ours_are_short(PUBACK);
    for code in 0..=255 {
        let (mut rig, id) = in_flight(1);
        let packet = ack_with(PUBACK, id, code, &[]);
        if PUBACK_CODES.contains(&code) {
            assert_eq!(rig.broker(&packet), told(code));
        } else {
            rig.violated(&packet, 0x81);
        }
    }
}

#[test]
fn mqtt_3_4_2_2() {
    ours_are_short(PUBACK);
}

#[test]
fn mqtt_3_4_2_3() {
    ours_are_short(PUBACK);
}

#[test]
fn mqtt_3_5_2_1() {
    ours_are_short(PUBREC);
    for code in 0..=255 {
        let (mut rig, id) = in_flight(2);
        let packet = ack_with(PUBREC, id, code, &[]);
        if !PUBACK_CODES.contains(&code) {
            rig.violated(&packet, 0x81);
        } else if code < 0x80 {
            assert_eq!(rig.broker(&packet), "");
            assert_eq!(rig.sent_one(), ack(PUBREL, id, 0));
        } else {
            assert_eq!(rig.broker(&packet), told(code));
            assert!(rig.sent().is_empty(), "no PUBREL");
        }
    }
}

#[test]
fn mqtt_3_5_2_2() {
    ours_are_short(PUBREC);
}

#[test]
fn mqtt_3_5_2_3() {
    ours_are_short(PUBREC);
}

#[test]
fn mqtt_3_6_1_1() {
    let (mut rig, id) = in_flight(2);
    rig.broker(&ack(PUBREC, id, 0));
    assert_eq!(rig.sent_one()[0], 0x62);
    for flags in (0..16).filter(|flags| *flags != 2) {
        let mut rig = Rig::clean(&[], &[]);
        rig.violated(&[0x60 | flags, 2, 0, 1], 0x81);
    }
}

#[test]
fn mqtt_3_6_2_1() {
    ours_are_short(PUBREL);
    // Also for a PUBREC of nobody's message.
    let mut rig = Rig::clean(&[], &[]);
    rig.broker(&ack(PUBREC, 77, 0));
    let answer = rig.sent_one();
    assert_eq!((answer[0], id_of(&answer)), (PUBREL, 77));
    for code in 0..=255 {
        let mut rig = Rig::clean(&[], &[]);
        rig.broker(&publish(0x34, "t", 9, &[], b"x"));
        rig.sent();
        let packet = ack_with(PUBREL, 9, code, &[]);
        if PUBREL_CODES.contains(&code) {
            rig.broker(&packet);
            assert_eq!(rig.sent_one(), ack(PUBCOMP, 9, 0));
        } else {
            rig.violated(&packet, 0x81);
        }
    }
}

#[test]
fn mqtt_3_6_2_2() {
    ours_are_short(PUBREL);
}

#[test]
fn mqtt_3_6_2_3() {
    ours_are_short(PUBREL);
}

#[test]
fn mqtt_3_7_2_1() {
    ours_are_short(PUBCOMP);
    for code in 0..=255 {
        let (mut rig, id) = released();
        let packet = ack_with(PUBCOMP, id, code, &[]);
        if PUBREL_CODES.contains(&code) {
            assert_eq!(rig.broker(&packet), told(0), "delivered");
        } else {
            rig.violated(&packet, 0x81);
        }
    }
}

#[test]
fn mqtt_3_7_2_2() {
    ours_are_short(PUBCOMP);
}

#[test]
fn mqtt_3_7_2_3() {
    ours_are_short(PUBCOMP);
}

#[test]
fn mqtt_4_4_0_1() {
    for qos in [1, 2] {
        let (mut rig, id) = in_flight(qos);
        for _ in 0..60 {
            rig.passes(60);
            let sent = rig.sent();
            assert!(
                !sent.is_empty() && sent.iter().all(|it| it == PINGREQ),
                "{sent:02x?}"
            );
            rig.broker(PINGRESP);
        }
        rig.cut();
        rig.connect(true, &[]);
        let again = rig.sent_one();
        assert_eq!((again[0], id_of(&again)), (0x38 | qos << 1, id));
    }
}

#[test]
fn mqtt_4_4_0_2() {
    for qos in [1, 2] {
        let two = property(RECEIVE_MAX, [0, 2]);
        let mut rig = Rig::kept(&[EVENTS], &two);
        for host in 1..=21 {
            rig.ok(&format!("AT+MQTTPUB=\"t\",{qos},0,\"{host}\",{host}"));
        }
        let answer = if qos == 1 { PUBACK } else { PUBREC };
        let mut refused = 0;
        let mut waiting: std::collections::VecDeque<_> = rig.sent().into();
        assert_eq!(waiting.len(), 2, "the window");
        while refused < 20 {
            let packet = waiting.pop_front().expect("a refusal makes room");
            let said = rig.broker(&ack(answer, id_of(&packet), 0x97));
            refused += 1;
            assert_eq!(said, format!("\r\n+MQTTPUBACK:{refused},151\r\n"));
            waiting.extend(rig.sent());
        }
        assert_eq!(waiting.len(), 1);
        rig.cut();
        rig.connect(true, &two);
        let again = read_publish(&rig.sent_one());
        assert_eq!(again.payload, b"21", "of the others none");
    }
}

/// A hundred messages in one write are acknowledged in their order.
fn acknowledged_in_order(first: u8, answer: u8) {
    for mode in [0, 1] {
        let option = format!("+MQTTOPT=\"recvmode\",{mode}");
        let mut rig = Rig::kept(&[&option], &[]);
        let all: Vec<u8> = (1..=100)
            .flat_map(|id| publish(first, "t", id, &[], b"x"))
            .collect();
        rig.broker(&all);
        for _ in 0..100 * mode {
            let read = rig.ok("AT+MQTTREAD");
            let number = read.split([':', ',']).nth(1).unwrap().to_owned();
            rig.ok(&format!("AT+MQTTACK={number}"));
        }
        let ids: Vec<_> = (1..=100).map(|id| ack(answer, id, 0)).collect();
        assert_eq!(rig.sent(), ids);
    }
}

#[test]
fn mqtt_4_6_0_2() {
    acknowledged_in_order(0x32, PUBACK);
}

#[test]
fn mqtt_4_6_0_3() {
    acknowledged_in_order(0x34, PUBREC);
}

#[test]
fn mqtt_4_6_0_4() {
    let mut rig = Rig::kept(&[EVENTS], &[]);
    for _ in 0..5 {
        rig.ok("AT+MQTTPUB=\"t\",2,0,\"x\"");
    }
    let ids: Vec<_> = rig.sent().iter().rev().map(|it| id_of(it)).collect();
    let all: Vec<u8> = ids.iter().flat_map(|id| ack(PUBREC, *id, 0)).collect();
    rig.broker(&all);
    let expected: Vec<_> = ids.iter().map(|id| ack(PUBREL, *id, 0)).collect();
    assert_eq!(rig.sent(), expected);
}

#[test]
fn mqtt_4_6_0_1() {
    let mut rig = Rig::kept(&[EVENTS], &[]);
    for host in 1..=10 {
        rig.ok(&format!("AT+MQTTPUB=\"t\",{},0,\"{host}\"", 1 + host % 2));
    }
    let first = rig.sent();
    assert_eq!(first.len(), 10);
    rig.cut();
    rig.connect(true, &property(RECEIVE_MAX, [0, 2]));
    let mut again = rig.sent();
    assert_eq!(again.len(), 2, "as many as are taken now");
    let mut done = 0;
    while done < again.len() {
        let publish = read_publish(&again[done]);
        if publish.first & 6 == 2 {
            rig.broker(&ack(PUBACK, publish.id, 0));
        } else {
            rig.broker(&ack(PUBREC, publish.id, 0));
            rig.broker(&ack(PUBCOMP, publish.id, 0));
        }
        again.extend(rig.sent().into_iter().filter(|packet| packet[0] != PUBREL));
        done += 1;
    }
    let ids = |packets: &[Vec<u8>]| packets.iter().map(|it| id_of(it)).collect::<Vec<_>>();
    assert_eq!(ids(&again), ids(&first));
}
