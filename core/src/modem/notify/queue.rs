//! Events that wait until the host may be told.

use crate::buffer::{Buf, Full};
use crate::modem::event::{Event, Received};
use crate::mqtt::{Packet, Rules};

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
const TRACKED: u8 = 7;
/// A message that is told only where messages are not held.
const HELD: u8 = 8;
const UNREADABLE: u8 = 9;

/// Events in the order they came.
#[derive(Debug)]
pub(crate) struct Inbox<'a> {
    records: Buf<'a>,
    /// Whether messages wait until the host asks for them.
    holds: bool,
    /// Messages that wait.
    held: u32,
    /// Events that wait.
    events: u32,
    /// Whether the host is to be told how many messages wait.
    indicates: bool,
    /// The number of the message the host has read last, 0 if it has none.
    pub(crate) read: u32,
    /// The number of the message that was taken over last by reading the next.
    pub(crate) left: u32,
}

/// An event at the front, and how to take it out once it was told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Front {
    at: usize,
    len: usize,
    /// The number of a message that was held, else 0.
    pub(crate) number: u32,
}

impl<'a> Inbox<'a> {
    pub(crate) fn new(memory: Buf<'a>) -> Self {
        Self {
            records: memory,
            holds: false,
            held: 0,
            events: 0,
            indicates: false,
            read: 0,
            left: 0,
        }
    }

    pub(crate) fn trim(&mut self) -> usize {
        self.records.trim()
    }

    /// Whether messages wait until the host asks for them from now on.
    pub(crate) fn set_holding(&mut self, on: bool) {
        if self.holds == on {
            return;
        }
        self.holds = on;
        self.indicate();
        self.read = 0;
    }

    /// The host does not know any more how many messages wait, if any.
    pub(crate) fn indicate(&mut self) {
        self.indicates = self.holds && self.held > 0;
    }

    /// Whether the host is to be told how many messages wait. It has no place among
    /// the events: it is told once, after those that are there then.
    #[inline]
    pub(crate) fn indicates(&self) -> bool {
        self.indicates
    }

    /// Whether there is something to tell.
    #[inline]
    pub(crate) fn has_news(&self) -> bool {
        self.events > 0 || self.indicates || (self.held > 0 && !self.holds)
    }

    /// Messages that wait until the host asks for them.
    pub(crate) fn held(&self) -> u32 {
        self.held
    }

    /// Room that messages leave free: where the host lets them wait, events go on.
    fn reserve(&self) -> usize {
        if self.holds {
            RESERVE.max(self.records.capacity() / 8)
        } else {
            RESERVE
        }
    }

    /// The largest packet it ever holds.
    pub(crate) fn max_packet(&self) -> usize {
        let taken = HEADER + self.reserve();
        self.records.capacity().saturating_sub(taken)
    }

    /// Whether a packet of `len` bytes fits now.
    pub(crate) fn fits(&self, len: usize) -> bool {
        self.records.free() >= HEADER + self.reserve() + len
    }

    /// Whether what became of a message can be told.
    pub(crate) fn fits_tracked(&self) -> bool {
        self.records.free() > HEADER + RESERVE
    }

    /// Keeps a whole PUBLISH packet until the host asks for it.
    pub(crate) fn push_held(&mut self, packet: &[u8], number: u32) -> Result<(), Full> {
        self.append(HELD, number, packet)?;
        self.held += 1;
        self.indicate();
        Ok(())
    }

    /// Keeps what became of a message.
    pub(crate) fn push_tracked(&mut self, name: u32, code: u8) -> Result<(), Full> {
        self.push(TRACKED, name, &[code])
    }

    /// Keeps a whole PUBLISH packet; `total` is the length of its payload where that
    /// was too large to be kept.
    pub(crate) fn push_message(&mut self, packet: &[u8], total: Option<u32>) -> Result<(), Full> {
        let kind = if total.is_some() { TOO_LARGE } else { MESSAGE };
        self.push(kind, total.unwrap_or(0), packet)
    }

    /// Keeps that a message came that cannot be read.
    pub(crate) fn push_unreadable(&mut self, qos: u8, length: u32) -> Result<(), Full> {
        self.push(UNREADABLE, length, &[qos])
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
        self.append(kind, number, bytes)?;
        self.events += 1;
        Ok(())
    }

