//! The two clients, and how far each is.

use super::error::{self, fail};
use super::key;
use crate::at::args::Args;
use crate::at::param::Param;
use crate::modem::api::LinkId;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::Outcome;
use crate::modem::fail::Fail;
use crate::modem::options::OptionValue;

pub(super) const CLIENT: Param = Param::int("client_index", 0, 1);
/// Both.
pub(super) const CLIENTS: [LinkId; 2] = [LinkId(0), LinkId(1)];

/// What became of a command that may fail on its way.
pub(super) fn done(result: Result<Outcome, Fail>) -> Outcome {
    result.unwrap_or_else(Outcome::Fail)
}

/// Commands that are of no client are about the module.
pub(super) fn select_module(cx: &mut Context) -> Result<(), Fail> {
    cx.use_link(LinkId::FIRST)
}

/// Whether the service is started.
pub(super) fn is_started(cx: &mut Context) -> bool {
    select_module(cx).is_ok() && cx.staged().get(key::STARTED).is_some()
}

/// Fails unless the service is started.
pub(super) fn check_started(cx: &mut Context) -> Result<(), Fail> {
    if is_started(cx) {
        Ok(())
    } else {
        Err(Fail::Plain)
    }
}

/// Turns to the client that is the value at `place`.
pub(super) fn select(cx: &mut Context, name: &str, args: &Args, place: usize) -> Result<(), Fail> {
    check_started(cx)?;
    let client = LinkId(args.int(place) as u8);
    match cx.use_link(client) {
        Ok(()) => Ok(()),
        Err(_) => Err(error::fail_service(cx, name, error::INDEX)),
    }
}

/// The same of one that is acquired.
pub(super) fn select_acquired(cx: &mut Context, name: &str, args: &Args) -> Result<(), Fail> {
    select(cx, name, args, 0)?;
    if is_acquired(cx) {
        Ok(())
    } else {
        Err(fail(cx, name, error::NOT_ACQUIRED))
    }
}

/// The same of one that is connected.
pub(super) fn select_connected(cx: &mut Context, name: &str, args: &Args) -> Result<(), Fail> {
    select(cx, name, args, 0)?;
    check_idle(cx, name)?;
    check_connected(cx, name)
}

pub(super) fn check_connected(cx: &mut Context, name: &str) -> Result<(), Fail> {
    if cx.is_connected() {
        Ok(())
    } else {
        Err(fail(cx, name, error::NO_CONNECTION))
    }
}

/// Fails while a request of the client is under way.
pub(super) fn check_idle(cx: &mut Context, name: &str) -> Result<(), Fail> {
    if cx.is_busy() {
        Err(fail(cx, name, error::BUSY))
    } else {
        Ok(())
    }
}

/// Whether the client is acquired.
pub(super) fn is_acquired(cx: &Context) -> bool {
    cx.staged().get(key::CLIENT_ID).is_some()
}

/// Says something of each client.
pub(super) fn each(cx: &mut Context, mut write: impl FnMut(&mut Context)) -> Outcome {
    for client in CLIENTS {
        if cx.use_link(client).is_ok() {
            write(cx);
        }
    }
    Outcome::Ok
}

/// Forgets all of a client.
pub(super) fn forget(cx: &mut Context) {
    key::CLIENT.for_each(|key| cx.forget_staged(Some(key)));
}

/// A number that was put aside, or what it is until then.
pub(super) fn number(cx: &Context, key: u8, otherwise: u32) -> u32 {
    number_of(cx.staged(), key, otherwise)
}

/// The same of what was put aside.
pub(super) fn number_of(staged: crate::modem::Staged<'_>, key: u8, otherwise: u32) -> u32 {
    let number = |bytes: &[u8]| {
        let digits = bytes.iter();
        digits.fold(0, |number, byte| number << 8 | u32::from(*byte))
    };
    staged.get(key).map_or(otherwise, number)
}

/// Puts a number aside.
pub(super) fn set_number(cx: &mut Context, key: u8, number: u32) -> Result<(), Fail> {
    cx.stage(key, &number.to_be_bytes())
}

/// The value of an option that is a number.
pub(super) fn apply_number(cx: &mut Context, option: usize, value: u32) -> Result<(), Fail> {
    cx.apply_option(option, |_| OptionValue::Number(value))
}

/// Puts a text aside; there may be no room for it.
pub(super) fn stage(cx: &mut Context, name: &str, key: u8, value: &[u8]) -> Result<(), Fail> {
    match cx.stage(key, value) {
        Ok(()) => Ok(()),
        Err(_) => Err(fail(cx, name, error::FAILED)),
    }
}
