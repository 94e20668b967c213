//! DISCONNECT: the connection ends in good order, or for a reason (clause 3.14).

use super::shown::ShownCode;
use crate::buffer::Buf;
use crate::mqtt::carrier::Carrier;
use crate::mqtt::error::DecodeError::{self, Malformed};
use crate::mqtt::error::EncodeError;
use crate::mqtt::property::Properties;
use crate::mqtt::wire::{Reader, Writer, varint};
use crate::mqtt::{Version, reason};
use core::fmt;

/// The whole of DISCONNECT without a reason.
const PLAIN: [u8; 2] = [0xe0, 0];

/// The end of a connection: of the client in 3.1.1, of either side in 5.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Disconnect<'p> {
    /// Reason code; 0 in 3.1.1.
    pub code: u8,
    /// None in 3.1.1.
    pub properties: Properties<'p>,
}

impl<'p> Disconnect<'p> {
    /// One with this reason code and no properties.
    pub const fn new(code: u8) -> Self {
        Self {
            code,
            properties: Properties::NONE,
        }
    }

    /// Bytes it takes in MQTT 5.
    pub fn size(&self) -> usize {
        if *self == Self::default() {
            return PLAIN.len();
        }
        let body = self.properties.size_last().saturating_add(1);
        body.saturating_add(1 + varint(body))
    }

    pub(super) fn decode(version: Version, body: &'p [u8]) -> Result<Self, DecodeError> {
        if body.is_empty() {
            return Ok(Self::default());
        }
        if version == Version::V311 {
            return Err(Malformed);
        }
        let mut reader = Reader::new(body);
        let code = reader.u8()?;
        if !reason::is_of(code, Carrier::Disconnect) {
            return Err(Malformed);
        }
        let properties = Properties::read_last(Carrier::Disconnect, reader)?;
        Ok(Self { code, properties })
    }

    pub(in crate::mqtt) fn encode(
        &self,
        version: Version,
        out: &mut Buf<'_>,
    ) -> Result<(), EncodeError> {
        if *self == Self::default() {
            return Ok(out.extend(&PLAIN)?);
        }
        let is_code = reason::is_of(self.code, Carrier::Disconnect);
        if version == Version::V311 || !is_code || !self.properties.fit(Carrier::Disconnect) {
            return Err(EncodeError::Invalid);
        }
        let block = self.properties.size_last();
        let mut writer = Writer::start(out, 0xe0, block.saturating_add(1))?;
        writer.u8(self.code)?;
        self.properties.write_last(&mut writer)
    }
}

impl fmt::Display for Disconnect<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = ShownCode::unless_success(self.code);
        let properties = self.properties.shown(Carrier::Disconnect);
        write!(f, "DISCONNECT{code}{properties}")
    }
}
