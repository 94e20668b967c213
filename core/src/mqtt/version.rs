//! What differs between versions of MQTT.
//!
//! There is one version now. [`Session`](super::session::Session) has its version as
//! a field and passes it to what depends on it: the protocol name and level of
//! CONNECT. A second version comes in here: properties and reason codes in packets,
//! the number of publishes in flight that the broker grants, the form in which a
//! message is stored, and DISCONNECT before a connection is closed for a violation.
//! Acknowledgements of two bytes are the same in both.

/// A version of MQTT.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Version {
    /// MQTT 3.1.1, also ISO/IEC 20922.
    #[default]
    V311,
}

impl Version {
    /// The protocol name in CONNECT `[MQTT-3.1.2-1]`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::V311 => "MQTT",
        }
    }

    /// The protocol level in CONNECT `[MQTT-3.1.2-2]`.
    pub const fn level(self) -> u8 {
        match self {
            Self::V311 => 4,
        }
    }
}
