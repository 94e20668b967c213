//! Nothing lost, nothing doubled: a modem, a careful host, an honest broker and
//! everything that can go wrong between them, in virtual time.
//!
//! A seed decides everything: the modem and its options, when connections break
//! and at which byte, who restarts when, and how late the disk is. `ledger` holds
//! the laws.

mod agenda;
mod at;
mod broker;
mod chance;
mod disk;
mod drive;
mod hear;
mod host;
mod ledger;
mod link;
mod message;
mod plan;
mod scarce;
mod session;
mod tale;
mod trouble;
mod wire;
mod world;

pub use plan::Plan;
pub use tale::{Sabotage, Tale, play};
