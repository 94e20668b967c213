//! What commands begin, by number.

pub(super) const OPEN: u8 = 0;
pub(super) const CONNECT: u8 = 1;
pub(super) const DISCONNECT: u8 = 2;
pub(super) const CLOSE: u8 = 3;
pub(super) const PUBLISH: u8 = 4;
pub(super) const PUBLISH_EX: u8 = 5;
pub(super) const SUBSCRIBE: u8 = 6;
pub(super) const UNSUBSCRIBE: u8 = 7;
pub(super) const LOOK_UP: u8 = 8;
pub(super) const PING: u8 = 9;
pub(super) const UPDATE_TIME: u8 = 10;
pub(super) const POWER_OFF: u8 = 11;

pub(super) const UPLOAD: u8 = 12;
pub(super) const WRITE: u8 = 13;
pub(super) const OPEN_FILE: u8 = 14;
pub(super) const LOSE_NETWORK: u8 = 15;

/// A link that is opened is in use already: the number of an `OPEN`.
pub(super) const IN_USE: u32 = 2;
