//! How events are worded.

use super::model::{CELL, CELL_BG95};
use super::{connection, files, messages, network, packet, received, subscriptions, task, time};
use crate::at::reply::Reply;
use crate::commands::radio;
use crate::modem::Staged;
use crate::modem::event::{Event, GrantedCodes, Task};

pub(super) fn word_bg95(of: Staged<'_>, event: &Event, reply: &mut Reply) {
    word(of, event, (&["RDY", "APP RDY"], CELL_BG95), reply);
}

pub(super) fn word_other(of: Staged<'_>, event: &Event, reply: &mut Reply) {
    let banner = [
        "RDY",
        "+CFUN: 1",
        "+CPIN: READY",
        "+QUSIM: 1",
        "+QIND: SMS DONE",
        "+QIND: PB DONE",
    ];
    word(of, event, (&banner, CELL), reply);
}

/// The words of a model with this banner, in this cell.
fn word(of: Staged<'_>, event: &Event, (banner, cell): (&[&str], &str), reply: &mut Reply) {
    match *event {
        Event::Finished {
            task,
            result,
            code,
            granted,
        } => word_finished(of, task, (result.is_ok(), code), granted, reply),
        Event::Overdue { task, count } => word_overdue(of, task, count, reply),
        Event::Message(message) => messages::word(of, &message, reply),
        Event::Numbered { place } => received::word_stored(of, place, reply),
        Event::Lost { code } => connection::word_lost(of, code, reply),
        Event::Registration { which, on, located } => {
            radio::word(reply, which, on, located.then_some(cell));
        }
        Event::Restarted { .. } => {
            for line in banner {
                reply.urc(|reply| reply.text(line));
            }
        }
        // The module knows no such thing.
        Event::ConnectDone { .. }
        | Event::TooLarge { .. }
        | Event::Accepted { .. }
        | Event::Tracked { .. }
        | Event::Waiting { .. }
        | Event::Read { .. }
        | Event::Dropped { .. }
        | Event::Restored { .. }
        | Event::ClockKnown { .. }
        | Event::Packet { .. } => {}
    }
}

/// The URCs of commands whose result is a number, by their tasks.
const NAMES: [&str; 8] = [
    "+QMTOPEN: ",
    "+QMTCONN: ",
    "+QMTDISC: ",
    "+QMTCLOSE: ",
    "+QMTPUB: ",
    "+QMTPUBEX: ",
    "+QMTSUB: ",
    "+QMTUNS: ",
];

fn name(task: Task) -> &'static str {
    let name = NAMES.get(usize::from(task.command));
    name.copied().unwrap_or_default()
}

fn word_finished(
    of: Staged<'_>,
    task: Task,
    (worked, code): (bool, u8),
    granted: GrantedCodes,
    reply: &mut Reply,
) {
    let result = if worked { 0 } else { 2 };
    match task.command {
        task::OPEN => connection::word_opened(of, task, worked, code, reply),
        task::CONNECT => connection::word_connected(of, worked, code, reply),
        task::DISCONNECT | task::CLOSE => connection::word(reply, name(task), of, &[0]),
        task::SUBSCRIBE => subscriptions::word_granted(of, task, granted, reply),
        task::PUBLISH | task::PUBLISH_EX | task::UNSUBSCRIBE => {
            connection::word(reply, name(task), of, &[task.number, result]);
        }
        task::LOOK_UP => network::word_address(of, reply),
        task::PING => network::word_ping(reply),
        task::UPLOAD | task::WRITE | task::OPEN_FILE => files::word_stored(of, task.command, reply),
        task::LOSE_NETWORK => packet::word_lost(task.number, reply),
        task::UPDATE_TIME => time::word(of, reply),
        _ => reply.urc(|line| line.text("POWERED DOWN")),
    }
}

/// It is not acknowledged yet.
fn word_overdue(of: Staged<'_>, task: Task, count: u8, reply: &mut Reply) {
    connection::word(reply, name(task), of, &[task.number, 1, count.into()]);
}
