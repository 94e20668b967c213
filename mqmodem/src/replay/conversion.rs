//! A trace in another form.

use super::reader::{TraceReader, UnreadableTrace};
use super::text;
use crate::observe::filter::{Filter, Sieve};
use crate::observe::stream::{TraceEvent, TraceRecord};
use crate::observe::trace::CapturedModems;
use crate::port::Label;
use std::collections::BTreeSet;
use std::fmt;
use std::io::{self, BufRead, Write};

/// What a trace is to become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConversionForm {
    /// A capture for Wireshark.
    Pcapng,
    /// Lines for people.
    Text,
}

/// How a trace is converted.
#[derive(Clone, Debug)]
pub struct Conversion {
    /// What it is to become.
    pub to: ConversionForm,
    /// The modem it is about; all, where none is named.
    pub modem: Option<String>,
    /// Which of the events are wanted.
    pub filter: Filter,
}

/// A trace that cannot be converted.
#[derive(Debug)]
pub enum ConversionError {
    /// It cannot be read.
    Trace(UnreadableTrace),
    /// There is no modem of this name in it.
    NoModem {
        /// The name.
        wanted: String,
        /// Those that there are.
        known: BTreeSet<String>,
    },
    /// The other form could not be written.
    Output(io::Error),
}

impl fmt::Display for ConversionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Trace(error) => error.fmt(f),
            Self::NoModem { wanted, known } => {
                let known: Vec<_> = known.iter().map(String::as_str).collect();
                let known = match &known[..] {
                    [] => "there is none".to_owned(),
                    known => format!("there is {}", known.join(", ")),
                };
                write!(f, "there is no modem {wanted} in it; {known}")
            }
            Self::Output(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ConversionError {}

impl From<UnreadableTrace> for ConversionError {
    fn from(error: UnreadableTrace) -> Self {
        Self::Trace(error)
    }
}

impl Conversion {
    /// Reads a trace in JSON lines, and writes it in the other form.
    pub fn run(&self, input: impl BufRead, output: impl Write) -> Result<(), ConversionError> {
        let mut reader = TraceReader::new(input);
        let mut sieve = Sieve::new(self.filter.clone());
        let mut writer = FormWriter::begin(self.to, output)?;
        let mut known = BTreeSet::new();
        while let Some(line) = reader.next()? {
            match &line.record {
                TraceRecord::Header(_) | TraceRecord::Counters(_) => {}
                TraceRecord::Event(event) => {
                    let name = event.modem.as_str();
                    if !known.contains(name) {
                        known.insert(name.to_owned());
                    }
                    if self.is_about(name) && sieve.passes(&line.value) {
                        writer.event(event)?;
                    }
                }
                TraceRecord::Lost(lost) => {
                    let name = lost.modem.as_ref().map(Label::as_str);
                    if name.is_none_or(|name| self.is_about(name)) {
                        writer.write(text::missing(lost).as_bytes(), ConversionForm::Text)?;
                    }
                }
            }
        }
        match &self.modem {
            Some(wanted) if !known.contains(wanted) => Err(ConversionError::NoModem {
                wanted: wanted.clone(),
                known,
            }),
            _ => writer.out.flush().map_err(ConversionError::Output),
        }
    }

    fn is_about(&self, modem: &str) -> bool {
        self.modem.as_ref().is_none_or(|wanted| wanted == modem)
    }
}

/// Writes events in a form.
struct FormWriter<W> {
    form: ConversionForm,
    captured: CapturedModems,
    out: W,
}

impl<W: Write> FormWriter<W> {
    fn begin(form: ConversionForm, out: W) -> Result<Self, ConversionError> {
        let captured = CapturedModems::default();
        let mut writer = Self {
            form,
            captured,
            out,
        };
        writer.write(&CapturedModems::begin(), ConversionForm::Pcapng)?;
        Ok(writer)
    }

    fn event(&mut self, event: &TraceEvent) -> Result<(), ConversionError> {
        let mut blocks = Vec::new();
        match self.form {
            ConversionForm::Pcapng => self.captured.event(event, |bytes| {
                blocks.extend_from_slice(bytes);
                true
            }),
            ConversionForm::Text => blocks.extend(text::line(event).unwrap_or_default().bytes()),
        }
        self.write(&blocks, self.form)
    }

    /// Writes what belongs to a form, where that is the one.
    fn write(&mut self, bytes: &[u8], form: ConversionForm) -> Result<(), ConversionError> {
        if form != self.form {
            return Ok(());
        }
        self.out.write_all(bytes).map_err(ConversionError::Output)
    }
}
