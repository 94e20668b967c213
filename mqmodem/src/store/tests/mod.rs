//! The store on a simulated disk, stopped and failing wherever it can.

mod crash;
mod day;
pub(super) mod place;
pub(super) mod world;
