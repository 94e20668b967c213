//! UNSUBSCRIBE: a client no longer wants messages (clause 3.10).

use super::wire::{Reader, Writer, counted};
use super::{EncodeError, Malformed};
use crate::buffer::Buf;
use crate::mqtt::{PacketId, topic};
use core::fmt;

/// A client no longer wants messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsubscribe<'p> {
    /// UNSUBACK will carry it.
    pub id: PacketId,
    /// What is no longer wanted, at least one `[MQTT-3.10.3-2]`.
    pub filters: Filters<'p>,
}

/// Topic filters.
#[derive(Clone, Copy)]
pub struct Filters<'p>(Source<'p>);

#[derive(Clone, Copy)]
enum Source<'p> {
    Wire(&'p [u8]),
    List(&'p [&'p str]),
}

impl<'p> Filters<'p> {
    /// These, in this order.
    pub fn of(list: &'p [&'p str]) -> Self {
        Self(Source::List(list))
    }

    /// One after the other, as on the wire.
    pub fn iter(&self) -> impl Iterator<Item = &'p str> + use<'p> {
        let (wire, list): (&[u8], &[_]) = match self.0 {
            Source::Wire(bytes) => (bytes, &[]),
            Source::List(list) => (&[], list),
        };
        let mut reader = Reader::new(wire);
        core::iter::from_fn(move || next(&mut reader).ok()).chain(list.iter().copied())
    }
}

fn next<'p>(reader: &mut Reader<'p>) -> Result<&'p str, Malformed> {
    let filter = reader.string()?;
    if topic::is_topic_filter(filter) {
        Ok(filter)
    } else {
        Err(Malformed)
    }
}

impl PartialEq for Filters<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Filters<'_> {}

impl fmt::Debug for Filters<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<'p> Unsubscribe<'p> {
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
            filters: Filters(Source::Wire(wire)),
        })
    }

    pub(super) fn encode(&self, out: &mut Buf<'_>) -> Result<(), EncodeError> {
        let mut remaining = 0_usize;
        for filter in self.filters.iter() {
            if !topic::is_topic_filter(filter) {
                return Err(EncodeError::Invalid);
            }
            remaining = remaining.saturating_add(counted(filter.as_bytes()));
        }
        if remaining == 0 {
            return Err(EncodeError::Invalid);
        }
        let mut writer = Writer::start(out, 0xa2, remaining.saturating_add(2))?;
        writer.id(self.id)?;
        for filter in self.filters.iter() {
            writer.binary(filter.as_bytes())?;
        }
        Ok(())
    }
}

impl fmt::Display for Unsubscribe<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UNSUBSCRIBE id={}", self.id)?;
        for filter in self.filters.iter() {
            write!(f, " {filter:?}")?;
        }
        Ok(())
    }
}
