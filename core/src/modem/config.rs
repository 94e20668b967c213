//! How a modem behaves.

use super::table::Dialect;

/// How a modem behaves, set once.
#[derive(Clone, Copy, Debug)]
pub struct Config<'a> {
    /// The command set it speaks.
    pub dialect: &'static Dialect,
    /// What it says of itself.
    pub identity: Identity<'a>,
    /// Seed of everything that looks random.
    pub seed: u64,
    /// Whether the leniences of rules R2, R4, R6 and R8 are off, and those towards
    /// brokers ([`Rules`](crate::mqtt::Rules)).
    pub strict: bool,
    /// Whether reading a password back shows `***`.
    pub mask_secrets: bool,
    /// Whether sessions and the messages in them are kept by [`Action::Store`](crate::Action::Store),
    /// and so survive that the modem is switched off.
    pub keeps_sessions: bool,
    /// The largest payload received, in bytes, where the memory holds that much. Of
    /// a larger one the host is told its length.
    pub max_payload: usize,
}

/// What a modem says of itself.
#[derive(Clone, Copy, Debug)]
pub struct Identity<'a> {
    /// `+CGMI`
    pub manufacturer: &'a str,
    /// `+CGMM`
    pub model: &'a str,
    /// `+CGMR`
    pub revision: &'a str,
    /// `+CGSN`; `None` makes a valid one from the seed.
    pub imei: Option<&'a str>,
    /// `+CIMI`
    pub imsi: &'a str,
    /// `+CCID`
    pub iccid: &'a str,
}

impl Default for Identity<'_> {
    fn default() -> Self {
        Self {
            manufacturer: "mqmodem",
            model: "mqmodem",
            revision: env!("CARGO_PKG_VERSION"),
            imei: None,
            imsi: "001010123456789",
            iccid: "8988211000000000000",
        }
    }
}
