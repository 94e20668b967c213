//! Whether a connection has proven itself, and what its end tells.
//!
//! CONNACK proves nothing: a broker may accept each connection and end it at once.
//! One that is proven begins the pauses before the next attempt anew.

use crate::modem::code;
use crate::modem::ids::LinkId;
use crate::modem::link::{Link, Phase};
use crate::modem::machine::Machine;
use crate::modem::storage::options::GIVE_UP;
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
pub(crate) struct Start {
    at: Instant,
    /// Bytes written by then.
    written: u64,
}

impl Link<'_> {
    /// The broker accepted CONNECT; whether the attempt was the modem's own.
    pub(crate) fn begin(&mut self, now: Instant) -> bool {
        let written = self.written;
        self.retry.start = Some(Start { at: now, written });
        self.retry.goes_on = false;
        core::mem::take(&mut self.retry.own)
    }

    /// A connection that was up is about to be lost, by what `code` says; whether a
    /// subscription is set aside for that.
    fn end(&mut self, now: Instant, code: u8) -> bool {
        let Some(start) = self.retry.start.take() else {
            return false;
        };
        let lasted = now.since(start.at);
        let closed = code == code::CLOSED;
        let broken = code == code::PROTOCOL;
        self.prove(lasted, closed || broken);
        if broken {
            // The end was ours: it says nothing of what was sent.
            return false;
        }
        let spoke = self.written > start.written;
        self.session.judge(closed && spoke && lasted < LONG)
    }

    /// Pauses begin anew if the connection was proven. What the network ends is not
    /// held against it.
    fn prove(&mut self, lasted: Duration, by_broker: bool) {
        let acknowledged = self.session.is_acknowledged();
        let long = lasted >= LONG || acknowledged && (lasted >= ACKNOWLEDGED || !by_broker);
        if long {
            self.retry.short = 0;
        } else if acknowledged && self.retry.short < SHORT {
            self.retry.short += 1;
        } else {
            return;
        }
        self.retry.attempts = 0;
    }
}

impl Machine<'_> {
    /// A link is about to be lost: what that tells of the connection, and of what was
    /// sent on it.
    pub(crate) fn judge(&mut self, id: LinkId, code: u8) {
        let now = self.now;
        let Some(link) = self.link_mut(id) else {
            return;
        };
        let set_aside = match link.phase {
            Phase::Online => link.end(now, code),
            // Ended before anything could be sent again.
            Phase::Greeting { .. } if code == code::CLOSED => link.session.judge(false),
            _ => false,
        };
        if set_aside {
            self.last_failure = code::SET_ASIDE.into();
        }
    }

    /// As `giveup` says.
    pub(crate) fn follow_give_up(&mut self, id: LinkId) {
        let tries = self.storage.option(id, GIVE_UP) as u8;
        if let Some(link) = self.link_mut(id) {
            link.session.set_give_up(tries);
        }
    }
}
