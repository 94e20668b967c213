//! What a host gives and what the module keeps of it, one value a key.

/// Whether the service is started. This and what follows is the module's, kept with the first
/// link.
pub(super) const STARTED: u8 = 0;
/// Whether the socket service is open.
pub(super) const OPENED: u8 = 1;
/// Whether the module has left the packet service.
pub(super) const DETACHED: u8 = 2;
/// The identifier of a client: it is acquired. This and what follows is a client's.
pub(super) const CLIENT_ID: u8 = 64;
pub(super) const USES_TLS: u8 = 65;
pub(super) const TLS_CONTEXT: u8 = 66;
pub(super) const WILL_TOPIC: u8 = 67;
pub(super) const WILL_MESSAGE: u8 = 68;
pub(super) const WILL_QOS: u8 = 69;
pub(super) const OPERATION_TIMEOUT: u8 = 70;
pub(super) const CHECKS_TEXT: u8 = 71;
pub(super) const ARGUMENTS: u8 = 72;
pub(super) const ADDRESS: u8 = 73;
pub(super) const KEEP_ALIVE: u8 = 74;
pub(super) const CLEAN: u8 = 75;
pub(super) const USER: u8 = 76;
pub(super) const PASSWORD: u8 = 77;
pub(super) const URL: u8 = 78;
pub(super) const TOPIC: u8 = 79;
pub(super) const PAYLOAD: u8 = 80;
pub(super) const FILTERS: u8 = 81;
pub(super) const UNFILTERS: u8 = 82;
/// All of a client.
pub(super) const CLIENT: core::ops::RangeInclusive<u8> = CLIENT_ID..=UNFILTERS;
/// Settings of TLS contexts follow: of the module, see `tls`.
pub(super) const CONTEXTS: u8 = 128;
