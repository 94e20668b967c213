//! The client's half of an MQTT session, without I/O.
//!
//! # How it is driven
//!
//! One [`Session`] serves one connection after the other. When the transport is
//! up, [`connect`](Session::connect) writes CONNECT; every whole packet that
//! comes in goes to [`handle`](Session::handle), which writes the answers the
//! protocol asks for and says what happened; when the transport is gone,
//! [`lost`](Session::lost) is called. All writing goes to the end of a buffer
//! the caller empties into the network, and a call writes all it has to or
//! nothing. That buffer must be empty at `connect`: what an earlier connection
//! left unsent must never be sent on a new one.
//!
//! # What ends a connection
//!
//! A [`Violation`], [`Dead`], [`SessionEvent::Refused`] and
//! [`disconnect`](Session::disconnect) each leave the session as `lost` does:
//! nothing more is written and whatever still comes in is ignored. The caller
//! sends what is in the buffer after `disconnect`, nothing after the others,
//! and closes `[MQTT-3.14.4-1]`, `[MQTT-4.8.0-1]`. After
//! [`SessionEvent::Disconnected`] nothing is written either, and whoever
//! [judges](Session::judge) does that before `lost`.
//!
//! # Messages sent
//!
//! Every QoS 1 or 2 publish takes a packet identifier and ends in exactly one of
//! three ways: [`SessionEvent::Published`], [`poll_dropped`](Session::poll_dropped) or
//! [`give_up`](Session::give_up). At most [`WINDOW`] are in flight.
//!
//! With clean session 1 nothing of a message outlives it, and those in flight when
//! the connection ends are dropped. With clean session 0 they stay and are sent
//! again in their order when the broker has accepted the next CONNECT
//! `[MQTT-4.4.0-1]`, `[MQTT-4.6.0-1]`; until that is done new ones are refused
//! with [`SendError::WindowFull`]. A message that is [accepted](Session::accept)
//! is delivered whatever becomes of the session: it may be given without a
//! connection, and waits for its turn.
//!
//! # A broker that lost the session
//!
//! If the broker says "no session" although we kept one, the standard leaves the
//! choice; this is ours:
//!
//! * A PUBLISH without PUBACK or PUBREC is sent again with DUP and its
//!   identifier, as `[MQTT-4.4.0-1]` asks without exception. The broker may see
//!   a message twice that it had passed on before it forgot it. The alternative
//!   is to lose messages nobody has acknowledged.
//! * A QoS 2 message with PUBREC may not be sent again `[MQTT-4.3.3-1]`. The
//!   broker had taken it over, and whether it had passed it on cannot be known:
//!   it is reported by `poll_dropped`. PUBREL is still sent, since the broker
//!   may wait for it and must answer it in any case; the identifier is free
//!   when PUBCOMP comes.
//! * The broker's own identifiers start afresh, so the ones received are
//!   forgotten: kept, they would swallow new messages.
//! * The subscriptions are gone; [`SessionEvent::Connected`] says so.
//!
//! # What is on disk
//!
//! After [`persist`](Session::persist), [`poll_change`](Session::poll_change) says what
//! is to be put on disk, a small record for each thing that changed. What must
//! not be known to the broker before it is durable waits for that: a PUBLISH for
//! its message, PUBREL for that PUBREC came, PUBREC for that the message was
//! delivered, PUBCOMP for that its identifier is forgotten.

mod aliases;
mod answered;
mod broker;
mod connect;
mod durability;
mod event;
mod form;
mod further;
mod granted;
mod host;
mod incoming;
mod journal;
mod keep_alive;
mod key;
mod numbers;
mod outgoing;
mod requests;
mod storage;
mod subscriptions;
mod terms;
mod window;

use super::packet::{Packet, Rules};
use super::{PacketId, Version};
use crate::buffer::Buf;
use crate::time::Instant;
use aliases::Aliases;
pub use event::{Dead, DropReason, Dropped, SendError, SessionEvent, Violation};
use further::FurtherFilters;
pub use further::MOST_FILTERS;
use incoming::Incoming;
use journal::Journal;
use keep_alive::KeepAlive;
pub use key::{RecordKey, SessionChange, Stored};
use numbers::Numbers;
use outgoing::Outgoing;
pub use outgoing::{Acceptance, Accepted, Backlog, DropError, IdStatus};
use subscriptions::Subscriptions;
use terms::BrokerText;
pub use terms::{Granted, Offer};
pub use window::WINDOW;

