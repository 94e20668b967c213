//! PUBLISH: a message, in either direction (clause 3.3).

use super::frame::header;
use super::publish_head::{PUBLISH, PublishHead, is_publish};
use super::rules::Rules;
use crate::buffer::Buf;
use crate::mqtt::carrier::Carrier;
use crate::mqtt::error::DecodeError::{self, Malformed, Protocol};
use crate::mqtt::error::EncodeError;
use crate::mqtt::property::{self, Properties};
use crate::mqtt::wire::{Reader, Writer, counted, varint, whole};
use crate::mqtt::{PacketId, Qos, Version, topic};
use core::fmt;

/// The bit of the first byte that marks a re-delivery `[MQTT-3.3.1-1]`.
pub(crate) const DUP: u8 = 0x08;
const RETAIN: u8 = 0x01;

/// A message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Publish<'p> {
    /// Whether it may have been sent before; never with QoS 0 `[MQTT-3.3.1-2]`, unless
    /// a broker is [forgiven](super::Rules) it.
    pub dup: bool,
    /// How surely it is delivered.
    pub qos: Qos,
    /// To the broker: keep it. From the broker: it was kept.
    pub retain: bool,
    /// Topic name. In MQTT 5 it may be empty if a topic alias says which one is meant.
    pub topic: &'p str,
    /// None exactly with QoS 0 `[MQTT-2.3.1-5]`.
    pub id: Option<PacketId>,
    /// None in 3.1.1.
    pub properties: Properties<'p>,
    /// Any bytes.
    pub payload: &'p [u8],
}

impl<'p> Publish<'p> {
    pub(in crate::mqtt) fn is_valid(&self) -> bool {
        let once = self.qos == Qos::AtMostOnce;
        let named = topic::is_topic_name(self.topic) || self.is_aliased();
        once == self.id.is_none() && !(once && self.dup) && named
    }

    /// Whether an alias stands in place of the topic; never in 3.1.1, which has no
    /// properties.
    fn is_aliased(&self) -> bool {
        self.topic.is_empty() && self.properties.has(&property::ALIAS)
    }

    /// Reads the start of a PUBLISH that has not come whole: its payload is what has
    /// come of it. None while bytes before the payload are missing.
    pub fn decode_start(
        version: Version,
        rules: Rules,
        bytes: &'p [u8],
    ) -> Result<Option<Self>, DecodeError> {
        let Some((start, remaining)) = header(version, rules, bytes)? else {
            return Ok(None);
        };
        let &first = bytes.first().ok_or(Malformed)?;
        if !is_publish(bytes) {
            return Err(Malformed);
        }
        let body = bytes.get(start..).unwrap_or_default();
        let body = body.get(..remaining).unwrap_or(body);
        let head = PublishHead::of(version, bytes);
        if body.len() < remaining && (!head.is_known || body.len() < head.body()) {
            return Ok(None);
        }
        Self::decode(version, first, body).map(Some)
    }

    /// Whether its flags may be is decided by the header.
    pub(super) fn decode(version: Version, flags: u8, body: &'p [u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(body);
        let qos = Qos::new(flags >> 1 & 3).ok_or(Malformed)?;
        let topic = reader.string()?;
        let id = (qos != Qos::AtMostOnce).then(|| reader.id()).transpose()?;
        let properties = Properties::read_in(version, Carrier::Publish, &mut reader)?;
        let publish = Self {
            dup: flags & DUP != 0,
            qos,
            retain: flags & RETAIN != 0,
            topic,
            id,
            properties,
            payload: reader.rest(),
        };
        if topic::is_topic_name(topic) || publish.is_aliased() {
            Ok(publish)
        } else if topic.is_empty() && version == Version::V5 {
            Err(Protocol)
        } else {
            Err(Malformed)
        }
    }

    /// Appends it as this version has it, whole or not at all.
    #[inline]
    pub(in crate::mqtt) fn encode_as(
        &self,
        version: Version,
        out: &mut Buf<'_>,
    ) -> Result<(), EncodeError> {
        match version {
            Version::V311 if self.properties.is_empty() => self.write::<false>(out),
            Version::V311 => Err(EncodeError::Invalid),
            Version::V5 => self.write::<true>(out),
        }
    }

