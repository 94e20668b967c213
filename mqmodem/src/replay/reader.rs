//! Reads a trace in JSON lines.

use crate::observe::stream::{FORMAT_VERSION, TraceHeader, TraceRecord, TraceWhat};
use serde_json::Value;
use std::fmt;
use std::io::{self, BufRead, Read};

/// Bytes of a line at most.
const LONGEST: u64 = 16 * 1024 * 1024;

/// Bytes that all lines may leave out at most: something is made up in their place.
const LEFT_OUT: u64 = 64 * 1024 * 1024;

/// The types that are known. Others are of a later version, or of the stream of a page alone.
const KNOWN: [&str; 12] = [
    "trace", "lost", "line", "packet", "link", "port", "setup", "fault", "power", "radio", "store",
    "note",
];

/// A trace that cannot be read.
#[derive(Debug)]
pub enum UnreadableTrace {
    /// It could not be read at all.
    Input(io::Error),
    /// A line of it cannot be understood.
    Line {
        /// Which, counted from 1.
        number: usize,
        /// What is wrong with it, or missing.
        what: String,
    },
}

impl fmt::Display for UnreadableTrace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input(error) => error.fmt(f),
            Self::Line { number, what } => write!(f, "line {number}: {what}"),
        }
    }
}

impl std::error::Error for UnreadableTrace {}

/// A trace, line by line.
pub(super) struct TraceReader<R> {
    input: R,
    number: usize,
    begun: bool,
    /// Bytes that were left out up to now.
    left_out: u64,
}

/// A line of a trace: as it stands there, and what it says.
pub(super) struct ReadLine {
    pub(super) value: Value,
    pub(super) record: TraceRecord,
}

impl<R: BufRead> TraceReader<R> {
    pub(super) fn new(input: R) -> Self {
        Self {
            input,
            number: 0,
            begun: false,
            left_out: 0,
        }
    }

    /// The next line that is known; none at the end. A last line that was not written to its
    /// end is left out.
    pub(super) fn next(&mut self) -> Result<Option<ReadLine>, UnreadableTrace> {
        loop {
            let mut line = Vec::new();
            let front = &mut (&mut self.input).take(LONGEST);
            front
                .read_until(b'\n', &mut line)
                .map_err(UnreadableTrace::Input)?;
            self.number += 1;
            let is_cut = !line.ends_with(b"\n");
            if line.is_empty() {
                let empty = "it is empty; a trace begins with a header";
                return if self.begun {
                    Ok(None)
                } else {
                    Err(self.wrong(empty))
                };
            }
            if line.len() as u64 == LONGEST {
                return Err(self.wrong("it has more than 16 MiB; this is no trace"));
            }
            match self.line(&line) {
                Err(_) if is_cut && self.begun => return Ok(None),
                Ok(None) => {}
                read => return read,
            }
        }
    }

    /// What a line says, where it is known.
    fn line(&mut self, line: &[u8]) -> Result<Option<ReadLine>, UnreadableTrace> {
        let line = std::str::from_utf8(line).map_err(|_| self.wrong("it is not UTF-8"))?;
        if line.trim().is_empty() {
            return Ok(None);
        }
        let value: Value = serde_json::from_str(line).map_err(|error| {
            let what = told(&error);
            self.wrong(&format!(
                "it is no JSON: {what} (column {})",
                error.column()
            ))
        })?;
        let kind = value.get("type").and_then(Value::as_str);
        let kind = kind.ok_or_else(|| self.wrong("missing field `type`"))?;
        if !self.begun && kind != "trace" {
            return Err(
                self.wrong("there is no header; a trace begins with {\"type\":\"trace\",…}")
            );
        }
        if !KNOWN.contains(&kind) {
            return Ok(None);
        }
        let record = TraceRecord::parse(line).map_err(|error| self.wrong(&told(&error)))?;
        if let TraceRecord::Header(header) = &record {
            self.check(header)?;
            self.begun = true;
        }
        if let TraceRecord::Event(event) = &record {
            self.count(&event.what)?;
        }
        Ok(Some(ReadLine { value, record }))
    }

    fn check(&self, header: &TraceHeader) -> Result<(), UnreadableTrace> {
        let version = header.version;
        if version == FORMAT_VERSION {
            return Ok(());
        }
        let what = format!(
            "it is a trace of version {version}; this program reads version {FORMAT_VERSION}"
        );
        Err(self.wrong(&what))
    }

    /// Counts what takes memory that the line itself does not have.
    fn count(&mut self, what: &TraceWhat) -> Result<(), UnreadableTrace> {
        let left_out = match what {
            TraceWhat::Line(line) => line.hidden.max(line.before),
            TraceWhat::Packet(packet) => packet.payload_bytes.unwrap_or_default(),
            _ => 0,
        };
        self.left_out = self.left_out.saturating_add(left_out as u64);
        if self.left_out > LEFT_OUT {
            return Err(self.wrong("up to here more than 64 MiB are left out; a trace has less"));
        }
        Ok(())
    }

    fn wrong(&self, what: &str) -> UnreadableTrace {
        UnreadableTrace::Line {
            number: self.number,
            what: what.to_owned(),
        }
    }
}

/// What is wrong, without the place, which is always in line 1.
fn told(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let end = text.find(" at line ").unwrap_or(text.len());
    text.get(..end).unwrap_or_default().to_owned()
}
