//! How a modem behaves.

use crate::modem::behaviour::Behaviour;
use crate::modem::dialect::{Dialect, VendorLimits};
use crate::modem::identity::{ChosenIdentity, Identity};
use crate::modem::link::LinkConfig;

/// How a modem behaves, set once.
#[derive(Clone, Copy, Debug)]
pub struct Config<'a> {
    /// The command set it speaks.
    pub dialect: &'static Dialect,
    /// What it says of itself.
    pub identity: Identity<'a>,
    /// Seed of everything that looks random.
    pub seed: u64,
    /// Whether the leniences of rules R2, R4, R6 and R8 are off, and those towards
    /// brokers ([`Rules`](crate::mqtt::Rules)).
    pub strict: bool,
    /// Whether the module's own limits hold ([`VendorLimits`]), not only those of memory.
    pub vendor_limits: bool,
    /// The least time between the OK of a command and the event that ends it, where it is
    /// not the dialect's own, in milliseconds.
    pub gap: Option<u16>,
    /// Whether the radio is off when the modem starts, until the host switches it on or
    /// joins a network.
    pub offline: bool,
    /// Whether reading a password back shows `***`.
    pub mask_secrets: bool,
    /// Whether sessions and the messages in them are kept by [`Action::Store`](crate::Action::Store),
    /// and so survive that the modem is switched off.
    pub keeps_sessions: bool,
    /// The largest payload received, in bytes, where the memory holds that much. Of
    /// a larger one the host is told its length.
    pub max_payload: usize,
}

impl<'a> Config<'a> {
    /// A modem of this command set: forgiving, no secret masked, sessions kept.
    pub fn of(dialect: &'static Dialect) -> Self {
        Self {
            dialect,
            identity: dialect.identity,
            seed: 0,
            strict: false,
            vendor_limits: false,
            gap: None,
            offline: false,
            mask_secrets: false,
            keeps_sessions: true,
            max_payload: 256 * 1024,
        }
    }

    /// What the modem takes at most besides what its memory holds.
    pub(crate) fn limits(&self) -> &'static VendorLimits {
        if self.vendor_limits {
            self.dialect.limits
        } else {
            &VendorLimits::NONE
        }
    }

    /// What of it the machine needs.
    pub(crate) fn behaviour(&self) -> Behaviour<'a> {
        Behaviour {
            wording: self.dialect.wording(),
            factory: self.dialect.profile,
            defaults: self.dialect.options,
            scratch: self.dialect.scratch as u32,
            gap: self.gap.unwrap_or(self.dialect.gap),
            limits: self.limits(),
            identity: ChosenIdentity::new(self.identity, &self.dialect.identity),
            offline: self.offline,
            masks_secrets: self.mask_secrets,
            links: LinkConfig {
                seed: self.seed,
                strict: self.strict,
                keeps_sessions: self.keeps_sessions,
                max_payload: self.max_payload.try_into().unwrap_or(u32::MAX),
            },
        }
    }
}
