//! Drives modems: a task for each, and what the modems of a program share.

mod host;
mod link_log;
mod links;
mod restore;
mod shared;
mod task;
#[cfg(test)]
mod tests;
mod timer;

pub use shared::{ModemSetup, Shared};
pub use task::{Driver, Parts, Stop};
