//! The calls of a modem, but for bytes and stored records: those are in the folder's parent.

mod actions;
mod beside;
pub(super) mod config;
mod host_lines;
mod observe;
mod status;
mod timers;
mod trim;
