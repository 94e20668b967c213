//! The links of the modems that are simulated.

/// How many links a modem has.
pub const LINKS: u8 = 1;
