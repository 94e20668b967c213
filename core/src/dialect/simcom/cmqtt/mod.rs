//! `CMQTT*` of the A76xx and the SIM7600.
//!
//! Facts are those of the vendor's command manual and of logs. What differs on purpose is
//! listed in `docs/dialects.md`.

mod certificates;
mod client;
mod configuration;
mod connection;
mod error;
mod filters;
mod key;
mod messages;
mod network;
mod prompt;
mod refuse;
mod service;
mod subscriptions;
mod system;
mod task;
mod tls;

use super::shared;
use crate::at::cme;
use crate::at::framing::Framing;
use crate::at::reply::Reply;
use crate::commands;
use crate::modem::code;
use crate::modem::command::dialect::Command;
use crate::modem::dialect::{Banner, Busy, Dialect, Table, Urc, VendorLimits};
use crate::modem::event::{Event, Task};
use crate::modem::fail::Fail;
use crate::modem::{Profile, Staged};
use crate::mqtt::Qos;
use core::fmt::Write;

const FRAMING: Framing = Framing {
    info_joins: true,
    prompt: "\r\n>",
    ..Framing::V250
};

/// The A76xx.
pub static A7670: Dialect = Dialect {
    name: "simcom",
    model: "a7670",
    title: "SIMCom A76xx, with CMQTT commands",
    grammar: &shared::GRAMMAR,
    framing: &FRAMING,
    busy: Busy::Queue,
    tables: &[
        Table {
            title: "MQTT",
            commands: MQTT,
        },
        Table {
            title: "TLS",
            commands: TLS,
        },
        Table {
            title: "Network",
            commands: NETWORK,
        },
        shared::RADIO,
        Table {
            title: "The module",
            commands: system::COMMANDS,
        },
        shared::IDENTITY,
        shared::LINE,
        commands::PROFILE,
        commands::SERIAL,
        commands::CLOCK,
    ],
    urcs: URCS,
    options: &[],
    profile: &Profile::FACTORY,
    codes: CODES,
    other: Fail::Plain,
    identity: system::A7670,
    banner: Banner::PowerOn,
    reports_packets: false,
    tells_resets: true,
    revives_links: false,
    loss_leads: false,
    gap: 0,
    limits: &VendorLimits {
        line: 3072,
        topic: 1024,
        payload: 10_240,
        ..VendorLimits::NONE
    },
    word,
    refuse: refuse::refuse,
    scratch: 40 * 1024,
};

/// Those of 27.007, but for what the network or the disk refuse: that is plain `ERROR`.
const CODES: &[(u16, &str)] = &[
    (cme::NOT_ALLOWED, "operation not allowed"),
    (cme::NOT_SUPPORTED, "operation not supported"),
    (cme::MEMORY_FULL, "memory full"),
    (cme::INVALID_INDEX, "invalid index"),
    (cme::TOO_LONG, "text string too long"),
    (cme::INVALID_CHARACTERS, "invalid characters in text string"),
    (cme::NO_SERVICE, "no network service"),
    (cme::INCORRECT_PARAMETERS, "Incorrect parameters"),
];

/// The SIM7600.
pub static SIM7600: Dialect = Dialect {
    model: system::SIM7600_MODEL,
    title: "SIMCom SIM7600, with CMQTT commands",
    profile: &Profile::FACTORY.errors(2),
    identity: system::SIM7600,
    word: word_of_sim7600,
    ..A7670
};

const MQTT: &[Command] = &[
    service::START,
    service::STOP,
    service::ACQUIRE,
    service::RELEASE,
    configuration::CONFIGURE,
    configuration::TLS_CONTEXT,
    configuration::WILL_TOPIC,
    configuration::WILL_MESSAGE,
    connection::CONNECT,
    connection::DISCONNECT,
    messages::TOPIC,
    messages::PAYLOAD,
    messages::PUBLISH,
    subscriptions::COLLECT,
    subscriptions::SUBSCRIBE,
    subscriptions::COLLECT_TO_END,
    subscriptions::UNSUBSCRIBE,
];

const TLS: &[Command] = &[
    certificates::LOAD,
    certificates::LIST,
    certificates::ERASE,
    tls::CONTEXTS_COMMAND,
];

const NETWORK: &[Command] = &[
    network::SWITCH,
    network::ATTACH,
    network::ACTIVATE,
    network::SHOW_ADDRESS,
    network::OPEN,
    network::CLOSE,
    network::IP_ADDRESS,
];