/// Room [`Session::handle`] and [`Session::handle_timeout`] need in `out`.
pub const ROOM: usize = 64;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// No transport, or one to be closed.
    Idle,
    /// CONNECT is written.
    Connecting,
    Connected,
    /// The broker has said DISCONNECT: what it may be blamed on is still to be judged.
    Left,
}

/// A client's session with a broker; the [module](self) says how to drive it.
#[derive(Debug)]
pub struct Session<'a> {
    state: State,
    version: Version,
    rules: Rules,
    clean: bool,
    /// Whether the broker was asked for a new session.
    is_fresh: bool,
    /// Whether the broker keeps a session that both sides know.
    holds: bool,
    /// Whether the client has no id of its own.
    is_anonymous: bool,
    offer: Offer,
    words: BrokerText<'a>,
    /// Topics the broker has aliases for.
    topics: Aliases<'a>,
    /// See [`Session::set_renewing`].
    renews: bool,
    /// See [`Session::is_acknowledged`].
    acknowledged: bool,
    ignored: u32,
    keep_alive: KeepAlive,
    /// Whose session this is, and the numbers of its messages.
    numbers: Numbers,
    outgoing: Outgoing<'a>,
    incoming: Incoming<'a>,
    subscriptions: Subscriptions<'a>,
    /// Filters behind the first of a request.
    further: FurtherFilters,
    journal: Journal,
}

impl<'a> Session<'a> {
    /// A session without a connection, on memory that is lent:
    ///
    /// * `in_flight`: the packet and 24 bytes for each message that is accepted, or
    ///   published with QoS 1 or 2 and clean session 0, until it is acknowledged.
    /// * `received`: 8 bytes for each QoS 2 message the broker has in flight to
    ///   us, and each of QoS 1 that is deferred, and 8 more, which are for QoS 1 alone.
    ///   If that is not enough, messages come [later](SessionEvent::Later), and where
    ///   only the broker could make room the connection is closed.
    /// * `subscriptions`: the filter and 12 bytes for each.
    ///
    /// `first_id_seed` is the first packet identifier, 0 counting as 1.
    pub fn new(
        in_flight: Buf<'a>,
        received: Buf<'a>,
        subscriptions: Buf<'a>,
        first_id_seed: u16,
    ) -> Self {
        let first = PacketId::new(first_id_seed).unwrap_or(PacketId::FIRST);
        Self {
            state: State::Idle,
            version: Version::default(),
            rules: Rules::Lenient,
            clean: true,
            is_fresh: true,
            holds: false,
            is_anonymous: false,
            offer: Offer::default(),
            words: BrokerText::new(Buf::lent(&mut [])),
            topics: Aliases::new(Buf::lent(&mut [])),
            renews: false,
            acknowledged: false,
            ignored: 0,
            keep_alive: KeepAlive::default(),
            numbers: Numbers::new(),
            outgoing: Outgoing::new(in_flight, first),
            incoming: Incoming::new(received),
            subscriptions: Subscriptions::new(subscriptions),
            further: FurtherFilters::default(),
            journal: Journal::default(),
        }
    }

    /// The version of MQTT it speaks.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Whether the broker has accepted CONNECT and the connection stands.
    pub fn is_connected(&self) -> bool {
        self.state == State::Connected
    }

    /// Whether the transport is in use.
    #[inline]
    fn is_open(&self) -> bool {
        matches!(self.state, State::Connecting | State::Connected)
    }

    /// The transport is gone, or about to be. SUBSCRIBE and UNSUBSCRIBE without
    /// an answer are forgotten; with clean session 1 so is everything else, and
    /// [`poll_dropped`](Self::poll_dropped) reports the publishes.
    pub fn lost(&mut self) {
        if self.state == State::Idle {
            return;
        }
        self.state = State::Idle;
        self.keep_alive = KeepAlive::default();
        self.end_requests();
        self.outgoing.lost();
        self.incoming.lost();
        if self.clean {
            self.end();
        }
    }

    /// The session is with this broker as this client from now on
    /// `[MQTT-3.1.3-2]`: what is of another is forgotten, and
    /// [`poll_dropped`](Self::poll_dropped) reports the publishes. To be called
    /// without a connection.
    pub fn bind(&mut self, broker: u64, client_id: &str) {
        let client = fingerprint(client_id.as_bytes());
        if !self.numbers.is_of(broker, client) {
            self.holds = false;
            self.forget();
            self.numbers.bind(broker, client);
        }
    }

    /// Forgets everything, on disk as well.
    fn forget(&mut self) {
        self.outgoing.forget();
        self.incoming.forget();
        self.subscriptions.clear();
        if self.numbers.is_used() {
            self.journal.want_forgetting();
        }
    }

