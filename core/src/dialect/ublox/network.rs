//! The radio and the network: 27.007, and the commands of the packet service.

use super::system::{restart, text};
use super::task;
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::reply::Reply;
use crate::at::schema::{Signature, Test};
use crate::commands::{network, pick, radio};
use crate::modem::Functionality;
use crate::modem::code;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::event::Task;
use crate::modem::fail::Fail;
use core::fmt::Write;

/// The address of the module.
const ADDRESS: &str = "\"10.0.0.2\"";

const ANY: Param = Param::bytes("value", 0, 100).optional().example("0");
const CID: Param = Param::int("cid", 0, 15);

pub(super) const COMMANDS: &[Command] = &[
    Command::new("+CFUN", "Switch the radio, or restart")
        .details(
            "With 0 or 4 the link is closed in order and this is told; the network is gone. 15 \
             and 16 restart.",
        )
        .read(radio::read_functionality)
        .commits()
        .set(
            &[Signature::of(&[
                Param::choice(
                    "fun",
                    &[
                        (0, "minimum, no radio"),
                        (1, "full"),
                        (4, "no radio"),
                        (15, "restart"),
                        (16, "restart with the SIM card"),
                        (126, "no effect"),
                    ],
                ),
                Param::choice("rst", &[(0, "without a restart"), (1, "with a restart")]).optional(),
            ])],
            set_functionality,
        ),
    pick(radio::COMMANDS, "+CPIN"),
    Command::new("+CSQ", "Signal quality").execute(|cx, _| {
        let quality = if cx.has_network() {
            "+CSQ: 27,99"
        } else {
            "+CSQ: 99,99"
        };
        text(cx, quality)
    }),
    registration::<0>(),
    registration::<1>(),
    registration::<2>(),
    pick(radio::COMMANDS, "+CGATT"),
    Command {
        set: Some((SELECT, |_, _| Outcome::Ok)),
        test: Test::Literal("+COPS: (2,\"mqmodem\",\"mqmodem\",\"00101\",7),,(0,1,3,4),(0-2)"),
        ..pick(network::COMMANDS, "+COPS")
    },
    pick(network::COMMANDS, "+CGACT"),
    pick(network::COMMANDS, "+CGDCONT"),
    pick(network::COMMANDS, "+CSCS"),
    pick(network::COMMANDS, "+CPAS"),
    Command::new("+CGPADDR", "Address of the packet context")
        .execute(|cx, _| address(cx))
        .set(&[Signature::of(&[CID])], |cx, _| address(cx)),
    Command::new("+CGCONTRDP", "Show the packet context; nothing is shown")
        .execute(|_, _| Outcome::Ok)
        .set(&[Signature::of(&[CID])], |_, _| Outcome::Ok),
    Command::new("+UPSD", "Set the packet service; no effect").set(
        &[Signature::of(&[
            Param::int("profile", 0, 6),
            Param::int("param", 0, 110).optional(),
            // 3 is the password of the access point.
            ANY.secret(),
        ])],
        |_, _| Outcome::Ok,
    ),
    Command::new("+UPSDA", "Switch the packet service")
        .details("3 activates it: `+UUPSDA` follows with the address. The network stays.")
        .commits()
        .set(
            &[Signature::of(&[
                Param::int("profile", 0, 6),
                Param::int("action", 0, 4),
            ])],
            switch,
        ),
    Command::new("+UPSND", "Show the packet service").set(
        &[Signature::of(&[
            Param::int("profile", 0, 6),
            Param::int("param", 0, 19),
        ])],
        show,
    ),
];

/// There is one network, whichever is chosen.
const SELECT: &[Signature] = &[Signature::of(&[
    Param::choice(
        "mode",
        &[
            (0, "automatic"),
            (1, "by hand"),
            (3, "set the format only"),
            (4, "by hand, else automatic"),
        ],
    ),
    Param::int("format", 0, 2).optional(),
    Param::text("oper", 0, 24).optional().example("mqmodem"),
    Param::int("act", 0, 9).optional(),
])];

fn set_functionality(cx: &mut Context, args: &Args) -> Outcome {
    let functionality = match args.int(0) {
        126 => return Outcome::Ok,
        0 => Functionality::Minimum,
        4 => Functionality::RadioOff,
        _ => Functionality::Full,
    };
    if args.flag(1) || args.int(0) > 4 {
        return restart(cx, functionality);
    }
    cx.set_functionality(functionality)
}

/// Where the module is supposed to be: area, cell, LTE.
const LOCATION: &str = ",\"1A2B\",\"01A2B3C4\",7";
const REGISTRATIONS: [&str; 3] = ["+CREG", "+CGREG", "+CEREG"];
const REPORTS: &[Signature] = &[Signature::of(&[Param::int("n", 0, 5)
    .means("0: changes are not told; 1: they are; from 2 on with area and cell")])];

const fn registration<const WHICH: usize>() -> Command {
    let (_, from) = REGISTRATIONS.split_at(WHICH);
    let name = match from.first() {
        Some(name) => name,
        None => "",
    };
    Command::new(name, "Registration in the network")
        .read(read_registration::<WHICH>)
        .set(REPORTS, set_registration::<WHICH>)
}

fn set_registration<const WHICH: usize>(cx: &mut Context, args: &Args) -> Outcome {
    if let Some(reports) = cx.profile().registration.get_mut(WHICH) {
        *reports = args.int(0) as u8;
    }
    Outcome::Ok
}

fn read_registration<const WHICH: usize>(cx: &mut Context, _: &Args) -> Outcome {
    let reports = cx.profile().registration.get(WHICH).copied();
    let reports = reports.unwrap_or_default();
    let on = cx.has_network();
    cx.info(|line| {
        let name = REGISTRATIONS.get(WHICH).copied().unwrap_or_default();
        // A reply notes for itself what does not fit.
        let _ = write!(line, "{name}: {reports},{}", u8::from(on));
        if on && reports > 1 {
            line.text(LOCATION);
        }
    });
    Outcome::Ok
}

/// A change of the registration.
pub(super) fn word(reply: &mut Reply, which: usize, on: bool, located: bool) {
    reply.urc(|line| {
        line.text(REGISTRATIONS.get(which).copied().unwrap_or_default());
        line.text(": ");
        line.number(on.into());
        if on && located {
            line.text(LOCATION);
        }
    });
}

fn address(cx: &mut Context) -> Outcome {
    cx.info(|line| {
        line.text("+CGPADDR: 1,");
        line.text(ADDRESS);
    });
    Outcome::Ok
}

/// Only 3 has an effect.
fn switch(cx: &mut Context, args: &Args) -> Outcome {
    let action = args.int(1);
    if action == 3 && !cx.has_network() {
        return Outcome::Fail(Fail::NO_SERVICE);
    }
    if action != 3 {
        return Outcome::Ok;
    }
    let task = Task {
        command: task::ACTIVATE,
        number: 0,
    };
    Outcome::Ended(task, Ok(()), code::DONE)
}

pub(super) fn word_active(reply: &mut Reply) {
    reply.urc(|line| {
        line.text("+UUPSDA: 0,");
        line.text(ADDRESS);
    });
}

/// 0 is the address, 8 whether the service is active.
fn show(cx: &mut Context, args: &Args) -> Outcome {
    let (profile, param) = (args.int(0), args.int(1));
    let on = cx.has_network();
    cx.info(|line| {
        let _ = write!(line, "+UPSND: {profile},{param},");
        match param {
            0 if on => line.text(ADDRESS),
            0 => line.text("\"0.0.0.0\""),
            _ => line.number(on.into()),
        }
    });
    Outcome::Ok
}
