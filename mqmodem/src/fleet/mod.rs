//! Many modems of one template in one process.

pub(crate) mod assignment;
pub(crate) mod files;
mod number;
pub(crate) mod repeat;
pub(crate) mod totals;
