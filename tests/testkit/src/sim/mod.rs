//! Nothing lost, nothing doubled: a modem, careful hosts, honest brokers and
//! everything that can go wrong between them, in virtual time.
//!
//! A seed decides everything: the modem and its options, when connections break
//! and at which byte, who restarts when, and how late the disk is. `ledger` holds
//! the laws. Each link is a lane of its own, with its host, broker and ledger; modem,
//! port, disk and time are shared.

mod agenda;
mod broker;
mod disk;
mod grants;
mod host;
mod lane;
mod ledger;
mod limits;
mod message;
mod network;
mod plan;
mod port;
mod reply;
mod run;
mod sabotage;
mod session;
mod story;
mod trouble;
mod unreadable;
mod wire_observer;
mod world;

pub use plan::Plan;
pub use run::{Run, play};
pub use sabotage::Sabotage;
