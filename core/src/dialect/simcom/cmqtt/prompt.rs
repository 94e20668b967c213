//! Raw bytes of a known length.

use super::error::{self, fail};
use crate::at::args::Args;
use crate::at::param::Param;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::{Outcome, Prompt, Then};
use crate::modem::command::prompt::{Data, DataFraming, Late};
use crate::modem::fail::Fail;
use core::time::Duration;

/// How long the next byte may take.
const LIMIT: Duration = Duration::from_secs(30);

/// Bytes of a topic.
pub(super) const LENGTH: Param = Param::int("req_length", 1, 1024).means("bytes behind the prompt");
/// Bytes of a payload.
pub(super) const LENGTH_OF_PAYLOAD: Param =
    Param::int("req_length", 1, 10_240).means("bytes behind the prompt");

/// How a command asks for them.
pub(super) const fn of(then: Then) -> Prompt {
    Prompt {
        limit: Some(LIMIT),
        late: Late::Fail(Fail::Plain),
        ..Prompt::new(then).shown()
    }
}

/// Asks for as many as the second value says, if nothing is against it.
pub(super) fn asks(checked: Result<(), Fail>, args: &Args, prompt: &'static Prompt) -> Outcome {
    asks_for(checked, args.int(1), prompt)
}

/// Asks for so many.
pub(super) fn asks_for(checked: Result<(), Fail>, length: u32, prompt: &'static Prompt) -> Outcome {
    let asked = Outcome::Prompt(DataFraming::Length(length as usize), prompt);
    checked.map_or_else(Outcome::Fail, |()| asked)
}

/// A topic or a filter that came as raw bytes.
pub(super) fn text_of<'d>(
    cx: &mut Context,
    name: &str,
    data: Data<'d>,
    is_valid: fn(&str) -> bool,
) -> Result<&'d str, Fail> {
    match core::str::from_utf8(data.bytes) {
        Ok(text) if is_valid(text) => Ok(text),
        Ok(_) => Err(fail(cx, name, error::INVALID)),
        Err(_) => Err(fail(cx, name, error::BAD_TEXT)),
    }
}
