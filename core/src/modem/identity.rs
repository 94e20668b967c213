//! What a modem says of itself.

use crate::on_use::OnUse;

/// What a modem says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// Area, cell and access technology, as `+CREG?` has them: made up.
    pub cell: &'a str,
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
        // LTE.
        cell: "\"0001\",\"00000001\",7",
    };
}

impl Default for Identity<'_> {
    fn default() -> Self {
        Self::OWN
    }
}

/// What a modem says of itself, which is mostly what its dialect does.
#[derive(Debug)]
pub(crate) struct ChosenIdentity<'a> {
    usual: &'static Identity<'static>,
    other: OnUse<Identity<'a>>,
}

impl<'a> ChosenIdentity<'a> {
    pub(crate) fn new(chosen: Identity<'a>, usual: &'static Identity<'static>) -> Self {
        let other = if chosen == *usual {
            OnUse::NEW
        } else {
            OnUse::of(chosen)
        };
        Self { usual, other }
    }

    pub(crate) fn get(&self) -> Identity<'a> {
        self.other.get().copied().unwrap_or(*self.usual)
    }
}
