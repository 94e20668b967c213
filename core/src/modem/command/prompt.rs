//! Raw bytes a command asks its host for (rule R13).

use super::context::Context;
use super::handler::Outcome;
use crate::at::args::Args;
use crate::modem::fail::Fail;
use core::time::Duration;

/// Where raw bytes end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// After so many; with 0 at once.
    Length(usize),
    /// Before one of these bytes, which is not data.
    Terminator {
        /// Ends them.
        end: u8,
        /// Ends them too, and means that they are not wanted any more.
        cancel: Option<u8>,
    },
    /// Before `+++`. With a guard time, in milliseconds, nothing may come for so long
    /// before it and behind it; without one it ends them wherever it stands.
    Guard(u32),
}

/// How a command asks for raw bytes, and what it does with them.
#[derive(Debug)]
pub struct Prompt {
    /// What asks for them, in place of the dialect's own prompt.
    pub text: Option<&'static str>,
    /// How long the next byte may take; `None` waits for ever.
    pub limit: Option<Duration>,
    /// What becomes of them where it takes longer.
    pub late: Late,
    /// How long a host that was too late has to be silent before its next line is read:
    /// what comes until then is the rest of its data, and dropped.
    pub quiet: Duration,
    /// Carries on with them; the values of the command are there again.
    pub then: Then,
}

/// What becomes of raw bytes of which no more come in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Late {
    /// They are dropped, and the command fails.
    Fail(Fail),
    /// They are taken for all of them.
    Finish,
}

/// Raw bytes of the host.
#[derive(Clone, Copy, Debug)]
pub struct Data<'d> {
    /// All of them.
    pub bytes: &'d [u8],
    /// How they ended.
    pub end: DataEnd,
}

/// How raw bytes ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataEnd {
    /// As they should.
    Complete,
    /// The host does not want them any more.
    Cancelled,
    /// No more came in time.
    Late,
}

/// Carries on with raw bytes.
pub type Then = fn(&mut Context<'_, '_>, &Args<'_>, Data<'_>) -> Outcome;

/// How long the next byte may take (rule R13).
const LIMIT: Duration = Duration::from_secs(5);

impl Prompt {
    /// As rule R13 has it: five seconds for each byte, then an error.
    pub const fn new(then: Then) -> Self {
        Self {
            text: None,
            limit: Some(LIMIT),
            late: Late::Fail(Fail::INCORRECT),
            quiet: Duration::ZERO,
            then,
        }
    }
}
