//! Events, in the module's words.

use super::network::word_registration;
use crate::at::reply::Reply;
use crate::modem::Staged;
use crate::modem::code;
use crate::modem::event::{BrokerPacket, Event, Received};
use core::fmt::Write;

/// Errors, by the numbers of the module's C library.
const NO_MEMORY: i16 = -12;
const RESET: i16 = -104;
const REFUSED: i16 = -111;
const ABORTED: i16 = -113;
const NOT_CONNECTED: i16 = -128;

pub(super) fn word(of: Staged<'_>, event: &Event, reply: &mut Reply) {
    match *event {
        Event::Packet { packet, code } => write(reply, kind(packet), result(packet, code)),
        Event::Lost { code } => write(reply, 1, error(code)),
        Event::Message(message) => word_message(&message, reply),
        Event::TooLarge { .. } => write(reply, 2, NO_MEMORY),
        Event::Registration { on, .. } => word_registration(of, on, reply),
        Event::Restarted { .. } => reply.unframed(|line| line.text("Ready\r\n")),
        // The module knows no such thing.
        _ => {}
    }
}

fn write(reply: &mut Reply, kind: u8, result: i16) {
    reply.urc(|line| {
        // A reply notes for itself what does not fit.
        let _ = write!(line, "#XMQTTEVT: {kind},{result}");
    });
}

fn kind(packet: BrokerPacket) -> u8 {
    match packet {
        BrokerPacket::Connack => 0,
        BrokerPacket::Puback => 3,
        BrokerPacket::Pubrec => 4,
        BrokerPacket::Pubrel => 5,
        BrokerPacket::Pubcomp => 6,
        BrokerPacket::Suback => 7,
        BrokerPacket::Unsuback => 8,
        BrokerPacket::Pingresp => 9,
    }
}

/// Only CONNACK says what it was about.
fn result(packet: BrokerPacket, code: u8) -> i16 {
    match packet {
        BrokerPacket::Connack => code.into(),
        _ => 0,
    }
}

/// Why a link has ended.
fn error(code: u8) -> i16 {
    match code {
        code::DONE => 0,
        1..=5 => REFUSED,
        code::RESET => RESET,
        code::KEEP_ALIVE | code::TIMED_OUT | code::BY_COMMAND | code::RADIO_OFF => ABORTED,
        _ => NOT_CONNECTED,
    }
}

fn word_message(message: &Received<'_>, reply: &mut Reply) {
    let (topic, payload) = (message.topic, message.payload);
    reply.urc(|line| {
        // A reply notes for itself what does not fit.
        let _ = write!(line, "#XMQTTMSG: {},{}", topic.len(), payload.len());
        line.text("\r\n");
        line.text(topic);
        line.text("\r\n");
        line.bytes(payload);
    });
    write(reply, 2, 0);
}
