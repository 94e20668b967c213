//! Where traffic is written to.

use crate::observe::stream::PayloadLimit;
use crate::observe::trace::TraceTarget;

/// Where traffic is written to, and how much of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TracePlan {
    /// Where to; nowhere without one.
    pub target: Option<TraceTarget>,
    /// How much of payloads; without one as the form has it.
    pub payload: Option<PayloadLimit>,
}

impl TracePlan {
    /// This, and where it says nothing the other.
    #[must_use]
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            target: self.target.or(other.target),
            payload: self.payload.or(other.payload),
        }
    }
}