    fn append(&mut self, kind: u8, number: u32, bytes: &[u8]) -> Result<(), Full> {
        if self.records.free() < HEADER + bytes.len() {
            return Err(Full);
        }
        let len = u32::try_from(bytes.len()).map_err(|_| Full)?;
        self.records.push(kind)?;
        self.records.extend(&number.to_be_bytes())?;
        self.records.extend(&len.to_be_bytes())?;
        self.records.extend(bytes)
    }

    /// The oldest event that is to be told, a message in the format of
    /// `recvformat`, and how to `pop` it.
    pub(crate) fn front(&self, format: u32) -> Option<(Event<'_>, Front)> {
        let told = |record: &Record| record.kind != HELD || !self.holds;
        let Some(record) = self.records().find(told) else {
            let count = self.held;
            let nothing = Front {
                at: 0,
                len: 0,
                number: 0,
            };
            return Some((Event::Waiting { count }, nothing));
        };
        Some((record.event(format)?, record.front()))
    }

    /// Forgets an event that was told.
    pub(crate) fn pop(&mut self, front: Front) {
        self.records.remove(front.at, front.len);
        match front {
            Front { len: 0, .. } => self.indicates = false,
            Front { number: 0, .. } => self.events = self.events.saturating_sub(1),
            _ => {
                self.held = self.held.saturating_sub(1);
                self.indicates &= self.held > 0;
            }
        }
    }

    /// The oldest message that is held, to be read, and how to `pop` it.
    pub(crate) fn oldest(&self, format: u32) -> Option<(Event<'_>, Front)> {
        let record = self.oldest_record()?;
        let Event::Message(message) = message(record.content, None, format)? else {
            return None;
        };
        let number = record.number;
        Some((Event::Read { number, message }, record.front()))
    }

    /// How to `pop` the oldest message that is held.
    pub(crate) fn oldest_front(&self) -> Option<Front> {
        self.oldest_record().map(Record::front)
    }

    fn oldest_record(&self) -> Option<Record<'_>> {
        self.records().find(|record| record.kind == HELD)
    }

    /// How to `pop` the message of this number, if it is held.
    pub(crate) fn front_of(&self, number: u32) -> Option<Front> {
        let meant = |record: &Record| record.kind == HELD && record.number == number;
        self.records().find(meant).map(Record::front)
    }

    fn records(&self) -> impl Iterator<Item = Record<'_>> {
        let mut at = 0;
        core::iter::from_fn(move || {
            let bytes = self.records.as_slice().get(at..)?;
            let (header, rest) = bytes.split_first_chunk::<HEADER>()?;
            let &[kind, n0, n1, n2, n3, l0, l1, l2, l3] = header;
            let len = u32::from_be_bytes([l0, l1, l2, l3]) as usize;
            let record = Record {
                at,
                kind,
                number: u32::from_be_bytes([n0, n1, n2, n3]),
                content: rest.get(..len)?,
            };
            at += HEADER + len;
            Some(record)
        })
    }
}

/// One event.
#[derive(Clone, Copy)]
struct Record<'r> {
    at: usize,
    kind: u8,
    number: u32,
    content: &'r [u8],
}

impl<'r> Record<'r> {
    fn event(self, format: u32) -> Option<Event<'r>> {
        let number = self.number;
        Some(match self.kind {
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
            UNREADABLE => Event::TooLarge {
                topic: "",
                qos: self.content.first().copied().unwrap_or(0),
                length: number,
            },
            TRACKED => Event::Tracked {
                name: number,
                code: self.content.first().copied().unwrap_or(0),
            },
            kind => message(self.content, (kind == TOO_LARGE).then_some(number), format)?,
        })
    }

    fn front(self) -> Front {
        Front {
            at: self.at,
            len: HEADER + self.content.len(),
            number: if self.kind == HELD { self.number } else { 0 },
        }
    }
}

/// The event of a whole PUBLISH packet, in the format of `recvformat`.
pub(crate) fn message(packet: &[u8], total: Option<u32>, format: u32) -> Option<Event<'_>> {
    let Ok(Packet::Publish(publish)) = Packet::decode_by(Rules::Lenient, packet) else {
        return None;
    };
    let qos = publish.qos.level();
    let topic = publish.topic;
    Some(match total {
        Some(length) => Event::TooLarge { topic, qos, length },
        None => Event::Message(Received {
            topic,
            qos,
            retain: publish.retain,
            payload: publish.payload,
            format,
        }),
    })
}
