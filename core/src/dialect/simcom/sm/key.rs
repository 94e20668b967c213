//! What a host gives, one value a key.

/// Settings of `+SMCONF`, by their place in its list; the port of the first is apart.
pub(super) const CONFIGURATION: u8 = 0;
pub(super) const PORT: u8 = 16;
pub(super) const HEX: u8 = 17;
/// The TLS context, counted from 1.
pub(super) const TLS_CONTEXT: u8 = 18;
pub(super) const CA: u8 = 19;
pub(super) const CERTIFICATE: u8 = 20;
/// Whether the packet context was deactivated.
pub(super) const INACTIVE: u8 = 21;
/// What the broker is reached by.
pub(super) const URL: u8 = 22;
/// The certificate and the key that belong together.
pub(super) const PAIR_CERTIFICATE: u8 = 23;
pub(super) const PAIR_KEY: u8 = 24;
/// The server names of the TLS contexts.
pub(super) const SERVER_NAMES: u8 = 32;
/// Whether the dates of certificates count in each of them.
pub(super) const ANY_DATES: u8 = 48;
