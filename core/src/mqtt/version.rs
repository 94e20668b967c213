//! What differs between versions of MQTT.
//!
//! There is one version now. A second one comes in here: the packets ask for the
//! protocol name and level, and would ask for properties and reason codes; the
//! session would ask for its send window (the broker's receive maximum) and for
//! what to do with a session the broker does not know.

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
