//! The control packets of MQTT 3.1.1 and 5.0, one file each, both directions.
//!
//! [`frame_as`] finds where a packet ends, [`Packet::decode_as`] reads exactly one,
//! [`Packet::encode_as`] writes one; without a version they are those of 3.1.1. What is
//! decoded borrows from the bytes; no packet is copied. Only what the standard allows is
//! decoded, and in 3.1.1 what [`Rules::Lenient`] forgives. Decoding and encoding a packet
//! again gives the same bytes, but that MQTT 5 lets a reason code of success and an empty
//! block of properties be left out at the end: these are not written.

mod ack;
mod auth;
mod connack;
mod connect;
mod disconnect;
mod frame;
mod ping;
mod publish;
mod publish_head;
mod rules;
mod shown;
mod suback;
mod subscribe;
mod subscribe_options;
mod unsuback;
mod unsubscribe;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;

use crate::buffer::Buf;
use crate::mqtt::Version;
pub use crate::mqtt::error::{DecodeError, EncodeError};
use DecodeError::Malformed;
use core::fmt;

pub use ack::{Ack, AckKind};
pub use auth::Auth;
pub use connack::Connack;
pub use connect::{Connect, Will};
pub use disconnect::Disconnect;
use frame::header;
pub use frame::{Frame, frame, frame_as, frame_by};
pub(crate) use publish::DUP;
pub use publish::Publish;
pub(crate) use publish_head::{PublishHead, is_publish};
pub use rules::Rules;
pub use suback::{REFUSED, Suback};
pub use subscribe::{Requests, Subscribe};
pub use subscribe_options::SubscribeOptions;
pub use unsuback::Unsuback;
pub use unsubscribe::{Filters, Unsubscribe};

/// One control packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packet<'p> {
    /// A client asks for a session.
    Connect(Connect<'p>),
    /// The broker's answer to it.
    Connack(Connack<'p>),
    /// A message.
    Publish(Publish<'p>),
    /// PUBACK, PUBREC, PUBREL or PUBCOMP.
    Ack(Ack<'p>),
    /// A client asks for messages.
    Subscribe(Subscribe<'p>),
    /// The broker's answer to it.
    Suback(Suback<'p>),
    /// A client no longer wants messages.
    Unsubscribe(Unsubscribe<'p>),
    /// The broker's answer to it.
    Unsuback(Unsuback<'p>),
    /// The client shows that it is there.
    Pingreq,
    /// The broker's answer to it.
    Pingresp,
    /// The connection ends: by the client, in MQTT 5 also by the broker.
    Disconnect(Disconnect<'p>),
    /// A step of authentication; in MQTT 5 alone.
    Auth(Auth<'p>),
}

impl<'p> Packet<'p> {
    /// Reads `bytes`, which must be exactly one packet, as 3.1.1 has it.
    #[inline]
    pub fn decode(bytes: &'p [u8]) -> Result<Self, DecodeError> {
        Self::decode_by(Rules::Strict, bytes)
    }

    /// Reads `bytes`, which must be exactly one packet of 3.1.1.
    #[inline]
    pub fn decode_by(rules: Rules, bytes: &'p [u8]) -> Result<Self, DecodeError> {
        Self::decode_as(Version::V311, rules, bytes)
    }

    /// Reads `bytes`, which must be exactly one packet of this version. A CONNECT of
    /// another one is malformed; [`Version::of_connect`] says which one it is of.
    #[inline]
    pub fn decode_as(version: Version, rules: Rules, bytes: &'p [u8]) -> Result<Self, DecodeError> {
        let (start, remaining) = header(version, rules, bytes)?.ok_or(Malformed)?;
        let &first = bytes.first().ok_or(Malformed)?;
        let body = bytes.get(start..).ok_or(Malformed)?;
        if body.len() == remaining {
            Self::decode_body(version, rules, first, body)
        } else {
            Err(Malformed)
        }
    }

    /// `first` has been checked by [`header`]. Most of what is decoded acknowledges.
    #[inline]
    fn decode_body(
        version: Version,
        rules: Rules,
        first: u8,
        body: &'p [u8],
    ) -> Result<Self, DecodeError> {
        let ack = |kind| Ack::decode(version, kind, body).map(Self::Ack);
        match first >> 4 {
            4 => ack(AckKind::Puback),
            5 => ack(AckKind::Pubrec),
            6 => ack(AckKind::Pubrel),
            7 => ack(AckKind::Pubcomp),
            _ => Self::decode_other(version, rules.under(version), first, body),
        }
    }

    /// Any other packet.
    #[inline(never)]
    fn decode_other(
        version: Version,
        rules: Rules,
        first: u8,
        body: &'p [u8],
    ) -> Result<Self, DecodeError> {
        let empty = |packet| {
            if body.is_empty() {
                Ok(packet)
            } else {
                Err(Malformed)
            }
        };
        match first >> 4 {
            1 => Connect::decode(version, body).map(Self::Connect),
            2 => Connack::decode(version, rules, body).map(Self::Connack),
            3 => Publish::decode(version, first, body).map(Self::Publish),
            8 => Subscribe::decode(version, body).map(Self::Subscribe),
            9 => Suback::decode(version, rules, body).map(Self::Suback),
            10 => Unsubscribe::decode(version, body).map(Self::Unsubscribe),
            11 => Unsuback::decode(version, body).map(Self::Unsuback),
            12 => empty(Self::Pingreq),
            13 => empty(Self::Pingresp),
            14 => Disconnect::decode(version, body).map(Self::Disconnect),
            15 => Auth::decode(version, body).map(Self::Auth),
            _ => Err(Malformed),
        }
    }

    /// Appends the packet to `out` as 3.1.1 has it, whole or not at all.
    pub fn encode(&self, out: &mut Buf<'_>) -> Result<(), EncodeError> {
        self.encode_as(Version::V311, out)
    }

    /// Appends the packet to `out` as this version has it, whole or not at all. What
    /// 3.1.1 does not have, properties and reason codes, it does not write.
    pub fn encode_as(&self, version: Version, out: &mut Buf<'_>) -> Result<(), EncodeError> {
        match self {
            Self::Connect(connect) if connect.version == version => connect.encode(out),
            Self::Connect(_) => Err(EncodeError::Invalid),
            Self::Connack(connack) => connack.encode(version, out),
            Self::Publish(publish) => publish.encode_as(version, out),
            Self::Ack(ack) => ack.encode(version, out),
            Self::Subscribe(subscribe) => subscribe.encode(version, out),
            Self::Suback(suback) => suback.encode(version, out),
            Self::Unsubscribe(unsubscribe) => unsubscribe.encode(version, out),
            Self::Unsuback(unsuback) => unsuback.encode(version, out),
            Self::Pingreq => Ok(out.extend(&ping::PINGREQ)?),
            Self::Pingresp => Ok(out.extend(&ping::PINGRESP)?),
            Self::Disconnect(disconnect) => disconnect.encode(version, out),
            Self::Auth(auth) => auth.encode(version, out),
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
            Self::Unsuback(unsuback) => fmt::Display::fmt(unsuback, f),
            Self::Pingreq => f.write_str("PINGREQ"),
            Self::Pingresp => f.write_str("PINGRESP"),
            Self::Disconnect(disconnect) => fmt::Display::fmt(disconnect, f),
            Self::Auth(auth) => fmt::Display::fmt(auth, f),
        }
    }
}
