//! How a link ends: in order, or not.

use super::backoff::Backoff;
use super::phase::{By, Phase, Reconnect, Transport};
use super::{Ended, Link};
use crate::modem::code;
use crate::modem::failure::Failure;
use crate::mqtt::packet::Disconnect;
use crate::mqtt::{SendError, Version, reason};
use crate::on_use::OnUse;
use crate::time::Instant;
use core::time::Duration;

/// How long DISCONNECT may take to reach the network.
const CLOSE_LIMIT: Duration = Duration::from_secs(1);

/// What [`Link::disconnect`] did.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub(crate) struct Disconnecting {
    /// Whether the broker was connected.
    pub(crate) was_online: bool,
    /// How the link ended, if it did not wait for DISCONNECT to be sent.
    pub(crate) ended: Option<Ended>,
}

impl Link<'_> {
    /// Whether there is anything to disconnect. A link that would come back with the
    /// radio does not any more.
    pub(crate) fn may_disconnect(&mut self) -> bool {
        self.is_online() || self.forget_radio() || self.is_wanted()
    }

    /// Leaves in order: DISCONNECT, then the transport is closed; an attempt is
    /// given up, and the modem makes none of its own any more. `reason` is what the
    /// host is told of a link that was up, unless it asked for it itself. What `disconnect`
    /// says more than that, a connection of 3.1.1 tells by closing without it, so that the
    /// broker publishes the will.
    pub(crate) fn disconnect(
        &mut self,
        now: Instant,
        reason: Option<u8>,
        disconnect: &Disconnect<'_>,
    ) -> Disconnecting {
        let comes_back = self.reconnect == Reconnect::WithRadio;
        self.leave(now, reason, comes_back, disconnect)
    }

    /// Breaks off without a word to the broker; whether there was anything to break off.
    pub(crate) fn cut(&mut self, now: Instant) -> bool {
        let is_open = !self.is_closed();
        if is_open {
            // Whoever waits is told by the caller.
            let _ = self.drop(now, code::BY_COMMAND.into());
        }
        self.reconnect = Reconnect::Off;
        self.backoff = Backoff::default();
        is_open
    }

    /// Whether the broker takes this DISCONNECT, where it is connected.
    pub(crate) fn check_disconnect(
        &mut self,
        disconnect: &Disconnect<'_>,
    ) -> Result<(), SendError> {
        let checked = self.session.check_disconnect(disconnect);
        checked.map_err(|error| self.note(error))
    }

    /// The radio went off: the link is left, in order, and comes back with it.
    pub(crate) fn radio_off(&mut self, now: Instant, revives: bool) -> Disconnecting {
        self.has_radio = false;
        let comes_back = revives && (self.is_online() || self.is_wanted());
        self.leave(
            now,
            Some(code::RADIO_OFF),
            comes_back,
            &Disconnect::default(),
        )
    }

    fn leave(
        &mut self,
        now: Instant,
        reason: Option<u8>,
        comes_back: bool,
        disconnect: &Disconnect<'_>,
    ) -> Disconnecting {
        let is_own = matches!(
            self.reconnect,
            Reconnect::Trying {
                by: By::Automatic,
                ..
            }
        );
        self.backoff = Backoff::default();
        let was_online = self.is_online();
        self.reconnect = Reconnect::Off;
        let ended = match self.phase {
            Phase::Closed | Phase::Closing { .. } => None,
            Phase::Opening { .. } | Phase::Opened | Phase::Greeting { .. } if is_own => {
                self.close(code::BY_COMMAND.into());
                self.reset();
                Some(Ended::Unnoticed)
            }
            Phase::Opening { .. } | Phase::Opened | Phase::Greeting { .. } => {
                Some(self.drop(now, reason.unwrap_or(code::BY_COMMAND).into()))
            }
            Phase::Online => {
                self.write_disconnect(now, disconnect);
                None
            }
        };
        if was_online && let Some(code) = reason {
            self.set_last_failure(code.into());
        }
        if comes_back {
            self.reconnect = Reconnect::WithRadio;
        } else {
            self.session.end_renewals();
        }
        Disconnecting { was_online, ended }
    }

    fn write_disconnect(&mut self, now: Instant, disconnect: &Disconnect<'_>) {
        let is_said = disconnect.code == reason::SUCCESS || self.session.version() == Version::V5;
        let out = &mut self.net_out;
        let written = is_said && self.session.disconnect_with(disconnect, out).is_ok();
        // Without it there is nothing to wait for.
        let deadline = if written { now + CLOSE_LIMIT } else { now };
        let code = code::BY_COMMAND;
        self.phase = Phase::Closing { deadline, code };
    }

    /// Closes the link for a reason of our own.
    pub(super) fn drop(&mut self, now: Instant, why: Failure) -> Ended {
        self.close(why);
        self.end(now, why)
    }

    /// The caller has no transport any more: there is nothing to close.
    pub(super) fn lose_transport(&mut self, now: Instant, why: Failure) -> Ended {
        self.leave_transport();
        self.end(now, why)
    }

    /// Asks for the end of the transport, if it was asked for.
    pub(super) fn close(&mut self, why: Failure) {
        if self.transport == Transport::Asked {
            self.closes = OnUse::of((self.conn(), why));
        }
    }

    /// The link is gone. An attempt of the modem's own is made again, and one of the
    /// host's if the modem was at it before.
    fn end(&mut self, now: Instant, why: Failure) -> Ended {
        let was = self.phase;
        self.conclude(now, why);
        self.reset();
        self.go_on(now, was, why.code)
    }

    /// The same, but DISCONNECT with the reason is still on its way to the network.
    pub(super) fn part(&mut self, now: Instant, why: Failure) -> Ended {
        let was = self.phase;
        self.conclude(now, why);
        self.session.lost();
        self.framing.reset();
        let (deadline, code) = (now + CLOSE_LIMIT, why.code);
        self.phase = Phase::Closing { deadline, code };
        self.go_on(now, was, code)
    }

    /// What is to be learned from the end of the link.
    fn conclude(&mut self, now: Instant, why: Failure) {
        if !matches!(self.phase, Phase::Closed | Phase::Closing { .. }) {
            self.set_last_failure(why);
        }
        if self.judge(now, why.code) {
            self.set_last_failure(code::SET_ASIDE.into());
        }
    }

    /// What is done about the end of a link that `was` so far.
    fn go_on(&mut self, now: Instant, was: Phase, code: u8) -> Ended {
        match was {
            Phase::Closed => Ended::Unnoticed,
            Phase::Opening { .. } => self.fail_attempt(now, code, false),
            Phase::Greeting { .. } => self.fail_attempt(now, code, true),
            Phase::Opened => {
                self.reconnect = Reconnect::Off;
                Ended::Lost { code }
            }
            Phase::Online => {
                self.try_again(now, code);
                Ended::Lost { code }
            }
            Phase::Closing { .. } => Ended::Closed,
        }
    }

    fn fail_attempt(&mut self, now: Instant, code: u8, was_opened: bool) -> Ended {
        let (by, again) = match self.reconnect {
            Reconnect::Trying { by, again } => (by, again),
            _ => (By::Host, false),
        };
        self.reconnect = Reconnect::Off;
        if again {
            self.try_again(now, code);
        }
        let is_last = !matches!(self.reconnect, Reconnect::Waiting { .. });
        Ended::Failed {
            by,
            code,
            was_opened,
            is_last,
        }
    }

    /// What the end of a connection, by what `code` says, tells of what was sent on
    /// it; whether a subscription is set aside for that.
    fn judge(&mut self, now: Instant, code: u8) -> bool {
        match self.phase {
            Phase::Online => self.judge_online(now, code),
            // Ended before anything could be sent again.
            Phase::Greeting { .. } if code == code::CLOSED => self.session.judge(false),
            _ => false,
        }
    }

    fn judge_online(&mut self, now: Instant, code: u8) -> bool {
        let Some(was) = self.backoff.end(now, self.written) else {
            return false;
        };
        let closed = code::is_of_broker(code);
        let broken = code == code::PROTOCOL;
        let acknowledged = self.session.is_acknowledged();
        self.backoff.prove(was, acknowledged, closed || broken);
        if broken {
            // The end was ours: it says nothing of what was sent.
            return false;
        }
        let blamed = code::blames_packet(code) && was.has_sent && !was.is_long();
        self.session.judge(blamed)
    }

    /// There is no transport any more. One that the caller was never asked for is not counted.
    fn leave_transport(&mut self) {
        if self.transport == Transport::Wanted {
            self.number = self.number.wrapping_sub(1);
        }
        self.transport = Transport::None;
    }

    /// The transport is gone, or about to be: forgets all that belonged to it.
    pub(super) fn reset(&mut self) {
        self.phase = Phase::Closed;
        self.leave_transport();
        self.session.lost();
        self.framing.reset();
        self.net_out.clear();
    }
}
