//! SUBACK: the broker's answer to SUBSCRIBE (clause 3.9).

use super::Rules;
use super::shown::ShownCode;
use crate::buffer::Buf;
use crate::mqtt::carrier::Carrier;
use crate::mqtt::error::DecodeError::{self, Malformed, Protocol};
use crate::mqtt::error::EncodeError;
use crate::mqtt::property::Properties;
use crate::mqtt::wire::{Reader, Writer};
use crate::mqtt::{PacketId, Qos, Version, reason};
use core::fmt;

/// The return code of a filter the broker refused.
pub const REFUSED: u8 = reason::UNSPECIFIED;

/// The broker's answer to SUBSCRIBE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suback<'p> {
    /// That of the SUBSCRIBE `[MQTT-3.8.4-2]`.
    pub id: PacketId,
    /// None in 3.1.1.
    pub properties: Properties<'p>,
    /// One return code for each filter, in order: the QoS granted (0–2), or in 3.1.1
    /// [`REFUSED`] `[MQTT-3.9.3-2]`, in 5 a reason code of 0x80 and above.
    pub codes: &'p [u8],
}

impl<'p> Suback<'p> {
    /// One without properties.
    pub const fn new(id: PacketId, codes: &'p [u8]) -> Self {
        Self {
            id,
            properties: Properties::NONE,
            codes,
        }
    }

    /// What the broker granted for each filter, none where it refused.
    pub fn granted(&self) -> impl Iterator<Item = Option<Qos>> + use<'p> {
        self.codes.iter().map(|&code| Qos::new(code))
    }

    fn is_valid(&self, version: Version) -> bool {
        let known = |&code: &u8| match version {
            Version::V311 => code == REFUSED || Qos::new(code).is_some(),
            Version::V5 => reason::is_of(code, Carrier::Suback),
        };
        !self.codes.is_empty() && self.codes.iter().all(known)
    }

    pub(super) fn decode(
        version: Version,
        rules: Rules,
        body: &'p [u8],
    ) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(body);
        let suback = Self {
            id: reader.id()?,
            properties: Properties::read_in(version, Carrier::Suback, &mut reader)?,
            codes: reader.rest(),
        };
        let forgiven = rules == Rules::Lenient && !suback.codes.is_empty();
        if forgiven || suback.is_valid(version) {
            Ok(suback)
        } else if suback.codes.is_empty() && version == Version::V5 {
            // Fewer codes than filters `[MQTT-3.8.4-6]`.
            Err(Protocol)
        } else {
            Err(Malformed)
        }
    }

    pub(super) fn encode(&self, version: Version, out: &mut Buf<'_>) -> Result<(), EncodeError> {
        if !self.is_valid(version) || !self.properties.fit(Carrier::Suback) {
            return Err(EncodeError::Invalid);
        }
        let block = self.properties.size_in(version)?;
        let remaining = block.saturating_add(self.codes.len()).saturating_add(2);
        let mut writer = Writer::start(out, 0x90, remaining)?;
        writer.id(self.id)?;
        self.properties.write_in(version, &mut writer)?;
        writer.bytes(self.codes)
    }
}

impl fmt::Display for Suback<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SUBACK id={}", self.id)?;
        for &code in self.codes {
            match Qos::new(code) {
                Some(qos) => write!(f, " q{}", qos.level())?,
                None if code == REFUSED => f.write_str(" refused")?,
                None => write!(f, "{}", ShownCode::always(code))?,
            }
        }
        write!(f, "{}", self.properties.shown(Carrier::Suback))
    }
}
