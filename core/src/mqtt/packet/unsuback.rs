//! UNSUBACK: the broker's answer to UNSUBSCRIBE (clause 3.11).

use super::shown::ShownCode;
use crate::buffer::Buf;
use crate::mqtt::carrier::Carrier;
use crate::mqtt::error::DecodeError::{self, Malformed, Protocol};
use crate::mqtt::error::EncodeError;
use crate::mqtt::property::Properties;
use crate::mqtt::wire::{Reader, Writer};
use crate::mqtt::{PacketId, Version, reason};
use core::fmt;

/// The broker's answer to UNSUBSCRIBE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsuback<'p> {
    /// That of the UNSUBSCRIBE `[MQTT-3.10.4-4]`.
    pub id: PacketId,
    /// None in 3.1.1.
    pub properties: Properties<'p>,
    /// One reason code for each filter, in order; none in 3.1.1. Of those from 0x80 on
    /// there may be ones that are in no table: they mean failure, too.
    pub codes: &'p [u8],
}

impl<'p> Unsuback<'p> {
    /// One without properties; in 3.1.1 without codes.
    pub const fn new(id: PacketId, codes: &'p [u8]) -> Self {
        Self {
            id,
            properties: Properties::NONE,
            codes,
        }
    }

    fn is_valid(&self, version: Version) -> bool {
        let known =
            |&code: &u8| code >= reason::UNSPECIFIED || reason::is_of(code, Carrier::Unsuback);
        match version {
            Version::V311 => self.codes.is_empty(),
            Version::V5 => !self.codes.is_empty() && self.codes.iter().all(known),
        }
    }

    pub(super) fn decode(version: Version, body: &'p [u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(body);
        let unsuback = Self {
            id: reader.id()?,
            properties: Properties::read_in(version, Carrier::Unsuback, &mut reader)?,
            codes: reader.rest(),
        };
        if unsuback.is_valid(version) {
            Ok(unsuback)
        } else if unsuback.codes.is_empty() {
            // Fewer codes than filters `[MQTT-3.11.3-1]`.
            Err(Protocol)
        } else {
            Err(Malformed)
        }
    }

    pub(super) fn encode(&self, version: Version, out: &mut Buf<'_>) -> Result<(), EncodeError> {
        if !self.is_valid(version) || !self.properties.fit(Carrier::Unsuback) {
            return Err(EncodeError::Invalid);
        }
        let block = self.properties.size_in(version)?;
        let remaining = block.saturating_add(self.codes.len()).saturating_add(2);
        let mut writer = Writer::start(out, 0xb0, remaining)?;
        writer.id(self.id)?;
        self.properties.write_in(version, &mut writer)?;
        writer.bytes(self.codes)
    }
}

impl fmt::Display for Unsuback<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UNSUBACK id={}", self.id)?;
        for &code in self.codes {
            write!(f, "{}", ShownCode::always(code))?;
        }
        write!(f, "{}", self.properties.shown(Carrier::Unsuback))
    }
}
