//! Properties of messages from the broker, where the room for what a host is told is small.

use crate::actions::carry_out;
use mqmodem_core::{Buf, Config, ConnId, Instant, LinkId, Memory, Modem, NetEvent};

const NOW: Instant = Instant::ZERO;
const CONN: ConnId = ConnId {
    link: LinkId(0),
    number: 1,
};

struct Rig(Modem<'static>);

impl Rig {
    /// A modem with so much memory for what it says, connected by MQTT 5.
    fn online(room: usize, options: &str) -> Self {
        let memory = Memory {
            host_out: Buf::heap(room),
            ..Memory::heap()
        };
        let mut rig = Self(Modem::new(Config::default(), memory, NOW));
        rig.say("ATE0");
        rig.say("AT+CMEE=1;+MQTTCONFIG=h,1,me,1,60;+MQTTOPT=version,5");
        rig.say(options);
        rig.say("AT+MQTTCONNECT");
        rig.0.handle_net(NOW, CONN, NetEvent::Opened);
        rig.0.net_sent(NOW, CONN, usize::MAX);
        assert!(rig.hear(&[0x20, 3, 0, 0, 0]).contains("OK"));
        rig
    }

    fn heard(&mut self) -> String {
        let mut heard = Vec::new();
        loop {
            carry_out(&mut self.0, NOW, |_| {});
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

    fn hear(&mut self, packet: &[u8]) -> String {
        assert_eq!(self.0.handle_net_data(NOW, CONN, packet), packet.len());
        self.heard()
    }
}

/// PUBLISH with so many empty user properties, each of which takes 5 bytes.
fn publish(users: usize) -> Vec<u8> {
    let length = |number: usize| match number {
        0..128 => vec![number as u8],
        _ => vec![number as u8 | 0x80, (number >> 7) as u8],
    };
    let block = [0x26, 0, 0, 0, 0].repeat(users);
    let block = [length(block.len()), block].concat();
    let remaining = length(3 + block.len() + 1);
    [&[0x30][..], &remaining, &[0, 1, b't'], &block, b"x"].concat()
}

fn told(users: usize, message: &str) -> String {
    "\r\n+MQTTRECVPROP:\"user\",\"\",\"\"\r\n".repeat(users) + message
}

const MESSAGE: &str = "\r\n+MQTTRECV:\"t\",0,0,1,x\r\n";
const DROPPED: &str = "\r\n+MQTTRECVDROPPED:\"t\",0,1\r\n";

#[test]
fn a_message_is_told_with_all_properties_or_dropped_as_one() {
    let mut rig = Rig::online(4000, "AT+MQTTOPT=recvprops,1");
    let each = told(1, "").len();
    let most = (4000 - MESSAGE.len()) / each;
    for users in [1, most] {
        assert_eq!(rig.hear(&publish(users)), told(users, MESSAGE));
    }
    for users in [most + 1, 1000] {
        assert_eq!(rig.hear(&publish(users)), DROPPED);
    }
    assert_eq!(rig.hear(&publish(1)), told(1, MESSAGE));
    rig.say("AT+MQTTOPT=recvprops,0");
    assert_eq!(rig.hear(&publish(1000)), MESSAGE);
}

/// While the host does not read, messages wait with what belongs to them.
#[test]
fn what_waits_for_the_host_keeps_its_properties() {
    let mut rig = Rig::online(4000, "AT+MQTTOPT=recvprops,1");
    let messages = [publish(50), publish(60), publish(0)].concat();
    assert_eq!(rig.0.handle_net_data(NOW, CONN, &messages), messages.len());
    let expected = told(50, MESSAGE) + &told(60, MESSAGE) + MESSAGE;
    assert_eq!(rig.heard(), expected);
}

#[test]
fn a_message_that_cannot_be_read_with_its_properties_stays() {
    let mut rig = Rig::online(4000, "AT+MQTTOPT=recvprops,1;+MQTTOPT=recvmode,1");
    assert_eq!(rig.hear(&publish(200)), "\r\n+MQTTRECVIND:1\r\n");
    assert_eq!(rig.say("AT+MQTTREAD"), "\r\n+CME ERROR: 20\r\n");
    assert_eq!(rig.say("AT+MQTTREAD"), "\r\n+CME ERROR: 20\r\n");
    rig.say("AT+MQTTOPT=recvprops,0");
    let read = "\r\n+MQTTREAD:1,\"t\",0,0,1,x\r\n\r\nOK\r\n";
    assert_eq!(rig.say("AT+MQTTREAD"), read);
}
