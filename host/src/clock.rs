//! The clock the modems are driven by.

use mqmodem_core::Instant;
use std::time::{Duration, SystemTime};

/// Tells time as microseconds since it was made.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    origin: tokio::time::Instant,
}

impl Clock {
    /// A clock that starts now.
    pub fn new() -> Self {
        Self {
            origin: tokio::time::Instant::now(),
        }
    }

    /// The time now.
    pub fn now(&self) -> Instant {
        Instant::ZERO + self.origin.elapsed()
    }

    /// What the machine's clock says: seconds since 1970.
    pub fn unix() -> u64 {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        now.map_or(0, |since| since.as_secs())
    }

    /// A time of the modem in the runtime's terms.
    pub fn runtime(&self, at: Instant) -> tokio::time::Instant {
        let after = Duration::from_micros(at.as_micros());
        // A time beyond what the runtime can tell is as good as a year from now.
        self.origin
            .checked_add(after)
            .unwrap_or_else(|| self.origin + Duration::from_secs(365 * 86_400))
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::new()
    }
}
