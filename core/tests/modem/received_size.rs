//! How large a payload may be: as large as is promised, whatever stands around it.

use crate::actions::carry_out;
use mqmodem_core::{Config, ConnId, Instant, LinkId, Memory, Modem, NetEvent};

const NOW: Instant = Instant::ZERO;
const CONN: ConnId = ConnId {
    link: LinkId(0),
    number: 1,
};
const LARGEST: usize = 262_144;

/// A modem without echo that is connected, its host being told so.
struct Rig(Modem<'static>);

impl Rig {
    fn online(options: &str) -> Self {
        let mut rig = Self(Modem::new(Config::default(), Memory::heap(), NOW));
        rig.say("ATE0");
        rig.say("AT+MQTTCONFIG=h,1,me,1,60");
        rig.say(options);
        rig.say("AT+MQTTCONNECT");
        rig.0.handle_net(NOW, CONN, NetEvent::Opened);
        rig.act();
        rig.hear(&[0x20, 2, 0, 0]);
        rig
    }

    fn act(&mut self) {
        carry_out(&mut self.0, NOW, |_| {});
        self.0.net_sent(NOW, CONN, usize::MAX);
    }

    /// What the host reads.
    fn heard(&mut self) -> String {
        let mut heard = Vec::new();
        loop {
            self.act();
            let said = self.0.host_out().to_vec();
            if said.is_empty() {
                return String::from_utf8(heard).unwrap();
            }
            self.0.host_sent(NOW, said.len());
            heard.extend(said);
        }
    }

    fn say(&mut self, line: &str) -> String {
        self.0.handle_host(NOW, format!("{line}\r").as_bytes());
        self.heard()
    }

    /// The broker sends `bytes`, in pieces as a network brings them.
    fn hear(&mut self, bytes: &[u8]) -> String {
        let mut heard = String::new();
        for piece in bytes.chunks(50_000) {
            let mut taken = 0;
            while taken < piece.len() {
                taken += self.0.handle_net_data(NOW, CONN, &piece[taken..]);
                heard += &self.heard();
            }
        }
        heard
    }
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
            let mut rig = Rig::online(&format!("AT+MQTTOPT=recvformat,{format}"));
            assert!(rig.hear(&packet) == format!("\r\n+MQTTRECV:{text}"));
            let mut rig = Rig::online(&format!(
                "AT+MQTTOPT=recvformat,{format};+MQTTOPT=recvmode,1"
            ));
            assert_eq!(rig.hear(&packet), "\r\n+MQTTRECVIND:1\r\n");
            let read = rig.say("AT+MQTTREAD");
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
                let mut rig = Rig::online(options);
                let shown = topic.replace('\\', "\\5C");
                let dropped = format!("\r\n+MQTTRECVDROPPED:\"{shown}\",2,{length}\r\n");
                assert!(rig.hear(&publish(&topic, length)) == dropped, "{more}");
                // What comes behind it is found.
                assert!(rig.hear(b"\x30\x03\x00\x01t").contains("RECV"));
            }
        }
    }
}

/// A caller may set the bound lower than its memory has it, not higher.
#[test]
fn a_modem_of_less_memory_tells_the_length_of_the_payload_too() {
    let mut rig = Rig::online("AT");
    let memory = Memory {
        net_in: mqmodem_core::Buf::heap(1000),
        ..Memory::heap()
    };
    rig.0 = Modem::new(Config::default(), memory, NOW);
    rig.say("ATE0;+MQTTCONFIG=h,1,me,1,60");
    rig.say("AT+MQTTCONNECT");
    rig.0.handle_net(NOW, CONN, NetEvent::Opened);
    rig.act();
    rig.hear(&[0x20, 2, 0, 0]);
    let dropped = "\r\n+MQTTRECVDROPPED:\"topic\",2,20000\r\n";
    assert_eq!(rig.hear(&publish("topic", 20_000)), dropped);
}
