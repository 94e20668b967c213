//! What a client of MQTT 5 says of itself in CONNECT.

use crate::buffer::Buf;
use crate::mqtt::error::EncodeError;
use crate::mqtt::property::{self, PropertyValue};

/// What a client of MQTT 5 announces. By default nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// How long the broker keeps a session that is not clean, in seconds; the greatest
    /// is for ever.
    pub session_expiry: u32,
    /// Messages of QoS 1 and 2 the broker may send before one is acknowledged; 0 is as
    /// many as the memory holds.
    pub receive_max: u16,
    /// The largest packet that may come, in bytes; 0 is any.
    pub max_packet: u32,
    /// Topic aliases the broker may use.
    pub alias_in: u16,
    /// Topic aliases used towards the broker, at most.
    pub alias_out: u16,
    /// Whether the broker is asked for response information.
    pub response_info: bool,
    /// Whether reason strings and user properties may come in any packet.
    pub problem_info: bool,
}

impl Default for Offer {
    fn default() -> Self {
        Self {
            session_expiry: u32::MAX,
            receive_max: 0,
            max_packet: 0,
            alias_in: 0,
            alias_out: 0,
            response_info: false,
            problem_info: true,
        }
    }
}

impl Offer {
    /// Appends it as properties of CONNECT; `expiry` is how long the session is kept.
    /// What is the default of the standard is left out.
    pub(in crate::mqtt::session) fn write(
        &self,
        expiry: u32,
        out: &mut Buf<'_>,
    ) -> Result<(), EncodeError> {
        if expiry > 0 {
            property::SESSION_EXPIRY.write(PropertyValue::Four(expiry), out)?;
        }
        if self.receive_max > 0 && self.receive_max < u16::MAX {
            property::RECEIVE_MAX.write(PropertyValue::Two(self.receive_max), out)?;
        }
        if self.max_packet > 0 {
            property::MAX_PACKET.write(PropertyValue::Four(self.max_packet), out)?;
        }
        if self.alias_in > 0 {
            property::ALIAS_OUT.write(PropertyValue::Two(self.alias_in), out)?;
        }
        if self.response_info {
            property::REQUEST_RESPONSE.write(PropertyValue::Byte(1), out)?;
        }
        if !self.problem_info {
            property::PROBLEM_INFO.write(PropertyValue::Byte(0), out)?;
        }
        Ok(())
    }
}
