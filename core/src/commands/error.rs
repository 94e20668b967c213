//! How errors are said and which commands there are: 27.007 §9.1 and §8.37.

use crate::at::args::Args;
use crate::at::param::Param;
use crate::at::schema::Signature;
use crate::modem::api::Failure;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome};
use core::fmt::Write;

const LEVELS: &[Signature] = &[Signature::of(&[Param::choice(
    "n",
    &[
        (0, "plain ERROR"),
        (1, "+CME ERROR: and a number"),
        (2, "+CME ERROR: and words"),
    ],
)])];

/// The commands of this family.
pub const COMMANDS: &[Command] = &[
    Command::new("+CMEE", "Form of error results")
        .details(
            "An unknown command or a line that does not parse is plain ERROR \
             whatever is set here (27.007 §9.1).",
        )
        .read(read_level)
        .set(LEVELS, set_level),
    Command::new("+CEER", "The last failure in words").execute(last_failure),
    Command::new("+CLAC", "List the commands").execute(list),
];

fn set_level(cx: &mut Context, args: &Args) -> Outcome {
    cx.profile().cmee = args.int(0) as u8;
    Outcome::Ok
}

fn read_level(cx: &mut Context, _: &Args) -> Outcome {
    let level = cx.profile().cmee;
    cx.info(|line| {
        line.text("+CMEE: ");
        line.number(level.into());
    });
    Outcome::Ok
}

fn last_failure(cx: &mut Context, _: &Args) -> Outcome {
    let last = cx.last_failure();
    cx.info(|line| {
        line.text("+CEER: ");
        if last == Failure::NONE {
            line.text("no failure");
        } else {
            // A reply notes for itself what does not fit.
            let _ = write!(line, "{last}");
        }
    });
    Outcome::Ok
}

fn list(cx: &mut Context, _: &Args) -> Outcome {
    for command in cx.dialect().commands() {
        cx.info(|line| {
            line.text("AT");
            line.text(command.name);
        });
    }
    Outcome::Ok
}
