//! What is put aside, one value a key.

/// The profile of `+UMQTT`, by operation; `+UMQTTNV` keeps these.
pub(super) const CLIENT_ID: u8 = 0;
pub(super) const LOCAL_PORT: u8 = 1;
pub(super) const HOST: u8 = 2;
pub(super) const PORT: u8 = 3;
pub(super) const USERNAME: u8 = 4;
pub(super) const PASSWORD: u8 = 5;
pub(super) const WILL_QOS: u8 = 6;
pub(super) const WILL_RETAIN: u8 = 7;
pub(super) const WILL_TOPIC: u8 = 8;
pub(super) const WILL_MESSAGE: u8 = 9;
pub(super) const KEEP_ALIVE: u8 = 10;
/// Whether TLS is used, and by which profile, where one was given.
pub(super) const TLS: u8 = 11;
pub(super) const CLEAN_SESSION: u8 = 12;
/// Whether the host is an address, which operation 3 gives.
pub(super) const IS_ADDRESS: u8 = 13;
/// All of these.
pub(super) const PROFILE: core::ops::RangeInclusive<u8> = CLIENT_ID..=IS_ADDRESS;

/// The IMEI, which is the client identifier where none was given.
pub(super) const IMEI: u8 = 20;
/// The URL of the broker.
pub(super) const URL: u8 = 21;
/// The filter of the subscription under way.
pub(super) const FILTER: u8 = 22;
/// Whether the modem sends PINGREQ by itself.
pub(super) const PINGS: u8 = 23;
/// Whether the message that is read is shown in hexadecimal digits.
pub(super) const HEX: u8 = 24;

/// The content of a file, to act with it.
pub(super) const CONTENT: u8 = 25;

/// Settings that are only read back, by their number.
pub(super) const REMEMBERED: u8 = 32;
const SECURITY: u8 = 128;
/// Operations of a security profile.
pub(super) const OPERATIONS: u8 = 16;

/// The value of an operation of a security profile.
pub(super) const fn security(profile: u8, operation: u8) -> u8 {
    SECURITY + profile * OPERATIONS + operation
}
