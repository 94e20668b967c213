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
//! A [`Violation`], [`Dead`], [`Event::Refused`] and
//! [`disconnect`](Session::disconnect) each leave the session as `lost` does:
//! nothing more is written and whatever still comes in is ignored. The caller
//! sends what is in the buffer after `disconnect`, nothing after the others,
//! and closes `[MQTT-3.14.4-1]`, `[MQTT-4.8.0-1]`.
//!
//! # Messages sent
//!
//! Every QoS 1 or 2 publish takes a packet identifier and ends in exactly one of
//! three ways: [`Event::Published`], [`poll_dropped`](Session::poll_dropped) or
//! [`give_up`](Session::give_up). At most [`WINDOW`] are in flight.
//!
//! With clean session 1 nothing of a message is kept, and those in flight when
//! the connection ends are dropped. With clean session 0 they stay and are sent
//! again in their order when the broker has accepted the next CONNECT
//! `[MQTT-4.4.0-1]`, `[MQTT-4.6.0-1]`; until that is done new ones are refused
//! with [`SendError::WindowFull`].
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
//! * The subscriptions are gone; [`Event::Connected`] says so.
//!
//! # What may be added without changing this
//!
//! A journal on disk: messages in flight change in three ways only (see
//! `log.rs`), identifiers received in two. An acknowledgement the host gives:
//! [`Event::Message`] would carry the identifier, and a call would write what
//! `handle` writes now. A queue for messages while there is no connection: the
//! log, without having been sent.

mod incoming;
mod journal;
mod keepalive;
mod log;
mod memory;
mod outgoing;
mod received;
mod slots;
mod subscriptions;

use super::codec::{Connect, EncodeError, Packet};
use super::{PacketId, Qos};
use crate::mem::{Buf, Full};
use crate::time::Instant;
use core::fmt;
pub use journal::Record;
use keepalive::KeepAlive;
use log::Log;
use received::Received;
use slots::Slots;
use subscriptions::Subscriptions;

/// Publishes in flight at most; a common broker drops clients with more than 16.
pub const WINDOW: usize = 10;

/// Room [`Session::handle`] and [`Session::handle_timeout`] need in `out`.
pub const ROOM: usize = 64;

/// What a packet from the broker meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'p> {
    /// Nothing the caller has to know of.
    Nothing,
    /// The broker accepted CONNECT.
    Connected {
        /// Whether it still has the session of before.
        session_present: bool,
    },
    /// The broker refused CONNECT; close the transport.
    Refused {
        /// Return code 1–5 (table 3.1).
        code: u8,
    },
    /// A message came. It is acknowledged already.
    Message {
        /// Topic name.
        topic: &'p str,
        /// The QoS it was sent with.
        qos: Qos,
        /// Whether the broker had kept it.
        retain: bool,
        /// Whether QoS 1 may have delivered it before.
        dup: bool,
        /// Any bytes.
        payload: &'p [u8],
    },
    /// The broker has taken over the message: PUBACK or PUBCOMP.
    Published(PacketId),
    /// The broker answered SUBSCRIBE.
    Subscribed {
        /// Which one.
        id: PacketId,
        /// The QoS it granted, or that it refused.
        granted: Result<Qos, ()>,
    },
    /// The broker answered UNSUBSCRIBE.
    Unsubscribed(PacketId),
}

/// Why something was not sent. Nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendError {
    /// The broker has not accepted a CONNECT.
    NotConnected,
    /// Too much is unanswered, or being sent again: later.
    WindowFull,
    /// It does not fit the room that is left in `out` or in the session.
    Full,
    /// The standard does not allow it: a topic name, a topic filter, a will,
    /// a password without a user name, an empty client id.
    Invalid,
}

impl From<EncodeError> for SendError {
    fn from(error: EncodeError) -> Self {
        match error {
            EncodeError::Invalid => Self::Invalid,
            EncodeError::Full => Self::Full,
        }
    }
}

impl From<Full> for SendError {
    fn from(Full: Full) -> Self {
        Self::Full
    }
}

/// Why the connection must be closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Violation {
    /// The bytes are no packet of MQTT 3.1.1 `[MQTT-4.8.0-1]`.
    Malformed,
    /// The packet may not come from a broker, or not now `[MQTT-3.2.0-1]`.
    Unexpected,
    /// Not the broker's fault: the memory lent does not hold what must be kept
    /// `[MQTT-4.8.0-2]`.
    Full,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "malformed packet",
            Self::Unexpected => "unexpected packet",
            Self::Full => "too many unreleased messages",
        })
    }
}

/// The broker is not heard any more; close the transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dead;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// No transport, or one to be closed.
    Idle,
    /// CONNECT is written.
    Connecting,
    Connected,
}

