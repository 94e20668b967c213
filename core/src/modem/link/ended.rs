//! How a link ended, for the parts that have to know.

use super::phase::By;
use crate::modem::code;

/// How a link ended. In each case the session may have dropped messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(crate) enum Ended {
    /// There was none, or nobody waits for it.
    Unnoticed,
    /// It could not be opened.
    Failed {
        /// Who wanted it.
        by: By,
        /// Why: one of [`code::all`](crate::modem::code::all).
        code: u8,
        /// Whether its transport was up.
        was_opened: bool,
        /// Whether no other attempt follows.
        is_last: bool,
    },
    /// The connection to the broker was lost.
    Lost {
        /// Why: one of [`code::all`](crate::modem::code::all).
        code: u8,
    },
    /// It was closed in order.
    Closed,
}

impl Ended {
    /// The same of a connection that was reset, not closed.
    pub(crate) fn by_reset(mut self) -> Self {
        if let Self::Failed { code, .. } | Self::Lost { code } = &mut self
            && *code == code::CLOSED
        {
            *code = code::RESET;
        }
        self
    }
}
