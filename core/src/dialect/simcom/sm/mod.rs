//! `SM*` of the SIM7000, SIM7070 and SIM7080.
//!
//! Facts are those of the vendor's command manual and of logs. What differs on purpose is
//! listed in `docs/dialects.md`.

mod configuration;
mod connection;
mod files;
mod key;
mod messages;
mod network;
mod system;
mod task;
mod tls;

use super::shared;
use crate::at::framing::Framing;
use crate::at::grammar::Grammar;
use crate::at::reply::Reply;
use crate::commands;
use crate::modem::command::dialect::Command;
use crate::modem::dialect::{Banner, Busy, Dialect, Table, Urc, VendorLimits};
use crate::modem::event::{Event, Task};
use crate::modem::fail::Fail;
use crate::modem::options::{ACK_TIMEOUT, CONNECT_TIMEOUT};
use crate::modem::{Profile, Staged};

/// Texts may stand without quotes.
const GRAMMAR: Grammar = Grammar {
    bare_text: true,
    ..shared::GRAMMAR
};

const FRAMING: Framing = Framing {
    info_joins: true,
    echoes_data: true,
    ..Framing::V250
};

/// The SIM7080.
pub static SIM7080: Dialect = Dialect {
    name: "simcom-sm",
    model: "sim7080",
    title: "SIMCom SIM7080, with SM commands",
    grammar: &GRAMMAR,
    framing: &FRAMING,
    busy: Busy::Queue,
    tables: &[
        Table {
            title: "MQTT",
            commands: MQTT,
        },
        Table {
            title: "TLS",
            commands: &[tls::USE, tls::CONFIGURE],
        },
        Table {
            title: "Files",
            commands: files::COMMANDS,
        },
        Table {
            title: "Network",
            commands: network::COMMANDS,
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
    options: &[(CONNECT_TIMEOUT, 30), (ACK_TIMEOUT, 30)],
    profile: &Profile::FACTORY,
    // Every failure is ERROR.
    codes: &[],
    other: Fail::Plain,
    identity: system::SIM7080,
    banner: Banner::PowerOn,
    reports_packets: false,
    tells_resets: false,
    revives_links: false,
    loss_leads: false,
    gap: 0,
    limits: &VendorLimits {
        line: 557,
        payload: 1024,
        ..VendorLimits::NONE
    },
    word,
    refuse: |_, _, _| Fail::Plain,
    scratch: 8 * 1024,
};

/// The SIM7070.
pub static SIM7070: Dialect = Dialect {
    model: system::SIM7070_MODEL,
    title: "SIMCom SIM7070, with SM commands",
    identity: system::SIM7070,
    ..SIM7080
};

/// The SIM7000.
pub static SIM7000: Dialect = Dialect {
    model: system::SIM7000_MODEL,
    title: "SIMCom SIM7000, with SM commands",
    identity: system::SIM7000,
    ..SIM7080
};

const MQTT: &[Command] = &[
    configuration::COMMAND,
    connection::CONNECT,
    connection::DISCONNECT,
    connection::STATE,
    messages::PUBLISH,
    messages::PUBLISH_HEX,
    messages::SUBSCRIBE,
    messages::UNSUBSCRIBE,
];

const URCS: &[Urc] = &[
    Urc {
        syntax: "+SMSUB: \"<topic>\",\"<payload>\"",
        meaning: "A message; nothing in it is escaped. With SUBHEX 1 the payload is in hex.",
    },
    Urc {
        syntax: "+SMSTATE: 0",
        meaning: "The link was lost.",
    },
    Urc {
        syntax: "+APP PDP: <pdpidx>,<state>",
        meaning: "The packet context is ACTIVE or DEACTIVE; the SIM7000 has no number.",
    },
];

fn word(of: Staged<'_>, event: &Event, reply: &mut Reply) {
    match *event {
        Event::Finished { task, .. } => word_finished(task, reply),
        Event::Message(message) => messages::word(of, &message, reply),
        Event::Lost { .. } => word_lost(reply),
        Event::Restarted { .. } => {
            for text in ["RDY", "+CFUN: 1", "+CPIN: READY", "SMS Ready"] {
                reply.urc(|line| line.text(text));
            }
        }
        Event::Registration { .. } => commands::word(event, reply),
        // The module knows no such thing.
        _ => {}
    }
}

fn word_lost(reply: &mut Reply) {
    reply.urc(|line| line.text("+SMSTATE: 0"));
}

fn word_finished(Task { command, number }: Task, reply: &mut Reply) {
    if command == task::POWER_OFF {
        return reply.urc(|line| line.text("NORMAL POWER DOWN"));
    }
    let active = command == task::ACTIVATE;
    reply.urc(|line| {
        line.text("+APP PDP: ");
        if number != task::NAMELESS {
            line.number(number);
            line.text(",");
        }
        line.text(if active { "ACTIVE" } else { "DEACTIVE" });
    });
    if command == task::DEACTIVATE_LINK {
        word_lost(reply);
    }
}
