//! Packets of 3.1.1 as bytes, by clause: hex digits and `"text"`.

/// Clause, packet, line in the trace.
pub(in crate::mqtt::packet) const GOOD: &[(&str, &str, &str)] = &[
    (
        "3.1",
        r#"10 0d 0004 "MQTT" 04 02 003c 0001 "x""#,
        r#"CONNECT client="x" clean=1 keepalive=60"#,
    ),
    (
        "3.1.3-7",
        r#"10 0c 0004 "MQTT" 04 02 0000 0000"#,
        r#"CONNECT client="" clean=1 keepalive=0"#,
    ),
    (
        "3.1.3-1",
        r#"10 1e 0004 "MQTT" 04 f4 ffff 0001 "x" 0003 "w/t" 0002 "bo" 0001 "u" 0003 "pwd""#,
        r#"CONNECT client="x" clean=0 keepalive=65535 user="u" password=*** will=q2 r1 "w/t" 2 bytes"#,
    ),
    (
        "3.1.2-19",
        r#"10 0f 0004 "MQTT" 04 82 003c 0001 "x" 0000"#,
        r#"CONNECT client="x" clean=1 keepalive=60 user="""#,
    ),
    ("3.2", "20 02 00 00", "CONNACK session=0 code=0"),
    ("3.2.2-2", "20 02 01 00", "CONNACK session=1 code=0"),
    ("3.2.2.3", "20 02 00 05", "CONNACK session=0 code=5"),
    (
        "3.3",
        r#"30 06 0003 "a/b" "!""#,
        r#"PUBLISH q0 d0 r0 "a/b" 1 bytes"#,
    ),
    (
        "3.3",
        r#"31 05 0003 "a/b""#,
        r#"PUBLISH q0 d0 r1 "a/b" 0 bytes"#,
    ),
    (
        "3.3",
        r#"32 07 0003 "a/b" 0003"#,
        r#"PUBLISH q1 d0 r0 id=3 "a/b" 0 bytes"#,
    ),
    (
        "3.3",
        r#"3d 08 0003 "a/b" ffff 00"#,
        r#"PUBLISH q2 d1 r1 id=65535 "a/b" 1 bytes"#,
    ),
    (
        "1.5.3-3",
        "30 05 0003 ef bb bf",
        "PUBLISH q0 d0 r0 \"\\u{feff}\" 0 bytes",
    ),
    ("3.4", "40 02 0001", "PUBACK id=1"),
    ("3.5", "50 02 0100", "PUBREC id=256"),
    ("3.6", "62 02 0001", "PUBREL id=1"),
    ("3.7", "70 02 0001", "PUBCOMP id=1"),
    (
        "3.8",
        r#"82 08 000a 0003 "a/b" 01"#,
        r#"SUBSCRIBE id=10 "a/b" q1"#,
    ),
    (
        "3.8",
        r##"82 0c 000a 0003 "a/b" 01 0001 "#" 02"##,
        r##"SUBSCRIBE id=10 "a/b" q1 "#" q2"##,
    ),
    ("3.9", "90 03 000a 00", "SUBACK id=10 q0"),
    (
        "3.9",
        "90 06 000a 00 01 02 80",
        "SUBACK id=10 q0 q1 q2 refused",
    ),
    (
        "3.10",
        r#"a2 07 000a 0003 "a/b""#,
        r#"UNSUBSCRIBE id=10 "a/b""#,
    ),
    (
        "3.10",
        r#"a2 0a 000a 0003 "a/b" 0001 "+""#,
        r#"UNSUBSCRIBE id=10 "a/b" "+""#,
    ),
    ("3.11", "b0 02 000a", "UNSUBACK id=10"),
    ("3.12", "c0 00", "PINGREQ"),
    ("3.13", "d0 00", "PINGRESP"),
    ("3.14", "e0 00", "DISCONNECT"),
];

/// Clause and what is forgiven, packet, line in the trace.
pub(in crate::mqtt::packet) const FORGIVEN: &[(&str, &str, &str)] = &[
    ("2.2.3 not minimal", "40 82 00 0001", "PUBACK id=1"),
    (
        "3.2.2 reserved flags",
        "20 02 fe 00",
        "CONNACK session=0 code=0",
    ),
    (
        "3.2.2 reserved flags",
        "20 02 ff 00",
        "CONNACK session=1 code=0",
    ),
    (
        "3.2.2-4 session present and refused",
        "20 02 01 05",
        "CONNACK session=0 code=5",
    ),
    (
        "3.3.1-2 DUP with QoS 0",
        r#"38 06 0003 "a/b" "!""#,
        r#"PUBLISH q0 d1 r0 "a/b" 1 bytes"#,
    ),
    (
        "3.3.1-2 DUP with QoS 0",
        r#"39 05 0003 "a/b""#,
        r#"PUBLISH q0 d1 r1 "a/b" 0 bytes"#,
    ),
    ("3.9.3-2 code 3", "90 03 000a 03", "SUBACK id=10 code=3"),
    (
        "3.9.3-2 code 87",
        "90 04 000a 01 87",
        "SUBACK id=10 q1 code=135 (not authorized)",
    ),
];

