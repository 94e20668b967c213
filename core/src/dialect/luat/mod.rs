//! The AT firmware of `openLuat` for modules of `AirM2M`: Air780, Air700, Air724 and before.
//!
//! Facts are those of the vendor's manual and of logs. What differs on purpose is listed in
//! `docs/dialects/luat.md`.

mod configuration;
mod connection;
mod event;
mod files;
mod messages;
mod module;
mod network;
mod state;
mod tls;

use crate::at::framing::Framing;
use crate::at::grammar::{Escapes, Grammar, Quotes};
use crate::at::param::MisfitKind;
use crate::commands;
use crate::modem::Profile;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Refusal};
use crate::modem::dialect::{Banner, Busy, Dialect, Table, Urc, VendorLimits};
use crate::modem::fail::Fail;
use crate::modem::options::{CONNECT_TIMEOUT, VERIFY};
use state::FAILED;

const GRAMMAR: Grammar = Grammar {
    quotes: Quotes {
        escapes: Escapes::HexOnly,
        commas: true,
    },
    comments: false,
    ..Grammar::V250
};

const FRAMING: Framing = Framing {
    info_joins: true,
    ..Framing::V250
};

/// The command set.
pub static LUAT: Dialect = Dialect {
    name: "luat",
    model: "",
    title: "openLuat AT firmware of AirM2M modules",
    grammar: &GRAMMAR,
    framing: &FRAMING,
    busy: Busy::Queue,
    tables: &[
        Table {
            title: "MQTT",
            commands: &[
                configuration::CONFIGURATION,
                connection::OPEN,
                connection::OPEN_TLS,
                connection::CONNECT,
                connection::DISCONNECT,
                connection::CLOSE,
                connection::STATE,
                messages::SUBSCRIBE,
                messages::UNSUBSCRIBE,
                messages::PUBLISH,
                messages::PUBLISH_RAW,
                messages::MODE,
                messages::STORE,
                messages::GET,
            ],
        },
        Table {
            title: "TLS",
            commands: &[tls::CONFIGURATION],
        },
        Table {
            title: "Files",
            commands: files::COMMANDS,
        },
        Table {
            title: "The module",
            commands: module::COMMANDS,
        },
        Table {
            title: "Radio and network",
            commands: network::COMMANDS,
        },
        commands::ERROR,
        commands::LINE,
        commands::PROFILE,
        commands::SERIAL,
        commands::CLOCK,
    ],
    urcs: &[
        Urc {
            syntax: "+MSUB: \"<topic>\",<length> byte,<payload>",
            meaning: "A message with exactly <length> raw bytes of payload.",
        },
        Urc {
            syntax: "+MSUB: <slot>",
            meaning: "With `+MQTTMSGSET=1`: a message waits for `+MQTTMSGGET`.",
        },
        Urc {
            syntax: "CONNECT OK",
            meaning: "The transport is up; `CONNECT FAIL` behind `STATE: <state>`: it is not. \
                      `ALREADY CONNECT`: it was.",
        },
        Urc {
            syntax: "CONNACK OK",
            meaning: "The broker has accepted; `ERROR` and `CLOSED`: it has not.",
        },
        Urc {
            syntax: "SUBACK",
            meaning: "What the broker answered; likewise `UNSUBACK`, `PUBACK`, `PUBREC` and \
                      `PUBCOMP`.",
        },
        Urc {
            syntax: "CLOSED",
            meaning: "The link is gone; behind `+PDP: DEACT` with the network.",
        },
        Urc {
            syntax: "RDY",
            meaning: "The module has started; what it finds of the network follows.",
        },
    ],
    options: &[(CONNECT_TIMEOUT, connection::MOST_SECONDS), (VERIFY, 0)],
    profile: &Profile::FACTORY.errors(1),
    codes: &[
        (3, "Operation not allowed"),
        (50, "Incorrect parameters"),
        (767, "Operation failed"),
        (791, "Too few parameters"),
        (792, "Too many parameters"),
        (793, "Parameter out of range"),
        (794, "Wrong type of parameter"),
        (795, "Wrong format of parameter"),
        (797, "Wrong mode of the radio"),
    ],
    other: FAILED,
    identity: module::IDENTITY,
    banner: Banner::Timed,
    loss_leads: false,
    reports_packets: true,
    tells_resets: false,
    revives_links: false,
    gap: 20,
    limits: &VendorLimits {
        line: 5 * 1024,
        topic: 256,
        payload: 4100,
        waiting: messages::SLOTS,
        ..VendorLimits::NONE
    },
    word: event::word,
    refuse,
    scratch: 8 * 1024,
};

fn refuse(_: &mut Context, command: Option<&'static Command>, why: Refusal) -> Fail {
    let Refusal::Values(misfit) = why else {
        return match why {
            Refusal::Unknown | Refusal::NoSuchCommand(_) => Fail::Plain,
            Refusal::NoSuchForm => Fail::NOT_ALLOWED,
            _ => FAILED,
        };
    };
    // These two have no codes.
    let plain = [configuration::NAME, tls::NAME];
    if command.is_some_and(|command| plain.contains(&command.name)) {
        return Fail::Plain;
    }
    Fail::Cme(match misfit.kind {
        MisfitKind::Missing | MisfitKind::Empty => 791,
        MisfitKind::Surplus => 792,
        _ => 793,
    })
}
