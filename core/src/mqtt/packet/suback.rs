//! SUBACK: the broker's answer to SUBSCRIBE (clause 3.9).

use super::wire::{Reader, Writer};
use super::{EncodeError, Malformed, Rules};
use crate::buffer::Buf;
use crate::mqtt::{PacketId, Qos};
use core::fmt;

/// The return code of a filter the broker refused.
pub const REFUSED: u8 = 0x80;

/// The broker's answer to SUBSCRIBE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suback<'p> {
    /// That of the SUBSCRIBE `[MQTT-3.8.4-2]`.
    pub id: PacketId,
    /// One return code for each filter, in order: the QoS granted (0–2) or
    /// [`REFUSED`] `[MQTT-3.9.3-2]`.
    pub codes: &'p [u8],
}

impl<'p> Suback<'p> {
    /// What the broker granted for each filter, none where it refused.
    pub fn granted(&self) -> impl Iterator<Item = Option<Qos>> + use<'p> {
        self.codes.iter().map(|&code| Qos::new(code))
    }

    fn is_valid(&self) -> bool {
        let known = |&code: &u8| code == REFUSED || Qos::new(code).is_some();
        !self.codes.is_empty() && self.codes.iter().all(known)
    }

    pub(super) fn decode(rules: Rules, body: &'p [u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(body);
        let id = reader.id()?;
        let suback = Self {
            id,
            codes: reader.rest(),
        };
        let forgiven = rules == Rules::Lenient && !suback.codes.is_empty();
        if forgiven || suback.is_valid() {
            Ok(suback)
        } else {
            Err(Malformed)
        }
    }

    pub(super) fn encode(&self, out: &mut Buf<'_>) -> Result<(), EncodeError> {
        if !self.is_valid() {
            return Err(EncodeError::Invalid);
        }
        let mut writer = Writer::start(out, 0x90, self.codes.len().saturating_add(2))?;
        writer.id(self.id)?;
        writer.bytes(self.codes)
    }
}

impl fmt::Display for Suback<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SUBACK id={}", self.id)?;
        for granted in self.granted() {
            match granted {
                Some(qos) => write!(f, " q{}", qos.level())?,
                None => f.write_str(" refused")?,
            }
        }
        Ok(())
    }
}
