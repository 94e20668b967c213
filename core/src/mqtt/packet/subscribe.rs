//! SUBSCRIBE: a client asks for messages (clause 3.8).

use super::wire::{Reader, Writer, counted};
use super::{EncodeError, Malformed};
use crate::buffer::Buf;
use crate::mqtt::{PacketId, Qos, topic};
use core::fmt;

/// A client asks for messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subscribe<'p> {
    /// SUBACK will carry it.
    pub id: PacketId,
    /// What is asked for, at least one `[MQTT-3.8.3-3]`.
    pub requests: Requests<'p>,
}

/// Topic filters, each with the highest QoS wanted.
#[derive(Clone, Copy)]
pub struct Requests<'p>(Source<'p>);

#[derive(Clone, Copy)]
enum Source<'p> {
    Wire(&'p [u8]),
    List(&'p [(&'p str, Qos)]),
}

impl<'p> Requests<'p> {
    /// These, in this order.
    pub fn of(list: &'p [(&'p str, Qos)]) -> Self {
        Self(Source::List(list))
    }

    /// One after the other, as on the wire.
    pub fn iter(&self) -> impl Iterator<Item = (&'p str, Qos)> + use<'p> {
        let (wire, list): (&[u8], &[_]) = match self.0 {
            Source::Wire(bytes) => (bytes, &[]),
            Source::List(list) => (&[], list),
        };
        let mut reader = Reader::new(wire);
        core::iter::from_fn(move || next(&mut reader).ok()).chain(list.iter().copied())
    }
}

fn next<'p>(reader: &mut Reader<'p>) -> Result<(&'p str, Qos), Malformed> {
    let filter = reader.string()?;
    let qos = Qos::new(reader.u8()?).ok_or(Malformed)?;
    if topic::is_topic_filter(filter) {
        Ok((filter, qos))
    } else {
        Err(Malformed)
    }
}

impl PartialEq for Requests<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Requests<'_> {}

impl fmt::Debug for Requests<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<'p> Subscribe<'p> {
    pub(super) fn decode(body: &'p [u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(body);
        let id = reader.id()?;
        let wire = reader.rest();
        let mut reader = Reader::new(wire);
        next(&mut reader)?;
        while !reader.is_empty() {
            next(&mut reader)?;
        }
        Ok(Self {
            id,
            requests: Requests(Source::Wire(wire)),
        })
    }

    pub(super) fn encode(&self, out: &mut Buf<'_>) -> Result<(), EncodeError> {
        let mut remaining = 0_usize;
        for (filter, _) in self.requests.iter() {
            if !topic::is_topic_filter(filter) {
                return Err(EncodeError::Invalid);
            }
            remaining = remaining.saturating_add(counted(filter.as_bytes()) + 1);
        }
        if remaining == 0 {
            return Err(EncodeError::Invalid);
        }
        let mut writer = Writer::start(out, 0x82, remaining.saturating_add(2))?;
        writer.id(self.id)?;
        for (filter, qos) in self.requests.iter() {
            writer.binary(filter.as_bytes())?;
            writer.u8(qos.level())?;
        }
        Ok(())
    }
}

impl fmt::Display for Subscribe<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SUBSCRIBE id={}", self.id)?;
        for (filter, qos) in self.requests.iter() {
            write!(f, " {filter:?} q{}", qos.level())?;
        }
        Ok(())
    }
}
