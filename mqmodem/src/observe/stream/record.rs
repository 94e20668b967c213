//! A line of a stream.

use super::event::TraceEvent;
use super::header::{TraceCounters, TraceHeader, TraceLost};
use serde::{Deserialize, Serialize};

/// A line of a stream, in JSON.
#[derive(Clone, Debug, PartialEq)]
pub enum TraceRecord {
    /// The first one.
    Header(TraceHeader),
    /// An event.
    Event(TraceEvent),
    /// Events that are missing here.
    Lost(TraceLost),
    /// What was counted by now.
    Counters(TraceCounters),
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Tagged<'r> {
    Trace(&'r TraceHeader),
    Lost(&'r TraceLost),
    Counters(&'r TraceCounters),
}

#[derive(Deserialize)]
struct Kind {
    r#type: String,
}

/// An event as a line, with its end.
pub(in crate::observe) fn event_line(event: &TraceEvent) -> String {
    ended(serde_json::to_string(event))
}

/// All keys are texts, so that nothing fails.
fn ended(written: serde_json::Result<String>) -> String {
    let mut line = written.unwrap_or_default();
    line.push('\n');
    line
}

impl TraceRecord {
    /// The line with its end.
    pub fn line(&self) -> String {
        match self {
            Self::Header(header) => ended(serde_json::to_string(&Tagged::Trace(header))),
            Self::Event(event) => event_line(event),
            Self::Lost(lost) => ended(serde_json::to_string(&Tagged::Lost(lost))),
            Self::Counters(it) => ended(serde_json::to_string(&Tagged::Counters(it))),
        }
    }

    /// Reads a line.
    pub fn parse(line: &str) -> Result<Self, serde_json::Error> {
        Ok(match &*serde_json::from_str::<Kind>(line)?.r#type {
            "trace" => Self::Header(serde_json::from_str(line)?),
            "lost" => Self::Lost(serde_json::from_str(line)?),
            "counters" => Self::Counters(serde_json::from_str(line)?),
            _ => Self::Event(serde_json::from_str(line)?),
        })
    }
}
