//! What a session reports.

use crate::buffer::Full;
use crate::mqtt::packet::EncodeError;
use crate::mqtt::{PacketId, Properties, Qos, reason};
use core::fmt;

/// What a packet from the broker meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionEvent<'p> {
    /// Nothing the caller has to know of.
    Nothing,
    /// The memory for messages received is full, and the host or the disk makes
    /// room: hand the packet in again once the session
    /// [receives](super::Session::is_receiving), and nothing before it. Or a PUBREC has
    /// come before that of an earlier message: hand it in again once the disk has answered.
    Later,
    /// The broker accepted CONNECT.
    Connected {
        /// Whether it still has the session of before.
        session_present: bool,
    },
    /// The broker refused CONNECT; close the transport.
    Refused {
        /// Return code 1–5 (table 3.1 of 3.1.1), or a reason code of MQTT 5.
        code: u8,
    },
    /// The broker of MQTT 5 ends the connection; close the transport.
    Disconnected {
        /// Its reason code.
        code: u8,
    },
    /// A message came. It is acknowledged already, unless it is deferred.
    Message {
        /// Topic name; empty where [`Session::topic_of`](super::Session::topic_of) the
        /// alias tells it.
        topic: &'p str,
        /// The alias in place of the topic, else 0.
        alias: u16,
        /// The QoS it was sent with.
        qos: Qos,
        /// Its packet identifier; none with QoS 0.
        id: Option<PacketId>,
        /// Whether the broker had kept it.
        retain: bool,
        /// Whether QoS 1 may have delivered it before.
        dup: bool,
        /// None in 3.1.1.
        properties: Properties<'p>,
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
        /// 0, or 16 if the broker has nobody to pass it on to.
        code: u8,
    },
    /// The broker of MQTT 5 refused a message or an UNSUBSCRIBE, which is over by that.
    Rejected {
        /// Its packet identifier.
        id: PacketId,
        /// What the host knows it by, if it is a message accepted as tracked.
        tracked: Option<u32>,
        /// The reason code.
        code: u8,
    },
    /// The broker answered SUBSCRIBE.
    Subscribed {
        /// Which one.
        id: PacketId,
        /// The QoS it granted, or the code by which it refused all of it.
        granted: Result<Qos, u8>,
        /// The code of each filter, in their order: the QoS, or why it was refused.
        codes: &'p [u8],
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
    /// The broker said that it does not take it, by this reason code; 0 where the
    /// version of the connection has no properties.
    Unsupported(u8),
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
    /// The bytes are no packet of this version `[MQTT-4.8.0-1]`.
    Malformed,
    /// The packet may not come from a broker, or not now `[MQTT-3.2.0-1]`.
    Unexpected,
    /// Not the broker's fault: the memory lent does not hold what must be kept
    /// `[MQTT-4.8.0-2]`; or the broker sent more than was announced.
    Full,
    /// A topic alias is 0, or higher than announced.
    Alias,
    /// A packet is larger than announced.
    TooLarge,
}

impl Violation {
    /// The reason code of DISCONNECT in MQTT 5.
    pub const fn code(self) -> u8 {
        match self {
            Self::Malformed => reason::MALFORMED,
            Self::Unexpected => reason::PROTOCOL_ERROR,
            Self::Full => reason::RECEIVE_MAXIMUM,
            Self::Alias => reason::TOPIC_ALIAS,
            Self::TooLarge => reason::TOO_LARGE,
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "malformed packet",
            Self::Unexpected => "unexpected packet",
            Self::Full => "too many unreleased messages",
            Self::Alias => "topic alias invalid",
            Self::TooLarge => "packet too large",
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
    /// It expired before it was sent.
    Expired = 6,
    /// The broker refused it.
    Refused = 7,
    /// The broker does not take its QoS.
    NoQos = 8,
    /// The broker keeps no messages.
    NoRetain = 9,
    /// It is larger than the broker takes.
    TooLarge = 10,
}

impl DropReason {
    pub(super) fn of(code: u8) -> Self {
        match code {
            1 => Self::SessionLost,
            2 => Self::NoRoom,
            3 => Self::Moved,
            4 => Self::SetAside,
            5 => Self::Dropped,
            6 => Self::Expired,
            7 => Self::Refused,
            8 => Self::NoQos,
            9 => Self::NoRetain,
            10 => Self::TooLarge,
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
