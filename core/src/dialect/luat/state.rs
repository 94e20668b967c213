//! What a host has set, which lasts until the module restarts.

use crate::modem::Staged;
use crate::modem::command::context::Context;
use crate::modem::fail::Fail;

/// The command does not work in this state.
pub(super) const FAILED: Fail = Fail::Cme(767);
/// A value is too long.
pub(super) const OUT_OF_RANGE: Fail = Fail::Cme(793);
/// The radio is off.
pub(super) const RADIO_OFF: Fail = Fail::Cme(797);

/// What a host gives, one value a key.
pub(super) mod key {
    pub(crate) const CLIENT_ID: u8 = 0;
    pub(crate) const USERNAME: u8 = 1;
    pub(crate) const PASSWORD: u8 = 2;
    pub(crate) const WILL_FLAGS: u8 = 3;
    pub(crate) const WILL_TOPIC: u8 = 4;
    pub(crate) const WILL_MESSAGE: u8 = 5;
    pub(crate) const HOST: u8 = 6;
    pub(crate) const PORT: u8 = 7;
    pub(crate) const URL: u8 = 8;
    pub(crate) const KEEP_ALIVE: u8 = 9;
    pub(crate) const KEEPS_SESSION: u8 = 10;
    /// The session was left, and the transport with it.
    pub(crate) const LEFT: u8 = 11;
    pub(crate) const HEX: u8 = 12;
    pub(crate) const STORES: u8 = 13;
    /// Whether events of the link say which it is.
    pub(crate) const NUMBERS: u8 = 14;
    /// The values of `+SSLCFG` follow.
    pub(crate) const TLS: u8 = 32;
}

/// A number that was given, else 0.
pub(super) fn number(staged: Staged<'_>, key: u8) -> u32 {
    let bytes = staged.get(key).and_then(|bytes| bytes.try_into().ok());
    bytes.map_or(0, u32::from_be_bytes)
}

/// Keeps a number.
pub(super) fn set_number(cx: &mut Context, key: u8, number: u32) -> Result<(), Fail> {
    cx.stage(key, &number.to_be_bytes())
}

/// Keeps a flag.
pub(super) fn set_flag(cx: &mut Context, key: u8, on: bool) -> Result<(), Fail> {
    if on {
        return cx.stage(key, &[]);
    }
    cx.forget_staged(Some(key));
    Ok(())
}

/// The tasks, by number.
pub(super) mod task {
    pub(crate) const OPEN: u8 = 0;
    pub(crate) const ALREADY: u8 = 1;
    pub(crate) const CONNECT: u8 = 2;
    pub(crate) const CLOCK: u8 = 3;
    pub(crate) const STATUS: u8 = 4;
    pub(crate) const POWER_DOWN: u8 = 5;
    pub(crate) const POWER_CUT: u8 = 6;
}
