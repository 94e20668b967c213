//! The values of properties.

use crate::mqtt::error::DecodeError::{self, Protocol};
use crate::mqtt::error::EncodeError;
use crate::mqtt::topic;
use crate::mqtt::wire::{Reader, Writer, counted, is_text, varint};

/// What value a property has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PropertyKind {
    /// A byte, 0 or 1: all there are have this range.
    Byte,
    /// Two bytes, from the number given on.
    Two(u16),
    /// Four bytes, from the number given on.
    Four(u32),
    /// One to four bytes: 1–268435455.
    Varint,
    /// A text of 0–65535 bytes.
    Text,
    /// A text that is a topic name.
    Topic,
    /// 0–65535 bytes.
    Bytes,
    /// Two texts.
    Pair,
}

/// The value of a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PropertyValue<'p> {
    /// A byte.
    Byte(u8),
    /// Two bytes.
    Two(u16),
    /// Four bytes.
    Four(u32),
    /// One to four bytes.
    Varint(u32),
    /// A text.
    Text(&'p str),
    /// Bytes.
    Bytes(&'p [u8]),
    /// Two texts, the first of which is the key.
    Pair(&'p str, &'p str),
}

/// The largest number a variable byte integer can tell.
const LARGEST: u32 = 268_435_455;

impl PropertyKind {
    /// Whether `value` is of this kind and within its range.
    pub(super) fn allows(self, value: PropertyValue<'_>) -> bool {
        match (self, value) {
            (Self::Byte, PropertyValue::Byte(number)) => number <= 1,
            (Self::Two(least), PropertyValue::Two(number)) => number >= least,
            (Self::Four(least), PropertyValue::Four(number)) => number >= least,
            (Self::Varint, PropertyValue::Varint(number)) => (1..=LARGEST).contains(&number),
            (Self::Text, PropertyValue::Text(text)) => is_text(text),
            (Self::Topic, PropertyValue::Text(text)) => topic::is_topic_name(text),
            (Self::Bytes, PropertyValue::Bytes(bytes)) => u16::try_from(bytes.len()).is_ok(),
            (Self::Pair, PropertyValue::Pair(key, value)) => is_text(key) && is_text(value),
            _ => false,
        }
    }

    /// Reads a value. What cannot be read is malformed; what is out of its range
    /// breaks the protocol.
    pub(super) fn read<'p>(
        self,
        reader: &mut Reader<'p>,
    ) -> Result<PropertyValue<'p>, DecodeError> {
        let value = match self {
            Self::Byte => PropertyValue::Byte(reader.u8()?),
            Self::Two(_) => PropertyValue::Two(reader.u16()?),
            Self::Four(_) => PropertyValue::Four(reader.u32()?),
            Self::Varint => PropertyValue::Varint(reader.varint()?),
            // Read as a text, which finds out what is malformed.
            Self::Text | Self::Topic => PropertyValue::Text(reader.string()?),
            Self::Bytes => PropertyValue::Bytes(reader.binary()?),
            Self::Pair => PropertyValue::Pair(reader.string()?, reader.string()?),
        };
        if self.allows(value) {
            Ok(value)
        } else {
            Err(Protocol)
        }
    }
}

impl PropertyValue<'_> {
    /// Bytes it takes.
    pub fn size(self) -> usize {
        match self {
            Self::Byte(_) => 1,
            Self::Two(_) => 2,
            Self::Four(_) => 4,
            Self::Varint(number) => varint(number as usize),
            Self::Text(text) => counted(text.as_bytes()),
            Self::Bytes(bytes) => counted(bytes),
            Self::Pair(key, value) => {
                counted(key.as_bytes()).saturating_add(counted(value.as_bytes()))
            }
        }
    }

    pub(super) fn write(self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        match self {
            Self::Byte(number) => writer.u8(number),
            Self::Two(number) => writer.u16(number),
            Self::Four(number) => writer.bytes(&number.to_be_bytes()),
            Self::Varint(number) => writer.varint(number as usize),
            Self::Text(text) => writer.binary(text.as_bytes()),
            Self::Bytes(bytes) => writer.binary(bytes),
            Self::Pair(key, value) => {
                writer.binary(key.as_bytes())?;
                writer.binary(value.as_bytes())
            }
        }
    }
}
