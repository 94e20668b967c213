//! Commands every dialect shares, one family per file.

pub mod basic;
pub mod clock;
pub mod error;
pub mod ident;
pub mod key_files;
pub mod network;
pub mod profile;
pub mod radio;
pub mod remembered;
pub mod serial;

use crate::at::reply::Reply;
use crate::modem::api::Identity;
use crate::modem::command::dialect::Command;
use crate::modem::dialect::{Table, Urc};
use crate::modem::event::Event;

/// The command of a name in a family, for command sets that have not all of it; one without
/// a name where there is none.
pub const fn pick(family: &[Command], name: &str) -> Command {
    match family {
        [command, ..] if is_same(command.name.as_bytes(), name.as_bytes()) => *command,
        [_, rest @ ..] => pick(rest, name),
        [] => Command::new("", ""),
    }
}

const fn is_same(one: &[u8], other: &[u8]) -> bool {
    match (one, other) {
        ([], []) => true,
        ([a, one @ ..], [b, other @ ..]) => *a == *b && is_same(one, other),
        _ => false,
    }
}

/// The families a host may expect of any module.
pub const BASIC: Table = Table {
    title: "The line (ITU-T V.250)",
    commands: basic::COMMANDS,
};
/// The same without `I`, which many modules answer in their own way.
pub const LINE: Table = Table {
    commands: &except::<{ basic::COMMANDS.len() - 1 }>(basic::COMMANDS, &["I"]),
    ..BASIC
};
/// Who the modem is.
pub const IDENTITY: Table = Table {
    title: "Identity (V.250, 3GPP TS 27.007)",
    commands: ident::COMMANDS,
};
/// The same without `+CCID`, likewise.
pub const MODULE: Table = Table {
    commands: &except::<{ ident::COMMANDS.len() - 1 }>(ident::COMMANDS, &["+CCID"]),
    ..IDENTITY
};
/// The radio and the network.
pub const RADIO: Table = Table {
    title: "Radio and network (3GPP TS 27.007)",
    commands: radio::COMMANDS,
};
/// Errors and the list of commands.
pub const ERROR: Table = Table {
    title: "Errors and commands (3GPP TS 27.007)",
    commands: error::COMMANDS,
};
/// The profile and what is kept of it.
pub const PROFILE: Table = Table {
    title: "The stored profile (ITU-T V.250)",
    commands: profile::COMMANDS,
};
/// The serial line.
pub const SERIAL: Table = Table {
    title: "The serial line (ITU-T V.250)",
    commands: serial::COMMANDS,
};
/// The clock.
pub const CLOCK: Table = Table {
    title: "Clock (3GPP TS 27.007)",
    commands: clock::COMMANDS,
};
/// Operator and packet service.
pub const NETWORK: Table = Table {
    title: "Operator and packet service (3GPP TS 27.007)",
    commands: network::COMMANDS,
};

/// The commands of a family but those of these names, `N` of them.
///
/// # Panics
/// At compile time, where it is another number.
pub const fn except<const N: usize>(all: &[Command], names: &[&str]) -> [Command; N] {
    let mut left = [Command::new("", ""); N];
    let (mut family, mut places) = (all, left.as_mut_slice());
    let mut fits = true;
    while let [command, behind @ ..] = family {
        family = behind;
        if is_among(command.name, names) {
            continue;
        }
        if let [place, rest @ ..] = places {
            *place = *command;
            places = rest;
        } else {
            fits = false;
            places = &mut [];
        }
    }
    assert!(fits && places.is_empty(), "there is another number");
    left
}

const fn is_among(name: &str, names: &[&str]) -> bool {
    match names {
        [one, ..] if is_same(name.as_bytes(), one.as_bytes()) => true,
        [_, rest @ ..] => is_among(name, rest),
        [] => false,
    }
}

/// The report of `+CREG`, `+CGREG` and `+CEREG`. (It has the name of its
/// command, as 27.007 §7.2 wants it.)
pub const REGISTRATION: Urc = Urc {
    syntax: "+CREG: <stat>",
    meaning: "The network is available (1) or not (0), if `+CREG=1` requested it; with area, cell \
              and access technology, if `+CREG=2` did. `+CGREG` and `+CEREG` are the same.",
};
/// What a modem says when it has restarted.
pub const RESTARTED: Urc = Urc {
    syntax: "RDY",
    meaning: "The modem has restarted (`+CFUN=1,1`).",
};

/// Words what every dialect words alike.
pub fn word(event: &Event, reply: &mut Reply) {
    match *event {
        Event::Registration { which, on, located } => {
            let cell = located.then_some(Identity::OWN.cell);
            radio::word(reply, which, on, cell);
        }
        Event::Restarted { .. } => reply.urc(|line| line.text("RDY")),
        _ => {}
    }
}
