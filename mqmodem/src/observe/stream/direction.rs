//! Which way things pass.

use serde::{Deserialize, Serialize};

/// Which way something passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TraceDirection {
    /// A line to the modem, a packet of the broker.
    In,
    /// A line to the host, a packet to the broker.
    Out,
}
