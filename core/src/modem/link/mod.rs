//! One link to a broker: its transport, its session and its buffers.

mod disconnect;
pub(crate) mod proof;
pub(crate) mod reconnect;

use crate::buffer::Buf;
use crate::modem::action::Action;
use crate::modem::failure::Failure;
use crate::modem::ids::{ConnId, LinkId};
use crate::modem::link::reconnect::Retry;
use crate::modem::network::Stage;
use crate::modem::storage::settings::Settings;
use crate::mqtt::session::fingerprint;
use crate::mqtt::{Frame, Session, frame_by};
use crate::time::{Instant, sooner};

/// Room an answer to the broker needs before a packet is taken.
pub(crate) const ANSWER_ROOM: usize = 64;

/// A PUBLISH has this packet type in its first byte's upper half.
const PUBLISH: u8 = 3;

/// How far a link has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Closed,
    /// The caller opens the transport.
    Opening {
        deadline: Instant,
        stage: Stage,
    },
    /// CONNECT was written, CONNACK is awaited.
    Greeting {
        deadline: Instant,
    },
    Online,
    /// DISCONNECT was written and is on its way to the network.
    Closing {
        deadline: Instant,
    },
}

/// A PUBLISH too large to be taken: told without its payload, of which this is the
/// length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLarge(pub(crate) u32);

/// What is known of how large a packet is.
#[derive(Clone, Copy, Debug)]
enum Size {
    /// It is taken whole.
    Fits,
    /// It depends on how long its topic is.
    Unknown(BeforePayload),
    TooLarge(BeforePayload),
    /// It is too large and no PUBLISH.
    NoPublish,
}

/// One link to a broker.
#[derive(Debug)]
pub(crate) struct Link<'a> {
    pub(crate) id: LinkId,
    pub(crate) phase: Phase,
    pub(crate) session: Session<'a>,
    pub(crate) net_in: Buf<'a>,
    pub(crate) net_out: Buf<'a>,
    /// Bytes written to the network since the modem was switched on.
    pub(crate) written: u64,
    /// Bytes of a packet too large still to be passed over.
    skip: usize,
    /// The whole packet in `net_in` is the rest of one that was too large.
    too_large: Option<TooLarge>,
    /// The largest payload taken, in bytes.
    pub(crate) max_payload: usize,
    /// Length of the packet that waits for room.
    pub(crate) blocked: Option<usize>,
    /// How many times it was opened.
    number: u32,
    pub(crate) wants_open: bool,
    pub(crate) wants_close: Option<Close>,
    /// Whether the caller was asked for the present connection.
    pub(crate) asked: bool,
    pub(crate) retry: Retry,
    /// When what could not be put on disk is tried again.
    pub(crate) disk_retry: Option<Instant>,
}

/// A connection the caller is to close.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Close {
    number: u32,
    why: Failure,
}

impl Close {
    pub(crate) fn action<'m>(self, link: LinkId) -> Action<'m> {
        let Self { number, why } = self;
        let conn = ConnId { link, number };
        Action::Close { conn, why }
    }
}

/// What became of bytes offered to a link.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Input {
    /// So many were taken and made no packet.
    Taken(usize),
    /// The first so many are a packet.
    Packet(usize),
    /// So many were taken; the packet in `net_in` is whole.
    Held(usize),
    /// They are not MQTT.
    Malformed,
}

impl<'a> Link<'a> {
    pub(crate) fn new(id: LinkId, session: Session<'a>, net_in: Buf<'a>, net_out: Buf<'a>) -> Self {
        Self {
            id,
            phase: Phase::Closed,
            session,
            net_in,
            net_out,
            written: 0,
            skip: 0,
            too_large: None,
            max_payload: usize::MAX,
            blocked: None,
            number: 0,
            wants_open: false,
            wants_close: None,
            asked: false,
            retry: Retry::default(),
            disk_retry: None,
        }
    }

    /// Whether bytes from the broker mean anything now.
    pub(crate) fn listens(&self) -> bool {
        matches!(self.phase, Phase::Greeting { .. } | Phase::Online)
    }

