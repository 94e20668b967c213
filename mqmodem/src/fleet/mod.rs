//! Many modems of one template in one process.

pub(crate) mod files;
pub(crate) mod list;
pub(crate) mod pattern;
pub(crate) mod plan;
pub(crate) mod rounds;
pub(crate) mod seats;
pub(crate) mod tally;
