//! The module itself.

use super::state::task;
use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::reply::Reply;
use crate::at::schema::Signature;
use crate::commands::{ident, pick};
use crate::modem::Functionality;
use crate::modem::api::Identity;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use crate::modem::event::Task;
use crate::modem::wait::Wait;
use crate::time::civil::from_unix;
use core::fmt::Write;

/// What the module says of itself.
pub(super) const IDENTITY: Identity<'static> = Identity {
    manufacturer: "AirM2M",
    model: "Air780E",
    revision: "AirM2M_780E_V1169_LTE_AT",
    ..Identity::OWN
};

const NUMBER: Param = Param::int("value", 0, u32::MAX).optional();
const TEXT: Param = Param::text("text", 0, 100).optional();
/// Numbers that change nothing.
pub(super) const NUMBERS: &[Signature] = &[Signature::of(&[NUMBER; 4])];
/// The same of texts.
const TEXTS: &[Signature] = &[Signature::of(&[TEXT; 4])];

pub(super) const COMMANDS: &[Command] = &[
    Command::new("I", "Revision").set(
        &[Signature::of(&[Param::int("value", 0, 9).optional()])],
        |cx, _| named(cx, "", cx.identity().revision, ""),
    ),
    Command::new("+CGMI", "Manufacturer")
        .execute(|cx, _| named(cx, "+CGMI: \"", cx.identity().manufacturer, "\"")),
    Command::new("+CGMM", "Model")
        .execute(|cx, _| named(cx, "+CGMM: \"", cx.identity().model, "\"")),
    Command::new("+CGMR", "Revision")
        .execute(|cx, _| named(cx, "+CGMR: \"", cx.identity().revision, "\"")),
    Command::new("+VER", "Version").execute(|cx, _| named(cx, "", cx.identity().revision, "")),
    pick(ident::COMMANDS, "+CGSN"),
    pick(ident::COMMANDS, "+GSN"),
    pick(ident::COMMANDS, "+CIMI"),
    Command::new("+CCID", "SIM card: the ICCID")
        .execute(|cx, _| named(cx, "", cx.identity().iccid, "")),
    Command::new("+ICCID", "SIM card: the ICCID")
        .execute(|cx, _| named(cx, "+ICCID: ", cx.identity().iccid, "")),
    Command::new("+WISN", "Serial number of the module")
        .read(|cx, _| named(cx, "+WISN: ", "Air780E0000000000001", "")),
    Command::new("+CNETLIGHT", "Set the lamp; there is none").set(NUMBERS, |_, _| Outcome::Ok),
    Command::new("+CSCLK", "Sleep; the module keeps listening").set(NUMBERS, |_, _| Outcome::Ok),
    Command::new("+CSCS", "Set the characters of texts").set(TEXTS, |_, _| Outcome::Ok),
    Command::new("+CNTPCID", "Set where the time comes from").set(NUMBERS, |_, _| Outcome::Ok),
    Command::new("+CNTP", "Set the clock by the network")
        .details("The clock is that of the machine.")
        .execute(|cx, _| {
            let task = Task {
                command: task::CLOCK,
                number: 0,
            };
            Outcome::Started(Wait::Stored(cx.link()), task)
        })
        .set(&[Signature::of(&[TEXT, NUMBER])], |_, _| Outcome::Ok),
    Command::new("+RESET", "Restart")
        .details("The broker is not told.")
        .commits()
        .execute(|cx, _| cx.restart_at_once()),
    Command::new("+CPOWD", "Switch off: silence until the host comes back")
        .commits()
        .set(
            &[Signature::of(&[Param::choice(
                "n",
                &[
                    (0, "at once, without a word, to the broker neither"),
                    (1, "in order"),
                ],
            )])],
            power_down,
        ),
];

/// A line with a text in it.
fn named(cx: &mut Context, before: &str, text: &str, behind: &str) -> Outcome {
    cx.info(|line| {
        line.text(before);
        line.text(text);
        line.text(behind);
    });
    Outcome::Ok
}

fn power_down(cx: &mut Context, args: &Args) -> Outcome {
    let command = if args.flag(0) {
        task::POWER_DOWN
    } else {
        cx.cut_links();
        task::POWER_CUT
    };
    Outcome::Finishing(cx.power_off(), Task { command, number: 0 })
}

/// Restarts, with the radio like this.
pub(super) fn restart(cx: &mut Context, functionality: Functionality) -> Outcome {
    cx.restart(functionality)
}

/// What the module says when it has started, and the time where it is known.
pub(super) fn word_start(unix: u32, reply: &mut Reply) {
    reply.unframed(|line| line.text("^boot.rom'v'!\n"));
    for text in [
        "RDY",
        "^MODE: 17,17",
        "+E_UTRAN Service",
        "+CGEV: ME PDN ACT 1",
    ] {
        reply.urc(|line| line.text(text));
    }
    // Else nobody has told it yet.
    if from_unix(unix.into()).year >= 2000 {
        word_time(unix, reply);
    }
}

/// The time of the network.
pub(super) fn word_time(unix: u32, reply: &mut Reply) {
    let time = from_unix(unix.into());
    reply.urc(|line| {
        // A reply notes for itself what does not fit.
        let _ = write!(
            line,
            "+NITZ: {}/{:02}/{:02},{:02}:{:02}:{:02}+0,0",
            time.year, time.month, time.day, time.hour, time.minute, time.second
        );
    });
}
