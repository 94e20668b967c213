//! Numbers about the modems of a process, for Prometheus.

mod counters;
mod http;
mod meter;
mod page;

pub use counters::Metrics;
pub use http::serve;
