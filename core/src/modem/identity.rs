//! What a modem says of itself.

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

impl Identity<'_> {
    /// What this modem is.
    pub const OWN: Identity<'static> = Identity {
        manufacturer: "mqmodem",
        model: "mqmodem",
        revision: env!("CARGO_PKG_VERSION"),
        imei: None,
        imsi: "001010123456789",
        iccid: "8988211000000000000",
    };
}

impl Default for Identity<'_> {
    fn default() -> Self {
        Self::OWN
    }
}
