//! Links to brokers: transport, session, and what a link does about being closed.
//!
//! A link owns all that is known of it. What happens to it comes in by `handle_*`, and
//! what that did is returned, for whoever has to know.

mod backoff;
mod connect;
mod disconnect;
mod ended;
mod framing;
mod list;
mod messages;
mod phase;
mod policy;
mod receive;
mod room;

use crate::buffer::Buf;
use crate::modem::failure::Failure;
use crate::modem::ids::{ConnId, LinkId};
use crate::modem::network::{LinkState, LinkStep};
use crate::mqtt::{Rules, Session, Version};
use crate::on_use::OnUse;
use crate::time::{Instant, sooner};
use backoff::Backoff;
use framing::PacketFraming;
use phase::{Phase, Reconnect, Transport};

pub(crate) use disconnect::Disconnecting;
pub(crate) use ended::Ended;
pub(crate) use framing::{FramingOutcome, TooLarge, publish_len};
pub(crate) use list::Links;
pub(crate) use messages::Sent;
pub(crate) use phase::By;
pub(crate) use policy::Policy;
pub(crate) use room::{LEAST as LEAST_ROOM, LinkMemory, Room};

/// Room an answer to the broker needs before a packet is taken.
pub(crate) const ANSWER_ROOM: usize = 64;

/// One link to a broker.
#[derive(Debug)]
pub(crate) struct Link<'a> {
    id: LinkId,
    phase: Phase,
    transport: Transport,
    /// Whether CONNECT follows the transport by itself.
    greets: bool,
    /// How long CONNACK may take behind CONNECT, in seconds; none where the limit of the
    /// whole attempt is all there is.
    connack_limit: Option<u16>,
    /// How many times it was opened.
    number: u32,
    /// A connection the caller is to close.
    closes: OnUse<(ConnId, Failure)>,
    reconnect: Reconnect,
    backoff: Backoff,
    /// Whether its own attempts come at the longest pause and are told of.
    is_steady: bool,
    /// The version that worked where either may, until something changes.
    worked: Option<Version>,
    /// Whether the broker refused MQTT 5 and is asked for 3.1.1.
    falls_back: bool,
    /// Whether the broker was connected since the host asked for it last.
    was_online: bool,
    /// Whether bytes came since CONNECT.
    is_heard: bool,
    /// State of the numbers that look random; never 0.
    random: u64,
    policy: Policy,
    /// Whether it keeps itself alive by PINGREQ.
    pings: bool,
    /// Whether the radio is on.
    has_radio: bool,
    session: Session<'a>,
    framing: PacketFraming<'a>,
    net_out: Buf<'a>,
    /// Bytes written to the network since the modem was switched on.
    written: u64,
    /// When what could not be put on disk is tried again.
    disk_retry: Option<Instant>,
    last_failure: OnUse<Failure>,
    /// Whether the broker's reason string says more of it.
    has_reason: bool,
}

/// How links are made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LinkConfig {
    /// Seed of everything that looks random.
    pub(crate) seed: u64,
    /// Whether the leniences towards brokers are off.
    pub(crate) strict: bool,
    /// Whether sessions are stored.
    pub(crate) keeps_sessions: bool,
    /// The largest payload taken, in bytes.
    pub(crate) max_payload: u32,
}

impl<'a> Link<'a> {
    pub(crate) fn new(
        id: LinkId,
        config: LinkConfig,
        policy: Policy,
        memory: LinkMemory<'a>,
    ) -> Self {
        let rules = if config.strict {
            Rules::Strict
        } else {
            Rules::Lenient
        };
        let mut link = Self {
            id,
            phase: Phase::Closed,
            transport: Transport::None,
            greets: true,
            connack_limit: None,
            number: 0,
            closes: OnUse::NEW,
            reconnect: Reconnect::Off,
            backoff: Backoff::default(),
            is_steady: false,
            worked: None,
            falls_back: false,
            was_online: false,
            is_heard: false,
            random: seed_of(config.seed, id) | 1 << 63,
            policy,
            pings: true,
            has_radio: true,
            // Any first packet id will do; those of two modems should differ.
            session: Session::new(
                memory.in_flight,
                memory.received,
                memory.subscriptions,
                (config.seed ^ (config.seed >> 16)) as u16,
            ),
            framing: PacketFraming::new(memory.net_in, rules, config.max_payload),
            net_out: memory.net_out,
            written: 0,
            disk_retry: None,
            last_failure: OnUse::NEW,
            has_reason: false,
        };
        link.session.lend(memory.terms);
        link.session.set_rules(rules);
        if config.keeps_sessions {
            link.session.persist();
        }
        link.session.set_give_up(policy.give_up);
        link.session.set_window(policy.in_flight);
        link
    }

    /// Gives memory of the heap back; returns how much is used then.
    pub(crate) fn trim(&mut self) -> usize {
        self.framing.trim() + self.net_out.trim() + self.session.trim()
    }

    pub(crate) fn id(&self) -> LinkId {
        self.id
    }

