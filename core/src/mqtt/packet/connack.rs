//! CONNACK: the broker's answer to CONNECT (clause 3.2).

use super::wire::{Reader, Writer};
use super::{EncodeError, Malformed, Rules};
use crate::buffer::Buf;
use core::fmt;

/// The highest return code there is (table 3.1).
const LAST_CODE: u8 = 5;

/// The broker's answer to CONNECT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connack {
    /// Whether the broker has a session for this client already; only with
    /// code 0 `[MQTT-3.2.2-4]`.
    pub session_present: bool,
    /// 0 accepted, 1 protocol level, 2 client id, 3 unavailable, 4 bad user name
    /// or password, 5 not authorized (table 3.1).
    pub code: u8,
}

impl Connack {
    fn is_valid(self) -> bool {
        self.code <= LAST_CODE && !(self.session_present && self.code != 0)
    }

    pub(super) fn decode(rules: Rules, body: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(body);
        let (flags, code) = (reader.u8()?, reader.u8()?);
        reader.end()?;
        let mut connack = Self {
            session_present: flags & 1 == 1,
            code,
        };
        if rules == Rules::Lenient {
            // A broker that refuses has no session for us.
            connack.session_present &= code == 0;
        } else if flags > 1 {
            return Err(Malformed);
        }
        if connack.is_valid() {
            Ok(connack)
        } else {
            Err(Malformed)
        }
    }

    pub(super) fn encode(self, out: &mut Buf<'_>) -> Result<(), EncodeError> {
        if !self.is_valid() {
            return Err(EncodeError::Invalid);
        }
        let mut writer = Writer::start(out, 0x20, 2)?;
        writer.bytes(&[u8::from(self.session_present), self.code])
    }
}

impl fmt::Display for Connack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let present = u8::from(self.session_present);
        write!(f, "CONNACK session={present} code={}", self.code)
    }
}
