//! Keep-alive: we show that we are there, and notice when the broker is not
//! (clause 3.1.2.10).

use super::event::Dead;
use crate::time::Instant;
use core::time::Duration;

/// How long before the end of the keep-alive PINGREQ is written, at most: time
/// for a late timer and a slow write. In microseconds.
const MARGIN: u64 = 1_000_000;
/// When to try again if PINGREQ did not fit.
const RETRY: Duration = Duration::from_secs(1);

/// The timers of one connection.
#[derive(Debug, Default)]
pub(super) struct KeepAlive {
    /// Its period; 0 is off.
    seconds: u16,
    sent: Instant,
    received: Instant,
    /// PINGREQ did not fit; not before this.
    retry: Instant,
    /// When an answer to PINGREQ became due.
    waiting: Option<Instant>,
    /// The network was not read at the last look.
    was_blocked: bool,
    /// How often PINGREQ may be written again.
    retries: u8,
    /// How often it was.
    retried: u8,
    /// PINGREQ is never written: who sends nothing else for the period is gone.
    is_mute: bool,
}

impl KeepAlive {
    /// A connection begins: CONNECT is written.
    pub(super) fn start(now: Instant, seconds: u16) -> Self {
        Self {
            seconds,
            sent: now,
            received: now,
            ..Self::default()
        }
    }

    /// Its period in seconds.
    pub(super) fn seconds(&self) -> u16 {
        self.seconds
    }

    fn period(&self) -> Duration {
        Duration::from_secs(self.seconds.into())
    }

    /// What may pass without a packet before PINGREQ, in microseconds.
    #[inline]
    fn ping_after(&self) -> u64 {
        let seconds = u64::from(self.seconds);
        seconds * 1_000_000 - (seconds * 100_000).min(MARGIN)
    }

    /// The broker wants another period, in seconds.
    pub(super) fn set_period(&mut self, seconds: u16) {
        self.seconds = seconds;
    }

    /// How often a PINGREQ without an answer is written again.
    pub(super) fn set_retries(&mut self, retries: u8) {
        self.retries = retries;
    }

    /// Whether PINGREQ is written at all. Where it is not, the link ends when nothing else
    /// was sent for the period.
    pub(super) fn set_pinging(&mut self, on: bool) {
        self.is_mute = !on;
    }

    pub(super) fn sent(&mut self, now: Instant) {
        self.sent = self.sent.max(now);
    }

    pub(super) fn received(&mut self, now: Instant) {
        self.received = self.received.max(now);
        self.waiting = None;
        self.retried = 0;
    }

    /// When a PINGREQ is due: one period after the last thing sent, so that the
    /// broker hears us `[MQTT-3.1.2-23]`, or received, so that we hear it.
    fn ping_at(&self) -> Instant {
        let quiet = if self.waiting.is_none() {
            self.sent.min(self.received)
        } else {
            self.sent
        };
        quiet.later(self.ping_after()).max(self.retry)
    }

    /// When the broker is taken for dead, or asked again: one and a half periods
    /// after the last thing received, but never sooner than half a period after
    /// PINGREQ.
    fn dead_at(&self) -> Option<Instant> {
        let waiting = self.waiting?;
        Some((self.received + self.period() * 3 / 2).max(waiting + self.period() / 2))
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        if self.seconds == 0 {
            return None;
        }
        if self.is_mute {
            return Some(self.sent + self.period());
        }
        Some(
            self.dead_at()
                .map_or(self.ping_at(), |dead| dead.min(self.ping_at())),
        )
    }

    /// Looks at the time; whether PINGREQ is to be written.
    pub(super) fn handle_timeout(
        &mut self,
        now: Instant,
        input_blocked: bool,
    ) -> Result<bool, Dead> {
        if self.seconds == 0 {
            return Ok(false);
        }
        if self.is_mute {
            let is_over = self.sent + self.period() <= now;
            return if is_over { Err(Dead) } else { Ok(false) };
        }
        let excused = input_blocked || self.was_blocked;
        if self.dead_at().is_some_and(|dead| dead <= now) {
            if !excused && self.retried == self.retries {
                return Err(Dead);
            }
            // The answer may lie unread in the network, or come when asked for
            // again: it gets time once more.
            self.waiting = Some(now);
            self.was_blocked = input_blocked;
            if !excused {
                self.retried += 1;
                return Ok(true);
            }
        }
        Ok(self.ping_at() <= now)
    }

    /// PINGREQ is written, or did not fit: a broker that takes no bytes is as
    /// silent as one that answers none.
    pub(super) fn pinged(&mut self, now: Instant, written: bool) {
        self.waiting = self.waiting.or(Some(now));
        if written {
            self.sent = self.sent.max(now);
        } else {
            self.retry = now + RETRY;
        }
    }
}
