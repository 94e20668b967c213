//! Opening a link, for the host or by itself.

use super::phase::{By, Phase, Reconnect, Transport};
use super::policy::Policy;
use super::{Ended, Link};
use crate::modem::code;
use crate::modem::failure::Failure;
use crate::modem::greeting::Greeting;
use crate::modem::network::{NetError, NetEvent, Stage};
use crate::modem::settings::Settings;
use crate::mqtt::Version;
use crate::mqtt::session::fingerprint;
use crate::time::Instant;
use core::time::Duration;

impl Link<'_> {
    /// The host wants the link: it is opened, or its own attempt becomes the host's.
    /// Whether that was possible.
    pub(crate) fn connect(&mut self, now: Instant) -> bool {
        self.was_online &= self.phase == Phase::Online;
        match self.phase {
            Phase::Closed => self.open(now, By::Host),
            Phase::Opening { .. } | Phase::Opened | Phase::Greeting { .. } => {
                self.greets = true;
                if let Reconnect::Trying { by, .. } = &mut self.reconnect {
                    *by = By::Host;
                }
            }
            Phase::Online | Phase::Closing { .. } => return false,
        }
        true
    }

    /// The host wants the transport, without CONNECT; whether that was possible.
    pub(crate) fn open_transport(&mut self, now: Instant) -> bool {
        let closed = self.phase == Phase::Closed;
        if closed {
            self.open(now, By::Host);
            self.greets = false;
        }
        closed
    }

    /// Sends CONNECT where the transport is up and waits for that; how the link ended, if
    /// it did.
    pub(crate) fn connect_opened(
        &mut self,
        now: Instant,
        greeting: Option<&Greeting<'_>>,
    ) -> Option<Ended> {
        if self.phase != Phase::Opened {
            return None;
        }
        self.greet(now, now + self.policy.connect_limit, greeting)
    }

    /// Makes the attempt that is due, if there is a broker to go to.
    pub(crate) fn open_if_due(&mut self, now: Instant, is_configured: impl FnOnce() -> bool) {
        let due = matches!(self.reconnect, Reconnect::Waiting { at } if at <= now);
        if due && self.phase == Phase::Closed {
            self.reconnect = Reconnect::Off;
            if is_configured() {
                self.open(now, By::Automatic);
            }
        }
    }

    /// The attempt that was begun fails where it is not done by then.
    pub(crate) fn limit_attempt(&mut self, until: Instant) {
        match &mut self.phase {
            Phase::Opening { deadline, .. } | Phase::Greeting { deadline } => *deadline = until,
            _ => {}
        }
    }

    /// The attempt that was begun may take so many seconds behind CONNECT, too.
    pub(crate) fn limit_connack(&mut self, seconds: u16) {
        self.connack_limit = Some(seconds);
    }

    /// From now on each pause before an attempt of its own is the longest, and each of these
    /// that fails is news.
    pub(crate) fn try_steadily(&mut self) {
        self.is_steady = true;
    }

    /// Whether each attempt of its own that fails is news.
    pub(crate) fn tells_attempts(&self) -> bool {
        self.is_steady
    }

    /// Asks for the transport.
    fn open(&mut self, now: Instant, by: By) {
        let deadline = now + self.policy.connect_limit;
        self.greets = true;
        self.connack_limit = None;
        self.falls_back = false;
        // An attempt of the host's fails without another, unless the modem was at it.
        let again = by == By::Automatic || matches!(self.reconnect, Reconnect::Waiting { .. });
        self.reconnect = Reconnect::Trying { by, again };
        self.ask_transport(deadline);
    }

    fn ask_transport(&mut self, deadline: Instant) {
        // Who is not told what is waited for mostly waits for TCP.
        let stage = Stage::Tcp;
        self.phase = Phase::Opening { deadline, stage };
        self.number = self.number.wrapping_add(1);
        self.transport = Transport::Wanted;
    }

    /// The deadline of the connection the caller is to open, once for each.
    pub(crate) fn take_open(&mut self) -> Option<Instant> {
        if self.transport != Transport::Wanted {
            return None;
        }
        let Phase::Opening { deadline, .. } = self.phase else {
            return None;
        };
        self.transport = Transport::Asked;
        Some(deadline)
    }

    /// Something happened to the transport; how that ended the link, if it did.
    pub(crate) fn handle_net(
        &mut self,
        now: Instant,
        event: NetEvent,
        greeting: Option<&Greeting<'_>>,
    ) -> Option<Ended> {
        match (event, self.phase) {
            (_, Phase::Closed) => None,
            (NetEvent::Opening(stage), Phase::Opening { deadline, .. }) => {
                self.phase = Phase::Opening { deadline, stage };
                None
            }
            (NetEvent::Opened, Phase::Opening { .. }) if !self.greets => {
                self.phase = Phase::Opened;
                None
            }
            (NetEvent::Opened, Phase::Opening { deadline, .. }) => {
                let limit = self.connack_limit.map(u64::from).map(Duration::from_secs);
                self.greet(now, limit.map_or(deadline, |limit| now + limit), greeting)
            }
            (NetEvent::Opening(_) | NetEvent::Opened, _) => None,
            (NetEvent::Failed(NetError::TimedOut), Phase::Opening { stage, .. }) => {
                Some(self.lose_transport(now, Failure::late(stage)))
            }
            (NetEvent::Failed(NetError::Broken) | NetEvent::Closed, _)
                if !self.is_heard && self.fall_back(Transport::None) =>
            {
                None
            }
            (NetEvent::Failed(error), _) => Some(self.lose_transport(now, error.into())),
            (NetEvent::Closed, _) => Some(self.lose_transport(now, code::CLOSED.into())),
        }
    }

    /// The transport is up: CONNECT.
    fn greet(
        &mut self,
        now: Instant,
        deadline: Instant,
        greeting: Option<&Greeting<'_>>,
    ) -> Option<Ended> {
        let written = greeting.map(|greeting| {
            self.use_settings(&greeting.settings);
            let version = self.next_version();
            self.framing.begin(version, self.policy.most_received());
            self.session.set_offer(self.policy.offer);
            let connect = greeting.connect(version);
            self.session.connect(now, &connect, &mut self.net_out)
        });
        self.is_heard = false;
        self.session.set_ping_retries(self.policy.ping_retries);
        self.session.set_pinging(self.pings);
        match written {
            Some(Ok(())) => {
                self.phase = Phase::Greeting { deadline };
                None
            }
            _ => Some(self.drop(now, code::PROTOCOL.into())),
        }
    }

    /// The version of the next CONNECT.
    fn next_version(&self) -> Version {
        let either = if self.falls_back {
            Version::V311
        } else {
            self.worked.unwrap_or(Version::V5)
        };
        self.policy.version.unwrap_or(either)
    }

    /// A broker that refused MQTT 5 is asked for 3.1.1, on a new connection and within the
    /// same time, where that is wanted; whether it is. What is known of the transport is
    /// `left`.
    pub(super) fn fall_back(&mut self, left: Transport) -> bool {
        let Phase::Greeting { deadline } = self.phase else {
            return false;
        };
        let tried = self.policy.version.or(self.worked).is_some() || self.falls_back;
        if tried {
            return false;
        }
        self.falls_back = true;
        if left == Transport::Asked {
            self.close(code::UNSUPPORTED_VERSION.into());
        }
        self.reset();
        self.ask_transport(deadline);
        true
    }

    /// The broker of this connection: the session of another one is not its own.
    pub(super) fn use_settings(&mut self, settings: &Settings<'_>) {
        // Behind one host each path may lead to another broker. A query is often a
        // signature, which changes while the broker stays.
        let path = settings.url.websocket().map_or("", |(path, _)| path);
        let place = fingerprint(settings.url.host().as_bytes()) ^ fingerprint(path.as_bytes());
        let broker = place ^ u64::from(settings.port);
        self.session.bind(broker, settings.client_id);
    }

    /// The broker accepted CONNECT; who wanted that.
    pub(crate) fn begin(&mut self, now: Instant) -> By {
        (self.phase, self.was_online) = (Phase::Online, true);
        if self.policy.version.is_none() {
            self.worked = Some(self.session.version());
        }
        self.backoff.begin(now, self.written);
        match core::mem::replace(&mut self.reconnect, Reconnect::Off) {
            Reconnect::Trying { by, .. } => by,
            _ => By::Host,
        }
    }

    /// Whether the modem means to open the link, or is at it.
    pub(super) fn is_wanted(&self) -> bool {
        matches!(self.reconnect, Reconnect::Waiting { .. }) || self.phase.is_opening()
    }

    /// When the next attempt is due, where one is waited for.
    pub(crate) fn retry_at(&self) -> Option<Instant> {
        match self.reconnect {
            Reconnect::Waiting { at } => Some(at),
            _ => None,
        }
    }

    /// The link was lost, or an attempt failed, by this code: when to try again.
    pub(super) fn try_again(&mut self, now: Instant, code: u8) {
        let chance = self.chance();
        if code::is_busy(code) {
            self.backoff.exhaust();
        }
        if self.policy.reconnects && self.has_radio && !code::is_final(code) {
            let longest = self.policy.longest_pause;
            let usual = self.backoff.next_pause(longest, chance);
            let pause = if self.is_steady {
                Duration::from_secs(longest.into())
            } else {
                usual
            };
            let at = now + pause;
            self.reconnect = Reconnect::Waiting { at };
        } else {
            self.stop_trying();
        }
    }

    /// Leaves it at being closed.
    fn stop_trying(&mut self) {
        self.reconnect = Reconnect::Off;
        self.backoff = super::Backoff::default();
    }

    /// Makes an attempt as soon as possible, if there is a broker to go to.
    pub(crate) fn try_now(&mut self, now: Instant) {
        if self.phase == Phase::Closed {
            self.reconnect = Reconnect::Waiting { at: now };
        }
    }

    /// What the modem's own attempt is made with has changed: it is made again.
    /// Whether there was one.
    pub(crate) fn restart_attempt(&mut self, now: Instant) -> bool {
        let is_own = matches!(
            self.reconnect,
            Reconnect::Trying {
                by: By::Automatic,
                ..
            }
        );
        self.worked = None;
        let again = self.phase.is_opening() && is_own;
        if again {
            self.close(code::BY_COMMAND.into());
            self.reset();
            self.try_now(now);
        }
        again
    }

    /// Whether it keeps itself alive by PINGREQ from now on. Where it does not, it is lost
    /// when nothing else was sent for the keep-alive.
    pub(crate) fn set_pinging(&mut self, on: bool) {
        self.pings = on;
        self.session.set_pinging(on);
    }

    /// As the options say. Without `reconnect` what is lost is not renewed, and
    /// nothing is tried again.
    pub(crate) fn set_policy(&mut self, policy: Policy) {
        if self.policy.version != policy.version {
            self.worked = None;
        }
        self.policy = policy;
        self.session.set_deferring(policy.stores_messages);
        self.session.set_renewing(policy.reconnects);
        self.session.set_give_up(policy.give_up);
        self.session.set_window(policy.in_flight);
        if !policy.reconnects && self.phase == Phase::Closed && self.backoff.has_begun() {
            self.backoff = super::Backoff::default();
            if self.reconnect != Reconnect::WithRadio {
                self.reconnect = Reconnect::Off;
            }
        }
    }

    /// The radio is on; a link it had taken down comes back.
    pub(crate) fn radio_on(&mut self, now: Instant) {
        self.has_radio = true;
        if self.reconnect == Reconnect::WithRadio {
            self.reconnect = Reconnect::Off;
            self.try_now(now);
        }
    }

    /// The modem starts again, with the radio on or off: no link comes back for it.
    pub(crate) fn restart(&mut self, has_radio: bool) {
        self.has_radio = has_radio;
        self.set_last_failure(Failure::NONE);
        self.session.forget_granted();
        self.worked = None;
        self.forget_radio();
    }

    /// The link does not come back with the radio; whether it would have.
    pub(crate) fn forget_radio(&mut self) -> bool {
        let was = self.reconnect == Reconnect::WithRadio;
        if was {
            self.reconnect = Reconnect::Off;
        }
        was
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
