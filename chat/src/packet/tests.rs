//! Packets in words, both ways.

use super::*;
use Version::{V5, V311};

/// Words, and the packet of MQTT 3.1.1 they stand for.
const CLIENT: &[(&str, &str)] = &[
    (
        r#"CONNECT client="a" clean=1 keepalive=60"#,
        "10 0D 00 04 4D 51 54 54 04 02 00 3C 00 01 61",
    ),
    (
        r#"CONNECT client="" clean=1 keepalive=0 user="u" password="p""#,
        "10 12 00 04 4D 51 54 54 04 C2 00 00 00 00 00 01 75 00 01 70",
    ),
    (
        r#"CONNECT client="a" clean=1 keepalive=0 will="w" willqos=1 willretain=1 willpayload="x""#,
        "10 13 00 04 4D 51 54 54 04 2E 00 00 00 01 61 00 01 77 00 01 78",
    ),
    (
        r#"CONNECT client="a" clean=1 keepalive=0 will="w" willpayload="" user="u""#,
        "10 15 00 04 4D 51 54 54 04 86 00 00 00 01 61 00 01 77 00 00 00 01 75",
    ),
    (
        r#"PUBLISH topic="a/b" payload="hi""#,
        "30 07 00 03 61 2F 62 68 69",
    ),
    (
        r#"PUBLISH qos=2 id=10 dup=1 retain=1 topic="a" payload="""#,
        "3D 05 00 01 61 00 0A",
    ),
    ("PUBACK id=1", "40 02 00 01"),
    ("PUBREC id=256", "50 02 01 00"),
    ("PUBREL id=2", "62 02 00 02"),
    ("PUBCOMP id=3", "70 02 00 03"),
    (
        r#"SUBSCRIBE id=1 topic="a" qos=1"#,
        "82 06 00 01 00 01 61 01",
    ),
    (r#"UNSUBSCRIBE id=2 topic="a""#, "A2 05 00 02 00 01 61"),
    ("PINGREQ", "C0 00"),
    ("DISCONNECT", "E0 00"),
];

const BROKER: &[(&str, &str)] = &[
    ("CONNACK", "20 02 00 00"),
    ("CONNACK code=5", "20 02 00 05"),
    ("CONNACK code=0 session=1", "20 02 01 00"),
    ("SUBACK id=1 code=1 code=128", "90 04 00 01 01 80"),
    ("UNSUBACK id=2", "B0 02 00 02"),
    ("PINGRESP", "D0 00"),
];

/// The same for MQTT 5.
const CLIENT_5: &[(&str, &str)] = &[
    (
        r#"CONNECT version=5 client="a" clean=1 keepalive=60 sessionexpiry=4294967295"#,
        "10 13 00 04 4D 51 54 54 05 02 00 3C 05 11 FF FF FF FF 00 01 61",
    ),
    (
        r#"CONNECT version=5 client="a" clean=0 keepalive=0 aliasin=2 user="k","v" will="w" willqos=1 willretain=1 willdelay=30 willuser="a","" willpayload="x" user="u" password="p""#,
        "10 30 00 04 4D 51 54 54 05 EC 00 00 0A 22 00 02 26 00 01 6B 00 01 76 00 01 61 \
         0B 18 00 00 00 1E 26 00 01 61 00 00 00 01 77 00 01 78 00 01 75 00 01 70",
    ),
    (
        r#"PUBLISH qos=1 id=1 topic="ops/answers" correlation="\x01\xFFk" payload="37""#,
        "32 18 00 0B 6F 70 73 2F 61 6E 73 77 65 72 73 00 01 06 09 00 03 01 FF 6B 33 37",
    ),
    (
        r#"PUBLISH topic="t" payload="hi""#,
        "30 06 00 01 74 00 68 69",
    ),
    (
        r#"PUBLISH topic="" subid=128 subid=1 alias=0 payload="""#,
        "30 0B 00 00 08 0B 80 01 0B 01 23 00 00",
    ),
    ("PUBACK id=1", "40 02 00 01"),
    ("PUBACK id=1 code=0", "40 03 00 01 00"),
    (
        "PUBREC id=1 code=135 reason=\"no acl\"",
        "50 0D 00 01 87 09 1F 00 06 6E 6F 20 61 63 6C",
    ),
    (
        "PUBCOMP id=1 user=\"k\",\"v\"",
        "70 0B 00 01 00 07 26 00 01 6B 00 01 76",
    ),
    (
        r#"SUBSCRIBE id=1 subid=5 topic="a" qos=1 nolocal=1 topic="b" qos=0 retainaspublished=1 retainhandling=2"#,
        "82 0D 00 01 02 0B 05 00 01 61 05 00 01 62 28",
    ),
    (r#"UNSUBSCRIBE id=2 topic="a""#, "A2 06 00 02 00 00 01 61"),
    ("DISCONNECT", "E0 00"),
    ("DISCONNECT code=4", "E0 01 04"),
    ("DISCONNECT sessionexpiry=0", "E0 07 00 05 11 00 00 00 00"),
    ("AUTH", "F0 00"),
    ("AUTH code=24", "F0 02 18 00"),
];

const BROKER_5: &[(&str, &str)] = &[
    ("CONNACK", "20 03 00 00 00"),
    ("CONNACK code=135 receivemax=2", "20 06 00 87 03 21 00 02"),
    (
        "CONNACK keepalive=5 retain=0",
        "20 08 00 00 05 13 00 05 25 00",
    ),
    ("SUBACK id=1 code=1 code=135", "90 05 00 01 00 01 87"),
    ("UNSUBACK id=2 code=17", "B0 04 00 02 00 11"),
    ("DISCONNECT code=142", "E0 01 8E"),
];

/// Hex with one space between the bytes.
fn normal(hex: &str) -> String {
    hex.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn words_become_packets() {
    let old = CLIENT.iter().chain(BROKER).map(|it| (V311, it));
    let new = CLIENT_5.iter().chain(BROKER_5).map(|it| (V5, it));
    for (version, (words, hex)) in old.chain(new) {
        let bytes = encode(version, words).unwrap();
        assert_eq!(to_hex(&bytes), normal(hex), "{words}");
    }
}

#[test]
fn packets_become_words() {
    let old = CLIENT.iter().map(|it| (V311, it));
    for (version, (words, _)) in old.chain(CLIENT_5.iter().map(|it| (V5, it))) {
        assert_eq!(
            lines(version, &encode(version, words).unwrap()),
            [format!("broker < {words}")]
        );
    }
}

/// Whoever sends it.
#[test]
fn words_of_a_packet_give_its_bytes() {
    let old = CLIENT.iter().chain(BROKER).map(|it| (V311, it));
    let new = CLIENT_5.iter().chain(BROKER_5).map(|it| (V5, it));
    for (version, (words, _)) in old.chain(new) {
        let bytes = encode(version, words).unwrap();
        let read = PacketWords::of(version, &bytes).unwrap();
        assert!(read.is_of(version, &bytes), "{words} became {read}");
    }
}

#[test]
fn secrets_are_hidden_where_words_are_for_a_log() {
    for (version, words, want) in [
        (
            V311,
            r#"CONNECT client="a" clean=1 keepalive=0 user="u" password="p""#,
            Some(r#"CONNECT client="a" clean=1 keepalive=0 user="u" password="***""#),
        ),
        (
            V5,
            r#"CONNECT version=5 client="a" clean=1 keepalive=0 authdata="s" user="k","v""#,
            Some(
                r#"CONNECT version=5 client="a" clean=1 keepalive=0 authdata="***" user="k","***""#,
            ),
        ),
        (
            V5,
            r#"AUTH code=24 authdata="s""#,
            Some(r#"AUTH code=24 authdata="***""#),
        ),
        (V5, r#"PUBLISH topic="t" user="k","v" payload="x""#, None),
    ] {
        let bytes = encode(version, words).unwrap();
        let mut read = PacketWords::of(version, &bytes).unwrap();
        assert_eq!(read.hide_secrets(), want.is_some());
        assert_eq!(read.to_string(), want.unwrap_or(words));
    }
}

/// What the broker gets after CONNECT is of the version that CONNECT asks for.
#[test]
fn connect_says_which_version_follows() {
    let connect = r#"CONNECT version=5 client="a" clean=1 keepalive=60"#;
    let mut bytes = encode(V311, connect).unwrap();
    bytes.extend(encode(V5, r#"PUBLISH topic="a" expiry=1 payload="""#).unwrap());
    let worded = lines(V311, &bytes);
    assert_eq!(
        worded[1],
        r#"broker < PUBLISH topic="a" expiry=1 payload="""#
    );
    assert_eq!(version_after(V311, &bytes), V5);
    assert_eq!(version_after(V5, &[0xC0, 0]), V5);
}

#[test]
fn properties_are_refused_where_there_are_none() {
    let error = |version, words| encode(version, words).unwrap_err();
    let publish = r#"PUBLISH topic="a" expiry=1 payload="""#;
    assert!(error(V311, publish).contains("no field `expiry` here, in MQTT 3.1.1"));
    assert!(error(V311, "PUBACK id=1 code=0").contains("`code`"));
    assert!(error(V5, "PUBACK id=1 expiry=1").contains("`expiry`"));
    assert!(error(V5, "PUBACK id=1 reason=1").contains("reason=\"...\""));
    assert!(error(V5, "CONNACK receivemax=70000").contains("65535"));
    assert!(error(V5, "CONNACK maxqos=256").contains("255"));
    assert!(error(V5, "CONNACK user=\"k\"").contains("\"key\",\"value\""));
    assert!(error(V5, "UNSUBACK id=1").contains("`code="));
    assert!(error(V5, "CONNECT version=3 client=\"\" keepalive=0").contains("4 or 5"));
}

#[test]
fn long_packets_have_long_lengths() {
    let bytes = encode(V311, r#"PUBLISH topic="a" payload="x\*200""#).unwrap();
    assert_eq!(&bytes[..3], [0x30, 0xCB, 0x01]);
    assert_eq!(
        lines(V311, &bytes),
        [r#"broker < PUBLISH topic="a" payload="x\*200""#]
    );
}

#[test]
fn what_is_no_packet_comes_in_hex() {
    assert_eq!(
        lines(V311, &[0xC0, 0, 0x40, 2, 0]),
        ["broker < PINGREQ", "broker << 40 02 00"]
    );
    assert_eq!(lines(V311, &[0xC1, 0]), ["broker << C1 00"]);
    assert_eq!(lines(V311, &[0xC0, 0x80, 0]), ["broker << C0 80 00"]);
    assert_eq!(
        lines(V311, &[0x30, 0xFF, 0xFF, 0xFF, 0xFF, 1]),
        ["broker << 30 FF FF FF FF 01"]
    );
}

#[test]
fn wrong_words_are_explained() {
    let error = |words| encode(V311, words).unwrap_err();
    assert!(error("HELLO").contains("HELLO"));
    assert!(error("PUBACK").contains("`id="));
    assert!(error("PUBACK id=\"x\"").contains("number"));
    assert!(error("PUBACK id=70000").contains("65535"));
    assert!(error("PINGREQ id=1").contains("no field `id`"));
    assert!(error("PUBLISH topic=\"a").contains("quote"));
    assert!(error("PUBLISH topic=\"a\" qos=1 payload=\"\"").contains("`id="));
}
