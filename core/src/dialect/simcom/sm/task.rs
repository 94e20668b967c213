//! Commands whose end is an event, as tasks know them.

/// `+CNACT`
pub(super) const ACTIVATE: u8 = 0;
pub(super) const DEACTIVATE: u8 = 1;
/// The same, and the link was up.
pub(super) const DEACTIVATE_LINK: u8 = 2;
/// `+CPOWD`
pub(super) const POWER_OFF: u8 = 3;
/// In place of the number of a context where there is one only.
pub(super) const NAMELESS: u32 = u32::MAX;
