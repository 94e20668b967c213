//! A disk of blocks in memory that knows what was not synced: it fails where it is
//! asked to, and says what may be left of it wherever the power goes.

mod disk;
mod medium;
mod step;

pub use disk::{BlockDisk, DiskFault};
pub use medium::Medium;
pub use step::DiskStep;
