//! How the module says no, and what failed last (`+UMQTTER`).

use crate::at::args::Args;
use crate::at::cme;
use crate::at::param::Reject;
use crate::modem::code;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Command, Outcome, Refusal};
use crate::modem::fail::Fail;

/// A file that is not there.
const NO_SUCH_FILE: u16 = 1612;
pub(super) const FILE_NOT_FOUND: Fail = Fail::Cme(NO_SUCH_FILE);

pub(super) const CODES: &[(u16, &str)] = &[
    (cme::NOT_ALLOWED, "Operation not allowed"),
    (cme::NOT_SUPPORTED, "Operation not supported"),
    (10, "SIM not inserted"),
    (cme::MEMORY_FULL, "Memory full"),
    (cme::INVALID_INDEX, "Invalid index"),
    (cme::MEMORY_FAILURE, "Memory failure"),
    (cme::NO_SERVICE, "No network service"),
    (cme::NETWORK_TIMEOUT, "Network timeout"),
    (cme::INCORRECT_PARAMETERS, "Incorrect parameters"),
    (cme::UNKNOWN, "Unknown"),
    (NO_SUCH_FILE, "FILE NOT FOUND"),
];

/// What the commands of MQTT do not allow has one code, whatever is wrong with it.
pub(super) fn refuse(
    _: &mut Context<'_, '_>,
    command: Option<&'static Command>,
    why: Refusal,
) -> Fail {
    let is_mqtt = command.is_some_and(|it| it.name.starts_with("+UMQTT"));
    match why {
        Refusal::Values(_) | Refusal::Unknown if is_mqtt => Fail::NOT_ALLOWED,
        Refusal::Values(misfit) if misfit.reject != Reject::Value => Fail::INCORRECT,
        why => why.fail(),
    }
}

pub(super) const LAST: Command = Command::new("+UMQTTER", "Why the last operation failed")
    .details(
        "13, and: 0 nothing failed, 4 connect or TLS, 6 no such name, 11 to 15 refused by the \
         broker, 33 timed out, 34 no network.",
    )
    .execute(|cx, _| last(cx));

fn last(cx: &mut Context) -> Outcome {
    let number = match cx.last_failure().code {
        code::DONE => 0,
        refused @ 1..=5 => 10 + u32::from(refused),
        code::NAME_NOT_FOUND => 6,
        code::TIMED_OUT | code::KEEP_ALIVE => 33,
        code::RADIO_OFF | code::UNREACHABLE | code::NO_NAME_SERVER => 34,
        _ => 4,
    };
    cx.info(|line| {
        line.text("+UMQTTER: 13,");
        line.number(number);
    });
    Outcome::Ok
}

/// A command that is not supported in any form.
pub(super) const fn unsupported(name: &'static str) -> Command {
    Command::new(name, "MQTT-SN, which is not supported")
}

/// Nothing is to be done.
pub(super) fn accept(_: &mut Context, _: &Args) -> Outcome {
    Outcome::Ok
}
