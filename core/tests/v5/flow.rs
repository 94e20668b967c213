//! Clauses 3.3.4, 4.5 and 4.9: how much may be in flight.

use crate::rig::{EVENTS, Rig};
use crate::wire::*;

const MANY: &str = "+MQTTOPT=\"inflight\",1000";

/// A kept session with this receive maximum of the broker, and so many publishes.
fn published(most: u16, count: usize) -> Rig {
    let mut rig = Rig::kept(&[EVENTS, MANY], &property(RECEIVE_MAX, most.to_be_bytes()));
    for n in 1..=count {
        rig.ok(&format!("AT+MQTTPUB=\"t\",{},0,\"{n}\"", 1 + n % 2));
    }
    rig
}

/// The broker acknowledges whatever is in flight until all is done; the most that was
/// open at once.
fn acknowledge(rig: &mut Rig) -> usize {
    let mut open: std::collections::VecDeque<_> = rig.sent().into();
    let mut most = open.len();
    while let Some(packet) = open.pop_front() {
        let id = id_of(&packet);
        match packet[0] & 0xf6 {
            0x32 => drop(rig.broker(&ack(PUBACK, id, 0))),
            0x34 => drop(rig.broker(&ack(PUBREC, id, 0))),
            _ => drop(rig.broker(&ack(PUBCOMP, id, 0))),
        }
        open.extend(rig.sent());
        most = most.max(open.len());
    }
    most
}

/// What is not a PUBLISH of QoS 1 or 2 goes out while the quota is 0.
fn others_go_out() {
    let mut rig = published(1, 1);
    let first = id_of(&rig.sent_one());
    rig.ok("AT+MQTTPUB=\"t\",1,0,\"waits\"");
    assert!(rig.sent().is_empty(), "the quota is 0");
    rig.ok("AT+MQTTPUB=\"t\",0,0,\"x\"");
    assert_eq!(rig.sent_one()[0], 0x30);
    rig.types("AT+MQTTSUB=\"t\",0");
    let subscribe = rig.sent_one();
    assert_eq!(subscribe[0], 0x82);
    rig.broker(&codes(SUBACK, id_of(&subscribe), &[0]));
    rig.broker(&publish(0x32, "t", 9, &[], b"x"));
    assert_eq!(rig.sent_one(), ack(PUBACK, 9, 0));
    rig.broker(&publish(0x34, "t", 9, &[], b"x"));
    assert_eq!(rig.sent_one(), ack(PUBREC, 9, 0));
    rig.broker(&ack(PUBREL, 9, 0));
    assert_eq!(rig.sent_one(), ack(PUBCOMP, 9, 0));
    rig.broker(&ack(PUBREC, first, 0));
    assert_eq!(rig.sent_one(), ack(PUBREL, first, 0));
    rig.passes(60);
    assert_eq!(rig.sent_one(), PINGREQ);
    rig.broker(PINGRESP);
    rig.broker(&ack(PUBCOMP, first, 0));
    assert_eq!(read_publish(&rig.sent_one()).payload, b"waits");
}

#[test]
fn mqtt_3_3_4_8() {
    others_go_out();
}

#[test]
fn mqtt_3_3_4_9() {
    let options = ["+MQTTOPT=\"receivemax\",2", "+MQTTOPT=\"recvmode\",1"];
    let mut rig = Rig::new(&[options[0], options[1], "+MQTTCONFIG=h,1883,me,0,60"]);
    let connect = read_connect(&rig.connect(false, &[]));
    assert_eq!(value(&connect.properties, RECEIVE_MAX), Some(&[0, 2][..]));
    rig.broker(&publish(0x34, "t", 1, &[], b"x"));
    rig.broker(&publish(0x34, "t", 2, &[], b"x"));
    // One that is known already takes none.
    rig.broker(&publish(0x3c, "t", 2, &[], b"x"));
    assert!(!rig.is_closed());
    rig.violated(&publish(0x34, "t", 3, &[], b"x"), 0x93);
}

