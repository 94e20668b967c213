//! What goes wrong with packets.

use super::reason;
use crate::buffer::Full;

/// Bytes are not what they should be; the connection must be closed
/// `[MQTT-4.8.0-1]`, in MQTT 5 after DISCONNECT with [`code`](Self::code)
/// (clause 4.13).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// They are no packet of this version.
    Malformed,
    /// They are a packet that says what it may not say; 3.1.1 makes no difference.
    Protocol,
}

impl DecodeError {
    /// The reason code DISCONNECT carries.
    pub const fn code(self) -> u8 {
        match self {
            Self::Malformed => reason::MALFORMED,
            Self::Protocol => reason::PROTOCOL_ERROR,
        }
    }
}

/// A packet was not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EncodeError {
    /// The standard does not allow it.
    Invalid,
    /// It does not fit the memory lent.
    Full,
}

impl From<Full> for EncodeError {
    fn from(Full: Full) -> Self {
        Self::Full
    }
}
