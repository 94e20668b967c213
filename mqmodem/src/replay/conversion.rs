//! A trace in another form.

use super::chat::ChatMaking;
use super::reader::{TraceReader, UnreadableTrace};
use super::text;
use crate::observe::filter::{Filter, Sieve};
use crate::observe::stream::{TraceEvent, TraceLost, TraceRecord};
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
    /// A chat that does again what was done to one modem.
    Chat,
    /// Lines for people.
    Text,
}

/// Which events of a trace are wanted.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// The modem they are about; all, where none is named.
    pub modem: Option<String>,
    /// What they have to be like.
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
    /// A chat is about one modem, and there are these.
    SeveralModems(BTreeSet<String>),
    /// No chat can be made of it.
    Chat(String),
    /// The other form could not be written.
    Output(io::Error),
}

impl fmt::Display for ConversionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Trace(error) => error.fmt(f),
            Self::NoModem { wanted, known } if known.is_empty() => {
                write!(f, "there is no modem {wanted} in it; there is none")
            }
            Self::NoModem { wanted, known } => {
                write!(
                    f,
                    "there is no modem {wanted} in it; there is {}",
                    list(known)
                )
            }
            Self::SeveralModems(known) => write!(
                f,
                "a chat is about one modem; name it by --modem: there is {}",
                list(known)
            ),
            Self::Chat(why) => f.write_str(why),
            Self::Output(error) => error.fmt(f),
        }
    }
}

/// Some of the names.
fn list(names: &BTreeSet<String>) -> String {
    const MOST: usize = 10;
    let some: Vec<_> = names.iter().take(MOST).map(String::as_str).collect();
    let more = if names.len() > MOST { ", …" } else { "" };
    some.join(", ") + more
}

impl std::error::Error for ConversionError {}

impl From<UnreadableTrace> for ConversionError {
    fn from(error: UnreadableTrace) -> Self {
        Self::Trace(error)
    }
}

/// Reads a trace in JSON lines, and writes what is selected of it in another form.
///
/// # Errors
/// What is wrong with the trace, and where; or that it cannot be written.
pub fn convert(
    input: impl BufRead,
    output: impl Write,
    to: ConversionForm,
    selection: &Selection,
) -> Result<(), ConversionError> {
    let mut writer = FormWriter {
        form: to,
        captured: CapturedModems::default(),
        out: output,
    };
    if to == ConversionForm::Chat {
        let events = selection.events(input)?;
        let making = ChatMaking {
            title: "Made of a trace".to_owned(),
            ..ChatMaking::default()
        };
        let chat = making.of(events).map_err(ConversionError::Chat)?;
        writer.write(chat.text.as_bytes())?;
    } else {
        writer.begin()?;
        selection.read(input, &mut |part| match part {
            Selected::Event(event) => writer.event(&event),
            Selected::Lost(lost) => writer.lost(&lost),
        })?;
    }
    writer.out.flush().map_err(ConversionError::Output)
}

/// What is selected of a trace.
enum Selected {
    Event(Box<TraceEvent>),
    Lost(TraceLost),
}

impl Selection {
    /// The events of one modem.
    ///
    /// # Errors
    /// Where there are several, and none is named, and as [`convert`].
    pub fn events(&self, input: impl BufRead) -> Result<Vec<TraceEvent>, ConversionError> {
        let mut events = Vec::new();
        let known = self.read(input, &mut |part| {
            if let Selected::Event(event) = part {
                events.push(*event);
            }
            Ok(())
        })?;
        if self.modem.is_none() && known.len() > 1 {
            return Err(ConversionError::SeveralModems(known));
        }
        if events.is_empty() {
            let why = "there are no events in it; a chat needs what was done to a modem";
            return Err(ConversionError::Chat(why.to_owned()));
        }
        Ok(events)
    }

    /// Reads all of a trace, and gives away what is selected; the modems that are in it.
    fn read(
        &self,
        input: impl BufRead,
        give: &mut dyn FnMut(Selected) -> Result<(), ConversionError>,
    ) -> Result<BTreeSet<String>, ConversionError> {
        let mut reader = TraceReader::new(input);
        let mut sieve = Sieve::new(self.filter.clone());
        let mut known = BTreeSet::new();
        while let Some(line) = reader.next()? {
            match line.record {
                TraceRecord::Header(_) | TraceRecord::Counters(_) => {}
                TraceRecord::Event(event) => {
                    let name = event.modem.as_str();
                    if !known.contains(name) {
                        known.insert(name.to_owned());
                    }
                    if self.is_about(name) && sieve.passes(&line.value) {
                        give(Selected::Event(Box::new(event)))?;
                    }
                }
                TraceRecord::Lost(lost) => {
                    let name = lost.modem.as_ref().map(Label::as_str);
                    if name.is_none_or(|name| self.is_about(name)) {
                        give(Selected::Lost(lost))?;
                    }
                }
            }
        }
        match &self.modem {
            Some(wanted) if !known.contains(wanted) => Err(ConversionError::NoModem {
                wanted: wanted.clone(),
                known,
            }),
            _ => Ok(known),
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
    fn begin(&mut self) -> Result<(), ConversionError> {
        match self.form {
            ConversionForm::Pcapng => self.write(&CapturedModems::begin()),
            _ => Ok(()),
        }
    }

    fn event(&mut self, event: &TraceEvent) -> Result<(), ConversionError> {
        if self.form == ConversionForm::Text {
            return self.write(text::line(event).unwrap_or_default().as_bytes());
        }
        let mut blocks = Vec::new();
        self.captured.event(event, |bytes| {
            blocks.extend_from_slice(bytes);
            true
        });
        self.write(&blocks)
    }

    fn lost(&mut self, lost: &TraceLost) -> Result<(), ConversionError> {
        match self.form {
            ConversionForm::Text => self.write(text::missing(lost).as_bytes()),
            _ => Ok(()),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), ConversionError> {
        self.out.write_all(bytes).map_err(ConversionError::Output)
    }
}
