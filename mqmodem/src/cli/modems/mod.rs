//! What `serve` and `fleet` both do to run modems.

pub(super) mod address;
pub(super) mod control;
#[cfg(feature = "inspector")]
pub(super) mod inspect;
pub(super) mod metrics;
pub(super) mod ports;
pub(super) mod prepared;
pub(super) mod proxy;
pub(super) mod signals;
pub(super) mod state;
pub(super) mod trace;
pub(super) mod watchers;
