//! What `serve` and `fleet` both do to run modems.

pub(super) mod address;
pub(super) mod control;
pub(super) mod metrics;
pub(super) mod ports;
pub(super) mod prepared;
pub(super) mod proxy;
pub(super) mod signals;
pub(super) mod state;
pub(super) mod trace;
