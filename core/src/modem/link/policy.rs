//! What the options of a link ask of it.

use crate::mqtt::Version;
use crate::mqtt::session::Offer;
use core::time::Duration;

/// The options in force.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Policy {
    /// Whether a lost link is restored.
    pub(crate) reconnects: bool,
    /// The longest pause between two attempts, in seconds.
    pub(crate) longest_pause: u32,
    /// How long a connect may take.
    pub(crate) connect_limit: Duration,
    /// How often PINGREQ is sent again before the link is given up.
    pub(crate) ping_retries: u8,
    /// How many messages may be in flight.
    pub(crate) in_flight: u16,
    /// How often the connection ends with a message before it is set aside.
    pub(crate) give_up: u8,
    /// The version of MQTT; none is 5.0, else 3.1.1.
    pub(crate) version: Option<Version>,
    /// What CONNECT of 5.0 announces.
    pub(crate) offer: Offer,
    /// Whether messages wait until the host asks for them.
    pub(crate) stores_messages: bool,
}

impl Policy {
    /// The largest packet that may come, in bytes, where MQTT 5 is spoken.
    pub(crate) fn most_received(&self) -> u32 {
        match self.offer.max_packet {
            0 => u32::MAX,
            bytes => bytes,
        }
    }
}
