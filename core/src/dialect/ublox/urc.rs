//! What the module says by itself.

use super::{key, messages, network, profile, task};
use crate::at::reply::Reply;
use crate::modem::Staged;
use crate::modem::code;
use crate::modem::event::{Event, Task};
use core::fmt::Write;

/// How many arrivals are told one by one that could not be told at once.
const MOST_ARRIVALS: u32 = 16;

/// Words an event.
pub(super) fn word(of: Staged<'_>, event: &Event, reply: &mut Reply) {
    match *event {
        Event::Finished {
            task,
            result,
            granted,
            ..
        } => word_finished(of, task, result.is_ok(), granted.iter().next(), reply),
        Event::Lost { code } => word_lost(of, code, reply),
        Event::Waiting { count, known } => arrivals(count, known)
            .for_each(|unread| reply.urc(|line| pair(line, "+UUMQTTC: 6,", unread))),
        Event::Read { message, .. } => messages::word_read(of, &message, reply),
        Event::Registration { which, on, located } => network::word(reply, which, on, located),
        // The module knows no such thing, or says nothing of it.
        _ => {}
    }
}

fn pair(line: &mut Reply, name: &str, number: u32) {
    line.text(name);
    line.number(number);
}

/// How many messages were unread at each arrival of which the host was not told.
pub(super) fn arrivals(count: u32, known: u32) -> core::ops::RangeInclusive<u32> {
    let first = count.saturating_sub(MOST_ARRIVALS - 1).max(known + 1);
    first.min(count)..=count
}

fn word_finished(of: Staged<'_>, task: Task, worked: bool, granted: Option<u8>, reply: &mut Reply) {
    match task.command {
        task::ACTIVATE => network::word_active(reply),
        task::SUBSCRIBE => word_subscribed(of, granted.filter(|_| worked), reply),
        operation => reply.urc(|line| {
            // A reply notes for itself what does not fit.
            let _ = write!(line, "+UUMQTTC: {operation},{}", u8::from(worked));
        }),
    }
}

/// What became of a subscription: the QoS, if it was granted.
pub(super) fn word_subscribed(of: Staged<'_>, granted: Option<u8>, reply: &mut Reply) {
    let filter = of.text(key::FILTER);
    reply.urc(|line| {
        let _ = match granted {
            Some(qos) => write!(line, "+UUMQTTC: 4,1,{qos},\"{filter}\""),
            None => write!(line, "+UUMQTTC: 4,0,-1,\"{filter}\""),
        };
    });
}

/// The link was lost: 100 is for want of anything sent, or of the network.
pub(super) fn word_lost(of: Staged<'_>, lost: u8, reply: &mut Reply) {
    let pings = profile::number(of, key::PINGS) != 0;
    if pings && matches!(lost, code::KEEP_ALIVE | code::RADIO_OFF) {
        reply.urc(|line| line.text("+UUMQTTC: 8,0"));
    }
    let why = match lost {
        code::RADIO_OFF => 100,
        code::KEEP_ALIVE if !pings => 100,
        code::PROTOCOL => 102,
        _ => 101,
    };
    reply.urc(|line| pair(line, "+UUMQTTC: 0,", why));
}