/// Clause and why, packet: bad by any rules.
pub(in crate::mqtt::packet) const BAD: &[(&str, &str)] = &[
    ("2.2.1 type 0", "00 00"),
    ("2.2.1 type 15", "f0 00"),
    (
        "2.2.2-2 CONNECT flags",
        r#"11 0d 0004 "MQTT" 04 02 003c 0001 "x""#,
    ),
    ("2.2.2-2 CONNACK flags", "21 02 00 00"),
    ("2.2.2-2 PUBACK flags", "42 02 0001"),
    ("2.2.2-2 PUBREC flags", "52 02 0001"),
    ("2.2.2-2 PUBREL flags", "60 02 0001"),
    ("2.2.2-2 PUBREL flags", "63 02 0001"),
    ("2.2.2-2 PUBCOMP flags", "72 02 0001"),
    ("2.2.2-2 SUBSCRIBE flags", r#"80 08 000a 0003 "a/b" 01"#),
    ("2.2.2-2 SUBACK flags", "92 03 000a 00"),
    ("2.2.2-2 UNSUBSCRIBE flags", r#"a0 07 000a 0003 "a/b""#),
    ("2.2.2-2 UNSUBACK flags", "b2 02 000a"),
    ("2.2.2-2 PINGREQ flags", "c2 00"),
    ("2.2.2-2 PINGRESP flags", "d1 00"),
    ("2.2.2-2 DISCONNECT flags", "e8 00"),
    ("2.2.3 five bytes", "c0 80 80 80 80 01"),
    (
        "3.1.2-1 protocol name",
        r#"10 0f 0006 "MQIsdp" 04 02 003c 0001 "x""#,
    ),
    (
        "3.1.2-2 protocol level",
        r#"10 0d 0004 "MQTT" 05 02 003c 0001 "x""#,
    ),
    (
        "3.1.2-3 reserved flag",
        r#"10 0d 0004 "MQTT" 04 03 003c 0001 "x""#,
    ),
    (
        "3.1.2-9 no will",
        r#"10 0d 0004 "MQTT" 04 06 003c 0001 "x""#,
    ),
    (
        "3.1.2-11 will QoS without will",
        r#"10 0d 0004 "MQTT" 04 0a 003c 0001 "x""#,
    ),
    (
        "3.1.2-15 will retain without will",
        r#"10 0d 0004 "MQTT" 04 22 003c 0001 "x""#,
    ),
    (
        "3.1.2-14 will QoS 3",
        r#"10 13 0004 "MQTT" 04 1e 003c 0001 "x" 0001 "t" 0001 "m""#,
    ),
    (
        "3.1.2-19 no user name",
        r#"10 0d 0004 "MQTT" 04 82 003c 0001 "x""#,
    ),
    (
        "3.1.2-18 a user name",
        r#"10 10 0004 "MQTT" 04 02 003c 0001 "x" 0001 "u""#,
    ),
    (
        "3.1.2-22 password alone",
        r#"10 10 0004 "MQTT" 04 42 003c 0001 "x" 0001 "p""#,
    ),
    (
        "3.1.3-7 empty id, clean 0",
        r#"10 0c 0004 "MQTT" 04 00 0000 0000"#,
    ),
    (
        "1.5.3-2 NUL in the client id",
        r#"10 0d 0004 "MQTT" 04 02 003c 0001 00"#,
    ),
    (
        "3.1.3-10 will topic",
        r#"10 12 0004 "MQTT" 04 06 003c 0001 "x" 0001 "+" 0000"#,
    ),
    ("3.2.2 code 6", "20 02 00 06"),
    ("3.2 short", "20 01 00"),
    ("3.2 long", "20 03 00 00 00"),
    ("3.3.1-4 QoS 3", r#"36 07 0003 "a/b" 0003"#),
    ("2.3.1-1 id 0", r#"32 07 0003 "a/b" 0000"#),
    ("3.3.2-1 no topic", "30 00"),
    ("3.3.2-1 topic cut short", r#"30 04 0003 "a/""#),
    ("2.3.1-1 id cut short", r#"32 06 0003 "a/b" 00"#),
    ("4.7.3-1 empty topic", "30 02 0000"),
    ("3.3.2-2 wildcard", r#"30 05 0003 "a/+""#),
    ("3.3.2-2 wildcard", r##"30 03 0001 "#""##),
    ("1.5.3-2 NUL in the topic", r#"30 05 0003 "a" 00 "b""#),
    ("1.5.3-1 surrogate", "30 05 0003 ed a0 80"),
    ("1.5.3-1 overlong", "30 04 0002 c0 80"),
    ("1.5.3-1 cut short", "30 03 0001 c3"),
    ("1.5.3-1 above 10FFFF", "30 06 0004 f4 90 80 80"),
    ("2.3.1-1 id 0", "40 02 0000"),
    ("2.3.1-1 id 0", "50 02 0000"),
    ("2.3.1-1 id 0", "62 02 0000"),
    ("2.3.1-1 id 0", "70 02 0000"),
    ("2.3.1-1 id 0", "b0 02 0000"),
    ("3.4 long", "40 03 0001 00"),
    ("3.4 short", "40 01 01"),
    ("3.8.3-3 no filter", "82 02 000a"),
    ("3.8.3-4 QoS 3", r#"82 08 000a 0003 "a/b" 03"#),
    ("3.8.3-4 reserved bits", r#"82 08 000a 0003 "a/b" 81"#),
    ("2.3.1-1 id 0", r#"82 08 0000 0003 "a/b" 01"#),
    ("3.8.3 cut short", r#"82 07 000a 0003 "a/b""#),
    ("4.7.1-2 filter", r##"82 08 000a 0003 "#/b" 01"##),
    ("4.7.3-1 filter", "82 05 000a 0000 01"),
    ("3.9 no code", "90 02 000a"),
    ("2.3.1-1 id 0", "90 03 0000 00"),
    ("3.10.3-2 no filter", "a2 02 000a"),
    ("2.3.1-1 id 0", r#"a2 07 0000 0003 "a/b""#),
    ("3.10.3 filter", r#"a2 07 000a 0003 "a+b""#),
    ("3.12 long", "c0 01 00"),
    ("3.13 long", "d0 01 00"),
    ("3.14 long", "e0 01 00"),
];
