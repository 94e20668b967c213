//! What differs between versions of MQTT.
//!
//! [`Session`](super::session::Session) has its version as a field and passes it to what
//! depends on it. What MQTT 5 does otherwise are branches that 3.1.1 does not take:
//! properties and reason codes in packets, what CONNACK grants, the form in which a
//! message is stored, and DISCONNECT before a connection is closed for a violation.
//! Acknowledgements of two bytes are the same in both.

/// A version of MQTT.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Version {
    /// MQTT 3.1.1, also ISO/IEC 20922.
    #[default]
    V311,
    /// MQTT 5.0.
    V5,
}

impl Version {
    /// The protocol name in CONNECT `[MQTT-3.1.2-1]`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::V311 | Self::V5 => "MQTT",
        }
    }

    /// The protocol level in CONNECT `[MQTT-3.1.2-2]`.
    pub const fn level(self) -> u8 {
        match self {
            Self::V311 => 4,
            Self::V5 => 5,
        }
    }

    /// The version a client asks for in this packet; none unless it is the beginning
    /// of a CONNECT of one of them.
    pub fn of_connect(packet: &[u8]) -> Option<Self> {
        let (_, rest) = packet.split_first().filter(|(first, _)| **first == 0x10)?;
        let more = rest.iter().take_while(|byte| **byte & 0x80 != 0).count();
        match rest.get(more.checked_add(1)?..)? {
            [0, 4, b'M', b'Q', b'T', b'T', 4, ..] => Some(Self::V311),
            [0, 4, b'M', b'Q', b'T', b'T', 5, ..] => Some(Self::V5),
            _ => None,
        }
    }
}
