//! Serial Modem of Nordic Semiconductor (`sm`), and Serial LTE Modem before it (`slm`).
//!
//! Facts are those of the vendor's published source and documentation. What differs on
//! purpose is listed in `docs/dialects/nordic.md`.

mod configuration;
mod connection;
mod credentials;
mod event;
mod messages;
mod module;
mod network;
mod state;
mod subscriptions;

use crate::at::framing::Framing;
use crate::at::grammar::{Escapes, Grammar, Quotes};
use crate::commands;
use crate::modem::Profile;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Refusal};
use crate::modem::dialect::{Banner, Busy, Dialect, Table, Urc, VendorLimits};
use crate::modem::fail::Fail;
use crate::modem::options::{CONNECT_TIMEOUT, KEEP_ALIVE_RETRIES};

/// One and a half keep-alive times, and half of one each: the link ends after three.
const PING_RETRIES: u32 = 3;

const GRAMMAR: Grammar = Grammar {
    prefixes: b"#%",
    quotes: Quotes {
        escapes: Escapes::None,
        commas: true,
    },
    bare_text: false,
    quoted_numbers: false,
    lists: false,
    comments: false,
    repeats: false,
    glued: true,
    spaces: false,
    multi_line: true,
    edits_quotes: true,
    ..Grammar::V250
};

/// The command set of Serial Modem.
pub static SM: Dialect = Dialect {
    name: "nordic",
    model: "sm",
    title: "Serial Modem of Nordic Semiconductor",
    grammar: &GRAMMAR,
    framing: &Framing::V250,
    busy: Busy::Queue,
    tables: &tables(SM_MQTT),
    urcs: &[
        Urc {
            syntax: "#XMQTTEVT: <type>,<result>",
            meaning: "What the broker answered. 0: CONNACK, with its code. 1: the link has ended; \
                      0, or a negative number of an error. 2: behind each message. 3: PUBACK, 4: \
                      PUBREC, 6: PUBCOMP of a message sent. 5: PUBREL of a message received. 7: \
                      SUBACK, 8: UNSUBACK, 9: PINGRESP.",
        },
        Urc {
            syntax: "#XMQTTMSG: <topic_len>,<payload_len>",
            meaning: "A message; topic and payload stand on lines of their own behind it.",
        },
        Urc {
            syntax: "#XDATAMODE: <result>",
            meaning: "Data mode is over: 0, or -1 where something was not sent.",
        },
        Urc {
            syntax: "+CEREG: <stat>",
            meaning: "The network is there or not, with area and cell where they were asked for.",
        },
        Urc {
            syntax: "Ready",
            meaning: "The module has started.",
        },
    ],
    options: &[(CONNECT_TIMEOUT, 60), (KEEP_ALIVE_RETRIES, PING_RETRIES)],
    profile: &Profile::FACTORY.echo(false),
    codes: &[
        (3, "operation not allowed"),
        (4, "operation not supported"),
        (23, "memory failure"),
        (24, "text string too long"),
        (25, "invalid characters in text string"),
        (50, "incorrect parameters"),
        (513, "not found"),
        (514, "no access"),
    ],
    other: Fail::Plain,
    identity: module::IDENTITY,
    banner: Banner::PowerOn,
    loss_leads: false,
    reports_packets: true,
    tells_resets: true,
    revives_links: false,
    gap: 0,
    limits: &VendorLimits {
        line: 4096,
        topic: 127,
        payload: 4096,
        ..VendorLimits::NONE
    },
    word: event::word,
    refuse,
    scratch: 8 * 1024,
};

/// The command set of Serial LTE Modem: the client identifier may stand in `#XMQTTCON`.
pub static SLM: Dialect = Dialect {
    model: "slm",
    title: "Serial LTE Modem of Nordic Semiconductor",
    tables: &tables(SLM_MQTT),
    ..SM
};

const SM_MQTT: &[Command] = &mqtt(connection::CONNECT);
const SLM_MQTT: &[Command] = &mqtt(connection::CONNECT_BY_ID);

const fn mqtt(connect: Command) -> [Command; 6] {
    [
        configuration::CONFIGURATION,
        connect,
        messages::PUBLISH,
        subscriptions::SUBSCRIBE,
        subscriptions::UNSUBSCRIBE,
        messages::DATA_CONTROL,
    ]
}

/// All families, with these commands of MQTT.
const fn tables(mqtt: &'static [Command]) -> [Table; 5] {
    let title = "MQTT";
    let mqtt = Table {
        title,
        commands: mqtt,
    };
    [mqtt, CREDENTIALS, MODULE, NETWORK, commands::CLOCK]
}

const CREDENTIALS: Table = Table {
    title: "Certificates and keys",
    commands: &[credentials::CREDENTIALS],
};
const MODULE: Table = Table {
    title: "The module",
    commands: module::COMMANDS,
};
const NETWORK: Table = Table {
    title: "Radio and network",
    commands: network::COMMANDS,
};

/// A command of the module itself fails without a number, whatever `+CMEE` says.
fn refuse(_: &mut Context, command: Option<&'static Command>, why: Refusal) -> Fail {
    match (command, why) {
        (None, Refusal::NoSuchCommand(b'+' | b'%')) => Fail::NO_SUCH_FORM,
        (Some(command), _) if !command.name.starts_with('#') => why.fail(),
        _ => Fail::Plain,
    }
}
