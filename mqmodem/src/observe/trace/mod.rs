//! A readable record of what host, modem and broker said to each other.
//!
//! It holds no secrets. The modem says how a line reads and how far it may be shown: not
//! behind the first value that is declared secret, nor behind what it does not know.
//! An echo is left out. Packets print themselves without passwords and payloads.

mod file;
mod stamp;

use super::event::{HostEvent, LinkEvent, Observer, ObserverSource};
use crate::log::outlet::Outlet;
use crate::port::Label;
use mqmodem_core::{Endpoint, Failure, Instant, LinkId, NetEvent};
use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// A trace file, shared by all modems. A reader or disk that does not take its lines
/// costs lines and stops nobody.
#[derive(Debug)]
pub struct Trace(Outlet);

impl Trace {
    /// Starts a new file at `path`, which only its owner can read.
    pub fn create(path: &Path) -> io::Result<Self> {
        let failed = |error: &io::Error| {
            tracing::error!("lines of the trace are lost, it cannot be written: {error}");
        };
        Ok(Self(Outlet::new(file::open(path)?, failed)?))
    }

    fn line(&self, label: &Label, side: &str, text: impl fmt::Display) {
        let line = format!("{} {label} {side} {text}\n", stamp::now());
        self.0.line(line.as_bytes());
    }
}

/// Who speaks to whom in a line of a trace.
#[derive(Clone, Copy, Debug)]
enum Side {
    FromHost,
    ToHost,
    /// What happens to the host.
    Host,
    FromBroker,
    ToBroker,
    /// What happens to the link.
    Broker,
}

impl Side {
    fn words(self) -> &'static str {
        match self {
            Self::FromHost => "host   >",
            Self::ToHost => "host   <",
            Self::Host => "host   -",
            Self::FromBroker => "broker >",
            Self::ToBroker => "broker <",
            Self::Broker => "broker -",
        }
    }
}

/// Writes the lines of one modem.
#[derive(Debug)]
struct Tracer {
    trace: Arc<Trace>,
    label: Label,
}

impl ObserverSource for Trace {
    fn observer(self: Arc<Self>, modem: &Label) -> Box<dyn Observer> {
        Box::new(Tracer {
            trace: self,
            label: modem.clone(),
        })
    }
}

impl Observer for Tracer {
    fn host(&mut self, _now: Instant, event: &HostEvent<'_>) {
        match event {
            HostEvent::Command(line) => self.line(Side::FromHost, line),
            HostEvent::Repeat => self.line(Side::FromHost, "A/"),
            HostEvent::TooLong => self.line(Side::FromHost, "*** (a line that is too long)"),
            HostEvent::Data(len) => {
                self.line(Side::FromHost, format_args!("*** ({len} bytes of data)"));
            }
            HostEvent::Stray => self.line(Side::Host, "bytes that begin no line: they are not AT"),
            HostEvent::Answer(line) => self.line(Side::ToHost, line),
            HostEvent::Lines(lines) if lines.dtr => self.line(Side::Host, "host is there"),
            HostEvent::Lines(_) => self.line(Side::Host, "host is gone"),
            HostEvent::Break => self.line(Side::Host, "break"),
            HostEvent::Dropped(line) => self.line(Side::Host, format_args!("dropped: {line}")),
            HostEvent::Unended(line) => self.line(Side::Host, format_args!("not ended: {line}")),
        }
    }

    fn link(&mut self, _now: Instant, link: LinkId, event: &LinkEvent<'_>) {
        let (side, text) = match event {
            LinkEvent::Opening(to) => (Side::Broker, opening(to)),
            LinkEvent::Closing(why) => (Side::Broker, closing(*why)),
            LinkEvent::Net(event) => match net(*event) {
                Some(text) => (Side::Broker, text),
                None => return,
            },
            LinkEvent::Received(packet) => (Side::FromBroker, packet.to_string()),
            LinkEvent::Sent(packet) => (Side::ToBroker, packet.to_string()),
        };
        match link {
            LinkId::FIRST => self.line(side, text),
            LinkId(number) => {
                let side = side
                    .words()
                    .replacen("broker", &format!("broker.{number}"), 1);
                self.trace.line(&self.label, &side, text);
            }
        }
    }
}

impl Tracer {
    fn line(&self, side: Side, text: impl fmt::Display) {
        self.trace.line(&self.label, side.words(), text);
    }
}

fn opening(to: &Endpoint<'_>) -> String {
    format!("opening {}:{} over {}", to.host, to.port, to.transport())
}

fn closing(why: Failure) -> String {
    match why {
        Failure { layer: "modem", .. } => "closed by the modem".to_owned(),
        Failure { code, layer, .. } => {
            format!("closed by the modem: {why} ({layer}, {code})")
        }
    }
}

fn net(event: NetEvent) -> Option<String> {
    Some(match event {
        NetEvent::Opening(_) => return None,
        NetEvent::Opened => "open".to_owned(),
        NetEvent::Closed => "closed by the broker".to_owned(),
        NetEvent::Failed(error) => {
            let why = Failure::from(error);
            let Failure { code, layer, .. } = why;
            format!("failed: {why} ({layer}, {code})")
        }
    })
}

#[cfg(test)]
mod tests;
