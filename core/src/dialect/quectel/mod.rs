//! Quectel's QMT* commands, and what stands around them: BG95, EC25, EC200 and BC26.
//!
//! Facts are those of the vendor's application notes and of logs of real modules. What
//! differs on purpose is listed in `docs/dialects.md`.

mod checksum;
mod config;
mod connection;
mod files;
mod handles;
mod hex;
mod key_files;
mod messages;
mod model;
mod module;
mod network;
mod packet;
mod received;
mod state;
mod subscriptions;
mod task;
mod time;
mod tls;
mod words;

use crate::at::cme;
use crate::at::framing::Framing;
use crate::at::grammar::{Escapes, Grammar, Quotes};
use crate::commands;
use crate::modem::Profile;
use crate::modem::api::Identity;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Refusal};
use crate::modem::dialect::{Banner, Busy, Dialect, Table, Urc, VendorLimits};
use crate::modem::fail::Fail;
use crate::modem::options::{ACK_TIMEOUT, CONNECT_TIMEOUT};

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
    echoes_data: true,
    ..Framing::V250
};

const RADIO: Table = Table {
    title: "Radio and network (3GPP TS 27.007)",
    commands: &commands::except::<{ commands::radio::COMMANDS.len() - 2 }>(
        commands::radio::COMMANDS,
        &["+CFUN", "+CSQ"],
    ),
};
const OPERATOR: Table = Table {
    title: "Character set and activity (3GPP TS 27.007)",
    commands: &commands::except::<{ commands::network::COMMANDS.len() - 4 }>(
        commands::network::COMMANDS,
        &["+COPS", "+CGACT", "+CGPADDR", "+CGDCONT"],
    ),
};
const CLOCK: Table = Table {
    title: "Clock (3GPP TS 27.007)",
    commands: &commands::except::<{ commands::clock::COMMANDS.len() - 2 }>(
        commands::clock::COMMANDS,
        &["+CTZU", "+CTZR"],
    ),
};

/// The tables of a model whose commands of MQTT are these.
const fn tables(mqtt: &'static [Command]) -> [Table; 15] {
    [
        Table {
            title: "MQTT",
            commands: mqtt,
        },
        Table {
            title: "TLS",
            commands: &[tls::CONFIGURE],
        },
        Table {
            title: "Files",
            commands: FILES,
        },
        Table {
            title: "Packet contexts",
            commands: packet::COMMANDS,
        },
        Table {
            title: "The module",
            commands: module::COMMANDS,
        },
        Table {
            title: "The network",
            commands: network::COMMANDS,
        },
        Table {
            title: "Time",
            commands: time::COMMANDS,
        },
        commands::LINE,
        commands::MODULE,
        RADIO,
        commands::ERROR,
        commands::PROFILE,
        commands::SERIAL,
        OPERATOR,
        CLOCK,
    ]
}

const FILES: &[Command] = &[
    files::UPLOAD,
    files::LIST,
    files::DELETE,
    files::DOWNLOAD,
    files::SPACE,
    handles::OPEN,
    handles::READ,
    handles::WRITE,
    handles::SEEK,
    handles::POSITION,
    handles::CLOSE,
];

const fn mqtt(publish_ex: Command) -> [Command; 10] {
    [
        config::CONFIGURE,
        connection::OPEN,
        connection::CONNECT,
        messages::PUBLISH,
        publish_ex,
        subscriptions::SUBSCRIBE,
        subscriptions::UNSUBSCRIBE,
        received::RECEIVE,
        connection::DISCONNECT,
        connection::CLOSE,
    ]
}

static BG95_MQTT: [Command; 10] = mqtt(messages::publish_ex(false));
static OTHER_MQTT: [Command; 10] = mqtt(messages::publish_ex(true));
static BG95_TABLES: [Table; 15] = tables(&BG95_MQTT);
static OTHER_TABLES: [Table; 15] = tables(&OTHER_MQTT);

const URCS: &[Urc] = &[
    Urc {
        syntax: "+QMTRECV: <idx>,<msgID>,\"<topic>\",\"<payload>\"",
        meaning: "A message; with `recv/mode` 0,1 the length stands before the payload.",
    },
    Urc {
        syntax: "+QMTRECV: <idx>,<slot>",
        meaning: "A message is stored for `+QMTRECV`, with `recv/mode` 1.",
    },
    Urc {
        syntax: "+QMTSTAT: <idx>,<error>",
        meaning: "The link is gone.",
    },
    Urc {
        syntax: "+QMTPING: <idx>,1",
        meaning: "The broker did not answer a PINGREQ.",
    },
    Urc {
        syntax: "+QMTOPEN: <idx>,<result>",
        meaning: "What became of `+QMTOPEN`; likewise of the other commands of MQTT.",
    },
    Urc {
        syntax: "POWERED DOWN",
        meaning: "The module is off, as `+QPOWD` asked for.",
    },
    Urc {
        syntax: "RDY",
        meaning: "The module has started.",
    },
];

