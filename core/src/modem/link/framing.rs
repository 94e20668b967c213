//! Packets in the stream of bytes a broker sends.

use crate::buffer::Buf;
use crate::mqtt::packet::{PublishHead, is_publish};
use crate::mqtt::{Frame, Rules, Version, frame_as};

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
    Unknown(PublishHead),
    TooLarge(PublishHead),
    /// It is too large and no PUBLISH.
    NoPublish,
}

/// What became of bytes offered to a link.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum FramingOutcome {
    /// So many were taken and made no packet.
    Taken(usize),
    /// The first so many are a packet.
    Packet(usize),
    /// So many were taken; the packet in `partial` is whole.
    Buffered(usize),
    /// They are not MQTT.
    Malformed,
    /// They are a packet larger than was announced.
    Exceeded,
}

/// A packet that has come in part, and what is still passed over.
#[derive(Debug)]
pub(super) struct PacketFraming<'a> {
    /// The packet that has come in part, or waits for room.
    partial: Buf<'a>,
    rules: Rules,
    version: Version,
    /// The largest packet the broker may send, in bytes.
    most: u32,
    /// The largest payload taken, in bytes.
    max_payload: u32,
    /// Bytes of a packet too large still to be passed over.
    skip: u32,
    /// The whole packet in `partial` is the rest of one that was too large.
    too_large: Option<TooLarge>,
    /// Length of the packet that waits for room.
    blocked: Option<u32>,
}

/// A whole packet taken out of the memory for one that came in parts.
#[derive(Debug)]
pub(crate) struct BufferedPacket<'a> {
    packet: Buf<'a>,
    too_large: Option<TooLarge>,
}

impl BufferedPacket<'_> {
    pub(crate) fn packet(&self) -> &[u8] {
        self.packet.as_slice()
    }

    /// Whether it is the beginning of a PUBLISH that was too large.
    pub(crate) fn too_large(&self) -> Option<TooLarge> {
        self.too_large
    }
}

impl<'a> PacketFraming<'a> {
    pub(super) fn new(memory: Buf<'a>, rules: Rules, max_payload: u32) -> Self {
        Self {
            partial: memory,
            rules,
            version: Version::V311,
            most: u32::MAX,
            max_payload,
            skip: 0,
            too_large: None,
            blocked: None,
        }
    }

    pub(super) fn trim(&mut self) -> usize {
        self.partial.trim()
    }

    /// Forgets what came of a connection that is over.
    pub(super) fn reset(&mut self) {
        self.partial.clear();
        self.skip = 0;
        self.too_large = None;
        self.blocked = None;
    }

    /// A connection of this version begins, on which packets have so many bytes at most.
    pub(super) fn begin(&mut self, version: Version, most: u32) {
        (self.version, self.most) = (version, most);
    }

    /// Whether the packet that begins so has more bytes than it may.
    fn exceeds(&self, begin: &[u8]) -> bool {
        let len = match self.frame(begin) {
            Frame::Whole { len } => len,
            Frame::Incomplete { total } => total.unwrap_or(0),
            Frame::Malformed => 0,
        };
        len > self.most as usize
    }

    /// Bytes it holds at most.
    pub(super) fn capacity(&self) -> usize {
        self.partial.capacity()
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.partial.is_empty()
    }

    /// Length of the packet that waits for room.
    #[inline]
    pub(super) fn blocked(&self) -> Option<usize> {
        self.blocked.map(|len| len as usize)
    }

    /// A packet waits for room, or none does.
    #[inline]
    pub(super) fn set_blocked(&mut self, blocked: Option<usize>) {
        self.blocked = blocked.map(|len| len as u32);
    }

    /// Stores a whole packet until there is room for it, as one that came in parts
    /// is stored; returns how many bytes were taken.
    pub(super) fn store(&mut self, packet: &[u8]) -> usize {
        match self.partial.extend(packet) {
            Ok(()) => packet.len(),
            Err(_) => 0,
        }
    }

