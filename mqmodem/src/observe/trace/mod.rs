//! A record of what host, modem and broker said to each other, in the form its name says.
//!
//! It holds no secrets. The modem says how a line reads and how far it may be shown: not
//! behind the first value that is declared secret, nor behind what it does not know.
//! Packets are shown without passwords.

mod capture;
mod file;
mod json_lines;
mod target;
mod text;

use super::event::{Observer, ObserverSource};
use super::stream::{EventSink, EventSource, PayloadLimit};
use crate::port::Label;
use capture::Capture;
pub(crate) use capture::CapturedModems;
use json_lines::JsonLines;
use std::io;
use std::sync::Arc;
pub use target::{TraceForm, TraceTarget};
use text::TextTrace;
pub(crate) use text::stamp;

/// A trace, shared by all modems. A reader or disk that does not take its lines costs
/// lines and stops nobody.
#[derive(Debug)]
pub struct Trace(Form);

#[derive(Debug)]
enum Form {
    Text(Arc<TextTrace>),
    Events(Arc<EventSource>),
}

impl Trace {
    /// Starts a new trace, with so much of payloads as is said, else as its form has it. A
    /// file can be read by its owner alone.
    pub fn create(target: &TraceTarget, payload: Option<PayloadLimit>) -> io::Result<Self> {
        if target.form() != TraceForm::Text {
            let source = EventSource::new(|run, started| {
                let sink = sink(target, payload, run, started)?;
                io::Result::Ok(sink.into_iter().collect())
            })?;
            return Ok(Self(Form::Events(Arc::new(source))));
        }
        let payload = payload.unwrap_or(PayloadLimit::None);
        let trace = TextTrace::new(target.open()?, payload)?;
        Ok(Self(Form::Text(Arc::new(trace))))
    }
}

/// A trace that is one of what takes the events of a run that began then; none in text.
pub(crate) fn sink(
    target: &TraceTarget,
    payload: Option<PayloadLimit>,
    run: &str,
    started: u64,
) -> io::Result<Option<Arc<dyn EventSink>>> {
    let payload = payload.unwrap_or(PayloadLimit::All);
    Ok(match target.form() {
        TraceForm::Text => None,
        TraceForm::JsonLines => Some(Arc::new(JsonLines::new(
            target.open()?,
            payload,
            run,
            started,
        )?)),
        TraceForm::Capture => Some(Arc::new(Capture::new(target.open()?, payload)?)),
    })
}

impl ObserverSource for Trace {
    fn observer(self: Arc<Self>, modem: &Label) -> Box<dyn Observer> {
        match &self.0 {
            Form::Text(trace) => trace.clone().observer(modem),
            Form::Events(source) => source.clone().observer(modem),
        }
    }
}
