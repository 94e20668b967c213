//! Clauses 3.1: CONNECT, what it asks for, and what follows from it.

use crate::rig::Rig;
use crate::wire::*;

const CONFIG: &str = "AT+MQTTCONFIG=h,1883,me,1,60";

/// The CONNECT after these commands.
fn connect_after(commands: &[&str]) -> Connect {
    read_connect(&Rig::new(commands).greets())
}

#[test]
fn mqtt_3_1_0_1() {
    let mut rig = Rig::new(&["+MQTTOPT=\"pubmode\",1", "+MQTTOPT=\"queue\",4000"]);
    rig.ok("AT+MQTTCONFIG=h,1883,me,0,60");
    for _ in 0..3 {
        rig.ok("AT+MQTTPUB=\"t\",1,0,\"waits\"");
    }
    assert_eq!(rig.greets()[0], 0x10, "and nothing else");
    rig.broker(&connack(false, 0, &[]));
    assert_eq!(rig.sent().len(), 3);
}

#[test]
fn mqtt_3_1_0_2() {
    let mut rig = Rig::clean(&[], &[]);
    rig.refused("AT+MQTTCONNECT", 3);
    // Falling back to 3.1.1 takes a connection of its own.
    let mut rig = Rig::new(&["+MQTTOPT=\"version\",0", &CONFIG[2..]]);
    rig.greets();
    assert_eq!(rig.broker(&connack(false, 0x84, &[])), "");
    assert_eq!((rig.is_closed(), rig.opens), (false, 2));
    assert_eq!(read_connect(&rig.opened()).version, 4);
}

#[test]
fn mqtt_3_1_2_1() {
    let connect = Rig::new(&[&CONFIG[2..]]).greets();
    assert_eq!(body(&connect)[..6], *b"\0\x04MQTT");
}

#[test]
fn mqtt_3_1_2_2() {
    assert_eq!(connect_after(&[&CONFIG[2..]]).version, 5);
    let refusals: [(&[u8], u8); 3] = [
        (&[0x20, 3, 0, 0x84, 0], 132),
        (&[0x20, 2, 0, 1], 1),
        (&[], 24),
    ];
    for (connack, code) in refusals {
        for version in [5, 0] {
            let option = format!("+MQTTOPT=\"version\",{version}");
            let mut rig = Rig::new(&[&option, &CONFIG[2..]]);
            assert_eq!(read_connect(&rig.greets()).version, 5);
            let said = match connack {
                [] => rig.cut(),
                bytes => rig.broker(bytes),
            };
            if version == 5 {
                assert!(said.contains(&format!("+MQTTCONNECT:{code}\r\n")), "{said}");
                assert_eq!((rig.is_closed(), rig.opens), (true, 1));
            } else {
                assert_eq!((said.as_str(), rig.opens), ("", 2), "another connection");
                assert_eq!(read_connect(&rig.opened()).version, 4);
                let said = rig.broker(&[0x20, 2, 0, 0]);
                assert!(said.contains("+MQTTCONNECT:0"), "{said}");
            }
        }
    }
    // Any other code is no refusal of the version.
    let mut rig = Rig::new(&["+MQTTOPT=\"version\",0", &CONFIG[2..]]);
    rig.greets();
    let said = rig.broker(&connack(false, 0x87, &[]));
    assert!(said.contains("+MQTTCONNECT:135\r\n"), "{said}");
    assert_eq!(rig.opens, 1);
}

#[test]
fn mqtt_3_1_2_3() {
    for config in [CONFIG, "AT+MQTTCONFIG=h,1883,me,0,60,user,pass"] {
        assert_eq!(connect_after(&[&config[2..]]).flags & 1, 0);
    }
}

/// The connection is cut and the session given up: CONNECT asks for a clean start. What
/// is told until the broker has answered.
fn starts_clean(rig: &mut Rig) -> String {
    let cut = rig.cut();
    rig.ok("AT+MQTTCONFIG=h,1883,me,1,60");
    let said = rig.types("AT+MQTTCONNECT");
    assert_eq!(read_connect(&rig.opened()).flags & 2, 2, "clean start");
    cut + &said + &rig.broker(&connack(false, 0, &[]))
}

