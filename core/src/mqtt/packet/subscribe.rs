//! SUBSCRIBE: a client asks for messages (clause 3.8).

use super::subscribe_options::SubscribeOptions;
use crate::buffer::Buf;
use crate::mqtt::carrier::Carrier;
use crate::mqtt::error::DecodeError::{self, Malformed, Protocol};
use crate::mqtt::error::EncodeError;
use crate::mqtt::property::Properties;
use crate::mqtt::wire::{Reader, Writer, counted};
use crate::mqtt::{PacketId, Version, topic};
use core::fmt;

/// A client asks for messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subscribe<'p> {
    /// SUBACK will carry it.
    pub id: PacketId,
    /// None in 3.1.1.
    pub properties: Properties<'p>,
    /// What is asked for, at least one `[MQTT-3.8.3-3]`.
    pub requests: Requests<'p>,
}

/// Topic filters, each with the highest QoS wanted and what else MQTT 5 can ask for.
#[derive(Clone, Copy)]
pub struct Requests<'p>(Source<'p>);

#[derive(Clone, Copy)]
enum Source<'p> {
    Wire(Version, &'p [u8]),
    List(&'p [(&'p str, SubscribeOptions)]),
}

impl<'p> Requests<'p> {
    /// These, in this order.
    pub fn of(list: &'p [(&'p str, SubscribeOptions)]) -> Self {
        Self(Source::List(list))
    }

    /// One after the other, as on the wire.
    pub fn iter(&self) -> impl Iterator<Item = (&'p str, SubscribeOptions)> + use<'p> {
        let (version, wire, list): (_, &[u8], &[_]) = match self.0 {
            Source::Wire(version, bytes) => (version, bytes, &[]),
            Source::List(list) => (Version::V311, &[], list),
        };
        let mut reader = Reader::new(wire);
        core::iter::from_fn(move || next(version, &mut reader).ok()).chain(list.iter().copied())
    }
}

fn next<'p>(
    version: Version,
    reader: &mut Reader<'p>,
) -> Result<(&'p str, SubscribeOptions), DecodeError> {
    let filter = reader.string()?;
    let options = SubscribeOptions::read(version, reader.u8()?)?;
    if !topic::is_filter_of(version, filter) {
        Err(Malformed)
    } else if options.fit(version, filter) {
        Ok((filter, options))
    } else {
        Err(Protocol)
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
    /// One without properties.
    pub const fn new(id: PacketId, requests: Requests<'p>) -> Self {
        Self {
            id,
            properties: Properties::NONE,
            requests,
        }
    }

    pub(super) fn decode(version: Version, body: &'p [u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(body);
        let id = reader.id()?;
        let properties = Properties::read_in(version, Carrier::Subscribe, &mut reader)?;
        if reader.is_empty() {
            // Clause 3.8.3.
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
            requests: Requests(Source::Wire(version, wire)),
        })
    }

    pub(super) fn encode(&self, version: Version, out: &mut Buf<'_>) -> Result<(), EncodeError> {
        let mut remaining = 0_usize;
        for (filter, options) in self.requests.iter() {
            if !topic::is_filter_of(version, filter) || !options.fit(version, filter) {
                return Err(EncodeError::Invalid);
            }
            remaining = remaining.saturating_add(counted(filter.as_bytes()) + 1);
        }
        if remaining == 0 || !self.properties.fit(Carrier::Subscribe) {
            return Err(EncodeError::Invalid);
        }
        let block = self.properties.size_in(version)?;
        let remaining = remaining.saturating_add(block).saturating_add(2);
        let mut writer = Writer::start(out, 0x82, remaining)?;
        writer.id(self.id)?;
        self.properties.write_in(version, &mut writer)?;
        for (filter, options) in self.requests.iter() {
            writer.binary(filter.as_bytes())?;
            writer.u8(options.byte())?;
        }
        Ok(())
    }
}

impl fmt::Display for Subscribe<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SUBSCRIBE id={}", self.id)?;
        for (filter, options) in self.requests.iter() {
            write!(f, " {filter:?} {options}")?;
        }
        write!(f, "{}", self.properties.shown(Carrier::Subscribe))
    }
}
