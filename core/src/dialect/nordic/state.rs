//! What a host has set, which lasts until the module restarts.

use crate::modem::Staged;
use crate::modem::command::context::Context;
use crate::modem::command::dialect::Outcome;
use crate::modem::fail::Fail;

/// What a host gives, one value a key.
pub(super) mod key {
    pub(crate) const CLIENT_ID: u8 = 0;
    pub(crate) const KEEP_ALIVE: u8 = 1;
    pub(crate) const KEEPS_SESSION: u8 = 2;
    pub(crate) const USERNAME: u8 = 3;
    pub(crate) const PASSWORD: u8 = 4;
    pub(crate) const HOST: u8 = 5;
    pub(crate) const PORT: u8 = 6;
    pub(crate) const TAG: u8 = 7;
    pub(crate) const URL: u8 = 8;
    /// How long a pause ends a part of the data, in milliseconds.
    pub(crate) const PAUSE: u8 = 9;
    /// A part of the data was not sent.
    pub(crate) const FAILED: u8 = 10;
    /// How much `+CEREG` reports.
    pub(crate) const REGISTRATION: u8 = 11;
    /// The name of the pre-shared key.
    pub(crate) const PSK: u8 = 12;
}

const CLIENT_ID: &str = "sm_default_client_id";
/// Seconds.
const KEEP_ALIVE: u32 = 60;

/// A number that was given.
pub(super) fn number(staged: Staged<'_>, key: u8) -> Option<u32> {
    let bytes = staged.get(key)?.try_into().ok()?;
    Some(u32::from_be_bytes(bytes))
}

/// Keeps a number.
pub(super) fn set_number(cx: &mut Context, key: u8, number: u32) -> Result<(), Fail> {
    cx.stage(key, &number.to_be_bytes())
}

pub(super) fn client_id(staged: Staged<'_>) -> &str {
    match staged.get(key::CLIENT_ID) {
        Some(_) => staged.text(key::CLIENT_ID),
        None => CLIENT_ID,
    }
}

/// In seconds; 0 is off.
pub(super) fn keep_alive(staged: Staged<'_>) -> u32 {
    number(staged, key::KEEP_ALIVE).unwrap_or(KEEP_ALIVE)
}

pub(super) fn starts_session(staged: Staged<'_>) -> bool {
    staged.get(key::KEEPS_SESSION).is_none()
}

/// The test forms, too, need the broker.
pub(super) fn test(cx: &mut Context, text: &str) -> Outcome {
    if !cx.is_connected() {
        return Outcome::Fail(Fail::Plain);
    }
    cx.text(text);
    Outcome::Ok
}

/// A command of the module itself fails without a number.
pub(super) fn plain(_: Fail) -> Fail {
    Fail::Plain
}
