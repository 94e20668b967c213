//! What SUBSCRIBE asks for beside a topic filter (clause 3.8.3.1 of MQTT 5).

use crate::mqtt::error::DecodeError::{self, Malformed, Protocol};
use crate::mqtt::{Qos, Version, topic};
use core::fmt;

const NO_LOCAL: u8 = 0x04;
const RETAIN_AS_PUBLISHED: u8 = 0x08;
const RETAIN_HANDLING_SHIFT: u32 = 4;
const RESERVED: u8 = 0xc0;

/// How the messages of a subscription shall come. In 3.1.1 there is a QoS alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubscribeOptions {
    /// The highest QoS wanted.
    pub qos: Qos,
    /// Not what this client publishes itself; not for a shared subscription
    /// `[MQTT-3.8.3-4]`.
    pub no_local: bool,
    /// The retain flag as it was published, not only where the message was stored.
    pub retain_as_published: bool,
    /// When retained messages come: 0 at each subscribe, 1 if the subscription is
    /// new, 2 never.
    pub retain_handling: u8,
}

impl SubscribeOptions {
    /// This QoS, and nothing else asked for.
    pub const fn new(qos: Qos) -> Self {
        Self {
            qos,
            no_local: false,
            retain_as_published: false,
            retain_handling: 0,
        }
    }

    /// Whether `version` has them, for this filter.
    pub(super) fn fit(self, version: Version, filter: &str) -> bool {
        let shared = topic::is_shared(filter);
        match version {
            Version::V311 => self == Self::new(self.qos),
            Version::V5 => self.retain_handling <= 2 && !(self.no_local && shared),
        }
    }

    /// As on the wire.
    pub const fn byte(self) -> u8 {
        self.qos.level()
            | if self.no_local { NO_LOCAL } else { 0 }
            | if self.retain_as_published {
                RETAIN_AS_PUBLISHED
            } else {
                0
            }
            | self.retain_handling << RETAIN_HANDLING_SHIFT
    }

    pub(super) fn read(version: Version, byte: u8) -> Result<Self, DecodeError> {
        let options = Self {
            qos: Qos::new(byte & 3).ok_or(Protocol)?,
            no_local: byte & NO_LOCAL != 0,
            retain_as_published: byte & RETAIN_AS_PUBLISHED != 0,
            retain_handling: byte >> RETAIN_HANDLING_SHIFT & 3,
        };
        match version {
            _ if byte & RESERVED != 0 => Err(Malformed),
            Version::V311 if options != Self::new(options.qos) => Err(Malformed),
            _ => Ok(options),
        }
    }
}

impl fmt::Display for SubscribeOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "q{}", self.qos.level())?;
        if self.no_local {
            f.write_str(" nolocal=1")?;
        }
        if self.retain_as_published {
            f.write_str(" retainaspublished=1")?;
        }
        match self.retain_handling {
            0 => Ok(()),
            handling => write!(f, " retainhandling={handling}"),
        }
    }
}
