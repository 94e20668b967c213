//! What watches a modem at work: the trace of its traffic, and counts of it.

pub mod metrics;
pub mod trace;
