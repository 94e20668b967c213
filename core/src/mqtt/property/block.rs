//! A block of properties: what a packet carries of them.

use super::table::{self, Property};
use super::value::PropertyValue;
use crate::buffer::Buf;
use crate::mqtt::Version;
use crate::mqtt::carrier::Carrier;
use crate::mqtt::error::DecodeError::{self, Malformed, Protocol};
use crate::mqtt::error::EncodeError;
use crate::mqtt::wire::{Reader, Writer, varint};
use core::fmt;

/// The properties a packet carries, checked, in their order. Empty by default, and in
/// 3.1.1.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Properties<'p> {
    /// As on the wire, without the length before them.
    bytes: &'p [u8],
    /// A bit for the identifier of each there is, and [`REPEATED_SUB_ID`].
    present: u64,
}

/// The bit for more than one Subscription Identifier, which PUBLISH alone may carry.
const REPEATED_SUB_ID: u64 = 1 << 63;

const fn bit(property: &Property) -> u64 {
    1 << property.id
}

/// What a block of `carrier` may have.
const fn allowed(carrier: Carrier) -> u64 {
    let mut bits = 0;
    let mut all: &[Property] = &table::ROWS;
    while let Some((property, rest)) = all.split_first() {
        if property.is_of(carrier) {
            bits |= bit(property);
        }
        all = rest;
    }
    if table::SUB_ID.is_repeated_in(carrier) {
        bits |= REPEATED_SUB_ID;
    }
    bits
}

/// What the blocks may have, by carrier.
#[allow(clippy::indexing_slicing)] // Found out when it is compiled.
const ALLOWED: [u64; Carrier::ALL.len()] = {
    let mut sets = [0; Carrier::ALL.len()];
    let mut rest: &[Carrier] = &Carrier::ALL;
    while let Some((carrier, others)) = rest.split_first() {
        sets[*carrier as usize] = allowed(*carrier);
        rest = others;
    }
    sets
};

impl<'p> Properties<'p> {
    /// No properties.
    pub const NONE: Self = Self {
        bytes: &[],
        present: 0,
    };

    /// Checks a block of `carrier`, without its length: each property once, unless it
    /// may be repeated there, in its range, and one that `carrier` may have. The work is
    /// linear.
    pub fn parse(carrier: Carrier, bytes: &'p [u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let mut present = 0;
        while !reader.is_empty() {
            let (property, _) = next(&mut reader)?;
            if !property.is_of(carrier) {
                return Err(Malformed);
            }
            if present & bit(property) != 0 {
                if !property.is_repeated_in(carrier) {
                    return Err(Protocol);
                }
                if *property == table::SUB_ID {
                    present |= REPEATED_SUB_ID;
                }
            }
            present |= bit(property);
        }
        let properties = Self { bytes, present };
        // Clause 3.1.2.11.10.
        if properties.has(&table::AUTH_DATA) && !properties.has(&table::AUTH_METHOD) {
            return Err(Protocol);
        }
        Ok(properties)
    }

    /// A block made by [`Property::write`], whatever carries it.
    pub(crate) const fn unchecked(bytes: &'p [u8]) -> Self {
        let present = u64::MAX;
        Self { bytes, present }
    }

    /// Reads the length of a block and the block.
    #[inline]
    pub(in crate::mqtt) fn read(
        carrier: Carrier,
        reader: &mut Reader<'p>,
    ) -> Result<Self, DecodeError> {
        match reader.varint()? {
            // Most packets have none.
            0 => Ok(Self::NONE),
            len => Self::parse(carrier, reader.take(len as usize)?),
        }
    }

    /// Reads a block where `version` has one.
    #[inline]
    pub(in crate::mqtt) fn read_in(
        version: Version,
        carrier: Carrier,
        reader: &mut Reader<'p>,
    ) -> Result<Self, DecodeError> {
        match version {
            Version::V311 => Ok(Self::NONE),
            Version::V5 => Self::read(carrier, reader),
        }
    }

    /// Reads a block that may be left out together with its length, at the end of a
    /// packet.
    pub(in crate::mqtt) fn read_last(
        carrier: Carrier,
        mut reader: Reader<'p>,
    ) -> Result<Self, DecodeError> {
        if reader.is_empty() {
            return Ok(Self::NONE);
        }
        let properties = Self::read(carrier, &mut reader)?;
        reader.end()?;
        Ok(properties)
    }

