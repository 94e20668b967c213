//! AUTH: a step of enhanced authentication, in MQTT 5 alone (clause 3.15).

use super::shown::ShownCode;
use crate::buffer::Buf;
use crate::mqtt::carrier::Carrier;
use crate::mqtt::error::DecodeError::{self, Malformed};
use crate::mqtt::error::EncodeError;
use crate::mqtt::property::Properties;
use crate::mqtt::wire::{Reader, Writer};
use crate::mqtt::{Version, reason};
use core::fmt;

/// A step of enhanced authentication.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Auth<'p> {
    /// 0 success, 0x18 continue, 0x19 authenticate again.
    pub code: u8,
    /// Method and data.
    pub properties: Properties<'p>,
}

impl<'p> Auth<'p> {
    pub(super) fn decode(version: Version, body: &'p [u8]) -> Result<Self, DecodeError> {
        if version == Version::V311 {
            return Err(Malformed);
        }
        if body.is_empty() {
            return Ok(Self::default());
        }
        let mut reader = Reader::new(body);
        let code = reader.u8()?;
        if !reason::is_of(code, Carrier::Auth) {
            return Err(Malformed);
        }
        let properties = Properties::read(Carrier::Auth, &mut reader)?;
        reader.end()?;
        Ok(Self { code, properties })
    }

    pub(super) fn encode(&self, version: Version, out: &mut Buf<'_>) -> Result<(), EncodeError> {
        let is_code = reason::is_of(self.code, Carrier::Auth);
        if version == Version::V311 || !is_code || !self.properties.fit(Carrier::Auth) {
            return Err(EncodeError::Invalid);
        }
        if *self == Self::default() {
            return Ok(out.extend(&[0xf0, 0])?);
        }
        let block = self.properties.size();
        let mut writer = Writer::start(out, 0xf0, block.saturating_add(1))?;
        writer.u8(self.code)?;
        self.properties.write(&mut writer)
    }
}

impl fmt::Display for Auth<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = ShownCode::unless_success(self.code);
        write!(f, "AUTH{code}{}", self.properties.shown(Carrier::Auth))
    }
}
