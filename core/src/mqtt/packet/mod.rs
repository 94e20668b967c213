//! The control packets of MQTT 3.1.1, one file each, both directions.
//!
//! [`frame`] finds where a packet ends, [`Packet::decode`] reads exactly one,
//! [`Packet::encode`] writes one. What is decoded borrows from the bytes; no
//! packet is copied. Only what the standard allows is decoded, so decoding and
//! encoding a packet again gives the same bytes; [`Packet::decode_by`] also reads
//! what [`Rules::Lenient`] forgives.

mod ack;
mod connack;
mod connect;
mod disconnect;
mod error;
mod frame;
mod ping;
mod publish;
mod publish_head;
mod rules;
mod suback;
mod subscribe;
mod unsubscribe;
mod wire;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;

use crate::buffer::Buf;
use crate::mqtt::version::Version;
use core::fmt;

pub use ack::{Ack, AckKind};
pub use connack::Connack;
pub use connect::{Connect, Will};
pub use error::{EncodeError, Malformed};
use frame::header;
pub use frame::{Frame, frame, frame_by};
pub(crate) use publish::DUP;
pub use publish::Publish;
pub(crate) use publish_head::{PublishHead, is_publish};
pub use rules::Rules;
pub use suback::{REFUSED, Suback};
pub use subscribe::{Requests, Subscribe};
pub use unsubscribe::{Filters, Unsubscribe};

/// One control packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packet<'p> {
    /// A client asks for a session.
    Connect(Connect<'p>),
    /// The broker's answer to it.
    Connack(Connack),
    /// A message.
    Publish(Publish<'p>),
    /// PUBACK, PUBREC, PUBREL, PUBCOMP or UNSUBACK.
    Ack(Ack),
    /// A client asks for messages.
    Subscribe(Subscribe<'p>),
    /// The broker's answer to it.
    Suback(Suback<'p>),
    /// A client no longer wants messages.
    Unsubscribe(Unsubscribe<'p>),
    /// The client shows that it is there.
    Pingreq,
    /// The broker's answer to it.
    Pingresp,
    /// The client leaves.
    Disconnect,
}

impl<'p> Packet<'p> {
    /// Reads `bytes`, which must be exactly one packet, as the standard has it.
    #[inline]
    pub fn decode(bytes: &'p [u8]) -> Result<Self, Malformed> {
        Self::decode_by(Rules::Strict, bytes)
    }

    /// Reads `bytes`, which must be exactly one packet.
    #[inline]
    pub fn decode_by(rules: Rules, bytes: &'p [u8]) -> Result<Self, Malformed> {
        let (start, remaining) = header(rules, bytes)?.ok_or(Malformed)?;
        let &first = bytes.first().ok_or(Malformed)?;
        let body = bytes.get(start..).ok_or(Malformed)?;
        if body.len() == remaining {
            Self::decode_body(rules, first, body)
        } else {
            Err(Malformed)
        }
    }

    /// `first` has been checked by [`header`]. Most of what is decoded acknowledges.
    #[inline]
    fn decode_body(rules: Rules, first: u8, body: &'p [u8]) -> Result<Self, Malformed> {
        let ack = |kind| Ack::decode(kind, body).map(Self::Ack);
        match first >> 4 {
            4 => ack(AckKind::Puback),
            5 => ack(AckKind::Pubrec),
            6 => ack(AckKind::Pubrel),
            7 => ack(AckKind::Pubcomp),
            11 => ack(AckKind::Unsuback),
            _ => Self::decode_other(rules, first, body),
        }
    }

    /// Any other packet.
    #[inline(never)]
    fn decode_other(rules: Rules, first: u8, body: &'p [u8]) -> Result<Self, Malformed> {
        let empty = |packet| {
            if body.is_empty() {
                Ok(packet)
            } else {
                Err(Malformed)
            }
        };
        match first >> 4 {
            1 => Connect::decode(body).map(Self::Connect),
            2 => Connack::decode(rules, body).map(Self::Connack),
            3 => Publish::decode(first, body).map(Self::Publish),
            8 => Subscribe::decode(body).map(Self::Subscribe),
            9 => Suback::decode(rules, body).map(Self::Suback),
            10 => Unsubscribe::decode(body).map(Self::Unsubscribe),
            12 => empty(Self::Pingreq),
            13 => empty(Self::Pingresp),
            14 => empty(Self::Disconnect),
            _ => Err(Malformed),
        }
    }

    /// Appends the packet to `out`, whole or not at all.
    pub fn encode(&self, out: &mut Buf<'_>) -> Result<(), EncodeError> {
        match self {
            Self::Connect(connect) => connect.encode(Version::V311, out),
            Self::Connack(connack) => connack.encode(out),
            Self::Publish(publish) => publish.encode(out),
            Self::Ack(ack) => ack.encode(out),
            Self::Subscribe(subscribe) => subscribe.encode(out),
            Self::Suback(suback) => suback.encode(out),
            Self::Unsubscribe(unsubscribe) => unsubscribe.encode(out),
            Self::Pingreq => Ok(out.extend(&ping::PINGREQ)?),
            Self::Pingresp => Ok(out.extend(&ping::PINGRESP)?),
            Self::Disconnect => Ok(out.extend(&disconnect::DISCONNECT)?),
        }
    }
}

/// One line for a trace, without passwords and payloads.
impl fmt::Display for Packet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect(connect) => fmt::Display::fmt(connect, f),
            Self::Connack(connack) => fmt::Display::fmt(connack, f),
            Self::Publish(publish) => fmt::Display::fmt(publish, f),
            Self::Ack(ack) => fmt::Display::fmt(ack, f),
            Self::Subscribe(subscribe) => fmt::Display::fmt(subscribe, f),
            Self::Suback(suback) => fmt::Display::fmt(suback, f),
            Self::Unsubscribe(unsubscribe) => fmt::Display::fmt(unsubscribe, f),
            Self::Pingreq => f.write_str("PINGREQ"),
            Self::Pingresp => f.write_str("PINGRESP"),
            Self::Disconnect => f.write_str("DISCONNECT"),
        }
    }
}
