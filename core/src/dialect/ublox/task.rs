//! What commands begin, as events know it: the operation of `+UMQTTC`, or one of these.

pub(super) const LOGOUT: u8 = 0;
pub(super) const LOGIN: u8 = 1;
pub(super) const PUBLISH: u8 = 2;
pub(super) const PUBLISH_FILE: u8 = 3;
pub(super) const SUBSCRIBE: u8 = 4;
pub(super) const UNSUBSCRIBE: u8 = 5;
pub(super) const PUBLISH_RAW: u8 = 9;
/// The packet service is active.
pub(super) const ACTIVATE: u8 = 16;
/// A setting is read, in the old syntax; its number is the operation.
pub(super) const READ: u8 = 17;