const URCS: &[Urc] = &[
    Urc {
        syntax: "+CMQTTCONNLOST: <client_index>,<cause>",
        meaning: "The link was lost: closed by the broker (1), broken or unanswered (2), or the \
                  network is gone (3). The client stays acquired.",
    },
    Urc {
        syntax: "+CMQTTNONET",
        meaning: "The network is gone: clients are released and the service is stopped.",
    },
    Urc {
        syntax: "+CMQTTPING: <client_index>,<err>",
        meaning: "The SIM7600's keep-alive was not answered.",
    },
    Urc {
        syntax: "+CMQTTRXSTART: <client_index>,<topic_total_len>,<payload_total_len>",
        meaning: "A message: `+CMQTTRXTOPIC:` and the topic, `+CMQTTRXPAYLOAD:` and at most 1,500 \
                  bytes of payload, as often as it takes, and `+CMQTTRXEND:`.",
    },
    Urc {
        syntax: "+CMQTTRECV: <client_index>,\"<topic>\",<payload_len>,\"<payload>\"",
        meaning: "A message, with `argtopic` 1.",
    },
];

fn word(of: Staged<'_>, event: &Event, reply: &mut Reply) {
    let lines = [
        "*ATREADY: 1",
        "+CPIN: READY",
        "SMS DONE",
        "PB DONE",
        "+CGEV: EPS PDN ACT 1",
    ];
    match *event {
        Event::Restarted { .. } => write_all(reply, &lines),
        _ => word_event(of, event, reply),
    }
}

fn word_of_sim7600(of: Staged<'_>, event: &Event, reply: &mut Reply) {
    match *event {
        Event::Restarted { .. } => {
            write_all(reply, &["RDY", "+CPIN: READY", "SMS DONE", "PB DONE"]);
        }
        Event::Lost {
            code: code::KEEP_ALIVE,
        } => {
            let numbers = (of.link().0, error::TIMEOUT);
            write_numbers(reply, "+CMQTTPING: ", numbers);
            word_event(of, event, reply);
        }
        _ => word_event(of, event, reply),
    }
}

fn write_all(reply: &mut Reply, lines: &[&str]) {
    for text in lines {
        reply.urc(|line| line.text(text));
    }
}

fn word_event(of: Staged<'_>, event: &Event, reply: &mut Reply) {
    let client = of.link().0;
    match *event {
        // The broker's host was not reached: ERROR follows.
        Event::ConnectDone { .. } => reply.info(|line| {
            // A reply notes for itself what does not fit.
            let _ = write!(line, "+CMQTTCONNECT: {client},{}", error::CONNECT);
        }),
        Event::Finished {
            task,
            result,
            code,
            granted,
        } => {
            let worked = result.is_ok() && granted.iter().all(|code| Qos::new(code).is_some());
            word_finished(client, task, worked, code, reply);
        }
        Event::Message(message) => messages::word(of, &message, reply),
        Event::Lost { code } => {
            let cause = match code {
                code::KEEP_ALIVE | code::RESET => 2,
                // The command that has switched the network off has released the client, and
                // tells it.
                code::RADIO_OFF if of.get(key::CLIENT_ID).is_none() => return,
                code::RADIO_OFF => 3,
                _ => 1,
            };
            write_numbers(reply, "+CMQTTCONNLOST: ", (client, cause));
        }
        Event::Registration { .. } => commands::word(event, reply),
        // The module knows no such thing.
        _ => {}
    }
}

fn write_numbers(reply: &mut Reply, name: &str, (client, number): (u8, u8)) {
    reply.urc(|line| {
        // A reply notes for itself what does not fit.
        let _ = write!(line, "{name}{client},{number}");
    });
}

fn word_finished(client: u8, task: Task, worked: bool, code: u8, reply: &mut Reply) {
    let Task { command, number } = task;
    let name = task::NAMES.get(usize::from(command)).copied();
    let name = name.unwrap_or_default();
    match command {
        task::LOSE_NETWORK => network::word_lost(number, reply),
        task::POWER_OFF => {}
        task::START if number > 0 => write_numbers(reply, name, (0, number as u8)),
        task::START | task::STOP | task::SET_TIME => write_number(reply, name, 0),
        task::OPEN_NETWORK => write_number(reply, name, number),
        task::CLOSE_NETWORK => {
            write_number(reply, name, 0);
            network::word_lost(number, reply);
        }
        _ if worked => write_numbers(reply, name, (client, 0)),
        _ => write_numbers(reply, name, (client, error::of(command, code))),
    }
}

fn write_number(reply: &mut Reply, name: &str, number: u32) {
    reply.urc(|line| {
        line.text(name);
        line.number(number);
    });
}
