//! ESP-AT of Espressif, versions 4 and 5, and the modules that copy its MQTT commands.
//!
//! Facts are those of the vendor's published firmware and documentation. What differs on
//! purpose is listed in `docs/dialects.md`.

mod certificates;
mod configuration;
mod connection;
mod error;
mod join;
mod manufacturing;
mod messages;
mod network;
mod remembered;
mod state;
mod station;
mod subscriptions;
mod system;
mod task;
mod time;

use crate::at::framing::Framing;
use crate::at::grammar::{Escapes, Grammar, Quotes};
use crate::at::reply::Reply;
use crate::modem::command::dialect::Command;
use crate::modem::dialect::{Banner, Busy, Dialect, Table, Urc, VendorLimits};
use crate::modem::event::{Event, Task};
use crate::modem::fail::Fail;
use crate::modem::options::{ACK_TIMEOUT, BACKOFF, CONNECT_TIMEOUT};
use crate::modem::{Profile, Staged};

const GRAMMAR: Grammar = Grammar {
    quotes: Quotes {
        escapes: Escapes::Next,
        commas: true,
    },
    bare_text: false,
    lists: false,
    comments: false,
    repeats: false,
    tests: false,
    ..Grammar::V250
};

const FRAMING: Framing = Framing {
    info_leads: false,
    info_joins: true,
    urc_leads: false,
    prompt: "\r\nOK\r\n\r\n>",
    echoes_line_feed: true,
    prompt_tells: true,
    ..Framing::V250
};

/// What the manual says the module takes.
static LIMITS: VendorLimits = VendorLimits {
    line: 255,
    topic: 128,
    payload: 256,
    subscriptions: 10,
    ..VendorLimits::NONE
};

/// The command set.
pub static ESP_AT: Dialect = Dialect {
    name: "esp-at",
    model: "",
    title: "ESP-AT of Espressif, versions 4 and 5",
    grammar: &GRAMMAR,
    framing: &FRAMING,
    busy: Busy::RejectOrRestart {
        text: "\r\nbusy p...\r\n",
        line: "AT+RST",
        notice: "\r\nWill force to restart!!!\r\n",
    },
    tables: &[
        Table {
            title: "MQTT",
            commands: MQTT,
        },
        Table {
            title: "The line and the module",
            commands: system::COMMANDS,
        },
        Table {
            title: "Certificates, and what was set in manufacture",
            commands: &[manufacturing::COMMAND],
        },
        Table {
            title: "Wi-Fi",
            commands: station::COMMANDS,
        },
        Table {
            title: "Joining a Wi-Fi",
            commands: join::COMMANDS,
        },
        Table {
            title: "TCP/IP",
            commands: network::COMMANDS,
        },
        Table {
            title: "Time",
            commands: time::COMMANDS,
        },
    ],
    urcs: &[
        Urc {
            syntax: "+MQTTCONNECTED:0,<scheme>,\"<host>\",\"<port>\",\"<path>\",<reconnect>",
            meaning: "The broker is connected, also by an automatic reconnect.",
        },
        Urc {
            syntax: "+MQTTDISCONNECTED:0",
            meaning: "The link was lost, or a connect failed.",
        },
        Urc {
            syntax: "+MQTTSUBRECV:0,\"<topic>\",<length>,<payload>",
            meaning: "A message with exactly <length> raw bytes of payload.",
        },
        Urc {
            syntax: "+MQTTPUB:OK",
            meaning: "What `+MQTTPUBRAW` sent has arrived; `+MQTTPUB:FAIL`: it has not.",
        },
        Urc {
            syntax: "WIFI CONNECTED",
            meaning: "A Wi-Fi was joined, also by itself at the start; `WIFI GOT IP` follows.",
        },
        Urc {
            syntax: "WIFI DISCONNECT",
            meaning: "The Wi-Fi was left.",
        },
        Urc {
            syntax: "+TIME_UPDATED",
            meaning: "The clock was set, as `+CIPSNTPCFG` asked for.",
        },
        Urc {
            syntax: "ready",
            meaning: "The module has started.",
        },
    ],
    options: &[(CONNECT_TIMEOUT, 15), (ACK_TIMEOUT, 15), (BACKOFF, 10)],
    profile: &Profile::FACTORY,
    codes: &[],
    other: Fail::Plain,
    identity: system::IDENTITY,
    banner: Banner::Joins(join::NETWORK),
    loss_leads: true,
    reports_packets: false,
    tells_resets: false,
    revives_links: true,
    gap: 0,
    limits: &LIMITS,
    word,
    refuse: error::refuse,
    scratch: 8 * 1024,
};

const MQTT: &[Command] = &[
    configuration::USER,
    configuration::CLIENT_ID,
    configuration::USERNAME,
    configuration::PASSWORD,
    configuration::LONG_CLIENT_ID,
    configuration::LONG_USERNAME,
    configuration::LONG_PASSWORD,
    configuration::CONNECTION,
    configuration::ALPN,
    configuration::SNI,
    connection::CONNECT,
    messages::PUBLISH,
    messages::PUBLISH_RAW,
    subscriptions::SUBSCRIBE,
    subscriptions::UNSUBSCRIBE,
    connection::CLEAN,
];

fn word(of: Staged<'_>, event: &Event, reply: &mut Reply) {
    match *event {
        Event::ConnectDone { code: 0 } | Event::Restored { .. } => connection::word(of, reply),
        Event::ConnectDone { code } => connection::word_failed(of, code, reply),
        Event::Lost { .. } => reply.urc(|line| line.text("+MQTTDISCONNECTED:0")),
        Event::Message(message) => messages::word(of, &message, reply),
        Event::Finished { task, result, .. } => word_finished(task, result.is_ok(), reply),
        Event::Restarted { .. } => reply.unframed(|line| line.text("\r\nready\r\n")),
        // The module knows no such thing.
        Event::Packet { .. }
        | Event::TooLarge { .. }
        | Event::Accepted { .. }
        | Event::Tracked { .. }
        | Event::Waiting { .. }
        | Event::Read { .. }
        | Event::Overdue { .. }
        | Event::ClockKnown { .. }
        | Event::Numbered { .. }
        | Event::Dropped { .. }
        | Event::Registration { on: false, .. } => {}
        Event::Registration { on: true, .. } => {
            reply.urc(|line| line.text(join::JOINED));
            reply.urc(|line| line.text(join::ADDRESSED));
        }
    }
}

fn word_finished(task: Task, worked: bool, reply: &mut Reply) {
    let text = match task.command {
        task::PUBLISH_RAW if worked => "+MQTTPUB:OK",
        task::PUBLISH_RAW => "+MQTTPUB:FAIL",
        task::QUIT => "WIFI DISCONNECT",
        _ => "+TIME_UPDATED",
    };
    reply.urc(|line| line.text(text));
}
