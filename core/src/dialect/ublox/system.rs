//! The line, the module itself, its clock and its errors.

use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::schema::Signature;
use crate::commands::{error, pick};
use crate::modem::Functionality;
use crate::modem::api::Identity;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use core::fmt::Write;

/// The model with the old syntax.
pub(super) const OLD_MODEL: &str = "sara-r410m";

/// What a SARA-R5 says of itself.
pub(super) const SARA_R5: Identity<'static> = Identity {
    manufacturer: "u-blox",
    model: "SARA-R510S",
    revision: "03.15",
    iccid: "8901260852290847433",
    ..Identity::OWN
};

const NUMBER: &[Signature] = &[Signature::of(&[Param::int("value", 0, 9).optional()])];
const BYTE: &[Signature] = &[Signature::of(&[Param::int("value", 0, 255).optional()])];

/// What many modules answer in their own way, and this one.
pub(super) const OWN: &[Command] = &[
    Command::new("I", "Show the module")
        .details("9 shows its firmware, any other number its type.")
        .set(NUMBER, information),
    Command::new("&K", "Flow control; the port's own is used").set(BYTE, super::error::accept),
    Command::new("&S", "What DSR means; it is always on").set(BYTE, super::error::accept),
    Command::new("+CCID", "SIM card: the ICCID")
        .read(|cx, _| card(cx))
        .execute(|cx, _| card(cx)),
];

/// Errors and the list of commands.
pub(super) const ERRORS: &[Command] = &[
    pick(error::COMMANDS, "+CMEE"),
    Command::new("+CEER", "The last failure of a call; there are none")
        .execute(|cx, _| text(cx, "+CEER: \"No cause information available\"")),
    pick(error::COMMANDS, "+CLAC"),
    Command::new("+CPWROFF", "Switch off; the module starts again at once")
        .commits()
        .execute(|cx, _| restart(cx, Functionality::Full)),
];

/// What is unread is gone by a restart.
pub(super) fn restart(cx: &mut Context, functionality: Functionality) -> Outcome {
    cx.drop_waiting();
    cx.restart(functionality)
}

/// A line that is there already.
pub(super) fn text(cx: &mut Context, text: &str) -> Outcome {
    cx.text(text);
    Outcome::Ok
}

fn is_old(cx: &Context) -> bool {
    cx.dialect().model == OLD_MODEL
}

fn information(cx: &mut Context, args: &Args) -> Outcome {
    let Identity {
        model, revision, ..
    } = cx.identity();
    let of_firmware = args.int(0) == 9;
    let (version, suffix) = if is_old(cx) {
        (",A02.04", "-00")
    } else {
        (",A00.01", "-01B-00")
    };
    cx.info(|line| {
        // A reply notes for itself what does not fit.
        let _ = if of_firmware {
            write!(line, "{revision}{version}")
        } else {
            write!(line, "{model}{suffix}")
        };
    });
    Outcome::Ok
}

fn card(cx: &mut Context) -> Outcome {
    let Identity { iccid, .. } = cx.identity();
    cx.info(|line| {
        line.text("+CCID: ");
        line.text(iccid);
    });
    Outcome::Ok
}