/// A client's session with a broker; the [module](self) says how to drive it.
#[derive(Debug)]
pub struct Session<'a> {
    state: State,
    clean: bool,
    /// See [`Session::set_renewing`].
    renews: bool,
    /// Whose state this is `[MQTT-3.1.3-2]`.
    client: u64,
    keep_alive: KeepAlive,
    slots: Slots,
    log: Log<'a>,
    received: Received<'a>,
    subscriptions: Subscriptions<'a>,
    ignored: u32,
}

impl<'a> Session<'a> {
    /// A session without a connection, on memory that is lent:
    ///
    /// * `in_flight`, for clean session 0 only: the packet and 6 bytes for each
    ///   QoS 1 or 2 publish until it is acknowledged.
    /// * `received`: 2 bytes for each QoS 2 message the broker has in flight to
    ///   us; if that is not enough the connection is closed.
    /// * `subscriptions`: the filter and 5 bytes for each.
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
            clean: true,
            renews: false,
            client: 0,
            keep_alive: KeepAlive::default(),
            slots: Slots::new(first),
            log: Log::new(in_flight),
            received: Received::new(received),
            subscriptions: Subscriptions::new(subscriptions),
            ignored: 0,
        }
    }

    /// The transport is up: writes CONNECT, the first packet of a connection
    /// `[MQTT-3.1.0-1]`. `out` must be empty.
    ///
    /// What is known of an earlier session is discarded now if the session is to
    /// be clean `[MQTT-3.1.2-6]` or is another client's `[MQTT-3.1.3-2]`; the
    /// publishes lost by that are told by [`poll_dropped`](Self::poll_dropped).
    ///
    /// Fails with `Full` or `Invalid`; nothing has changed then.
    pub fn connect(
        &mut self,
        now: Instant,
        connect: &Connect<'_>,
        out: &mut Buf<'_>,
    ) -> Result<(), SendError> {
        Packet::Connect(*connect).encode(out)?;
        self.lost();
        let client = fingerprint(connect.client_id.as_bytes());
        if client != self.client {
            self.forget();
        } else if connect.clean_session {
            self.start_anew();
        }
        self.client = client;
        self.clean = connect.clean_session;
        self.state = State::Connecting;
        self.keep_alive = KeepAlive::start(now, connect.keep_alive);
        Ok(())
    }

    /// Whether the broker has accepted CONNECT and the connection stands.
    pub fn is_connected(&self) -> bool {
        self.state == State::Connected
    }

    /// Writes DISCONNECT and ends the connection as [`lost`](Self::lost) does:
    /// nothing is written after it `[MQTT-3.14.4-2]`. The caller sends what is in
    /// `out` and closes. Writes nothing without a connection.
    pub fn disconnect(&mut self, out: &mut Buf<'_>) -> Result<(), Full> {
        if self.state != State::Idle && Packet::Disconnect.encode(out).is_err() {
            return Err(Full);
        }
        self.lost();
        Ok(())
    }

    /// Whether subscriptions the broker forgets are asked for again.
    pub fn set_renewing(&mut self, on: bool) {
        self.renews = on;
    }

    /// The transport is gone, or about to be. SUBSCRIBE and UNSUBSCRIBE without
    /// an answer are forgotten; with clean session 1 so is everything else, and
    /// [`poll_dropped`](Self::poll_dropped) tells the publishes.
    pub fn lost(&mut self) {
        if self.state == State::Idle {
            return;
        }
        self.state = State::Idle;
        self.keep_alive = KeepAlive::default();
        self.end_requests();
        if self.clean {
            self.start_anew();
        }
    }

    /// Forgets the session, as for another broker: to be called without a
    /// connection. [`poll_dropped`](Self::poll_dropped) tells the publishes.
    pub fn forget(&mut self) {
        self.lost();
        self.start_anew();
        self.subscriptions.clear();
    }

    /// Forgets what belongs to a session, but for subscriptions to be renewed.
    fn start_anew(&mut self) {
        self.drop_publishes();
        self.received.clear();
        self.end_subscriptions();
    }

    /// The broker has forgotten the subscriptions.
    fn end_subscriptions(&mut self) {
        if self.renews {
            self.subscriptions.expire();
        } else {
            self.subscriptions.clear();
        }
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
        if self.state == State::Idle {
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
            State::Idle => None,
            _ => self.keep_alive.poll_timeout(),
        }
    }

    /// The subscriptions the broker granted, with the QoS it granted, in the
    /// order they were first asked for.
    pub fn subscriptions(&self) -> impl Iterator<Item = (&str, Qos)> {
        self.subscriptions.granted()
    }

    /// Acknowledgements nothing waited for, since the start.
    pub fn ignored_acks(&self) -> u32 {
        self.ignored
    }
}

/// FNV-1a: enough to tell the client ids and brokers one device is given apart.
pub(crate) fn fingerprint(name: &[u8]) -> u64 {
    name.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
