//! Events that wait until the host may be told.

use super::event::Event;
use crate::mem::{Buf, Full};
use crate::mqtt::Packet;

/// Header of a record: kind, number (4 bytes), length of what follows (4 bytes).
const HEADER: usize = 9;
/// Room that messages leave free, so that a lost link can always be told.
pub(crate) const RESERVE: usize = 8 * HEADER;

const MESSAGE: u8 = 0;
const TOO_LARGE: u8 = 1;
const LOST: u8 = 2;
const DROPPED: u8 = 3;
const REGISTRATION: u8 = 4;
const RESTARTED: u8 = 5;
const RESTORED: u8 = 6;

/// Events in the order they came.
#[derive(Debug)]
pub(crate) struct Inbox<'a> {
    records: Buf<'a>,
}

impl<'a> Inbox<'a> {
    pub(crate) fn new(memory: Buf<'a>) -> Self {
        Self { records: memory }
    }

    pub(crate) fn trim(&mut self) -> usize {
        self.records.trim()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The largest packet it ever holds.
    pub(crate) fn max_packet(&self) -> usize {
        self.records.capacity().saturating_sub(HEADER + RESERVE)
    }

    /// Whether a packet of `len` bytes fits now.
    pub(crate) fn fits(&self, len: usize) -> bool {
        self.records.free() >= HEADER + RESERVE + len
    }

    /// Keeps a whole PUBLISH packet; `total` is its length where its payload
    /// was too large to be kept.
    pub(crate) fn push_message(&mut self, packet: &[u8], total: Option<u32>) -> Result<(), Full> {
        let kind = if total.is_some() { TOO_LARGE } else { MESSAGE };
        self.push(kind, total.unwrap_or(0), packet)
    }

    /// Keeps that the link was lost. Fits unless it was lost several times
    /// while the host did not listen; then the later ones are not told.
    pub(crate) fn push_lost(&mut self, code: u8) -> Result<(), Full> {
        self.push(LOST, code.into(), &[])
    }

    /// Keeps that so many publishes were lost with the session.
    pub(crate) fn push_dropped(&mut self, count: u32) -> Result<(), Full> {
        self.push(DROPPED, count, &[])
    }

    /// Keeps that the network is there or gone, for the report `which`.
    pub(crate) fn push_registration(
        &mut self,
        which: usize,
        on: bool,
        located: bool,
    ) -> Result<(), Full> {
        let flags = u32::from(on) | u32::from(located) << 1;
        self.push(REGISTRATION, (which as u32) << 2 | flags, &[])
    }

    /// Keeps that the modem has restarted.
    pub(crate) fn push_restarted(&mut self) -> Result<(), Full> {
        self.push(RESTARTED, 0, &[])
    }

    /// Keeps that a link came back.
    pub(crate) fn push_restored(&mut self, session_present: bool) -> Result<(), Full> {
        self.push(RESTORED, session_present.into(), &[])
    }

    fn push(&mut self, kind: u8, number: u32, bytes: &[u8]) -> Result<(), Full> {
        if self.records.free() < HEADER + bytes.len() {
            return Err(Full);
        }
        let len = u32::try_from(bytes.len()).map_err(|_| Full)?;
        self.records.push(kind)?;
        self.records.extend(&number.to_be_bytes())?;
        self.records.extend(&len.to_be_bytes())?;
        self.records.extend(bytes)
    }

    /// The oldest event, a message in the format of `recvformat`, and the bytes
    /// to `pop` once it was told.
    pub(crate) fn front(&self, format: u32) -> Option<(Event<'_>, usize)> {
        let (header, rest) = self.records.as_slice().split_first_chunk::<HEADER>()?;
        let &[kind, n0, n1, n2, n3, l0, l1, l2, l3] = header;
        let number = u32::from_be_bytes([n0, n1, n2, n3]);
        let len = u32::from_be_bytes([l0, l1, l2, l3]) as usize;
        let packet = rest.get(..len).unwrap_or_default();
        let event = match kind {
            LOST => Event::Lost { code: number as u8 },
            DROPPED => Event::Dropped { count: number },
            REGISTRATION => Event::Registration {
                which: number as usize >> 2,
                on: number & 1 != 0,
                located: number & 2 != 0,
            },
            RESTARTED => Event::Restarted,
            RESTORED => Event::Restored {
                session_present: number != 0,
            },
            _ => message(packet, (kind == TOO_LARGE).then_some(number), format)?,
        };
        Some((event, HEADER + len))
    }

    /// Forgets the oldest event.
    pub(crate) fn pop(&mut self, len: usize) {
        self.records.consume(len);
    }
}

/// The event of a whole PUBLISH packet, in the format of `recvformat`.
pub(crate) fn message(packet: &[u8], total: Option<u32>, format: u32) -> Option<Event<'_>> {
    let Ok(Packet::Publish(publish)) = Packet::decode(packet) else {
        return None;
    };
    let qos = publish.qos.level();
    let topic = publish.topic;
    Some(match total {
        Some(length) => Event::TooLarge { topic, qos, length },
        None => Event::Message {
            topic,
            qos,
            retain: publish.retain,
            payload: publish.payload,
            format,
        },
    })
}
