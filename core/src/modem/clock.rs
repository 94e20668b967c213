//! The clock: the machine's, and how far the host has set its own from it.

use crate::time::Instant;
use core::time::Duration;

/// What the machine's clock said at an instant, and what the host made of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    /// Since 1970.
    machine: Duration,
    at: Instant,
    /// Seconds the host's clock is ahead of the machine's.
    ahead: i64,
    /// Quarters of an hour east of Greenwich.
    zone: i8,
}

impl Clock {
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            machine: Duration::ZERO,
            at: now,
            ahead: 0,
            zone: 0,
        }
    }

    /// Whether anybody has told what time it is: no machine of ours is older.
    pub(crate) fn is_known(&self, now: Instant) -> bool {
        const YEAR_2000: u64 = 946_684_800;
        self.shown(now) >= YEAR_2000
    }

    /// Quarters of an hour east of Greenwich.
    pub(crate) fn zone(&self) -> i8 {
        self.zone
    }

    fn since_1970(&self, now: Instant) -> Duration {
        self.machine.saturating_add(now.since(self.at))
    }

    /// Seconds since 1970 by the machine's clock, by which ages are told.
    pub(crate) fn machine(&self, now: Instant) -> u32 {
        self.since_1970(now).as_secs() as u32
    }

    /// Seconds since 1970 as the host sees them.
    pub(crate) fn shown(&self, now: Instant) -> u64 {
        let machine = self.since_1970(now).as_secs();
        machine.saturating_add_signed(self.ahead)
    }

    /// The host sets the clock it sees.
    pub(crate) fn show(&mut self, now: Instant, unix: u64, zone: i8) {
        let machine = self.since_1970(now).as_secs();
        let difference = i128::from(unix) - i128::from(machine);
        self.ahead = i64::try_from(difference).unwrap_or(0);
        self.zone = zone;
    }

    /// The machine's clock says this now; by how many seconds it was moved.
    pub(crate) fn follow(&mut self, now: Instant, machine: Duration) -> i64 {
        let before = self.since_1970(now).as_secs();
        (self.machine, self.at) = (machine, now);
        let moved = i128::from(machine.as_secs()) - i128::from(before);
        i64::try_from(moved).unwrap_or(0)
    }
}