    /// Appends it, with a block of properties or without one.
    fn write<const BLOCK: bool>(&self, out: &mut Buf<'_>) -> Result<(), EncodeError> {
        if !self.is_valid() || (BLOCK && !self.properties.fit(Carrier::Publish)) {
            return Err(EncodeError::Invalid);
        }
        let mut remaining = self.remaining();
        if BLOCK {
            remaining = remaining.saturating_add(self.properties.size());
        }
        let mut writer = Writer::start(out, PUBLISH << 4 | self.flags(), remaining)?;
        writer.binary(self.topic.as_bytes())?;
        if let Some(id) = self.id {
            writer.id(id)?;
        }
        if BLOCK {
            self.properties.write(&mut writer)?;
        }
        writer.bytes(self.payload)
    }

    /// Appends it as MQTT 5 has it, with an alias for this topic, which is its own or
    /// empty.
    pub(in crate::mqtt) fn encode_aliased(
        &self,
        topic: &str,
        alias: u16,
        out: &mut Buf<'_>,
    ) -> Result<(), EncodeError> {
        let own = self.properties.as_bytes();
        let block = own.len().saturating_add(3);
        let rest = self.remaining() - self.topic.len() + topic.len();
        let remaining = rest.saturating_add(block).saturating_add(varint(block));
        if !self.is_valid() || !self.properties.fit(Carrier::Publish) {
            return Err(EncodeError::Invalid);
        }
        let mut writer = Writer::start(out, PUBLISH << 4 | self.flags(), remaining)?;
        writer.binary(topic.as_bytes())?;
        if let Some(id) = self.id {
            writer.id(id)?;
        }
        writer.varint(block)?;
        writer.u8(property::ALIAS.id)?;
        writer.u16(alias)?;
        writer.bytes(own)?;
        writer.bytes(self.payload)
    }

    /// Bytes it takes as this version sends it.
    pub(in crate::mqtt) fn len(&self, version: Version) -> usize {
        self.len_with(version, 0)
    }

    /// The same with `more` bytes than it has.
    pub(in crate::mqtt) fn len_with(&self, version: Version, more: usize) -> usize {
        let block = self.properties.size_in(version).unwrap_or(0);
        let remaining = self.remaining().saturating_add(block);
        whole(remaining.saturating_add(more))
    }

    /// Bytes after the fixed header without those of properties.
    fn remaining(&self) -> usize {
        let id = if self.id.is_some() { 2 } else { 0 };
        // No sum of two slices' lengths is too large for the type.
        counted(self.topic.as_bytes()) + id + self.payload.len()
    }

    fn flags(&self) -> u8 {
        let dup = if self.dup { DUP } else { 0 };
        dup | self.qos.level() << 1 | u8::from(self.retain)
    }
}

/// Shows the size of the payload, not the payload.
impl fmt::Display for Publish<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (dup, retain) = (u8::from(self.dup), u8::from(self.retain));
        write!(f, "PUBLISH q{} d{dup} r{retain}", self.qos.level())?;
        if let Some(id) = self.id {
            write!(f, " id={id}")?;
        }
        let properties = self.properties.shown(Carrier::Publish);
        let (topic, len) = (self.topic, self.payload.len());
        write!(f, " {topic:?}{properties} {len} bytes")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_start_of_a_message_is_read_once_its_payload_begins() {
        let whole = [0x32, 9, 0, 1, b't', 0, 7, b'a', b'b', b'c', b'd'];
        for len in 0..whole.len() {
            let publish =
                Publish::decode_start(Version::V311, Rules::Strict, &whole[..len]).unwrap();
            let payload = publish.map(|publish| publish.payload);
            assert_eq!(payload, whole[..len].get(7..), "{len} bytes");
        }
        let publish = Publish::decode_start(Version::V311, Rules::Strict, &whole).unwrap();
        assert_eq!(
            publish.map(|it| (it.topic, it.payload)),
            Some(("t", &b"abcd"[..]))
        );
        for wrong in [
            &[0x40, 2, 0, 7][..],
            &[0x30, 2, 0, 0],
            &[0x32, 2, 0, 9],
            &[0, 0],
        ] {
            assert_eq!(
                Publish::decode_start(Version::V311, Rules::Strict, wrong),
                Err(Malformed)
            );
        }
    }
}