    /// Forgets what is of a session, but for subscriptions to be renewed.
    fn end(&mut self) {
        self.outgoing.end();
        self.incoming.end();
        self.end_subscriptions();
    }

    /// The broker has forgotten the subscriptions.
    fn end_subscriptions(&mut self) {
        if self.renews {
            self.subscriptions.expire();
        } else {
            self.subscriptions.end();
        }
    }

    /// What is of the broker's session is on disk if the broker keeps it.
    fn follow_clean(&mut self) {
        let stored = self.journal.is_stored() && !self.clean;
        self.incoming.set_stored(stored);
        self.subscriptions.set_stored(stored);
    }

    /// Writes what may be sent by now, as far as `out` has room: acknowledgements
    /// that had to wait for the disk, messages, subscriptions to be renewed;
    /// whether more only waits for room. To be called when `out` has been emptied;
    /// [`handle`](Self::handle) implies it.
    ///
    /// A message for which `out` can never have room is dropped.
    #[inline]
    pub fn poll_send(&mut self, out: &mut Buf<'_>) -> bool {
        let sends = self.outgoing.is_sending()
            || self.incoming.has_due()
            || self.subscriptions.has_renewals();
        sends && self.is_connected() && self.send_all(out)
    }

    fn send_all(&mut self, out: &mut Buf<'_>) -> bool {
        if !self.incoming.send_due(out) || !self.outgoing.send_due(out) {
            return true;
        }
        let waits = self.outgoing.send_log(out);
        self.poll_renew(out);
        waits
    }

    /// Bytes went to the network. Puts the next PINGREQ off.
    pub fn sent(&mut self, now: Instant) {
        self.keep_alive.sent(now);
    }

    /// Bytes came from the network, even part of a packet: the broker lives.
    /// [`handle`](Self::handle) implies it.
    pub fn received(&mut self, now: Instant) {
        self.keep_alive.received(now);
    }

    /// How often on this connection a PINGREQ without an answer is written again,
    /// half a keep-alive apart, before the broker is [`Dead`]. To be called after
    /// [`connect`](Self::connect), which sets it to 0.
    pub fn set_ping_retries(&mut self, retries: u8) {
        self.keep_alive.set_retries(retries);
    }

    /// Whether PINGREQ is written on this connection. Where it is not, the broker is
    /// [`Dead`] when nothing was sent for the keep-alive. To be called after
    /// [`connect`](Self::connect), which switches it on.
    pub fn set_pinging(&mut self, on: bool) {
        self.keep_alive.set_pinging(on);
    }

    /// Writes PINGREQ if nothing was sent, or nothing received, for the time of
    /// the keep-alive, less a tenth but at most a second: something must be sent
    /// within it `[MQTT-3.1.2-23]`.
    ///
    /// The broker is [`Dead`] if an answer to PINGREQ is due and nothing at all
    /// came for one and a half times the keep-alive. While `input_blocked`, as
    /// the caller does not read from the network, that is not judged.
    pub fn handle_timeout(
        &mut self,
        now: Instant,
        input_blocked: bool,
        out: &mut Buf<'_>,
    ) -> Result<(), Dead> {
        if !self.is_open() {
            return Ok(());
        }
        // Whoever waits for CONNACK has a deadline of their own.
        let excused = input_blocked || self.state == State::Connecting;
        match self.keep_alive.handle_timeout(now, excused) {
            Err(Dead) => {
                self.lost();
                return Err(Dead);
            }
            Ok(true) => {
                let written = Packet::Pingreq.encode(out).is_ok();
                self.keep_alive.pinged(now, written);
            }
            Ok(false) => {}
        }
        Ok(())
    }

    /// When to call [`handle_timeout`](Self::handle_timeout); always later than
    /// its last call. None without a connection or with keep-alive 0.
    pub fn poll_timeout(&self) -> Option<Instant> {
        match self.state {
            State::Idle | State::Left => None,
            _ => self.keep_alive.poll_timeout(),
        }
    }

    /// As [`Buf::trim`](crate::Buf::trim).
    pub fn trim(&mut self) -> usize {
        let terms = self.words.trim() + self.topics.trim();
        self.outgoing.trim() + self.incoming.trim() + self.subscriptions.trim() + terms
    }
}

/// FNV-1a: enough to tell the client ids and brokers one device is given apart.
pub(crate) fn fingerprint(name: &[u8]) -> u64 {
    name.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
