//! PUBLISH: a message, in either direction (clause 3.3).

use super::wire::{Reader, Writer, counted, whole};
use super::{EncodeError, Malformed};
use crate::buffer::Buf;
use crate::mqtt::{PacketId, Qos, topic};
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
    /// Topic name.
    pub topic: &'p str,
    /// None exactly with QoS 0 `[MQTT-2.3.1-5]`.
    pub id: Option<PacketId>,
    /// Any bytes.
    pub payload: &'p [u8],
}

impl<'p> Publish<'p> {
    pub(in crate::mqtt) fn is_valid(&self) -> bool {
        let once = self.qos == Qos::AtMostOnce;
        once == self.id.is_none() && !(once && self.dup) && topic::is_topic_name(self.topic)
    }

    /// Whether it can be read. Whether its flags may be is decided by the header.
    fn is_readable(&self) -> bool {
        topic::is_topic_name(self.topic)
    }

    pub(super) fn decode(flags: u8, body: &'p [u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(body);
        let qos = Qos::new(flags >> 1 & 3).ok_or(Malformed)?;
        let topic = reader.string()?;
        let id = (qos != Qos::AtMostOnce).then(|| reader.id()).transpose()?;
        let publish = Self {
            dup: flags & DUP != 0,
            qos,
            retain: flags & RETAIN != 0,
            topic,
            id,
            payload: reader.rest(),
        };
        if publish.is_readable() {
            Ok(publish)
        } else {
            Err(Malformed)
        }
    }

    pub(in crate::mqtt) fn encode(&self, out: &mut Buf<'_>) -> Result<(), EncodeError> {
        if !self.is_valid() {
            return Err(EncodeError::Invalid);
        }
        let mut writer = Writer::start(out, 0x30 | self.flags(), self.remaining())?;
        writer.binary(self.topic.as_bytes())?;
        if let Some(id) = self.id {
            writer.id(id)?;
        }
        writer.bytes(self.payload)
    }

    /// Bytes it takes as it is sent.
    pub(in crate::mqtt) fn len(&self) -> usize {
        whole(self.remaining())
    }

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
        write!(f, " {:?} {} bytes", self.topic, self.payload.len())
    }
}
