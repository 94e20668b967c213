//! Events, in the module's words.

use super::messages::SLOTS;
use super::module::{word_start, word_time};
use super::state::{key, task};
use crate::at::reply::Reply;
use crate::modem::Staged;
use crate::modem::code;
use crate::modem::event::{BrokerPacket, Event, Received, Task};

/// Of a subscription that the broker refuses.
const REFUSED: u8 = 0x80;

pub(super) fn word(of: Staged<'_>, event: &Event, reply: &mut Reply) {
    match *event {
        Event::Packet { packet, code } => word_packet(packet, code, reply),
        Event::Finished {
            task, result, code, ..
        } => word_finished(of, task, result.is_ok(), code, reply),
        Event::Lost { code } => word_lost(of, code, reply),
        Event::Message(message) => reply.urc(|line| write_message(line, &message)),
        Event::Read { message, .. } => reply.info(|line| write_message(line, &message)),
        Event::Waiting { count, .. } => reply.urc(|line| {
            line.text("+MSUB: ");
            line.number(count.min(SLOTS).saturating_sub(1));
        }),
        Event::Registration { .. } => crate::commands::word(event, reply),
        Event::Restarted { unix } => word_start(unix, reply),
        Event::ClockKnown { unix } => word_time(unix, reply),
        // The module knows no such thing.
        _ => {}
    }
}

fn urc(reply: &mut Reply, text: &str) {
    reply.urc(|line| line.text(text));
}

fn word_packet(packet: BrokerPacket, code: u8, reply: &mut Reply) {
    let text = match packet {
        BrokerPacket::Puback => "PUBACK",
        BrokerPacket::Pubrec => "PUBREC",
        BrokerPacket::Pubcomp => "PUBCOMP",
        BrokerPacket::Suback if code >= REFUSED => "ERROR",
        BrokerPacket::Suback => "SUBACK",
        BrokerPacket::Unsuback => "UNSUBACK",
        // What comes of CONNECT is the end of a task.
        BrokerPacket::Connack | BrokerPacket::Pubrel | BrokerPacket::Pingresp => return,
    };
    urc(reply, text);
}

fn word_finished(of: Staged<'_>, task: Task, worked: bool, code: u8, reply: &mut Reply) {
    match (task.command, worked) {
        (task::OPEN, true) => word_link(of, "CONNECT OK", reply),
        (task::OPEN, false) => {
            let state = match code {
                code::REFUSED | code::CLOSED | code::TIMED_OUT => "STATE: TCP CLOSED",
                _ => "STATE: IP INITIAL",
            };
            urc(reply, state);
            word_link(of, "CONNECT FAIL", reply);
        }
        (task::ALREADY, _) => urc(reply, "ALREADY CONNECT"),
        (task::CONNECT, true) => urc(reply, "CONNACK OK"),
        (task::CLOCK, _) => urc(reply, "+CNTP: 1"),
        (task::STATUS, _) => urc(reply, "STATE: IP STATUS"),
        (task::POWER_DOWN, _) => urc(reply, "NORMAL POWER DOWN"),
        (task::POWER_CUT, _) => {}
        _ => urc(reply, "ERROR"),
    }
}

/// With `+CIPMUX=1` it says which link it is.
fn word_link(of: Staged<'_>, text: &str, reply: &mut Reply) {
    reply.urc(|line| {
        if of.get(key::NUMBERS).is_some() {
            line.text("7,");
        }
        line.text(text);
    });
}

fn word_lost(of: Staged<'_>, code: u8, reply: &mut Reply) {
    // What the host asked for is answered by OK.
    if code == code::DONE || code == code::BY_COMMAND {
        return;
    }
    if code == code::RADIO_OFF {
        urc(reply, "+PDP: DEACT");
    }
    word_link(of, "CLOSED", reply);
}

fn write_message(line: &mut Reply, message: &Received<'_>) {
    line.text("+MSUB: \"");
    line.text(message.topic);
    line.text("\",");
    line.number(message.payload.len() as u32);
    line.text(" byte,");
    line.bytes(message.payload);
}
