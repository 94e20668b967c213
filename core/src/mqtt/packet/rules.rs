//! How closely a broker is held to the standard.

use crate::mqtt::Version;

/// How closely a broker is held to the standard.
///
/// Some faults do no harm: it is clear what the broker means, and nothing a client
/// must do depends on it. Closing the connection for one would only be repeated at
/// the next. Where MQTT 3.1.1 demands that a fault closes the connection, as with
/// flags of other packets than PUBLISH `[MQTT-2.2.2-2]`, it does so by either.
///
/// MQTT 5 demands it for each of these faults, and has a reason code to tell the broker
/// why: there nothing is forgiven.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rules {
    /// Forgiven are: DUP on a PUBLISH of QoS 0; in CONNACK the reserved flags, and
    /// "session present" with a refusal or for a clean session; in SUBACK a code
    /// there is not, which counts as a refusal, and codes beyond the one asked for;
    /// a remaining length in more bytes than needed.
    #[default]
    Lenient,
    /// Nothing is forgiven.
    Strict,
}

/// PUBLISH with QoS 0 and DUP; the lowest bit is RETAIN.
const PUBLISH_0_DUP: u8 = 0x38;

impl Rules {
    /// What is in force in `version`.
    #[inline]
    pub(in crate::mqtt) const fn under(self, version: Version) -> Self {
        match version {
            Version::V311 => self,
            Version::V5 => Self::Strict,
        }
    }

    pub(super) fn forgive_first_byte(self, first: u8) -> bool {
        self == Self::Lenient && first & !1 == PUBLISH_0_DUP
    }
}
