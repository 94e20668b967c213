//! What the options of a link ask of it.

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
    /// Whether messages wait until the host asks for them.
    pub(crate) stores_messages: bool,
}
