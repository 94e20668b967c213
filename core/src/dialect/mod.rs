//! Command sets, one vendor each. Nothing outside this folder names one.

pub mod native;

use crate::modem::api::{Config, Identity};

/// The native command set, forgiving, no secret masked, sessions kept: what a
/// host gets that asks for nothing else.
impl Default for Config<'_> {
    fn default() -> Self {
        Self {
            dialect: &native::NATIVE,
            identity: Identity::default(),
            seed: 0,
            strict: false,
            mask_secrets: false,
            keeps_sessions: true,
            max_payload: 256 * 1024,
        }
    }
}
