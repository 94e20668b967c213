//! Scenarios made of arbitrary bytes: both sides, the network and the clock,
//! interleaved, with the laws checked on the way. The property tests and the fuzz
//! targets (`tests/fuzz/`) run the same code, so what one of them finds the other can
//! replay.

pub mod block;
mod broker;
pub mod codec;
mod operation;
pub mod phrases;
mod reader;
pub mod records;
mod rig;
mod scenario;
pub mod session;
mod trace;
mod variation;
mod world;

pub use operation::Operation;
pub use rig::{play, play_on};
pub use scenario::{Scenario, opening, pick};
pub use trace::Trace;
pub use variation::Variation;
