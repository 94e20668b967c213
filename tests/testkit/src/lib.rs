//! What every simulation of a modem is made of.

#![allow(clippy::missing_panics_doc, reason = "a broken law is a panic")]

pub mod aliases;
#[cfg(feature = "redb")]
pub mod block;
pub mod broker;
pub mod dialect;
pub mod flow;
pub mod laws;
mod links;
pub mod packets;
mod random;
pub mod sim;
pub mod speech;

pub use links::LINKS;
pub use random::Random;
