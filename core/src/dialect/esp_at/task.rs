//! Commands whose end is an event, as tasks know them.

/// `+MQTTPUBRAW`
pub(super) const PUBLISH_RAW: u8 = 0;
/// `+CWQAP`
pub(super) const QUIT: u8 = 1;
/// `+CIPSNTPCFG`
pub(super) const UPDATE_TIME: u8 = 2;
