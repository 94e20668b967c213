//! The packet context and the radio.

use super::system::SIM7000_MODEL;
use super::{key, task};
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::schema::{Example, Signature};
use crate::commands::radio;
use crate::dialect::simcom::shared::{FUNCTIONALITY, accepted, functionality, ok, text};
use crate::modem::Functionality;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::event::Task;
use crate::modem::wait::Wait;

const APN: Param = Param::text("apn", 0, 100).example("internet");

pub(super) const COMMANDS: &[Command] = &[
    Command::new("+CFUN", "Switch the radio, or restart")
        .details("Without a radio the link is lost.")
        .read(radio::read_functionality)
        .commits()
        .set(FUNCTIONALITY, set_functionality),
    Command::new("+CNACT", "Activate the packet context")
        .details("Its number and 0 or 1; or, as the SIM7000 has it, 0, or 1 and the network.")
        .read(|cx, _| read_context(cx))
        .commits()
        .set(
            &[
                Signature::of(&[Param::int("pdpidx", 0, 3), Param::int("action", 0, 2)]),
                Signature::of(&[Param::int("mode", 0, 2)]),
                Signature::of(&[Param::int("mode", 1, 2), APN.check(is_apn, "3")]),
            ],
            activate,
        )
        .examples(&[Example {
            line: "AT+CNACT=0,1",
            answer: &["OK", "+APP PDP: 0,ACTIVE"],
        }]),
    Command::new("+CGNAPN", "Show the network")
        .execute(|cx, _| text(cx, "+CGNAPN: 1,\"internet\"")),
    Command::new("+CNCFG", "Set the network of a packet context").set(
        &[Signature::of(&[
            Param::int("pdpidx", 0, 3),
            Param::int("ip_type", 0, 4),
            APN.optional(),
            Param::text("username", 0, 128).optional().example("user"),
            Param::text("password", 0, 128)
                .secret()
                .optional()
                .example("secret"),
            Param::int("authentication", 0, 3).optional(),
        ])],
        ok,
    ),
    Command::new("+CGATT", "Show whether the module is attached")
        .read(|cx, _| show(cx, "+CGATT: 1", "+CGATT: 0"))
        .set(&[Signature::of(&[Param::int("state", 1, 1)])], ok),
    Command::new("+CPSI", "Show the network").read(|cx, _| {
        show(
            cx,
            "+CPSI: LTE CAT-M1,Online,001-01,0x1A2B,27447553,303,EUTRAN-BAND3,1300,5,5,-10,-94,-65,15",
            "+CPSI: NO SERVICE,Online",
        )
    }),
    accepted("+CNMP"),
    accepted("+CMNB"),
    accepted("+CLTS"),
    accepted("+CBATCHK"),
    accepted("+CNMI"),
];

/// Whether a text is no number, which would be that of another form.
fn is_apn(text: &str) -> bool {
    text.parse::<u32>().is_err()
}

/// Whether there is a radio and a packet context.
pub(super) fn is_available(cx: &Context) -> bool {
    cx.has_network() && cx.staged().get(key::INACTIVE).is_none()
}

fn show(cx: &mut Context, with: &str, without: &str) -> Outcome {
    let on = cx.has_network();
    text(cx, if on { with } else { without })
}

fn set_functionality(cx: &mut Context, args: &Args) -> Outcome {
    let Some(functionality) = functionality(args) else {
        return cx.restart_at_once();
    };
    let switched = cx.set_functionality(functionality);
    if functionality != Functionality::Full {
        // The link does not come back with the radio. One that is not there needs no leaving.
        let _ = cx.disconnect();
    }
    switched
}

/// OK first, then what became of the context.
fn activate(cx: &mut Context, args: &Args) -> Outcome {
    let (context, active) = match args.signature() {
        0 => (args.int(0), args.flag(1)),
        _ => (0, args.flag(0)),
    };
    let shown = if is_older(cx) {
        task::NAMELESS
    } else {
        context
    };
    if active {
        cx.forget_staged(Some(key::INACTIVE));
        let task = Task {
            command: task::ACTIVATE,
            number: shown,
        };
        return Outcome::Ended(task, Ok(()), 0);
    }
    deactivate(cx, context, shown)
}

fn deactivate(cx: &mut Context, context: u32, shown: u32) -> Outcome {
    let mut command = task::DEACTIVATE;
    // The first is that of the link.
    if context == 0 {
        if let Err(fail) = cx.stage(key::INACTIVE, &[]) {
            return Outcome::Fail(fail);
        }
        if cx.is_connected() {
            command = task::DEACTIVATE_LINK;
        }
        // One that is not there needs no leaving.
        let _ = cx.disconnect();
    }
    let task = Task {
        command,
        number: shown,
    };
    Outcome::Started(Wait::AllClosed, task)
}

/// Whether the module is of the older kind, with one context.
fn is_older(cx: &Context) -> bool {
    cx.dialect().model == SIM7000_MODEL
}

fn read_context(cx: &mut Context) -> Outcome {
    let active = is_available(cx);
    let (older, newer) = if active {
        ("+CNACT: 1,\"10.0.0.2\"", "+CNACT: 0,1,\"10.0.0.2\"")
    } else {
        ("+CNACT: 0,\"0.0.0.0\"", "+CNACT: 0,0,\"0.0.0.0\"")
    };
    if is_older(cx) {
        return text(cx, older);
    }
    for line in [
        newer,
        "+CNACT: 1,0,\"0.0.0.0\"",
        "+CNACT: 2,0,\"0.0.0.0\"",
        "+CNACT: 3,0,\"0.0.0.0\"",
    ] {
        cx.text(line);
    }
    Outcome::Ok
}