#[test]
fn mqtt_3_1_2_4() {
    for released in [false, true] {
        let mut rig = Rig::kept(&[], &[]);
        rig.types("AT+MQTTPUB=\"t\",2,0,\"x\"");
        let id = id_of(&rig.sent_one());
        if released {
            rig.broker(&ack(PUBREC, id, 0));
            rig.sent();
        }
        let said = starts_clean(&mut rig);
        assert!(said.contains("+MQTTPUBDROPPED:"), "{said}");
        assert!(rig.sent().is_empty(), "nothing is sent again");
    }
    // What the modem answers for goes out all the same: in this session for the first time.
    let mut rig = Rig::kept(&["+MQTTOPT=\"pubmode\",1"], &[]);
    rig.ok("AT+MQTTPUB=\"t\",2,0,\"x\",7");
    rig.sent();
    starts_clean(&mut rig);
    assert_eq!(rig.sent_one()[0], 0x34);
}

#[test]
fn mqtt_3_1_2_9() {
    let connect = connect_after(&["+MQTTWILL=\"gone\",1,1,\"x\"", &CONFIG[2..]]);
    assert_eq!(connect.flags & 0x3c, 0x2c, "a will of QoS 1, retained");
    let (properties, topic, payload) = connect.will.unwrap();
    assert!(properties.is_empty());
    assert_eq!((&topic[..], &payload[..]), (&b"gone"[..], &b"x"[..]));
}

#[test]
fn mqtt_3_1_2_11() {
    assert_eq!(connect_after(&[&CONFIG[2..]]).flags & 0x1c, 0);
}

#[test]
fn mqtt_3_1_2_12() {
    let mut rig = Rig::new(&[]);
    rig.refused("AT+MQTTWILL=\"gone\",3,0,\"x\"", 50);
    for qos in 0..3 {
        let will = format!("+MQTTWILL=\"gone\",{qos},0,\"x\"");
        let connect = connect_after(&[&will, &CONFIG[2..]]);
        assert_eq!(connect.flags >> 3 & 3, qos);
    }
}

#[test]
fn mqtt_3_1_2_13() {
    assert_eq!(connect_after(&[&CONFIG[2..]]).flags & 0x24, 0);
}

#[test]
fn mqtt_3_1_2_16() {
    let connect = connect_after(&[&CONFIG[2..]]);
    assert_eq!((connect.flags & 0x80, connect.user), (0, None));
}

#[test]
fn mqtt_3_1_2_17() {
    let connect = connect_after(&["+MQTTCONFIG=h,1883,me,1,60,joe"]);
    assert_eq!(connect.flags & 0xc0, 0x80);
    assert_eq!(connect.user.as_deref(), Some(&b"joe"[..]));
}

#[test]
fn mqtt_3_1_2_18() {
    let connect = connect_after(&["+MQTTCONFIG=h,1883,me,1,60,joe"]);
    assert_eq!((connect.flags & 0x40, connect.password), (0, None));
}

#[test]
fn mqtt_3_1_2_19() {
    let connect = connect_after(&["+MQTTCONFIG=h,1883,me,1,60,joe,secret"]);
    assert_eq!(connect.flags & 0xc0, 0xc0);
    assert_eq!(connect.password.as_deref(), Some(&b"secret"[..]));
    // MQTT 5 would take a password alone; the command does not.
    Rig::new(&[]).refused("AT+MQTTCONFIG=h,1883,me,1,60,,secret", 50);
}

#[test]
fn mqtt_3_1_2_20() {
    let mut rig = Rig::clean(&[], &[]);
    rig.sent();
    for _ in 0..3 {
        rig.passes(60);
        assert!(
            rig.sent().contains(&PINGREQ.to_vec()),
            "within the keep alive"
        );
        rig.broker(PINGRESP);
    }
}

/// Seconds to the first PINGREQ, up to 200.
fn first_ping(rig: &mut Rig) -> Option<u64> {
    (1..=200).find(|_| {
        rig.passes(1);
        rig.sent().contains(&PINGREQ.to_vec())
    })
}

