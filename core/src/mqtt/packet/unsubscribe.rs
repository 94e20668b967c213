//! UNSUBSCRIBE: a client no longer wants messages (clause 3.10).

use crate::buffer::Buf;
use crate::mqtt::carrier::Carrier;
use crate::mqtt::error::DecodeError::{self, Malformed, Protocol};
use crate::mqtt::error::EncodeError;
use crate::mqtt::property::Properties;
use crate::mqtt::wire::{Reader, Writer, counted};
use crate::mqtt::{PacketId, Version, topic};
use core::fmt;

/// A client no longer wants messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsubscribe<'p> {
    /// UNSUBACK will carry it.
    pub id: PacketId,
    /// None in 3.1.1.
    pub properties: Properties<'p>,
    /// What is no longer wanted, at least one `[MQTT-3.10.3-2]`.
    pub filters: Filters<'p>,
}

/// Topic filters.
#[derive(Clone, Copy)]
pub struct Filters<'p>(Source<'p>);

#[derive(Clone, Copy)]
enum Source<'p> {
    Wire(Version, &'p [u8]),
    List(&'p [&'p str]),
}

impl<'p> Filters<'p> {
    /// These, in this order.
    pub fn of(list: &'p [&'p str]) -> Self {
        Self(Source::List(list))
    }

    /// One after the other, as on the wire.
    pub fn iter(&self) -> impl Iterator<Item = &'p str> + use<'p> {
        let (version, wire, list): (_, &[u8], &[_]) = match self.0 {
            Source::Wire(version, bytes) => (version, bytes, &[]),
            Source::List(list) => (Version::V311, &[], list),
        };
        let mut reader = Reader::new(wire);
        core::iter::from_fn(move || next(version, &mut reader).ok()).chain(list.iter().copied())
    }
}

fn next<'p>(version: Version, reader: &mut Reader<'p>) -> Result<&'p str, DecodeError> {
    let filter = reader.string()?;
    if topic::is_filter_of(version, filter) {
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
    /// One without properties.
    pub const fn new(id: PacketId, filters: Filters<'p>) -> Self {
        Self {
            id,
            properties: Properties::NONE,
            filters,
        }
    }

    pub(super) fn decode(version: Version, body: &'p [u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(body);
        let id = reader.id()?;
        let properties = Properties::read_in(version, Carrier::Unsubscribe, &mut reader)?;
        if reader.is_empty() {
            // Clause 3.10.3.
            return Err(Protocol);
        }
        let wire = reader.rest();
        let mut reader = Reader::new(wire);
        while !reader.is_empty() {
            next(version, &mut reader)?;
        }
        Ok(Self {
            id,
            properties,
            filters: Filters(Source::Wire(version, wire)),
        })
    }

    pub(super) fn encode(&self, version: Version, out: &mut Buf<'_>) -> Result<(), EncodeError> {
        let mut remaining = 0_usize;
        for filter in self.filters.iter() {
            if !topic::is_filter_of(version, filter) {
                return Err(EncodeError::Invalid);
            }
            remaining = remaining.saturating_add(counted(filter.as_bytes()));
        }
        if remaining == 0 || !self.properties.fit(Carrier::Unsubscribe) {
            return Err(EncodeError::Invalid);
        }
        let block = self.properties.size_in(version)?;
        let remaining = remaining.saturating_add(block).saturating_add(2);
        let mut writer = Writer::start(out, 0xa2, remaining)?;
        writer.id(self.id)?;
        self.properties.write_in(version, &mut writer)?;
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
        write!(f, "{}", self.properties.shown(Carrier::Unsubscribe))
    }
}
