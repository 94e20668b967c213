//! u-blox: the MQTT commands of SARA-R5, LEXI-R10 and LENA-R8, and in their old syntax those
//! of SARA-R410M.
//!
//! Facts are those of host programs, of captures and of the vendor's documentation. What
//! differs on purpose is listed in `docs/dialects.md`.

mod certificates;
mod connection;
mod error;
mod files;
mod hex;
mod key;
mod messages;
mod network;
mod old;
mod profile;
mod security;
mod settings;
mod system;
mod task;
mod urc;

use crate::at::cme;
use crate::at::framing::Framing;
use crate::at::grammar::{Escapes, Grammar, Quotes};
use crate::commands;
use crate::modem::command::dialect::Command;
use crate::modem::dialect::{Banner, Busy, Dialect, Table, Urc, VendorLimits};
use crate::modem::fail::Fail;
use crate::modem::options::{ACK_TIMEOUT, CONNECT_TIMEOUT, RECV_MODE};
use crate::modem::{Profile, api::Identity};

const GRAMMAR: Grammar = Grammar {
    quotes: Quotes {
        escapes: Escapes::None,
        commas: true,
    },
    comments: false,
    ..Grammar::V250
};

const FRAMING: Framing = Framing {
    info_joins: true,
    prompt: "\r\n>",
    ..Framing::V250
};

/// A topic and a payload of a real module, and a line with the longest payload in digits.
const LIMITS: VendorLimits = VendorLimits {
    line: 4096,
    topic: 256,
    payload: 1024,
    ..VendorLimits::NONE
};

/// SARA-R5, the usual model.
pub static SARA_R5: Dialect = BASE;

/// LEXI-R10.
pub static LEXI_R10: Dialect = Dialect {
    model: "lexi-r10",
    title: "LEXI-R10 of u-blox",
    identity: Identity {
        model: "LEXI-R10801D",
        ..system::SARA_R5
    },
    ..BASE
};

/// LENA-R8.
pub static LENA_R8: Dialect = Dialect {
    model: "lena-r8",
    title: "LENA-R8 of u-blox",
    identity: Identity {
        model: "LENA-R8001",
        ..system::SARA_R5
    },
    ..BASE
};

/// SARA-R410M and SARA-R412M, with their own syntax.
pub static SARA_R410M: Dialect = Dialect {
    model: system::OLD_MODEL,
    title: "SARA-R410M and SARA-R412M of u-blox",
    tables: &tables(OLD_MQTT),
    urcs: OLD_URCS,
    identity: Identity {
        model: "SARA-R410M-02B",
        revision: "L0.0.00.00.05.08",
        ..system::SARA_R5
    },
    word: old::word,
    ..BASE
};

const BASE: Dialect = Dialect {
    name: "ublox",
    model: "sara-r5",
    title: "SARA-R5 of u-blox",
    grammar: &GRAMMAR,
    framing: &FRAMING,
    busy: Busy::Queue,
    tables: &tables(MQTT),
    urcs: URCS,
    options: &[(CONNECT_TIMEOUT, 30), (ACK_TIMEOUT, 30), (RECV_MODE, 1)],
    profile: &Profile::FACTORY,
    codes: error::CODES,
    other: Fail::Cme(cme::UNKNOWN),
    identity: system::SARA_R5,
    banner: Banner::Restart,
    loss_leads: false,
    reports_packets: false,
    tells_resets: false,
    revives_links: false,
    gap: 0,
    limits: &LIMITS,
    word: urc::word,
    refuse: error::refuse,
    scratch: 8 * 1024,
};

/// All families, with these commands of MQTT.
const fn tables(mqtt: &'static [Command]) -> [Table; 12] {
    [
        table("MQTT", mqtt),
        table("TLS", &[certificates::COMMAND, security::COMMAND]),
        table("Files", files::COMMANDS),
        table("The network", network::COMMANDS),
        commands::LINE,
        commands::MODULE,
        table("The module", system::OWN),
        table("Errors and power", system::ERRORS),
        table("Settings", settings::COMMANDS),
        commands::PROFILE,
        commands::SERIAL,
        commands::CLOCK,
    ]
}

const fn table(title: &'static str, commands: &'static [Command]) -> Table {
    Table { title, commands }
}

const MQTT: &[Command] = &[
    profile::PROFILE,
    connection::MEMORY,
    messages::ACTION,
    error::LAST,
    error::unsupported("+UMQTTSN"),
    error::unsupported("+UMQTTSNC"),
    error::unsupported("+UMQTTSNER"),
];

const OLD_MQTT: &[Command] = &[
    old::PROFILE,
    connection::MEMORY,
    old::ACTION,
    error::LAST,
    error::unsupported("+UMQTTSN"),
    error::unsupported("+UMQTTSNC"),
    error::unsupported("+UMQTTSNER"),
];

const URCS: &[Urc] = &[
    Urc {
        syntax: "+UUMQTTC: <op>,<result>",
        meaning: "What an operation came to: 1 worked, 0 did not.",
    },
    Urc {
        syntax: "+UUMQTTC: 4,1,<qos>,\"<filter>\"",
        meaning: "A subscription was granted; `4,0,-1` where it was not.",
    },
    Urc {
        syntax: "+UUMQTTC: 6,<unread>",
        meaning: "So many messages can be read: at each that comes, and when others are left.",
    },
    Urc {
        syntax: "+UUMQTTC: 0,<why>",
        meaning: "The link was lost: 100 nothing was sent for the keep-alive, or the radio went \
                  off, 101 lost, 102 the broker broke the protocol. `8,0` before it: a ping was \
                  not answered.",
    },
    Urc {
        syntax: "+UUPSDA: 0,\"<address>\"",
        meaning: "The packet service is active.",
    },
    commands::REGISTRATION,
];

const OLD_URCS: &[Urc] = &[
    Urc {
        syntax: "+UUMQTTC: 1,<code>",
        meaning: "What a login came to: 0 connected, else not.",
    },
    Urc {
        syntax: "+UUMQTTC: <op>,<result>",
        meaning: "What another operation came to, and `0,<why>` when the link was lost.",
    },
    Urc {
        syntax: "+UUMQTT<op>: <value>",
        meaning: "A value that is read.",
    },
    Urc {
        syntax: "+UUMQTTCM: 6,<unread>",
        meaning: "So many messages can be read; a message that is read has its topic, length, QoS \
                  and payload behind it.",
    },
    commands::REGISTRATION,
];
