//! Events on their way to the host.

pub(crate) mod queue;
