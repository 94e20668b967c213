//! One modem in a capture: its interfaces and connections.

use super::blocks::{CapturedPacket, LinkType, interface};
use super::comments::Comments;
use super::interfaces::Interfaces;
use super::line;
use super::tcp::{IpPacket, TcpConnection};
use crate::observe::stream::{
    LineKind, PacketText, TraceDirection, TraceEvent, TraceLink, TracePacket, TraceWhat,
};
use mqmodem_chat::{FieldValue, PacketWords};
use std::collections::BTreeMap;

/// One modem in a capture.
#[derive(Debug)]
pub(super) struct CapturedModem {
    number: u32,
    lines: Option<u32>,
    links: BTreeMap<u8, CapturedLink>,
    /// What the next packet is to tell.
    comments: Comments,
    /// Events without a packet that should have one.
    dropped: u64,
    /// Connections up to now.
    connections: u16,
}

#[derive(Debug)]
struct CapturedLink {
    interface: u32,
    /// Where it goes.
    to: String,
    connection: TcpConnection,
    is_open: bool,
}

impl CapturedModem {
    pub(super) fn new(number: u32) -> Self {
        Self {
            number,
            lines: None,
            links: BTreeMap::new(),
            comments: Comments::default(),
            dropped: 0,
            connections: 0,
        }
    }

    /// What was made last is on its way.
    pub(super) fn reported(&mut self) {
        self.comments.clear();
        self.dropped = 0;
    }

    /// It found no room.
    pub(super) fn lost(&mut self) {
        self.dropped += 1;
    }

    /// The blocks for an event; none for what is told with the next packet.
    pub(super) fn packets(&mut self, event: &TraceEvent, interfaces: &mut Interfaces) -> Vec<u8> {
        match &event.what {
            TraceWhat::Line(line) if line.kind == LineKind::Echo => Vec::new(),
            TraceWhat::Line(line) => {
                let name = event.modem.as_str();
                let add = || interface(LinkType::UpperPdu, name);
                let at = *self.lines.get_or_insert_with(|| interfaces.add(add));
                let packet = line::packet(self.number, line);
                let total = packet.len();
                self.blocks(event.t, at, &[(packet, total)])
            }
            TraceWhat::Link(link) => self.link(event, link, interfaces),
            TraceWhat::Packet(packet) => self.packet(event, packet, interfaces),
            what => {
                if let Some(comment) = what.remark() {
                    self.comments.add(&comment);
                }
                Vec::new()
            }
        }
    }

    fn link(
        &mut self,
        event: &TraceEvent,
        link: &TraceLink,
        interfaces: &mut Interfaces,
    ) -> Vec<u8> {
        let modem = event.modem.as_str();
        if link.what == "opening" {
            self.begin(modem, link.link, interfaces);
        }
        let place = self.place(modem, link.link, interfaces);
        if link.what == "opening" {
            let [to, transport] =
                [&link.to, &link.transport].map(|it| it.as_deref().unwrap_or("?"));
            place.to = format!("{to} over {transport}");
            return Vec::new();
        }
        let was_open = std::mem::replace(&mut place.is_open, link.what == "open");
        let connection = &mut place.connection;
        let by_broker = link.by.as_deref() == Some("broker");
        let packets = match &*link.what {
            "open" => connection.open(),
            _ if !was_open => connection.refuse(),
            "closed" if by_broker => connection.close(TraceDirection::In),
            "closed" => connection.close(TraceDirection::Out),
            _ => connection.reset(),
        };
        let (at, to) = (place.interface, place.to.clone());
        let why = link.text.as_ref().map(|why| format!(": {why}"));
        let what = format!("{} {to}{}", link.what, why.unwrap_or_default());
        self.comments.add(&what);
        self.blocks(event.t, at, &packets)
    }

    fn packet(
        &mut self,
        event: &TraceEvent,
        packet: &TracePacket,
        interfaces: &mut Interfaces,
    ) -> Vec<u8> {
        let place = self.place(event.modem.as_str(), packet.link, interfaces);
        let at = place.interface;
        let packets = match wire(packet) {
            Some((bytes, known)) => place.connection.data(packet.dir, &bytes, known),
            None => vec![place.connection.nothing(packet.dir)],
        };
        if let PacketText::Other(_, text) = &packet.content {
            self.comments.add(text);
        }
        self.blocks(event.t, at, &packets)
    }

    /// A link, on a connection of its own if it has none.
    fn place(&mut self, modem: &str, link: u8, interfaces: &mut Interfaces) -> &mut CapturedLink {
        if !self.links.contains_key(&link) {
            self.begin(modem, link, interfaces);
        }
        let fresh = || CapturedLink {
            interface: 0,
            to: String::new(),
            connection: TcpConnection::new(0, 0, 0),
            is_open: false,
        };
        self.links.entry(link).or_insert_with(fresh)
    }

    /// A connection of a link begins.
    fn begin(&mut self, modem: &str, link: u8, interfaces: &mut Interfaces) {
        let known = self.links.get(&link).map(|it| it.interface);
        let name = || interface(LinkType::RawIp, &format!("{modem} link {link}"));
        let number = self.connections;
        self.connections = number.wrapping_add(1);
        let begun = CapturedLink {
            interface: known.unwrap_or_else(|| interfaces.add(name)),
            to: String::new(),
            connection: TcpConnection::new(self.number, link.into(), number),
            is_open: false,
        };
        self.links.insert(link, begun);
    }

    /// The blocks of these packets; the first tells what there is to tell.
    fn blocks(&self, t: u64, interface: u32, packets: &[IpPacket]) -> Vec<u8> {
        let comment = self.comments.text();
        let mut first = true;
        let block = |(bytes, total): &IpPacket| {
            let tells = std::mem::take(&mut first);
            CapturedPacket {
                interface,
                t,
                bytes,
                total: *total,
                comment: Some(&*comment).filter(|it| tells && !it.is_empty()),
                dropped: if tells { self.dropped } else { 0 },
            }
            .block()
        };
        packets.iter().flat_map(block).collect()
    }
}

/// The bytes of a packet, secrets hidden, and how many of them are known: the rest of a
/// payload may be missing.
fn wire(packet: &TracePacket) -> Option<(Vec<u8>, usize)> {
    let Some(payload) = packet.payload_bytes else {
        let bytes = packet.wire()?;
        let known = bytes.len();
        return Some((bytes, known));
    };
    let PacketText::Words(words) = &packet.content else {
        return None;
    };
    let (whole, missing) = filled(words, payload)?;
    let bytes = whole.encode(packet.version).ok()?;
    let known = bytes.len().saturating_sub(missing);
    Some((bytes, known))
}

/// Bytes of a payload that may be made up. One that is longer is in no capture: no modem
/// takes it.
const FILLED: usize = 16 * 1024 * 1024;

/// The words with a payload of this length, and how much of it is made up. Behind that of a will
/// there is more: it is not told apart.
fn filled(words: &PacketWords<'static>, payload: usize) -> Option<(PacketWords<'static>, usize)> {
    let name = if words.name() == "CONNECT" {
        "willpayload"
    } else {
        "payload"
    };
    let mut whole = words.clone();
    let mut bytes = whole.take_text(name).unwrap_or_default();
    let missing = payload.checked_sub(bytes.len());
    let missing = missing.filter(|missing| *missing <= FILLED)?;
    bytes.resize(payload, 0);
    whole.put(name, FieldValue::Bytes(bytes));
    Some((whole, if name == "payload" { missing } else { 0 }))
}