#[test]
fn mqtt_4_5_0_2() {
    let mut rig = Rig::clean(&[], &[]);
    for (id, topic) in [(1, "nobody/asked"), (2, "$SYS/x"), (3, "t")] {
        rig.broker(&publish(0x32, topic, id, &[], b"x"));
        assert_eq!(rig.sent_one(), ack(PUBACK, id, 0));
    }
    // What is too large for the memory is dropped and told, and acknowledged.
    let said = rig.broker(&publish(0x32, "t", 4, &[], &vec![b'x'; 300 * 1024]));
    assert!(said.contains("+MQTTRECVDROPPED"), "{said}");
    assert_eq!(rig.sent_one(), ack(PUBACK, 4, 0));
}

#[test]
fn mqtt_4_9_0_2() {
    for most in 1..=4 {
        let mut rig = published(most, 9);
        assert_eq!(rig.sent().len(), usize::from(most));
        // Also where acknowledgements come that are nobody's, and more than once.
        for id in [300, 301, 301] {
            rig.broker(&ack(PUBACK, id, 0));
            rig.broker(&ack(PUBCOMP, id, 0));
        }
        assert!(rig.sent().iter().all(|packet| packet[0] >> 4 != 3));
        rig.cut();
        rig.connect(true, &property(RECEIVE_MAX, most.to_be_bytes()));
        assert_eq!(
            acknowledge(&mut rig),
            usize::from(most),
            "resent ones count"
        );
    }
}

#[test]
fn mqtt_4_9_0_3() {
    others_go_out();
    // Both sides at 0 at once.
    let options = [
        "+MQTTOPT=\"receivemax\",1",
        "+MQTTOPT=\"recvmode\",1",
        EVENTS,
    ];
    let mut rig = Rig::kept(&options, &property(RECEIVE_MAX, [0, 1]));
    rig.ok("AT+MQTTPUB=\"t\",1,0,\"1\";+MQTTPUB=\"t\",1,0,\"2\"");
    let ours = id_of(&rig.sent_one());
    rig.broker(&publish(0x32, "t", 9, &[], b"x"));
    assert!(rig.sent().is_empty());
    rig.broker(&ack(PUBACK, ours, 0));
    assert_eq!(read_publish(&rig.sent_one()).payload, b"2");
    let read = rig.ok("AT+MQTTREAD");
    let number = read.split([':', ',']).nth(1).unwrap().to_owned();
    rig.ok(&format!("AT+MQTTACK={number}"));
    assert_eq!(rig.sent_one(), ack(PUBACK, 9, 0));
}

#[test]
fn mqtt_3_3_4_7() {
    for most in [1, 2, 10] {
        let mut rig = published(most, 25);
        assert_eq!(acknowledge(&mut rig), usize::from(most));
    }
    assert_eq!(published(65_535, 25).sent().len(), 25);
    // Ten in flight, and then a broker that takes two.
    let mut rig = published(10, 12);
    assert_eq!(rig.sent().len(), 10);
    rig.cut();
    rig.connect(true, &property(RECEIVE_MAX, [0, 2]));
    assert_eq!(acknowledge(&mut rig), 2);
    // Absent again, it is 65,535 again.
    rig.cut();
    rig.connect(true, &[]);
    for _ in 0..12 {
        rig.ok("AT+MQTTPUB=\"t\",1,0,\"x\"");
    }
    assert_eq!(rig.sent().len(), 12);
}

#[test]
fn mqtt_4_9_0_1() {
    let mut rig = published(10, 10);
    assert_eq!(rig.sent().len(), 10);
    rig.cut();
    rig.connect(true, &property(RECEIVE_MAX, [0, 2]));
    let again = rig.sent();
    assert_eq!(again.len(), 2);
    let first = read_publish(&again[0]);
    if first.first & 6 == 2 {
        rig.broker(&ack(PUBACK, first.id, 0));
    } else {
        rig.broker(&ack(PUBREC, first.id, 0));
        assert_eq!(rig.sent_one()[0], PUBREL);
        rig.broker(&ack(PUBCOMP, first.id, 0));
    }
    assert_eq!(rig.sent().len(), 1, "one goes out for one that is done");
    let mut rig = Rig::new(&["+MQTTCONFIG=h,1883,me,1,60"]);
    rig.greets();
    rig.violated(&connack(false, 0, &property(RECEIVE_MAX, [0, 0])), 0x82);
}
