//! What observers see, as events have it.

use super::direction::TraceDirection;
use super::event::{
    LineKind, LineSender, TraceFault, TraceLine, TraceLink, TracePort, TraceStore, TraceSwitch,
    TraceWhat,
};
use super::packet::{MALFORMED, PacketText, TracePacket};
use crate::observe::event::{HostEvent, LinkEvent, StateEvent, StoreEvent};
use crate::observe::packets::{PacketContent, WirePacket};
use crate::observe::text::{AnswerLine, CommandLine, DataPiece};
use mqmodem_chat::PacketWords;
use mqmodem_core::{Endpoint, Failure, LinkId, NetEvent, OutputKind, Parity, Serial};

/// What an observer sees as an event has it; none for what events leave out.
pub(super) trait Translate {
    fn translate(&self) -> Option<TraceWhat>;
}

impl Translate for &HostEvent<'_> {
    fn translate(&self) -> Option<TraceWhat> {
        Some(match self {
            HostEvent::Command(line) => TraceWhat::Line(typed(TraceDirection::In, line)),
            HostEvent::Echo(line) => TraceWhat::Line(typed(TraceDirection::Out, line)),
            HostEvent::Data(piece) => TraceWhat::Line(data(piece)),
            HostEvent::Answer(line) => TraceWhat::Line(answer(line)),
            HostEvent::Stray => port("stray", None, None),
            HostEvent::Lines(lines) => {
                let what = if lines.dtr { "host-there" } else { "host-gone" };
                let (dtr, rts) = (u8::from(lines.dtr), u8::from(lines.rts));
                port(what, Some(format!("dtr={dtr} rts={rts}")), None)
            }
            HostEvent::ModemLines(lines) => {
                let (dcd, dsr) = (u8::from(lines.dcd), u8::from(lines.dsr));
                port("lines", Some(format!("dcd={dcd} dsr={dsr}")), None)
            }
            HostEvent::Serial(serial) => port("speed", None, Some(format_of(*serial))),
            HostEvent::Break => port("break", None, None),
            HostEvent::Dropped(line) => port("dropped", None, Some((*line).to_owned())),
            HostEvent::Unended(line) => port("unended", None, Some((*line).to_owned())),
        })
    }
}

fn port(what: &str, lines: Option<String>, text: Option<String>) -> TraceWhat {
    let what = what.to_owned();
    TraceWhat::Port(TracePort { what, lines, text })
}

/// Speed, format and flow control, as a chat has them.
fn format_of(serial: Serial) -> String {
    let parity = match serial.parity {
        Parity::None => 'N',
        Parity::Even => 'E',
        Parity::Odd => 'O',
    };
    let flow = match (serial.rts_cts, serial.xon_xoff) {
        (true, _) => "rts/cts",
        (_, true) => "xon/xoff",
        _ => "none",
    };
    let Serial {
        baud,
        data_bits,
        stop_bits,
        ..
    } = serial;
    format!("{baud} {data_bits}{parity}{stop_bits} {flow}")
}

fn typed(dir: TraceDirection, line: &CommandLine<'_>) -> TraceLine {
    let text = line.content.text();
    TraceLine {
        dir,
        kind: match dir {
            TraceDirection::In => LineKind::Command,
            TraceDirection::Out => LineKind::Echo,
        },
        hidden: match text.as_str() {
            "***" => line.bytes,
            _ => line.content.hidden(),
        },
        text,
        bytes: line.bytes,
        raw: None,
        before: 0,
        edited: false,
        command: Some(line.number),
        via: LineSender::Host,
    }
    .with_raw(line.raw)
}

