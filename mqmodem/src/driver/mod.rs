//! Drives modems: a task for each, and what the modems of a program share.

mod actions;
mod beside;
mod faults;
mod faulty;
mod faulty_links;
mod host;
mod link_log;
mod links;
mod restore;
mod shared;
mod stop;
mod task;
#[cfg(test)]
mod tests;
mod timer;

pub(crate) use faults::{ControlAnswer, ControlRequest, ControlWish, FaultDesk};
pub use shared::{ModemSetup, Shared};
pub use stop::Stop;
pub use task::{Driver, Parts};
