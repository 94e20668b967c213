//! Properties of messages from the broker, where the room for what a host is told is small.

use crate::receiver::{CONN, NOW, Receiver};
use mqmodem_core::{Buf, Memory};

/// Connected by MQTT 5, with so much memory for what it says.
fn online(room: usize, options: &str) -> Receiver {
    let memory = Memory {
        host_out: Buf::heap(room),
        ..Memory::heap()
    };
    let lines = ["AT+CMEE=1;+MQTTOPT=version,5", options];
    Receiver::online(memory, &lines, &[0x20, 3, 0, 0, 0])
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
    let mut modem = online(4000, "AT+MQTTOPT=recvprops,1");
    let each = told(1, "").len();
    let most = (4000 - MESSAGE.len()) / each;
    for users in [1, most] {
        assert_eq!(modem.hear(&publish(users)), told(users, MESSAGE));
    }
    for users in [most + 1, 1000] {
        assert_eq!(modem.hear(&publish(users)), DROPPED);
    }
    assert_eq!(modem.hear(&publish(1)), told(1, MESSAGE));
    modem.say("AT+MQTTOPT=recvprops,0");
    assert_eq!(modem.hear(&publish(1000)), MESSAGE);
}

/// While the host does not read, messages wait with what belongs to them.
#[test]
fn what_waits_for_the_host_keeps_its_properties() {
    let mut modem = online(4000, "AT+MQTTOPT=recvprops,1");
    let messages = [publish(50), publish(60), publish(0)].concat();
    assert_eq!(
        modem.0.handle_net_data(NOW, CONN, &messages),
        messages.len()
    );
    let expected = told(50, MESSAGE) + &told(60, MESSAGE) + MESSAGE;
    assert_eq!(modem.heard(), expected);
}

#[test]
fn a_message_that_cannot_be_read_with_its_properties_stays() {
    let mut modem = online(4000, "AT+MQTTOPT=recvprops,1;+MQTTOPT=recvmode,1");
    assert_eq!(modem.hear(&publish(200)), "\r\n+MQTTRECVIND:1\r\n");
    assert_eq!(modem.say("AT+MQTTREAD"), "\r\n+CME ERROR: 20\r\n");
    assert_eq!(modem.say("AT+MQTTREAD"), "\r\n+CME ERROR: 20\r\n");
    modem.say("AT+MQTTOPT=recvprops,0");
    let read = "\r\n+MQTTREAD:1,\"t\",0,0,1,x\r\n\r\nOK\r\n";
    assert_eq!(modem.say("AT+MQTTREAD"), read);
}
