//! The packets that are nothing but a packet identifier: PUBACK, PUBREC,
//! PUBREL, PUBCOMP and UNSUBACK (clauses 3.4–3.7 and 3.11).

use super::wire::Reader;
use super::{EncodeError, Malformed};
use crate::buffer::Buf;
use crate::mqtt::PacketId;
use core::fmt;

/// Which of them it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AckKind {
    /// Answers a QoS 1 PUBLISH.
    Puback,
    /// Answers a QoS 2 PUBLISH.
    Pubrec,
    /// Answers PUBREC.
    Pubrel,
    /// Answers PUBREL.
    Pubcomp,
    /// Answers UNSUBSCRIBE.
    Unsuback,
}

impl AckKind {
    /// Type and flags; PUBREL alone has flags 0010 `[MQTT-3.6.1-1]`.
    const fn first(self) -> u8 {
        match self {
            Self::Puback => 0x40,
            Self::Pubrec => 0x50,
            Self::Pubrel => 0x62,
            Self::Pubcomp => 0x70,
            Self::Unsuback => 0xb0,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Puback => "PUBACK",
            Self::Pubrec => "PUBREC",
            Self::Pubrel => "PUBREL",
            Self::Pubcomp => "PUBCOMP",
            Self::Unsuback => "UNSUBACK",
        }
    }
}

/// An acknowledgement of the packet that carried `id` `[MQTT-2.3.1-6]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ack {
    /// Which of them it is.
    pub kind: AckKind,
    /// What it acknowledges.
    pub id: PacketId,
}

impl Ack {
    pub(super) fn decode(kind: AckKind, body: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(body);
        let id = reader.id()?;
        reader.end()?;
        Ok(Self { kind, id })
    }

    pub(in crate::mqtt) fn encode(self, out: &mut Buf<'_>) -> Result<(), EncodeError> {
        let [high, low] = self.id.get().to_be_bytes();
        Ok(out.extend(&[self.kind.first(), 2, high, low])?)
    }
}

impl fmt::Display for Ack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} id={}", self.kind.name(), self.id)
    }
}
