//! An MQTT client without I/O, of 3.1.1 and 5.0: the packets and the session. Knows no
//! AT.
//!
//! [`packet`] turns bytes into packets and back, in both directions, so that a
//! scripted broker, a trace and a fuzzer use the same code as the client.
//! [`session`] is the client's half of a session: what to write, what happened,
//! when to wake up. [`topic`] holds the rules for topic names and filters and
//! [`version`] what another version of MQTT would do differently.
//!
//! Nothing here reads a clock, draws a random number, takes memory that was not
//! lent or panics, whatever a peer sends. Clause numbers such as
//! `[MQTT-3.3.1-4]` are those of MQTT 3.1.1 (OASIS, 29 October 2014).

pub mod carrier;
mod error;
pub mod packet;
pub mod property;
pub mod reason;
pub mod session;
pub mod topic;
pub mod version;
mod wire;

use core::fmt;
use core::num::NonZeroU16;

pub use error::{DecodeError, EncodeError};
pub use packet::{Connect, Frame, Packet, Rules, Will, frame, frame_as, frame_by};
pub use property::Properties;
pub use session::{Dead, SendError, Session, SessionEvent, Violation};
pub use version::Version;

/// A packet identifier, 1–65535 `[MQTT-2.3.1-1]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PacketId(NonZeroU16);

impl PacketId {
    /// The lowest one.
    pub(crate) const FIRST: Self = Self(NonZeroU16::MIN);

    /// The identifier `id`, none for 0.
    pub const fn new(id: u16) -> Option<Self> {
        match NonZeroU16::new(id) {
            Some(id) => Some(Self(id)),
            None => None,
        }
    }

    /// As the number on the wire.
    pub const fn get(self) -> u16 {
        self.0.get()
    }

    /// The identifier after this one; 1 follows 65535.
    pub(crate) const fn next(self) -> Self {
        match self.0.checked_add(1) {
            Some(id) => Self(id),
            None => Self::FIRST,
        }
    }
}

impl fmt::Display for PacketId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// How surely a message is delivered (clause 4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Qos {
    /// 0: sent once and not acknowledged.
    AtMostOnce,
    /// 1: sent until it is acknowledged.
    AtLeastOnce,
    /// 2: acknowledged in two steps, never delivered twice.
    ExactlyOnce,
}

impl Qos {
    /// The level of this number, none above 2 `[MQTT-3.3.1-4]`.
    pub const fn new(level: u8) -> Option<Self> {
        match level {
            0 => Some(Self::AtMostOnce),
            1 => Some(Self::AtLeastOnce),
            2 => Some(Self::ExactlyOnce),
            _ => None,
        }
    }

    /// As the number on the wire.
    pub const fn level(self) -> u8 {
        match self {
            Self::AtMostOnce => 0,
            Self::AtLeastOnce => 1,
            Self::ExactlyOnce => 2,
        }
    }
}