/// BG95, BG77 and BG770.
pub static BG95: Dialect = Dialect {
    name: "quectel",
    model: "bg95",
    title: "Quectel BG95, BG77 and BG770",
    grammar: &GRAMMAR,
    framing: &FRAMING,
    busy: Busy::Queue,
    tables: &BG95_TABLES,
    urcs: URCS,
    options: &[(CONNECT_TIMEOUT, 75), (ACK_TIMEOUT, 15)],
    profile: &Profile::FACTORY.errors(1),
    codes: CODES,
    other: NOT_STORED,
    identity: Identity {
        cell: model::CELL_BG95,
        ..identity("BG95-M3", "BG95M3LAR02A04")
    },
    banner: Banner::PowerOn,
    loss_leads: false,
    reports_packets: false,
    tells_resets: false,
    revives_links: false,
    gap: 300,
    limits: &limits(4096),
    word: words::word_bg95,
    refuse,
    scratch: 4 * 1024,
};

/// EC20, EC21, EC25, EG25 and EG91.
pub static EC25: Dialect = Dialect {
    model: "ec25",
    title: "Quectel EC2x, EG2x and EG9x",
    tables: &OTHER_TABLES,
    identity: identity("EC25", "EC25EFAR06A07M4G"),
    limits: &limits(1500),
    word: words::word_other,
    ..BG95
};

/// EC200, EC800 and `EG91x`.
pub static EC200: Dialect = Dialect {
    model: "ec200",
    title: "Quectel EC200, EC600, EC800 and EG91x",
    identity: identity("EC200U", "EC200UCNAAR03A02M08"),
    limits: &limits(4096),
    ..EC25
};

/// BC26 and BC66.
pub static BC26: Dialect = Dialect {
    model: "bc26",
    title: "Quectel BC26 and BC66",
    identity: identity("BC26", "BC26NBR01A07"),
    limits: &limits(1024),
    ..EC25
};

const fn identity(model: &'static str, revision: &'static str) -> Identity<'static> {
    Identity {
        manufacturer: "Quectel",
        model,
        revision,
        cell: model::CELL,
        ..Identity::OWN
    }
}

const fn limits(payload: usize) -> VendorLimits {
    VendorLimits {
        line: 4096,
        topic: 255,
        payload,
        ..VendorLimits::NONE
    }
}

/// What the disk refuses, which has no number in 27.007 here.
const NOT_STORED: Fail = Fail::Number(409);

/// Those of 27.007 and of files, with the words of the manual. Those of files are told by their
/// numbers.
const CODES: &[(u16, &str)] = &[
    (cme::NOT_ALLOWED, "operation not allowed"),
    (cme::NOT_SUPPORTED, "operation not supported"),
    (cme::MEMORY_FULL, "memory full"),
    (cme::INVALID_INDEX, "invalid index"),
    (cme::TOO_LONG, "text string too long"),
    (cme::INVALID_CHARACTERS, "invalid characters in text string"),
    (cme::NO_SERVICE, "no network service"),
    (cme::NETWORK_TIMEOUT, "network timeout"),
    (cme::INCORRECT_PARAMETERS, "incorrect parameters"),
    (cme::UNKNOWN, "unknown"),
    (400, "invalid input value"),
    (403, "larger than the size of the file"),
    (405, "file not found"),
    (406, "invalid file name"),
    (407, "file already exists"),
    (409, "fail to write the file"),
    (410, "fail to read the file"),
    (411, "fail to write the file"),
    (416, "invalid file handle"),
    (420, "no room"),
    (421, "file time out"),
    (423, "file too large"),
    (425, "file invalid parameter"),
    (426, "file already opened"),
];

/// What is refused of QI* and QMT* is plain `ERROR`.
fn refuse(_: &mut Context<'_, '_>, command: Option<&'static Command>, why: Refusal) -> Fail {
    match command.map(|command| command.name) {
        Some(name) if name.starts_with("+QF") => match why {
            Refusal::Unable(fail) => fail,
            _ => Fail::Number(400),
        },
        Some(name) if name.starts_with("+Q") => Fail::Plain,
        _ => why.fail(),
    }
}
