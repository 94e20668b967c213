//! MQTT 3.1.1 packets in words.
//!
//! Written apart from the codec of the modem on purpose: the chats hold that
//! codec to account, so they must not share its mistakes.

mod decode;
mod encode;
mod words;

pub(crate) use encode::encode;

use crate::escape::to_hex;

/// The bytes a modem sent to the broker, one line of a chat a packet; what is
/// no packet of a client comes in hex.
pub(crate) fn lines(bytes: &[u8]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let (packet, after) = rest.split_at(decode::length(rest));
        lines.push(line(packet));
        rest = after;
    }
    lines
}

/// Words only where they say everything about the packet.
fn line(packet: &[u8]) -> String {
    match decode::decode(packet) {
        Some(words) if encode(&words).as_deref() == Ok(packet) => format!("broker < {words}"),
        _ => format!("broker << {}", to_hex(packet)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn words_become_packets() {
        for (words, hex) in CLIENT.iter().chain(BROKER) {
            let bytes = encode(words).unwrap();
            assert_eq!(to_hex(&bytes), *hex, "{words}");
        }
    }

    #[test]
    fn packets_become_words() {
        for (words, _) in CLIENT {
            assert_eq!(
                lines(&encode(words).unwrap()),
                [format!("broker < {words}")]
            );
        }
    }

    #[test]
    fn long_packets_have_long_lengths() {
        let bytes = encode(r#"PUBLISH topic="a" payload="x\*200""#).unwrap();
        assert_eq!(&bytes[..3], [0x30, 0xCB, 0x01]);
        assert_eq!(
            lines(&bytes),
            [r#"broker < PUBLISH topic="a" payload="x\*200""#]
        );
    }

    #[test]
    fn what_is_no_packet_comes_in_hex() {
        assert_eq!(
            lines(&[0xC0, 0, 0x40, 2, 0]),
            ["broker < PINGREQ", "broker << 40 02 00"]
        );
        assert_eq!(lines(&[0xC1, 0]), ["broker << C1 00"]);
        assert_eq!(lines(&[0xC0, 0x80, 0]), ["broker << C0 80 00"]);
        assert_eq!(
            lines(&[0x30, 0xFF, 0xFF, 0xFF, 0xFF, 1]),
            ["broker << 30 FF FF FF FF 01"]
        );
    }

    #[test]
    fn wrong_words_are_explained() {
        let error = |words| encode(words).unwrap_err();
        assert!(error("HELLO").contains("HELLO"));
        assert!(error("PUBACK").contains("`id="));
        assert!(error("PUBACK id=\"x\"").contains("number"));
        assert!(error("PUBACK id=70000").contains("65535"));
        assert!(error("PINGREQ id=1").contains("no field `id`"));
        assert!(error("PUBLISH topic=\"a").contains("quote"));
        assert!(error("PUBLISH topic=\"a\" qos=1 payload=\"\"").contains("`id="));
    }
}