    /// Whether there are none.
    #[inline]
    pub const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// As on the wire, without the length.
    pub const fn as_bytes(&self) -> &'p [u8] {
        self.bytes
    }

    /// Whether `carrier` may have all of them.
    #[inline]
    pub fn fit(&self, carrier: Carrier) -> bool {
        let allowed = ALLOWED.get(carrier as usize).copied().unwrap_or(0);
        self.present & !allowed == 0
    }

    /// Whether this one is among them.
    pub const fn has(&self, property: &Property) -> bool {
        self.present & bit(property) != 0
    }

    /// All of them, in their order.
    pub fn iter(&self) -> PropertyIter<'p> {
        PropertyIter(Reader::new(self.bytes))
    }

    /// The value of a property, the first where it is repeated.
    pub fn get(&self, property: &Property) -> Option<PropertyValue<'p>> {
        if !self.has(property) {
            return None;
        }
        let found = self.iter().find(|(found, _)| *found == property);
        found.map(|(_, value)| value)
    }

    /// Where in the block the value of a property starts, the first where it is repeated.
    pub(in crate::mqtt) fn place_of(&self, property: &Property) -> Option<usize> {
        let mut rest = self.iter();
        loop {
            let before = rest.0.len();
            if rest.next()?.0 == property {
                // Behind its identifier.
                return Some(self.bytes.len() - before + 1);
            }
        }
    }

    /// The value of a property that is a number.
    pub fn number(&self, property: &Property) -> Option<u32> {
        match self.get(property)? {
            PropertyValue::Byte(number) => Some(number.into()),
            PropertyValue::Two(number) => Some(number.into()),
            PropertyValue::Four(number) | PropertyValue::Varint(number) => Some(number),
            _ => None,
        }
    }

    /// The value of a property that is a text.
    pub fn text(&self, property: &Property) -> Option<&'p str> {
        match self.get(property)? {
            PropertyValue::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value of a property that is bytes.
    pub fn bytes(&self, property: &Property) -> Option<&'p [u8]> {
        match self.get(property)? {
            PropertyValue::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// Bytes it takes with its length before it.
    #[inline]
    pub fn size(&self) -> usize {
        self.bytes.len().saturating_add(varint(self.bytes.len()))
    }

    /// Bytes it takes in `version`; in 3.1.1 there may be none.
    #[inline]
    pub(in crate::mqtt) fn size_in(&self, version: Version) -> Result<usize, EncodeError> {
        match version {
            Version::V311 if self.is_empty() => Ok(0),
            Version::V311 => Err(EncodeError::Invalid),
            Version::V5 => Ok(self.size()),
        }
    }

    /// Bytes it takes at the end of a packet, where none are nothing.
    pub(in crate::mqtt) fn size_last(&self) -> usize {
        if self.is_empty() { 0 } else { self.size() }
    }

    /// Writes what [`size_in`](Self::size_in) counts.
    #[inline]
    pub(in crate::mqtt) fn write_in(
        &self,
        version: Version,
        writer: &mut Writer<'_>,
    ) -> Result<(), EncodeError> {
        match version {
            Version::V311 => Ok(()),
            Version::V5 => self.write(writer),
        }
    }

    /// Writes what [`size_last`](Self::size_last) counts.
    pub(in crate::mqtt) fn write_last(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        if self.is_empty() {
            Ok(())
        } else {
            self.write(writer)
        }
    }

    /// Appends it as a packet has it, with its length before it, whole or not at all.
    pub(crate) fn store(&self, out: &mut Buf<'_>) -> Result<(), EncodeError> {
        self.write(&mut Writer::part(out, self.size())?)
    }

    /// Takes what [`store`](Self::store) wrote off the front of `bytes`.
    pub(crate) fn take_off(carrier: Carrier, bytes: &mut &'p [u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let properties = Self::read(carrier, &mut reader).ok()?;
        *bytes = reader.rest();
        Some(properties)
    }

    /// Writes the length and the block.
    #[inline]
    pub(in crate::mqtt) fn write(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        // Most packets have none.
        if self.is_empty() {
            return writer.u8(0);
        }
        writer.varint(self.bytes.len())?;
        writer.bytes(self.bytes)
    }
}

fn next<'p>(
    reader: &mut Reader<'p>,
) -> Result<(&'static Property, PropertyValue<'p>), DecodeError> {
    // An identifier is a variable byte integer, but there is none above 127.
    let property = Property::find(reader.u8()?).ok_or(Malformed)?;
    Ok((property, property.kind.read(reader)?))
}

/// The properties of a block, one after the other.
pub struct PropertyIter<'p>(Reader<'p>);

impl<'p> Iterator for PropertyIter<'p> {
    type Item = (&'static Property, PropertyValue<'p>);

    fn next(&mut self) -> Option<Self::Item> {
        next(&mut self.0).ok()
    }
}

impl<'p> IntoIterator for &Properties<'p> {
    type Item = (&'static Property, PropertyValue<'p>);
    type IntoIter = PropertyIter<'p>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Names alone: a value may be a secret.
impl fmt::Debug for Properties<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.iter().map(|(property, _)| property.name);
        f.debug_list().entries(names).finish()
    }
}
