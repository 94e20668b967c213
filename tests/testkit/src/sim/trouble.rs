//! What repeats: a broker that closes on one message, another client of the same
//! name, a host that drops what waits.

use crate::random::Random;
use mqmodem_core::Instant;
use std::collections::VecDeque;
use std::time::Duration;

type Judged = Result<(), String>;

/// More attempts in a minute than the pauses allow, a host's own among them.
const STORM: usize = 50;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Trouble {
    /// The broker closes on the so manieth message to it, 0 on none.
    pub(crate) poison: usize,
    /// It does so at PUBREL, if there is one.
    pub(crate) at_release: bool,
    /// Another client of the same name takes over again and again.
    pub(crate) rival: bool,
    /// The host drops messages that wait.
    pub(crate) drops: bool,
    /// Links here are cut more often than any real one, so that it takes many tries
    /// to tell that from a message that ends the connection.
    pub(crate) giveup: usize,
}

impl Trouble {
    pub(crate) fn draw(seed: u64, outgoing: usize, may_poison: bool) -> Self {
        let mut random = Random::new(seed ^ 0x0bad);
        let c = &mut random;
        let poisons = c.one_in(3) && may_poison;
        Self {
            poison: if poisons { c.between(1, outgoing) } else { 0 },
            at_release: c.one_in(3),
            rival: c.one_in(8),
            drops: c.one_in(6),
            giveup: if poisons { 12 } else { c.pick(&[0, 12, 100]) },
        }
    }

    /// Whether messages may be dropped that the broker has begun with.
    pub(crate) fn loses(&self) -> bool {
        self.drops || self.poison > 0
    }
}

/// The last attempts to connect.
#[derive(Debug, Default)]
pub(crate) struct Attempts(VecDeque<Instant>);

impl Attempts {
    /// One more; whether they are too many.
    pub(crate) fn add(&mut self, now: Instant) -> Judged {
        self.0.push_back(now);
        let minute = Duration::from_mins(1);
        while self.0.front().is_some_and(|at| now.since(*at) > minute) {
            self.0.pop_front();
        }
        if self.0.len() > STORM {
            return Err(format!("{} attempts to connect in a minute", self.0.len()));
        }
        Ok(())
    }
}
