//! What carries a command out, and what it may answer.

use super::context::Context;
use super::prompt::{Prompt, Until};
use crate::at::args::Args;
use crate::at::param::Reject;
use crate::at::schema;
use crate::modem::event::Task;
use crate::modem::fail::Fail;
use crate::modem::wait::Wait;

/// Carries a form of a command out.
pub type Handler = fn(&mut Context<'_, '_>, &Args<'_>) -> Outcome;

/// A command of the modem.
pub type Command = schema::Command<Handler>;

/// What became of a command.
#[derive(Clone, Copy, Debug)]
pub enum Outcome {
    /// Done; the line goes on.
    Ok,
    /// Done, and everything about it is written: no result code follows.
    Silent,
    /// Not done.
    Fail(Fail),
    /// It depends on something still to come: the line goes on then.
    Wait(Wait),
    /// It is begun, and the line goes on. What comes of it is an event of its own,
    /// [`Event::Finished`](crate::modem::event::Event::Finished) of this task.
    Started(Wait, Task),
    /// The host is asked for raw bytes, as [`Prompt`] says, up to their end.
    Prompt(Until, &'static Prompt),
}

impl From<Result<(), Fail>> for Outcome {
    fn from(result: Result<(), Fail>) -> Self {
        result.map_or_else(Self::Fail, |()| Self::Ok)
    }
}

impl From<Result<Wait, Fail>> for Outcome {
    fn from(result: Result<Wait, Fail>) -> Self {
        result.map_or_else(Self::Fail, Self::Wait)
    }
}

/// Why a command was not carried out, before its handler was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is no command, or cannot be read.
    Unknown,
    /// It has no such form.
    NoSuchForm,
    /// Its values are not what it takes.
    Values(Reject),
    /// The modem cannot do it now.
    Unable(Fail),
}

impl Refusal {
    /// The failure of V.250 and 27.007 §9.
    pub fn fail(self) -> Fail {
        match self {
            Self::Unknown => Fail::Plain,
            Self::NoSuchForm => Fail::NO_SUCH_FORM,
            Self::Values(reject) => reject.into(),
            Self::Unable(fail) => fail,
        }
    }
}