    /// Its present connection, or the last one it had.
    #[inline]
    pub(crate) fn conn(&self) -> ConnId {
        ConnId {
            link: self.id,
            number: self.number,
        }
    }

    /// How far it is.
    pub(crate) fn state(&self) -> LinkState {
        self.phase.state()
    }

    /// Whether the broker is connected.
    #[inline]
    pub(crate) fn is_online(&self) -> bool {
        self.phase == Phase::Online
    }

    /// Whether the broker was connected since the host asked for it last.
    pub(crate) fn was_online(&self) -> bool {
        self.was_online
    }

    /// Whether its transport is up.
    pub(crate) fn is_opened(&self) -> bool {
        matches!(
            self.phase,
            Phase::Opened | Phase::Greeting { .. } | Phase::Online
        )
    }

    /// Whether CONNECT was said on it.
    pub(crate) fn has_greeted(&self) -> bool {
        matches!(self.phase, Phase::Greeting { .. } | Phase::Online)
    }

    /// Whether the broker's host has answered.
    pub(crate) fn is_reached(&self) -> bool {
        match self.phase {
            Phase::Closed => false,
            Phase::Opening { stage, .. } => stage.is_beyond_tcp(),
            Phase::Opened | Phase::Greeting { .. } | Phase::Online | Phase::Closing { .. } => true,
        }
    }

    /// The same step by step.
    pub(crate) fn step(&self) -> LinkStep {
        match self.phase {
            Phase::Closed => LinkStep::Closed,
            Phase::Opening { .. } => LinkStep::Opening,
            Phase::Opened => LinkStep::Opened,
            Phase::Greeting { .. } => LinkStep::Connecting,
            Phase::Online => LinkStep::Connected,
            Phase::Closing { .. } => LinkStep::Leaving,
        }
    }

    /// Whether it is closed.
    #[inline]
    pub(crate) fn is_closed(&self) -> bool {
        self.phase == Phase::Closed
    }

    /// Why it is not up, or was not when it last failed.
    pub(crate) fn last_failure(&self) -> Failure {
        self.last_failure.get().copied().unwrap_or(Failure::NONE)
    }

    /// What the broker said of the last failure; empty if it said nothing.
    pub(crate) fn last_reason(&self) -> &str {
        if self.has_reason {
            self.session.reason()
        } else {
            ""
        }
    }

    /// It failed for a reason that is not its own, or what it failed by is forgotten.
    pub(crate) fn set_last_failure(&mut self, failure: Failure) {
        self.last_failure = if failure == Failure::NONE {
            OnUse::NEW
        } else {
            OnUse::of(failure)
        };
        self.has_reason = false;
    }

    /// The broker refused something, and may have said why.
    pub(crate) fn set_refusal(&mut self, code: u8) {
        self.last_failure = OnUse::of(code.into());
        self.has_reason = true;
    }

    /// Its session.
    #[inline]
    pub(crate) fn session(&self) -> &Session<'a> {
        &self.session
    }

    /// Its session, for what writes nothing to the broker.
    #[inline]
    pub(crate) fn session_mut(&mut self) -> &mut Session<'a> {
        &mut self.session
    }

    /// Bytes for the broker.
    #[inline]
    pub(crate) fn net_out(&self) -> &[u8] {
        self.net_out.as_slice()
    }

    /// The most bytes a packet may have that is sent.
    pub(crate) fn most_sent(&self) -> usize {
        self.net_out.capacity()
    }

    /// Whether an answer to the broker fits.
    #[inline]
    pub(crate) fn has_answer_room(&self) -> bool {
        self.net_out.free() >= ANSWER_ROOM
    }

    /// Bytes written to the network since the modem was switched on.
    #[inline]
    pub(crate) fn written(&self) -> u64 {
        self.written
    }

    /// Whether the caller may have something to do for it.
    #[inline]
    pub(crate) fn has_actions(&self) -> bool {
        self.closes.is_used() || self.transport == Transport::Wanted || self.session.has_changes()
    }

    /// The connection the caller is to close, and why.
    pub(crate) fn take_close(&mut self) -> Option<(ConnId, Failure)> {
        self.closes.take()
    }

    /// Whether its transport is closed, and the caller knows.
    pub(crate) fn is_off(&self) -> bool {
        self.is_closed() && !self.closes.is_used()
    }

    /// When it wants to be woken.
    fn poll_timeout(&self) -> Option<Instant> {
        let phase = match self.phase {
            Phase::Closed => self.retry_at(),
            Phase::Opening { deadline, .. }
            | Phase::Greeting { deadline }
            | Phase::Closing { deadline, .. } => Some(deadline),
            Phase::Opened => None,
            Phase::Online => self.session.poll_timeout(),
        };
        sooner(phase, self.disk_retry)
    }
}

/// A seed for each link of a modem; that of the first is the modem's.
fn seed_of(seed: u64, id: LinkId) -> u64 {
    seed ^ u64::from(id.0).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
