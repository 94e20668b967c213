//! What a session reports.

use crate::buffer::Full;
use crate::mqtt::packet::EncodeError;
use crate::mqtt::{PacketId, Qos};
use core::fmt;

/// What a packet from the broker meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionEvent<'p> {
    /// Nothing the caller has to know of.
    Nothing,
    /// The memory for messages received is full, and the host or the disk makes
    /// room: hand the packet in again once the session
    /// [receives](super::Session::is_receiving), and nothing before it.
    Later,
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
    /// A message came. It is acknowledged already, unless it is deferred.
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
        /// Its number if it is [deferred](super::Session::set_deferring), else 0.
        number: u32,
    },
    /// A message came that cannot be read and ended the connection too often: it is
    /// acknowledged and gone.
    Unreadable {
        /// The QoS it was sent with; 3 if it was that.
        qos: u8,
        /// Bytes of its payload, as far as that can be told.
        length: u32,
    },
    /// The broker has taken over the message: PUBACK or PUBCOMP.
    Published {
        /// Its packet identifier.
        id: PacketId,
        /// What the host knows it by, if it was accepted as tracked.
        tracked: Option<u32>,
    },
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

/// The broker does not answer any more; close the transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dead;

/// Why a message was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum DropReason {
    /// The session it belonged to ended.
    Ended = 0,
    /// The broker had taken it over and forgot the session: it may have been
    /// passed on or not.
    SessionLost = 1,
    /// There was no room for it.
    NoRoom = 2,
    /// It was for another broker or client.
    Moved = 3,
    /// The connection ended each time it was sent.
    SetAside = 4,
    /// The caller [dropped](super::Session::drop_message) it.
    Dropped = 5,
}

impl DropReason {
    pub(super) fn of(code: u8) -> Self {
        match code {
            1 => Self::SessionLost,
            2 => Self::NoRoom,
            3 => Self::Moved,
            4 => Self::SetAside,
            5 => Self::Dropped,
            _ => Self::Ended,
        }
    }
}

/// A message that will not be sent any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// Its packet identifier.
    pub id: Option<PacketId>,
    /// What the host knows it by, if it was accepted as tracked.
    pub tracked: Option<u32>,
    /// Why.
    pub reason: DropReason,
}
