//! Links that come back by themselves: when the next attempt is due.

use crate::modem::code;
use crate::modem::ids::LinkId;
use crate::modem::link::proof::Start;
use crate::modem::link::{Link, Phase};
use crate::modem::machine::Machine;
use crate::modem::storage::options::{BACKOFF, CONNECT_TIMEOUT, RECONNECT};
use crate::modem::storage::profile::Functionality;
use crate::time::Instant;
use core::time::Duration;

/// What a link does about being closed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Retry {
    /// When the next attempt is due.
    pub(crate) at: Option<Instant>,
    /// Attempts since a connection was proven.
    pub(crate) attempts: u32,
    /// Connections in a row that were acknowledged and ended soon.
    pub(crate) short: u8,
    /// How the present connection began.
    pub(crate) start: Option<Start>,
    /// Whether the present attempt is the modem's own.
    pub(crate) own: bool,
    /// Whether the modem goes on by itself if the host's attempt fails.
    pub(crate) goes_on: bool,
}

impl Link<'_> {
    /// Whether the modem means to open the link, or is at it.
    pub(crate) fn is_retrying(&self) -> bool {
        let opening = matches!(self.phase, Phase::Opening { .. } | Phase::Greeting { .. });
        self.retry.at.is_some() || opening
    }

    /// The host wants the link the modem is opening.
    pub(crate) fn adopt(&mut self) {
        self.retry.goes_on |= self.retry.own;
        self.retry.own = false;
    }

    /// Leaves it at being closed.
    pub(crate) fn stop_retrying(&mut self) {
        self.retry = Retry::default();
    }
}

impl Machine<'_> {
    /// Opens a link for the host, or for the modem itself.
    pub(crate) fn open(&mut self, id: LinkId, own: bool) {
        let limit = Duration::from_secs(self.storage.option(id, CONNECT_TIMEOUT).into());
        let deadline = self.now + limit;
        if let Some(link) = self.link_mut(id) {
            let was_due = link.retry.at.take().is_some();
            (link.retry.own, link.retry.goes_on) = (own, was_due && !own);
            link.open(deadline);
        }
    }

    /// A link was lost, or an attempt of the modem's own failed: when to try
    /// again. Pauses double from one second up to the limit; up to half of each
    /// is left to chance, so that many modems do not come back at once.
    pub(crate) fn try_again(&mut self, id: LinkId) {
        let on = self.storage.is_on(id, RECONNECT) && self.functionality == Functionality::Full;
        let (now, limit, chance) = (self.now, self.storage.option(id, BACKOFF), self.chance());
        let Some(link) = self.link_mut(id) else {
            return;
        };
        if !on {
            return link.stop_retrying();
        }
        let doubled = 1_u32.checked_shl(link.retry.attempts).unwrap_or(u32::MAX);
        let micros = u64::from(doubled.min(limit)) * 1_000_000;
        let pause = micros - ((micros / 2 * u64::from(chance)) >> 32);
        link.retry.attempts = link.retry.attempts.saturating_add(1).min(31);
        link.retry.at = Some(now + Duration::from_micros(pause));
    }

    /// Makes an attempt as soon as possible, if there is a broker to go to.
    pub(crate) fn try_now(&mut self, id: LinkId) {
        let now = self.now;
        if let Some(link) = self.link_mut(id).filter(|link| link.phase == Phase::Closed) {
            link.retry.at = Some(now);
        }
    }

    /// As `reconnect` says: what is lost is renewed or not, and without it nothing
    /// is tried again.
    pub(crate) fn follow_reconnect(&mut self, id: LinkId) {
        let on = self.storage.is_on(id, RECONNECT);
        let Some(link) = self.link_mut(id) else {
            return;
        };
        link.session.set_renewing(on);
        if !on && link.phase == Phase::Closed && link.retry.attempts > 0 {
            link.stop_retrying();
        }
    }

    /// What the modem's own attempt is made with has changed: it is made anew.
    pub(crate) fn attempt_anew(&mut self, id: LinkId) {
        let Some(link) = self.link_mut(id) else {
            return;
        };
        let opening = matches!(link.phase, Phase::Opening { .. } | Phase::Greeting { .. });
        if opening && link.retry.own {
            link.close(code::BY_COMMAND.into());
            link.reset();
            self.tell_dropped(id);
            self.try_now(id);
        }
    }

    /// The radio went off: links are left, in order. It came on: those it had
    /// taken down come back.
    pub(crate) fn radio_switched(&mut self, id: LinkId, on: bool) {
        if on {
            if core::mem::take(&mut self.radio_took_link) {
                self.try_now(id);
            }
            return;
        }
        let was_wanted = |link: &mut Link| link.phase == Phase::Online || link.is_retrying();
        self.radio_took_link = self.link_mut(id).is_some_and(was_wanted);
        self.leave(id, Some(code::RADIO_OFF));
    }

    /// Makes the attempt that is due.
    pub(crate) fn retry_timeout(&mut self, id: LinkId) {
        let now = self.now;
        let configured = self.storage.is_configured(id);
        let Some(link) = self.link_mut(id) else {
            return;
        };
        let due = link.retry.at.is_some_and(|at| at <= now);
        if due && link.phase == Phase::Closed {
            link.retry.at = None;
            if configured {
                self.open(id, true);
            }
        }
    }

    /// A number that looks random, the same for the same seed: xorshift64*.
    fn chance(&mut self) -> u32 {
        let mut state = self.random;
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        self.random = state;
        (state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32) as u32
    }
}
