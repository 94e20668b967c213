//! Pauses between attempts to connect, and which connections begin them again.
//!
//! CONNACK proves nothing: a broker may accept each connection and end it at once.
//! Only a connection that is proven begins the pauses again.

use crate::time::Instant;
use core::time::Duration;

/// A connection that lasted so long is proven.
const LONG: Duration = Duration::from_secs(30);
/// So is one that lasted so long and was acknowledged.
const ACKNOWLEDGED: Duration = Duration::from_secs(5);
/// So many that were acknowledged and ended sooner count as proven too, one after the
/// other. Two modems with one client id throw each other out again and again, each
/// time after acknowledgements.
const SHORT: u8 = 3;

/// How a connection began.
#[derive(Clone, Copy, Debug)]
struct Start {
    at: Instant,
    /// Bytes written by then.
    written: u64,
}

/// What a connection was like that is over.
#[derive(Clone, Copy, Debug)]
pub(super) struct Connection {
    lasted: Duration,
    /// Whether anything was written on it after CONNECT.
    pub(super) has_sent: bool,
}

impl Connection {
    /// Whether it lasted so long that its end says nothing of what was sent.
    pub(super) fn is_long(self) -> bool {
        self.lasted >= LONG
    }
}

/// How long the next pause is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Backoff {
    /// Attempts since a connection was proven.
    attempts: u32,
    /// Connections in a row that were acknowledged and ended soon.
    short: u8,
    /// How the present connection began.
    start: Option<Start>,
}

impl Backoff {
    /// Whether an attempt was made since a connection was proven.
    pub(super) fn has_begun(&self) -> bool {
        self.attempts > 0
    }

    /// The next pause. Pauses double from one second up to the limit in seconds; up
    /// to half of each is left to chance, so that many modems do not come back at once.
    pub(super) fn next_pause(&mut self, limit: u32, chance: u32) -> Duration {
        let doubled = 1_u32.checked_shl(self.attempts).unwrap_or(u32::MAX);
        let micros = u64::from(doubled.min(limit)) * 1_000_000;
        let pause = micros - ((micros / 2 * u64::from(chance)) >> 32);
        self.attempts = self.attempts.saturating_add(1).min(31);
        Duration::from_micros(pause)
    }

    /// The next pause is the longest.
    pub(super) fn exhaust(&mut self) {
        self.attempts = 31;
    }

    /// The broker accepted CONNECT, when so many bytes were written.
    pub(super) fn begin(&mut self, now: Instant, written: u64) {
        self.start = Some(Start { at: now, written });
    }

    /// The connection is over, if there was one.
    pub(super) fn end(&mut self, now: Instant, written: u64) -> Option<Connection> {
        let start = self.start.take()?;
        Some(Connection {
            lasted: now.since(start.at),
            has_sent: written > start.written,
        })
    }

    /// Pauses begin again if the connection was proven. What the network ends is not
    /// held against it.
    pub(super) fn prove(&mut self, was: Connection, acknowledged: bool, by_broker: bool) {
        let lasted = was.lasted;
        let long = was.is_long() || acknowledged && (lasted >= ACKNOWLEDGED || !by_broker);
        if long {
            self.short = 0;
        } else if acknowledged && self.short < SHORT {
            self.short += 1;
        } else {
            return;
        }
        self.attempts = 0;
    }
}