#[test]
fn mqtt_3_1_2_21() {
    let five = property(SERVER_KEEP_ALIVE, [0, 5]);
    let mut rig = Rig::clean(&[], &five);
    assert!(first_ping(&mut rig).unwrap() <= 5);
    let mut rig = Rig::clean(&[], &property(SERVER_KEEP_ALIVE, [0, 0]));
    assert_eq!(first_ping(&mut rig), None);
    rig.cut();
    let again = read_connect(&rig.connect(false, &[]));
    assert_eq!(again.keep_alive, 60, "the next connect asks for its own");
    assert!((6..=60).contains(&first_ping(&mut rig).unwrap()));
}

#[test]
fn mqtt_3_1_2_23() {
    let mut rig = Rig::kept(&["+MQTTOPT=\"pubmode\",1"], &[]);
    rig.ok("AT+MQTTPUB=\"t\",1,0,\"x\",7");
    let first = rig.sent_one();
    rig.power_cut();
    let connect = read_connect(&rig.connect(true, &[]));
    assert_eq!(connect.flags & 2, 0, "it holds a session");
    let again = rig.sent_one();
    assert_eq!((again[0], &again[1..]), (first[0] | 8, &first[1..]));
}

#[test]
fn mqtt_3_1_2_24() {
    let mut rig = Rig::clean(&["+MQTTOPT=\"maxpacket\",512"], &[]);
    let fits = publish(0x30, "t", 0, &[], &[b'x'; 512 - 7]);
    assert_eq!(fits.len(), 512);
    let said = rig.broker(&fits);
    assert!(said.contains("+MQTTRECV:\"t\",0,0,505,"), "{said}");
    // The header alone is enough.
    rig.violated(&[0x30, 0xfe, 0x03], 0x95);
}

#[test]
fn mqtt_3_1_2_26() {
    let mut rig = Rig::clean(&["+MQTTOPT=\"aliasin\",2"], &[]);
    rig.violated(&publish(0x30, "t", 0, &property(ALIAS, [0, 3]), b""), 0x94);
}

#[test]
fn mqtt_3_1_2_27() {
    let mut rig = Rig::clean(&[], &[]);
    rig.violated(&publish(0x30, "t", 0, &property(ALIAS, [0, 1]), b""), 0x94);
}

#[test]
fn mqtt_3_1_2_29() {
    let reason = named(REASON, "why");
    for properties in [&reason, &user("a", "b")] {
        for packet in [
            ack_with(PUBACK, 1, 0, properties),
            ack_with(PUBREC, 1, 0, properties),
            ack_with(PUBREL, 1, 0, properties),
            ack_with(PUBCOMP, 1, 0, properties),
            packet(SUBACK, &[&[0, 1], &block(properties), &[0]]),
            packet(UNSUBACK, &[&[0, 1], &block(properties), &[0]]),
        ] {
            let mut rig = Rig::clean(&["+MQTTOPT=\"probleminfo\",0"], &[]);
            rig.violated(&packet, 0x82);
        }
    }
    // In CONNACK, PUBLISH and DISCONNECT they may stand.
    let mut rig = Rig::clean(&["+MQTTOPT=\"probleminfo\",0"], &reason);
    rig.broker(&publish(0x30, "t", 0, &user("a", "b"), b""));
    assert!(!rig.is_closed());
    let said = rig.broker(&packet(0xe0, &[&[0x8b], &block(&reason)]));
    assert!(said.contains("+MQTTDISCONNECTED:139"), "{said}");
}

#[test]
fn mqtt_3_1_2_30() {
    for commands in [
        &[CONFIG][..],
        &["AT+MQTTCONFIG=h,1883,me,0,60,joe,secret"],
        &["AT+MQTTPROP=\"user\",\"a\",\"b\";+MQTTCONFIG=h,1883,me,1,60"],
    ] {
        let commands: Vec<_> = commands.iter().map(|line| &line[2..]).collect();
        let connect = connect_after(&commands);
        assert_eq!(value(&connect.properties, AUTH_METHOD), None);
        assert_eq!(value(&connect.properties, AUTH_DATA), None);
    }
    Rig::new(&[]).refused("AT+MQTTPROP=\"authmethod\",\"SCRAM\"", 50);
}