    /// The count of bytes written once everything queued now is.
    pub(crate) fn queued(&self) -> u64 {
        self.written + self.net_out.len() as u64
    }

    /// Its present connection, or the last one it had.
    pub(crate) fn conn(&self) -> ConnId {
        ConnId {
            link: self.id,
            number: self.number,
        }
    }

    /// Asks for the transport.
    pub(crate) fn open(&mut self, deadline: Instant) {
        // Who is not told what is waited for mostly waits for TCP.
        let stage = Stage::Tcp;
        self.phase = Phase::Opening { deadline, stage };
        self.number = self.number.wrapping_add(1);
        self.wants_open = true;
    }

    /// Asks for the end of the transport, if it was asked for.
    pub(crate) fn close(&mut self, why: Failure) {
        if core::mem::take(&mut self.asked) {
            let number = self.number;
            self.wants_close = Some(Close { number, why });
        }
    }

    /// The broker of this connection: the session of another one is not its own.
    pub(crate) fn meet(&mut self, settings: &Settings) {
        let broker = fingerprint(settings.host.as_bytes()) ^ u64::from(settings.port);
        self.session.belong(broker, settings.client_id);
    }

    /// The transport is gone, or about to be: forgets all that belonged to it.
    pub(crate) fn reset(&mut self) {
        self.phase = Phase::Closed;
        self.session.lost();
        self.net_in.clear();
        self.net_out.clear();
        self.skip = 0;
        self.too_large = None;
        self.blocked = None;
        self.wants_open = false;
    }

    /// When this link wants to be woken.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        let phase = match self.phase {
            Phase::Closed => self.retry.at,
            Phase::Opening { deadline, .. }
            | Phase::Greeting { deadline }
            | Phase::Closing { deadline } => Some(deadline),
            Phase::Online => self.session.poll_timeout(),
        };
        sooner(phase, self.disk_retry)
    }

    fn frame(&self, bytes: &[u8]) -> Frame {
        frame_by(self.session.rules(), bytes)
    }

    /// Looks at bytes the broker sent; `max` is the largest packet taken whole.
    pub(crate) fn input(&mut self, bytes: &[u8], max: usize) -> Input {
        if self.skip > 0 {
            let passed = self.skip.min(bytes.len());
            self.skip -= passed;
            return Input::Taken(passed);
        }
        if self.net_in.is_empty()
            && let Frame::Whole { len } = self.frame(bytes)
            && matches!(self.size(bytes, len, max), Size::Fits)
        {
            return Input::Packet(len);
        }
        self.collect(bytes, max)
    }

    /// Adds to the packet that has come in part.
    fn collect(&mut self, bytes: &[u8], max: usize) -> Input {
        let Some(missing) = self.missing(max) else {
            return Input::Malformed;
        };
        let part = bytes.get(..missing.min(bytes.len())).unwrap_or_default();
        if self.net_in.extend(part).is_err() {
            return Input::Malformed;
        }
        match self.missing(max) {
            None => Input::Malformed,
            Some(0) => {
                self.cut_too_large(max);
                Input::Held(part.len())
            }
            Some(_) => Input::Taken(part.len()),
        }
    }

    /// How large a packet of `total` bytes is that begins so; `max` is the largest
    /// taken whole.
    #[inline]
    fn size(&self, begin: &[u8], total: usize, max: usize) -> Size {
        let within = total <= max;
        // Most packets are short.
        if within && total <= self.max_payload {
            return Size::Fits;
        }
        match before_payload(begin) {
            None if within => Size::Fits,
            None => Size::NoPublish,
            Some(before) if !before.is_known => Size::Unknown(before),
            Some(before) if within && before.payload(total) <= self.max_payload => Size::Fits,
            Some(before) => Size::TooLarge(before),
        }
    }

    /// Bytes still to come of the packet in `net_in`, as far as that is known.
    /// Of a packet that is too large only what stands before its payload counts.
    fn missing(&self, max: usize) -> Option<usize> {
        let held = self.net_in.as_slice();
        match self.frame(held) {
            Frame::Malformed => None,
            Frame::Whole { .. } => Some(0),
            Frame::Incomplete { total: None } => Some(1),
            Frame::Incomplete { total: Some(total) } => match self.size(held, total, max) {
                Size::Fits => Some(total - held.len()),
                Size::Unknown(before) => Some(before.end.saturating_sub(held.len())),
                Size::TooLarge(before) => {
                    (before.end <= max).then(|| before.end.saturating_sub(held.len()))
                }
                Size::NoPublish => None,
            },
        }
    }

    /// Makes the beginning of a PUBLISH that is too large a packet of its own,
    /// without payload.
    fn cut_too_large(&mut self, max: usize) {
        let held = self.net_in.as_slice();
        let Frame::Incomplete { total: Some(total) } = self.frame(held) else {
            return;
        };
        let Size::TooLarge(before) = self.size(held, total, max) else {
            return;
        };
        self.skip = total - held.len();
        let payload = u32::try_from(before.payload(total));
        self.too_large = Some(TooLarge(payload.unwrap_or(u32::MAX)));
        let (header, len) = short_header(held.first().copied().unwrap_or(0), before.body());
        // The new header is never longer than the one it replaces.
        self.net_in.consume(before.header.saturating_sub(len));
        let place = self.net_in.as_mut_slice().iter_mut().zip(header).take(len);
        place.for_each(|(byte, new)| *byte = new);
    }

    /// Whether the held packet is the beginning of one that was too large.
    pub(crate) fn take_too_large(&mut self) -> Option<TooLarge> {
        self.too_large.take()
    }

    /// Takes the note back: the packet could not be handled yet.
    pub(crate) fn put_too_large(&mut self, note: Option<TooLarge>) {
        self.too_large = note;
    }

    /// Whether the packet in `net_in` is whole.
    pub(crate) fn is_held(&self) -> bool {
        matches!(self.frame(self.net_in.as_slice()), Frame::Whole { .. })
    }
}

