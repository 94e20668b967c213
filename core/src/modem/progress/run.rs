//! How far the command line is.

use crate::modem::wait::Wait;
use crate::time::Instant;
use core::time::Duration;

/// How far the command line is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Run {
    /// No line is being carried out.
    Idle,
    /// No line is either, but some are to be answered.
    Pending,
    /// The next command stands at this position.
    Line { at: usize },
    /// The command before this position waits.
    Waiting {
        at: usize,
        wait: Wait,
        deadline: Option<Instant>,
    },
    /// No result code is due: what the command has begun ends by an event of its own.
    Finishing,
    /// The command before this position asked for raw bytes.
    Prompt {
        at: usize,
        deadline: Option<Instant>,
    },
    /// The modem is off: what the host sends is dropped.
    Off(Wake),
    /// What is left of raw bytes that came too late is dropped, until the host is
    /// silent for so long.
    Draining { until: Instant, quiet: Duration },
}

/// What a modem that is off starts by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wake {
    /// The host comes back (DTR): the modem restarts.
    Host,
    /// A control line that drops, or a break: the modem goes on.
    Line,
}
