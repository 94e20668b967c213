//! How a modem is made, as far as its machine cares.

use super::identity::ChosenIdentity;
use super::link::LinkConfig;
use super::profile::Profile;
use super::storage::options::Defaults;
use super::vendor_limits::VendorLimits;
use super::wording::Wording;

/// What of a configuration and its dialect does not change.
#[derive(Debug)]
pub(crate) struct Behaviour<'a> {
    /// How what is reported is written.
    pub(crate) wording: Wording,
    /// The profile before the first `&W`.
    pub(crate) factory: &'static Profile,
    /// The options that start with another value than usual.
    pub(crate) defaults: Defaults,
    /// Bytes for what the dialect puts aside of a link.
    pub(crate) scratch: u32,
    /// The least time between the OK of a command and the event that ends it, in milliseconds.
    pub(crate) gap: u16,
    /// What the modem takes at most besides what its memory holds.
    pub(crate) limits: &'static VendorLimits,
    pub(crate) identity: ChosenIdentity<'a>,
    /// Whether the radio is off when it starts.
    pub(crate) offline: bool,
    /// Whether a password read back is shown as `***`.
    pub(crate) masks_secrets: bool,
    pub(crate) links: LinkConfig,
}