/// The length of a PUBLISH, 0 for any other packet.
pub(crate) fn publish_len(packet: &[u8]) -> usize {
    match packet.first() {
        Some(first) if first >> 4 == PUBLISH => packet.len(),
        _ => 0,
    }
}

/// The part of a PUBLISH before its payload.
#[derive(Clone, Copy, Debug)]
struct BeforePayload {
    /// Length of the fixed header.
    header: usize,
    /// Where the payload starts, if that is known; else where it will be.
    end: usize,
    is_known: bool,
}

impl BeforePayload {
    fn body(self) -> usize {
        self.end.saturating_sub(self.header)
    }

    /// Length of the payload in a packet of `total` bytes.
    fn payload(self, total: usize) -> usize {
        total.saturating_sub(self.end)
    }
}

/// Where the payload of a PUBLISH starts; `None` for any other packet.
fn before_payload(packet: &[u8]) -> Option<BeforePayload> {
    let (first, rest) = packet.split_first()?;
    if first >> 4 != PUBLISH {
        return None;
    }
    let header = 2 + rest.iter().take_while(|&&byte| byte & 0x80 != 0).count();
    let topic = match (packet.get(header), packet.get(header + 1)) {
        (Some(high), Some(low)) => Some(u16::from_be_bytes([*high, *low])),
        _ => None,
    };
    let id = if first & 0x06 == 0 { 0 } else { 2 };
    let behind = topic.map_or(0, |topic| usize::from(topic) + id);
    Some(BeforePayload {
        header,
        end: header + 2 + behind,
        is_known: topic.is_some(),
    })
}

/// A fixed header for `remaining` bytes (clause 2.2.3), and its length.
fn short_header(first: u8, remaining: usize) -> ([u8; 5], usize) {
    let mut header = [first, 0, 0, 0, 0];
    let mut rest = remaining;
    let mut len = 1;
    for place in header.iter_mut().skip(1) {
        *place = (rest & 0x7f) as u8;
        rest >>= 7;
        len += 1;
        if rest == 0 {
            break;
        }
        *place |= 0x80;
    }
    (header, len)
}