fn data(piece: &DataPiece<'_>) -> TraceLine {
    TraceLine {
        dir: TraceDirection::In,
        kind: LineKind::Data,
        text: match piece.shown {
            Some(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            None => "***".to_owned(),
        },
        bytes: piece.bytes,
        raw: None,
        hidden: piece.shown.map_or(piece.bytes, |_| 0),
        before: piece.before,
        edited: false,
        command: piece.command,
        via: LineSender::Host,
    }
    .with_raw(piece.shown)
}

fn answer(line: &AnswerLine<'_>) -> TraceLine {
    TraceLine {
        dir: TraceDirection::Out,
        kind: match line.kind {
            OutputKind::Info => LineKind::Info,
            OutputKind::Result | OutputKind::Rejection => LineKind::Result,
            OutputKind::Urc => LineKind::Urc,
            OutputKind::Prompt => LineKind::Prompt,
            OutputKind::Echo => LineKind::Echo,
        },
        text: line.text(),
        bytes: line.bytes,
        raw: None,
        hidden: line.hidden,
        before: 0,
        edited: false,
        command: line.command,
        via: LineSender::Host,
    }
    .with_raw(line.raw)
}

impl Translate for (LinkId, &LinkEvent<'_>) {
    fn translate(&self) -> Option<TraceWhat> {
        let (LinkId(link), event) = *self;
        let of = |what: &str| TraceLink {
            link,
            what: what.to_owned(),
            ..TraceLink::default()
        };
        Some(TraceWhat::Link(match event {
            LinkEvent::Opening(to) => TraceLink {
                to: Some(place(to)),
                transport: Some(transport(to).to_owned()),
                ..of("opening")
            },
            LinkEvent::Closing(why) => TraceLink {
                by: Some("modem".to_owned()),
                ..failed(of("closed"), *why)
            },
            LinkEvent::Net(NetEvent::Opening(_) | NetEvent::Opened) => return None,
            LinkEvent::Opened { tls } => TraceLink {
                tls: tls.map(str::to_owned),
                ..of("open")
            },
            LinkEvent::Net(NetEvent::Closed) => TraceLink {
                by: Some("broker".to_owned()),
                ..of("closed")
            },
            LinkEvent::Net(NetEvent::Failed(error)) => failed(of("failed"), (*error).into()),
            LinkEvent::Received(wire) => return Some(packet(TraceDirection::In, link, wire)),
            LinkEvent::Sent(wire) => return Some(packet(TraceDirection::Out, link, wire)),
        }))
    }
}

/// The host, the port and the path, without the query.
fn place(to: &Endpoint<'_>) -> String {
    let path = to.websocket.map_or("", |websocket| websocket.path);
    format!("{}:{}{path}", to.host, to.port)
}

/// What MQTT goes over, as the scheme of a URL has it.
fn transport(to: &Endpoint<'_>) -> &'static str {
    match (to.websocket, to.tls) {
        (None, None) => "tcp",
        (None, Some(_)) => "tls",
        (Some(_), None) => "ws",
        (Some(_), Some(_)) => "wss",
    }
}

fn failed(link: TraceLink, why: Failure) -> TraceLink {
    if why.layer == "modem" && why.code == 0 {
        return link;
    }
    TraceLink {
        code: Some(why.code),
        text: Some(why.to_string()),
        ..link
    }
}

fn packet(dir: TraceDirection, link: u8, wire: &WirePacket<'_>) -> TraceWhat {
    let (words, raw) = match wire.content {
        PacketContent::Whole(_) => worded(wire, true),
        PacketContent::Large(Some(_)) => worded(wire, false),
        _ => (None, told(dir, wire)),
    };
    let payload_bytes = match (&words, wire.total.saturating_sub(wire.bytes.len())) {
        (Some(words), missing @ 1..) => words.text("payload").map(|it| it.len() + missing),
        _ => None,
    };
    TraceWhat::Packet(TracePacket {
        dir,
        link,
        bytes: wire.total,
        version: wire.version,
        content: match words {
            Some(words) => PacketText::Words(words),
            None => PacketText::Other(MALFORMED, wire.to_string()),
        },
        raw,
        payload_bytes,
    })
}

/// The bytes of what is no packet, where the broker sent them and they are none of those
/// that may hold authentication data.
fn told(dir: TraceDirection, wire: &WirePacket<'_>) -> Option<Vec<u8>> {
    const CONNACK: u8 = 2;
    const AUTH: u8 = 15;
    let kind = wire.bytes.first()? >> 4;
    let may = dir == TraceDirection::In && kind != CONNACK && kind != AUTH;
    (may && wire.bytes.len() == wire.total).then(|| wire.bytes.to_vec())
}

/// The words for a packet, and its bytes where those do not give them.
fn worded(wire: &WirePacket<'_>, whole: bool) -> (Option<PacketWords<'static>>, Option<Vec<u8>>) {
    let Some(mut words) = PacketWords::of(wire.version, wire.bytes) else {
        return (None, None);
    };
    let exact = !whole || words.is_of(wire.version, wire.bytes);
    let hidden = words.hide_secrets();
    let raw = (!exact && !hidden).then(|| wire.bytes.to_vec());
    (Some(words), raw)
}

impl Translate for &StateEvent<'_> {
    fn translate(&self) -> Option<TraceWhat> {
        Some(match self {
            StateEvent::Power(on) => TraceWhat::Power(TraceSwitch::of(*on)),
            StateEvent::Radio(on) => TraceWhat::Radio(TraceSwitch::of(*on)),
            StateEvent::Link(_) | StateEvent::Beside(_) => return None,
            StateEvent::Fault(note) => TraceWhat::Fault(TraceFault {
                id: note.id,
                state: note.state,
                words: note.words.to_owned(),
            }),
            StateEvent::Note(text) => TraceWhat::Note {
                text: (*text).to_owned(),
            },
        })
    }
}

impl Translate for StoreEvent {
    fn translate(&self) -> Option<TraceWhat> {
        let (what, slot) = match self {
            Self::Asked(slot) => ("asked", slot),
            Self::Done { slot, ok: true } => ("done", slot),
            Self::Done { slot, ok: false } => ("failed", slot),
        };
        let what = what.to_owned();
        let slot = slot.to_string();
        Some(TraceWhat::Store(TraceStore { what, slot }))
    }
}
