//! What stands before events and between them.

use super::payload::PayloadLimit;
use crate::port::Label;
use serde::{Deserialize, Serialize};

/// The version of the schema: another one only where a reader would misread.
pub const FORMAT_VERSION: u32 = 1;

/// The first line of a stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceHeader {
    /// The version of the schema.
    pub version: u32,
    /// What wrote it.
    pub program: String,
    /// Which run of that: numbers of events are counted in one.
    pub run: String,
    /// When that began, in microseconds since 1970.
    pub started: u64,
    /// How much of payloads is in it.
    pub payload: String,
}

impl TraceHeader {
    /// The header of a stream of this program.
    pub(crate) fn new(run: &str, started: u64, payload: PayloadLimit) -> Self {
        Self {
            version: FORMAT_VERSION,
            program: concat!("mqmodem ", env!("CARGO_PKG_VERSION")).to_owned(),
            run: run.to_owned(),
            started,
            payload: payload.to_string(),
        }
    }
}

/// Events that are missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceLost {
    /// Whose, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modem: Option<Label>,
    /// The number of the first, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<u64>,
    /// How many.
    pub count: u64,
    /// Why.
    pub why: LossReason,
}

/// What was counted of a modem, in a stream of a modem that runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceCounters {
    /// When, in microseconds since 1970.
    pub t: u64,
    /// Whose.
    pub modem: Label,
    /// Lines of the host.
    pub at: u64,
    /// Packets, either way.
    pub packets: u64,
    /// Lines that were answered with an error.
    pub errors: u64,
    /// Events that readers missed.
    pub lost: u64,
    /// `connected`, `connecting`, `waiting`, `down` or `off`.
    pub state: String,
}

/// Why events are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LossReason {
    /// Their reader did not keep up.
    Reader,
    /// They could not be written.
    Disk,
}
