//! Many modems of one template in one process.

pub(crate) mod assignment;
pub(crate) mod files;
pub(crate) mod repeat;
pub(crate) mod totals;