    /// Takes the whole packet out, if there is one. It is to be put back.
    pub(super) fn take(&mut self) -> Option<BufferedPacket<'a>> {
        if self.partial.is_empty() || !self.is_whole() {
            return None;
        }
        Some(BufferedPacket {
            packet: core::mem::replace(&mut self.partial, Buf::lent(&mut [])),
            too_large: self.too_large.take(),
        })
    }

    /// Puts a packet back; one that was handled is forgotten.
    pub(super) fn put_back(&mut self, mut buffered: BufferedPacket<'a>, handled: bool) {
        if handled {
            buffered.packet.clear();
        } else {
            self.too_large = buffered.too_large;
        }
        self.partial = buffered.packet;
    }

    fn frame(&self, bytes: &[u8]) -> Frame {
        frame_as(self.version, self.rules, bytes)
    }

    /// Looks at bytes the broker sent; `max` is the largest packet taken whole.
    pub(super) fn input(&mut self, bytes: &[u8], max: usize) -> FramingOutcome {
        if self.skip > 0 {
            let passed = bytes.len().min(self.skip as usize);
            self.skip -= passed as u32;
            return FramingOutcome::Taken(passed);
        }
        if self.partial.is_empty()
            && let Frame::Whole { len } = self.frame(bytes)
            && len <= self.most as usize
            && matches!(self.size(bytes, len, max), Size::Fits)
        {
            return FramingOutcome::Packet(len);
        }
        self.collect(bytes, max)
    }

    /// Adds to the packet that has come in part.
    fn collect(&mut self, bytes: &[u8], max: usize) -> FramingOutcome {
        if self.partial.is_empty() && self.exceeds(bytes) {
            return FramingOutcome::Exceeded;
        }
        let Some(missing) = self.missing(max) else {
            return FramingOutcome::Malformed;
        };
        let part = bytes.get(..missing.min(bytes.len())).unwrap_or_default();
        if self.partial.extend(part).is_err() {
            return FramingOutcome::Malformed;
        }
        match self.missing(max) {
            _ if self.exceeds(self.partial.as_slice()) => FramingOutcome::Exceeded,
            None => FramingOutcome::Malformed,
            Some(0) => {
                self.cut_too_large(max);
                FramingOutcome::Buffered(part.len())
            }
            Some(_) => FramingOutcome::Taken(part.len()),
        }
    }

    /// How large a packet of `total` bytes is that begins so; `max` is the largest
    /// taken whole.
    #[inline]
    fn size(&self, begin: &[u8], total: usize, max: usize) -> Size {
        let within = total <= max;
        // Most packets are short.
        if within && total <= self.max_payload as usize {
            return Size::Fits;
        }
        if !is_publish(begin) {
            return if within { Size::Fits } else { Size::NoPublish };
        }
        let head = PublishHead::of(self.version, begin);
        if !head.is_known {
            Size::Unknown(head)
        } else if within && head.payload(total) <= self.max_payload as usize {
            Size::Fits
        } else {
            Size::TooLarge(head)
        }
    }

    /// Bytes still to come of the packet in `partial`, as far as that is known.
    /// Of a packet that is too large only what stands before its payload counts.
    fn missing(&self, max: usize) -> Option<usize> {
        let part = self.partial.as_slice();
        match self.frame(part) {
            Frame::Malformed => None,
            Frame::Whole { .. } => Some(0),
            Frame::Incomplete { total: None } => Some(1),
            Frame::Incomplete { total: Some(total) } => match self.size(part, total, max) {
                Size::Fits => Some(total - part.len()),
                // What stands before the payload is part of the packet.
                Size::Unknown(head) => {
                    (head.end <= max.min(total)).then(|| head.end.saturating_sub(part.len()))
                }
                Size::TooLarge(head) => {
                    let end = kept_end(head, total, max)?;
                    Some(end.saturating_sub(part.len()))
                }
                Size::NoPublish => None,
            },
        }
    }

    /// Makes the beginning of a PUBLISH that is too large a packet of its own,
    /// without payload.
    fn cut_too_large(&mut self, max: usize) {
        let part = self.partial.as_slice();
        let Frame::Incomplete { total: Some(total) } = self.frame(part) else {
            return;
        };
        let Size::TooLarge(head) = self.size(part, total, max) else {
            return;
        };
        self.skip = (total - part.len()) as u32;
        let payload = u32::try_from(head.payload(total));
        self.too_large = Some(TooLarge(payload.unwrap_or(u32::MAX)));
        let first = part.first().copied().unwrap_or(0);
        let mut body = head.body();
        if head.end > max {
            body = head.named + 1 - head.header;
            self.empty_properties(head.named);
        }
        let (header, len) = short_header(first, body);
        // The new header is never longer than the one it replaces.
        self.partial.consume(head.header.saturating_sub(len));
        let place = self.partial.as_mut_slice().iter_mut().zip(header).take(len);
        place.for_each(|(byte, new)| *byte = new);
    }

    /// Cuts the packet in `partial` where its properties start: there are none.
    fn empty_properties(&mut self, at: usize) {
        if let Some(len) = self.partial.as_mut_slice().get_mut(at) {
            *len = 0;
        }
        self.partial.truncate(at + 1);
    }

    /// Whether the packet in `partial` is whole.
    fn is_whole(&self) -> bool {
        matches!(self.frame(self.partial.as_slice()), Frame::Whole { .. })
    }
}

/// Where what is kept ends of a PUBLISH that is too large: before its payload, or before its
/// properties where those are too large by themselves. None where even that is.
fn kept_end(head: PublishHead, total: usize, max: usize) -> Option<usize> {
    let end = if head.end <= max {
        head.end
    } else {
        head.properties
    };
    let has_properties = head.properties > head.named && head.end <= total;
    (end <= max && (end == head.end || has_properties)).then_some(end)
}

/// The length of a PUBLISH, 0 for any other packet.
pub(crate) fn publish_len(packet: &[u8]) -> usize {
    if is_publish(packet) { packet.len() } else { 0 }
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
