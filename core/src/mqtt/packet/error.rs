//! What goes wrong with packets.

use crate::buffer::Full;

/// The bytes are no packet of MQTT 3.1.1; the connection must be closed
/// `[MQTT-4.8.0-1]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

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
