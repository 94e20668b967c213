//! What the modem stores between restarts: slots, settings, options, profile.

pub(crate) mod nvram;
pub mod options;
pub mod pem;
pub(crate) mod profile;
pub mod settings;
