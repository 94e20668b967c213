//! The clock the modems are driven by.

use mqmodem_core::Instant;
use std::time::{Duration, SystemTime};

/// Tells time as microseconds since it was made, which no one can set, and what the
/// machine's clock says, which may be set at any time.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    origin: tokio::time::Instant,
    wall: fn() -> SystemTime,
}

/// How far the machine's clock may be from where it was left before it counts as set.
const SLACK: Duration = Duration::from_millis(500);

impl SystemClock {
    /// A clock that starts now.
    pub fn new() -> Self {
        Self {
            origin: tokio::time::Instant::now(),
            wall: SystemTime::now,
        }
    }

    /// The same with another clock for the machine's.
    #[cfg(test)]
    pub(crate) fn with_wall(self, wall: fn() -> SystemTime) -> Self {
        Self { wall, ..self }
    }

    /// The time now.
    pub fn now(&self) -> Instant {
        Instant::ZERO + self.origin.elapsed()
    }

    /// What the machine's clock says, since 1970.
    pub fn wall(&self) -> Duration {
        let now = (self.wall)().duration_since(SystemTime::UNIX_EPOCH);
        now.unwrap_or_default()
    }

    /// A time of the modem in the runtime's terms.
    pub fn runtime(&self, at: Instant) -> tokio::time::Instant {
        let after = Duration::from_micros(at.as_micros());
        // A time beyond what the runtime can tell is as good as a year from now.
        self.origin
            .checked_add(after)
            .unwrap_or_else(|| self.origin + Duration::from_hours(365 * 24))
    }
}

/// How far the machine's clock is ahead of a modem's, as it was last looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WallCheck {
    /// Microseconds: what it was since 1970 when the modem's began.
    ahead: u64,
}

impl WallCheck {
    pub(crate) fn new(clock: &SystemClock) -> Self {
        Self::at(clock.now(), clock.wall())
    }

    fn at(now: Instant, wall: Duration) -> Self {
        let wall = wall.as_micros().try_into().unwrap_or(u64::MAX);
        Self {
            ahead: wall.wrapping_sub(now.as_micros()),
        }
    }

    /// What the machine's clock says now, if it was set since it was looked at, or
    /// has drifted.
    pub(crate) fn changed(&mut self, clock: &SystemClock, now: Instant) -> Option<Duration> {
        let wall = clock.wall();
        let expected = self.ahead.wrapping_add(now.as_micros());
        let expected = Duration::from_micros(expected);
        if wall.abs_diff(expected) < SLACK {
            return None;
        }
        *self = Self::at(now, wall);
        Some(wall)
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}
