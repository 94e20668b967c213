//! How large a payload may be: as large as is promised, whatever stands around it.

use crate::receiver::Receiver;
use mqmodem_core::{Buf, Memory};

const LARGEST: usize = 262_144;

fn online(options: &str) -> Receiver {
    with_memory(Memory::heap(), options)
}

fn with_memory(memory: Memory<'static>, options: &str) -> Receiver {
    Receiver::online(memory, &[options], &[0x20, 2, 0, 0])
}

/// PUBLISH of QoS 2.
fn publish(topic: &str, payload: usize) -> Vec<u8> {
    let remaining = 2 + topic.len() + 2 + payload;
    let seven = |shift: u32| (remaining >> shift) as u8 & 0x7f;
    let header = [0x34, seven(0) | 0x80, seven(7) | 0x80, seven(14)];
    let length = (topic.len() as u16).to_be_bytes();
    let mut packet = [&header[..], &length, topic.as_bytes(), &[0, 7]].concat();
    packet.resize(packet.len() + payload, b'm');
    packet
}

/// A short topic, the longest there is, and one that takes three bytes for each of its
/// own on the way to the host.
fn topics() -> [String; 3] {
    ["t".into(), "t".repeat(65_535), "\\".repeat(65_535)]
}

/// What a payload looks like in each `recvformat`.
fn formats(payload: usize) -> [String; 3] {
    let base64 = match payload % 3 {
        0 => "bW1t".repeat(payload / 3),
        1 => "bW1t".repeat(payload / 3) + "bQ==",
        _ => "bW1t".repeat(payload / 3) + "bW0=",
    };
    ["m".repeat(payload), "6D".repeat(payload), base64]
}

#[test]
fn the_largest_payload_is_told_on_any_topic_in_any_format() {
    for topic in topics() {
        for (format, payload) in formats(LARGEST).iter().enumerate() {
            let shown = topic.replace('\\', "\\5C");
            let text = format!("\"{shown}\",2,0,{LARGEST},{payload}\r\n");
            let packet = publish(&topic, LARGEST);
            let mut modem = online(&format!("AT+MQTTOPT=recvformat,{format}"));
            assert!(modem.hear(&packet) == format!("\r\n+MQTTRECV:{text}"));
            let mut modem = online(&format!(
                "AT+MQTTOPT=recvformat,{format};+MQTTOPT=recvmode,1"
            ));
            assert_eq!(modem.hear(&packet), "\r\n+MQTTRECVIND:1\r\n");
            let read = modem.say("AT+MQTTREAD");
            assert!(read == format!("\r\n+MQTTREAD:1,{text}\r\nOK\r\n"));
        }
    }
}

#[test]
fn one_byte_more_is_told_by_the_length_of_the_payload() {
    for options in [
        "AT",
        "AT+MQTTOPT=recvmode,1",
        "AT+MQTTOPT=recvformat,2;+MQTTOPT=recvmode,1",
    ] {
        for topic in topics() {
            for more in [1, 2, 100_000, 500_000] {
                let length = LARGEST + more;
                let mut modem = online(options);
                let shown = topic.replace('\\', "\\5C");
                let dropped = format!("\r\n+MQTTRECVDROPPED:\"{shown}\",2,{length}\r\n");
                assert!(modem.hear(&publish(&topic, length)) == dropped, "{more}");
                // What comes behind it is found.
                assert!(modem.hear(b"\x30\x03\x00\x01t").contains("RECV"));
            }
        }
    }
}

/// A caller may set the bound lower than its memory has it, not higher.
#[test]
fn a_modem_of_less_memory_tells_the_length_of_the_payload_too() {
    let memory = Memory {
        net_in: Buf::heap(1000),
        ..Memory::heap()
    };
    let mut modem = with_memory(memory, "AT");
    let dropped = "\r\n+MQTTRECVDROPPED:\"topic\",2,20000\r\n";
    assert_eq!(modem.hear(&publish("topic", 20_000)), dropped);
}
