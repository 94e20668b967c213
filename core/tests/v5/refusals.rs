//! What no broker may answer to CONNECT, and the reason code with which the modem closes.

use crate::rig::Rig;
use crate::violations::{Case, MALFORMED, PROTOCOL, twice};
use crate::wire::*;

/// Each as the answer to CONNECT, of a client with an id and clean session 0.
fn refuse(cases: Vec<Case>) {
    for (what, packet, code) in cases {
        let mut rig = Rig::new(&["+MQTTCONFIG=h,1883,me,0,60"]);
        rig.greets();
        rig.violated(&packet, code);
        let again = read_connect(&rig.connect(false, &[]));
        assert_eq!(again.flags & 2, 2, "{what}: no session came of it");
    }
}

#[test]
fn anything_before_connack() {
    refuse(vec![
        ("PUBLISH", publish(0x30, "t", 0, &[], b"x"), PROTOCOL),
        (
            "PUBLISH of QoS 1",
            publish(0x32, "t", 1, &[], b""),
            PROTOCOL,
        ),
        ("PUBACK", ack(PUBACK, 1, 0), PROTOCOL),
        ("PUBREL", ack(PUBREL, 1, 0), PROTOCOL),
        ("SUBACK", codes(SUBACK, 1, &[0]), PROTOCOL),
        ("UNSUBACK", codes(UNSUBACK, 1, &[0]), PROTOCOL),
        ("PINGRESP", PINGRESP.to_vec(), PROTOCOL),
        ("DISCONNECT", disconnect(0x8b), PROTOCOL),
        ("AUTH", vec![0xf0, 2, 0x18, 0], PROTOCOL),
        (
            "CONNECT",
            packet(0x10, &[&text("MQTT"), &[5, 2, 0, 60, 0], &text("me")]),
            PROTOCOL,
        ),
        ("no packet", vec![0xff, 0], MALFORMED),
    ]);
}

#[test]
fn answers_to_connect() {
    let of = |properties: &[u8]| connack(false, 0, properties);
    let cases = [
        (
            "a session that is not known",
            connack(true, 0, &[]),
            PROTOCOL,
        ),
        (
            "a session beside a refusal",
            connack(true, 0x87, &[]),
            PROTOCOL,
        ),
        ("a flag", vec![0x20, 3, 2, 0, 0], MALFORMED),
        ("a code that is none", connack(false, 1, &[]), MALFORMED),
        ("a code of PUBACK", connack(false, 0x10, &[]), MALFORMED),
        ("3.1.1", vec![0x20, 2, 0, 0], MALFORMED),
        ("a refusal of 3.1.1", vec![0x20, 2, 0, 5], MALFORMED),
        ("half", vec![0x20, 1, 0], MALFORMED),
        ("nothing", vec![0x20, 0], MALFORMED),
        ("more", vec![0x20, 4, 0, 0, 0, 0], MALFORMED),
        (
            "receive maximum 0",
            of(&property(RECEIVE_MAX, [0, 0])),
            PROTOCOL,
        ),
        ("packet size 0", of(&property(MAX_PACKET, [0; 4])), PROTOCOL),
        ("QoS 2 as maximum", of(&property(MAX_QOS, [2])), PROTOCOL),
        ("retain 2", of(&property(RETAIN, [2])), PROTOCOL),
        ("wildcards 2", of(&property(40, [2])), PROTOCOL),
        ("identifiers 2", of(&property(41, [2])), PROTOCOL),
        ("shared 2", of(&property(42, [2])), PROTOCOL),
        (
            "maximum twice",
            of(&twice(&property(RECEIVE_MAX, [0, 9]))),
            PROTOCOL,
        ),
        (
            "an id beside ours",
            of(&named(ASSIGNED_ID, "you")),
            PROTOCOL,
        ),
        (
            "data without a method",
            of(&named(AUTH_DATA, "x")),
            PROTOCOL,
        ),
        ("a property of CONNECT", of(&property(23, [1])), MALFORMED),
        ("one of PUBLISH", of(&property(ALIAS, [0, 1])), MALFORMED),
    ];
    refuse(cases.into());
}