#[test]
fn mqtt_3_1_3_1() {
    // It is read in this order, and nothing may be left.
    let connect = connect_after(&[
        "+MQTTPROP=\"willdelay\",3;+MQTTWILL=\"gone\",0,0,\"x\"",
        "+MQTTCONFIG=h,1883,me,1,60,joe,secret",
    ]);
    let (properties, topic, payload) = connect.will.unwrap();
    assert_eq!(value(&properties, 24), Some(&[0, 0, 0, 3][..]));
    assert_eq!(connect.client, b"me");
    assert_eq!((&topic[..], &payload[..]), (&b"gone"[..], &b"x"[..]));
    assert_eq!(connect.user.as_deref(), Some(&b"joe"[..]));
    assert_eq!(connect.password.as_deref(), Some(&b"secret"[..]));
}

#[test]
fn mqtt_3_1_3_2() {
    let mut rig = Rig::kept(&["+MQTTOPT=\"pubmode\",1"], &[]);
    rig.ok("AT+MQTTPUB=\"t\",1,0,\"of me\",7");
    rig.broker(&publish(0x34, "in", 9, &[], b"of me"));
    rig.cut();
    rig.ok("AT+MQTTCONFIG=h,1883,you,0,60");
    let connect = read_connect(&rig.connect(false, &[]));
    assert_eq!((&connect.client[..], connect.flags & 2), (&b"you"[..], 2));
    assert!(rig.sent().is_empty(), "nothing of the other is sent");
    let said = rig.broker(&publish(0x3c, "in", 9, &[], b"of you"));
    assert!(
        said.contains("of you"),
        "the packet id is another one: {said}"
    );
}

#[test]
fn mqtt_3_1_3_3() {
    assert_eq!(connect_after(&[&CONFIG[2..]]).client, b"me");
    assert_eq!(connect_after(&["+MQTTCONFIG=h,1883,,1,60"]).client, b"");
}

#[test]
fn mqtt_3_1_3_4() {
    Rig::new(&[]).refused("AT+MQTTCONFIG=h,1883,\"\\ED\\A0\\80\",1,60", 25);
}

#[test]
fn mqtt_3_1_3_7() {
    let mut rig = Rig::new(&["+MQTTCONFIG=h,1883,,1,60"]);
    rig.greets();
    rig.violated(&connack(false, 0, &[]), 0x82);
}

#[test]
fn mqtt_3_1_3_8() {
    let mut rig = Rig::new(&[&CONFIG[2..]]);
    rig.greets();
    let said = rig.broker(&connack(false, 0x85, &[]));
    assert!(said.contains("+MQTTCONNECT:133\r\n"), "{said}");
    assert!(rig.is_closed());
}

#[test]
fn mqtt_3_1_3_11() {
    let mut rig = Rig::new(&[]);
    rig.refused("AT+MQTTWILL=\"\\ED\\A0\\80\",0,0,\"x\"", 25);
    rig.refused("AT+MQTTWILL=\"a/#\",0,0,\"x\"", 25);
}

#[test]
fn mqtt_3_1_3_12() {
    Rig::new(&[]).refused("AT+MQTTCONFIG=h,1883,me,1,60,\"\\ED\\A0\\80\"", 25);
}

#[test]
fn mqtt_3_1_4_3() {
    let mut rig = Rig::kept(&["+MQTTOPT=\"reconnect\",1"], &[]);
    let said = rig.broker(&disconnect(0x8e));
    assert!(said.contains("+MQTTDISCONNECTED:142\r\n"), "{said}");
    rig.passes(24 * 3600);
    assert_eq!((rig.is_closed(), rig.opens), (true, 1), "not fought over");
    // The host may.
    rig.connect(true, &[]);
}

#[test]
fn mqtt_3_1_3_6() {
    let mut rig = Rig::new(&["+MQTTCONFIG=h,1883,,1,60"]);
    rig.connect(false, &named(ASSIGNED_ID, "auto-7"));
    let said = rig.ok("AT+MQTTBROKER?");
    assert!(
        said.contains("+MQTTBROKER:\"clientid\",\"auto-7\""),
        "{said}"
    );
    Rig::new(&[]).refused("AT+MQTTCONFIG=h,1883,,0,60", 50);
}
