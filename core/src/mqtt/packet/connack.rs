//! CONNACK: the broker's answer to CONNECT (clause 3.2).

use super::Rules;
use super::shown::ShownCode;
use crate::buffer::Buf;
use crate::mqtt::carrier::Carrier;
use crate::mqtt::error::DecodeError::{self, Malformed, Protocol};
use crate::mqtt::error::EncodeError;
use crate::mqtt::property::Properties;
use crate::mqtt::wire::{Reader, Writer};
use crate::mqtt::{Version, reason};
use core::fmt;

/// The highest return code there is in 3.1.1 (table 3.1).
const LAST_CODE: u8 = 5;

/// The broker's answer to CONNECT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connack<'p> {
    /// Whether the broker has a session for this client already; only with
    /// code 0 `[MQTT-3.2.2-4]`.
    pub session_present: bool,
    /// In 3.1.1: 0 accepted, 1 protocol level, 2 client id, 3 unavailable, 4 bad user
    /// name or password, 5 not authorized (table 3.1). In 5 a reason code.
    pub code: u8,
    /// What the broker grants; none in 3.1.1.
    pub properties: Properties<'p>,
}

impl<'p> Connack<'p> {
    /// One without properties.
    pub const fn new(session_present: bool, code: u8) -> Self {
        Self {
            session_present,
            code,
            properties: Properties::NONE,
        }
    }

    fn is_code(self, version: Version) -> bool {
        match version {
            Version::V311 => self.code <= LAST_CODE,
            Version::V5 => reason::is_of(self.code, Carrier::Connack),
        }
    }

    fn claims_session(self) -> bool {
        self.session_present && self.code != 0
    }

    pub(super) fn decode(
        version: Version,
        rules: Rules,
        body: &'p [u8],
    ) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(body);
        let (flags, code) = (reader.u8()?, reader.u8()?);
        let mut connack = Self::new(flags & 1 == 1, code);
        match version {
            Version::V311 => {}
            Version::V5 => connack.properties = Properties::read(Carrier::Connack, &mut reader)?,
        }
        reader.end()?;
        if rules == Rules::Lenient {
            // A broker that refuses has no session for us.
            connack.session_present &= code == 0;
        } else if flags > 1 {
            return Err(Malformed);
        }
        match connack.is_code(version) {
            true if !connack.claims_session() => Ok(connack),
            true if version == Version::V5 => Err(Protocol),
            _ => Err(Malformed),
        }
    }

    pub(super) fn encode(&self, version: Version, out: &mut Buf<'_>) -> Result<(), EncodeError> {
        let fit = self.properties.fit(Carrier::Connack);
        if !self.is_code(version) || self.claims_session() || !fit {
            return Err(EncodeError::Invalid);
        }
        let block = self.properties.size_in(version)?;
        let mut writer = Writer::start(out, 0x20, block.saturating_add(2))?;
        writer.bytes(&[u8::from(self.session_present), self.code])?;
        self.properties.write_in(version, &mut writer)
    }
}

impl fmt::Display for Connack<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let present = u8::from(self.session_present);
        let properties = self.properties.shown(Carrier::Connack);
        let code = ShownCode::always(self.code);
        write!(f, "CONNACK session={present}{code}{properties}")
    }
}
