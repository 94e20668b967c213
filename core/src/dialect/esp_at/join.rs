//! Joining a Wi-Fi and leaving it: what the radio is to this module.

use super::remembered;
use super::state::{key, number};
use super::task::QUIT;
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::schema::{Example, Signature};
use crate::buffer::Buf;
use crate::modem::Functionality;
use crate::modem::api::Slot;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::event::Task;
use crate::modem::fail::Fail;
use crate::modem::wait::Wait;
use core::fmt::Write;

/// The network the module is in until it is told otherwise.
const USUAL: &str = "mqmodem";
/// Where the network is kept.
pub(super) const NETWORK: u8 = 0;
/// What is told of a network that was joined, in this order.
pub(super) const JOINED: &str = "WIFI CONNECTED";
pub(super) const ADDRESSED: &str = "WIFI GOT IP";
/// The mode of a module that joined: a station.
const STATION: u32 = 1;

const ADDRESS: &str = "aa:bb:cc:dd:ee:ff";

const OPTIONAL: Param = Param::int("value", 0, 65_535).optional();

pub(super) const COMMANDS: &[Command] = &[
    Command::new(
        "+CWMODE",
        "Set the mode: off, station, access point or both",
    )
    .details("Without the station the network is left.")
    .read(read_mode)
    .set(
        &[Signature::of(&[
            Param::int("mode", 0, 3),
            Param::int("auto", 0, 1).optional(),
        ])],
        set_mode,
    ),
    Command::new("+CWJAP", "Join a network")
        .details(
            "Any network is there. The module starts as one that has joined, unless its \
             configuration says that it is offline; a network that is kept is joined again.",
        )
        .remembers()
        .read(read_network)
        .commits()
        .execute(|cx, _| rejoin(cx))
        .set(
            &[Signature::of(&[
                Param::text("ssid", 1, 32).example("floor"),
                Param::text("pwd", 0, 64)
                    .secret()
                    .optional()
                    .example("secret"),
                Param::text("bssid", 0, 17).optional().example(ADDRESS),
                OPTIONAL,
                OPTIONAL,
                OPTIONAL,
                OPTIONAL,
                OPTIONAL,
            ])],
            set_network,
        )
        .examples(&[Example {
            line: "AT+CWJAP=\"floor\",\"secret\"",
            answer: &["WIFI CONNECTED", "WIFI GOT IP", "OK"],
        }]),
    Command::new("+CWQAP", "Leave the network")
        .commits()
        .execute(|cx, _| leave(cx)),
    Command::new("+CWSTATE", "Show how far the module is in a network").read(read_state),
];

/// Whether the module is in a network.
pub(super) fn is_joined(cx: &Context) -> bool {
    cx.has_network()
}

/// Whether the mode has a station.
fn is_station(cx: &Context) -> bool {
    mode(cx) & STATION != 0
}

pub(super) fn mode(cx: &Context) -> u32 {
    match cx.staged().get(key::MODE) {
        Some(_) => number(cx.staged(), key::MODE),
        None => STATION,
    }
}

fn set_mode(cx: &mut Context, args: &Args) -> Outcome {
    if let Err(fail) = cx.stage(key::MODE, &[args.int(0) as u8]) {
        return Outcome::Fail(fail);
    }
    if is_station(cx) || !is_joined(cx) {
        return Outcome::Ok;
    }
    leave(cx)
}

fn read_mode(cx: &mut Context, _: &Args) -> Outcome {
    let mode = mode(cx);
    cx.info(|line| {
        line.text("+CWMODE:");
        line.number(mode);
    });
    Outcome::Ok
}

fn set_network(cx: &mut Context, args: &Args) -> Outcome {
    if !is_station(cx) {
        return Outcome::Fail(Fail::Plain);
    }
    if let Err(fail) = cx.stage(key::NETWORK, args.bytes(0)) {
        return Outcome::Fail(fail);
    }
    if !remembered::stores(cx) {
        return join(cx);
    }
    let kept = cx.store_with(
        |_| Slot::Dialect(NETWORK),
        |record| Ok(record.extend(args.bytes(0))?),
    );
    match kept {
        Ok(wait) => {
            join(cx);
            Outcome::Wait(wait)
        }
        Err(fail) => Outcome::Fail(fail),
    }
}

/// Joins the network that is known.
fn rejoin(cx: &mut Context) -> Outcome {
    if is_known(cx) && is_station(cx) {
        return join(cx);
    }
    Outcome::Fail(Fail::Plain)
}

/// Whether the host has named a network, now or before.
fn is_known(cx: &Context) -> bool {
    let kept = cx.stored(Slot::Dialect(NETWORK)).unwrap_or_default();
    cx.staged().get(key::NETWORK).is_some() || !kept.is_empty()
}

fn join(cx: &mut Context) -> Outcome {
    cx.set_functionality(Functionality::Full);
    cx.text(JOINED);
    cx.text(ADDRESSED);
    Outcome::Ok
}

/// OK first; the event comes before the loss of the broker.
fn leave(cx: &mut Context) -> Outcome {
    if !is_joined(cx) {
        return Outcome::Ok;
    }
    if let Err(fail) = cx.stage(key::LEFT, &[1]) {
        return Outcome::Fail(fail);
    }
    cx.set_functionality(Functionality::RadioOff);
    let task = Task {
        command: QUIT,
        number: 0,
    };
    Outcome::Ended(task, Ok(()), 0)
}

/// Forgets the network that is kept.
pub(super) fn forget_network(cx: &mut Context) -> Result<Wait, Fail> {
    cx.store_with(|_| Slot::Dialect(NETWORK), |_| Ok(()))
}

/// Says something of the network's name.
fn write_name(cx: &mut Context, before: &str, behind: &str) {
    let mut memory = [0; 32];
    let mut given = Buf::lent(&mut memory);
    // A name has at most so many bytes.
    given
        .extend(cx.staged().get(key::NETWORK).unwrap_or_default())
        .unwrap_or_default();
    cx.write_stored(Slot::Dialect(NETWORK), |kept, reply| {
        let kept = kept.filter(|kept| !kept.is_empty());
        let name = Some(given.as_slice()).filter(|given| !given.is_empty());
        let name = name.or(kept).unwrap_or(USUAL.as_bytes());
        let name = core::str::from_utf8(name).unwrap_or_default();
        reply.info(|line| {
            // A reply notes for itself what does not fit.
            let _ = write!(line, "{before}\"{name}\"{behind}");
        });
    });
}

fn read_network(cx: &mut Context, _: &Args) -> Outcome {
    if is_joined(cx) {
        write_name(cx, "+CWJAP:", ",\"aa:bb:cc:dd:ee:ff\",6,-45,1,1,3,0,1");
    } else {
        cx.text("No AP");
    }
    Outcome::Ok
}

fn read_state(cx: &mut Context, _: &Args) -> Outcome {
    if is_joined(cx) {
        write_name(cx, "+CWSTATE:2,", "");
    } else if is_known(cx) || cx.staged().get(key::LEFT).is_some() {
        write_name(cx, "+CWSTATE:4,", "");
    } else {
        cx.text("+CWSTATE:0,\"\"");
    }
    Outcome::Ok
}

/// Lists the network as one in reach.
pub(super) fn list(cx: &mut Context) -> Outcome {
    if !is_station(cx) {
        return Outcome::Fail(Fail::Plain);
    }
    let behind = ",-45,\"aa:bb:cc:dd:ee:ff\",6,-1,-1,4,4,7,0)";
    write_name(cx, "+CWLAP:(4,", behind);
    Outcome::Ok
}
