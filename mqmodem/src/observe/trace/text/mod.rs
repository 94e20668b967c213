//! A readable record of what host, modem and broker said to each other.
//!
//! It holds no secrets. The modem says how a line reads and how far it may be shown: not
//! behind the first value that is declared secret, nor behind what it does not know.
//! An echo is left out. Packets print themselves without passwords and payloads.

pub(crate) mod stamp;

use crate::log::outlet::Outlet;
use crate::observe::event::{
    FaultNote, HostEvent, LinkEvent, Observer, ObserverSource, StateEvent,
};
use crate::observe::packets::WirePacket;
use crate::observe::stream::PayloadLimit;
use crate::observe::text::{DataPiece, quoted};
use crate::observe::trace::file::report_failure;
use crate::port::Label;
use mqmodem_core::{Endpoint, Failure, Instant, LinkId, NetEvent, OutputKind};
use std::fmt;
use std::fs::File;
use std::io;
use std::sync::Arc;

/// A trace for people, shared by all modems.
#[derive(Debug)]
pub(super) struct TextTrace {
    out: Outlet,
    payload: PayloadLimit,
}

impl TextTrace {
    /// Writes to `file`, and so much of payloads.
    pub(super) fn new(file: File, payload: PayloadLimit) -> io::Result<Self> {
        let out = Outlet::new(file, report_failure)?;
        Ok(Self { out, payload })
    }

    fn line(&self, label: &Label, side: &str, text: impl fmt::Display) {
        let line = format!("{} {label} {side} {text}\n", stamp::now());
        self.out.line(line.as_bytes());
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
    /// What happens to the modem.
    Modem,
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
            Self::Modem => "modem  -",
        }
    }
}

/// Writes the lines of one modem.
#[derive(Debug)]
struct Tracer {
    trace: Arc<TextTrace>,
    label: Label,
}

impl ObserverSource for TextTrace {
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
            HostEvent::Command(line) => self.line(Side::FromHost, line.content),
            HostEvent::Data(data) => self.line(Side::FromHost, self.data(data)),
            HostEvent::Stray => self.line(Side::Host, "bytes that begin no line: they are not AT"),
            HostEvent::Answer(line) if line.kind == OutputKind::Echo => {}
            HostEvent::Answer(line) => self.line(Side::ToHost, line),
            HostEvent::Echo(_) | HostEvent::ModemLines(_) | HostEvent::Serial(_) => {}
            HostEvent::Lines(lines) if lines.dtr => self.line(Side::Host, "host is there"),
            HostEvent::Lines(_) => self.line(Side::Host, "host is gone"),
            HostEvent::Break => self.line(Side::Host, "break"),
            HostEvent::Dropped(line) => self.line(Side::Host, format_args!("dropped: {line}")),
            HostEvent::Unended(line) => self.line(Side::Host, format_args!("not ended: {line}")),
        }
    }

    fn state(&mut self, _now: Instant, event: &StateEvent<'_>) {
        match event {
            StateEvent::Power(_)
            | StateEvent::Radio(_)
            | StateEvent::Link(_)
            | StateEvent::Beside(_) => {}
            StateEvent::Fault(FaultNote { id, state, words }) => {
                let state = state.name();
                self.line(Side::Modem, format_args!("fault {id} {state}: {words}"));
            }
            StateEvent::Note(text) => self.line(Side::Modem, format_args!("note: {text}")),
        }
    }

    fn link(&mut self, _now: Instant, link: LinkId, event: &LinkEvent<'_>) {
        let (side, text) = match event {
            LinkEvent::Opening(to) => (Side::Broker, opening(to)),
            LinkEvent::Closing(why) => (Side::Broker, closing(*why)),
            LinkEvent::Opened { .. } => (Side::Broker, "open".to_owned()),
            LinkEvent::Net(event) => match net(*event) {
                Some(text) => (Side::Broker, text),
                None => return,
            },
            LinkEvent::Received(packet) => (Side::FromBroker, self.packet(packet)),
            LinkEvent::Sent(packet) => (Side::ToBroker, self.packet(packet)),
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

impl Tracer {
    /// Raw bytes of the host, as far as they are to be shown.
    fn data(&self, data: &DataPiece<'_>) -> String {
        let most = self.trace.payload.of_piece(data.before, data.bytes);
        match data.shown {
            Some(shown) if most > 0 => quoted(shown, most),
            _ => format!("*** ({} bytes of data)", data.bytes),
        }
    }

    /// A packet, with so much of its payload as is to be shown.
    fn packet(&self, packet: &WirePacket<'_>) -> String {
        let payload = packet.publish().map(|it| it.payload).unwrap_or_default();
        match self.trace.payload.of(payload.len()) {
            0 => packet.to_string(),
            most => format!("{packet} {}", quoted(payload, most)),
        }
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
        NetEvent::Opening(_) | NetEvent::Opened => return None,
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
