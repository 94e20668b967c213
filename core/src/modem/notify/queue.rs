//! Events that wait, as records in lent memory, in the order they came.

use crate::buffer::{Buf, Full};
use crate::modem::event::{BrokerPacket, Event, MessageForm, Received};
use crate::modem::ids::LinkId;
use crate::mqtt::carrier::Carrier;
use crate::mqtt::{PacketId, Properties};

/// Header of a record: kind and link, number (4 bytes), length of what follows
/// (4 bytes).
pub(super) const HEADER: usize = 9;
/// What stands before the topic of a message: QoS, retain and whether there are
/// properties, and the length of the topic. Its packet identifier follows, but for QoS 0. The
/// properties stand between topic and payload, as in PUBLISH.
const MESSAGE_HEADER: usize = 3;
const RETAIN: u8 = 4;
const PROPERTIES: u8 = 8;
const IDENTIFIED: u8 = 16;
const QOS: u8 = 3;

/// What a record is. Its link stands in the upper half of the same byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum RecordKind {
    Message = 0,
    TooLarge = 1,
    Lost = 2,
    Dropped = 3,
    Registration = 4,
    Restarted = 5,
    Restored = 6,
    Tracked = 7,
    /// A message that waits until the host asks for it.
    Stored = 8,
    Unreadable = 9,
    Packet = 10,
    /// A message in a numbered place.
    Numbered = 11,
    /// A numbered place is taken.
    PlaceTaken = 12,
    ClockKnown = 13,
}

impl RecordKind {
    fn of(number: u8) -> Self {
        match number {
            1 => Self::TooLarge,
            2 => Self::Lost,
            3 => Self::Dropped,
            4 => Self::Registration,
            5 => Self::Restarted,
            6 => Self::Restored,
            7 => Self::Tracked,
            8 => Self::Stored,
            9 => Self::Unreadable,
            10 => Self::Packet,
            11 => Self::Numbered,
            12 => Self::PlaceTaken,
            13 => Self::ClockKnown,
            _ => Self::Message,
        }
    }
}

/// An event at the front, and how to take it out once it was told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Front {
    pub(super) at: usize,
    pub(super) len: usize,
    /// Whose event it is.
    pub(crate) link: LinkId,
    /// The number of a message that was stored, else 0.
    pub(crate) number: u32,
}

impl Front {
    /// Bytes that an answer takes which has it, at most: those of its record, and what
    /// stands around them.
    pub(crate) fn most_written(&self) -> usize {
        const AROUND: usize = 96;
        self.len + AROUND
    }
}

/// The records.
#[derive(Debug)]
pub(super) struct Queue<'a>(Buf<'a>);

impl<'a> Queue<'a> {
    pub(super) fn new(memory: Buf<'a>) -> Self {
        Self(memory)
    }

    pub(super) fn trim(&mut self) -> usize {
        self.0.trim()
    }

    pub(super) fn capacity(&self) -> usize {
        self.0.capacity()
    }

    pub(super) fn free(&self) -> usize {
        self.0.free()
    }

    /// Appends a record, or nothing.
    pub(super) fn append(
        &mut self,
        kind: RecordKind,
        link: LinkId,
        number: u32,
        bytes: &[u8],
    ) -> Result<(), Full> {
        self.append_header(kind, link, number, bytes.len())?;
        self.0.extend(bytes)
    }

    /// Appends a message, or nothing. It takes less room than its PUBLISH.
    pub(super) fn append_message(
        &mut self,
        kind: RecordKind,
        link: LinkId,
        number: u32,
        message: &Received<'_>,
    ) -> Result<(), Full> {
        let Received {
            topic,
            properties,
            payload,
            ..
        } = *message;
        let block = if properties.is_empty() {
            0
        } else {
            properties.size()
        };
        let [high, low] = u16::try_from(topic.len()).map_err(|_| Full)?.to_be_bytes();
        let id = message.id.map(|id| id.get().to_be_bytes());
        let id = id.as_ref().map_or(&[][..], |id| &id[..]);
        let len = MESSAGE_HEADER + id.len() + topic.len() + block + payload.len();
        self.append_header(kind, link, number, len)?;
        let retain = if message.retain { RETAIN } else { 0 };
        let flag =
            if block > 0 { PROPERTIES } else { 0 } | if id.is_empty() { 0 } else { IDENTIFIED };
        self.0.extend(&[message.qos | retain | flag, high, low])?;
        self.0.extend(id)?;
        self.0.extend(topic.as_bytes())?;
        if block > 0 {
            properties.store(&mut self.0).map_err(|_| Full)?;
        }
        self.0.extend(payload)
    }

    /// Appends the header of a record with so many bytes behind it, for which there is
    /// room then.
    fn append_header(
        &mut self,
        kind: RecordKind,
        link: LinkId,
        number: u32,
        len: usize,
    ) -> Result<(), Full> {
        if self.0.free() < HEADER + len {
            return Err(Full);
        }
        let len = u32::try_from(len).map_err(|_| Full)?;
        self.0.push(kind as u8 | link.0 << 4)?;
        self.0.extend(&number.to_be_bytes())?;
        self.0.extend(&len.to_be_bytes())
    }

    pub(super) fn remove(&mut self, front: Front) {
        self.0.remove(front.at, front.len);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Queued<'_>> {
        let mut at = 0;
        core::iter::from_fn(move || {
            let bytes = self.0.as_slice().get(at..)?;
            let (header, rest) = bytes.split_first_chunk::<HEADER>()?;
            let &[kind, n0, n1, n2, n3, l0, l1, l2, l3] = header;
            let len = u32::from_be_bytes([l0, l1, l2, l3]) as usize;
            let record = Queued {
                at,
                kind: RecordKind::of(kind & 0x0f),
                link: LinkId(kind >> 4),
                number: u32::from_be_bytes([n0, n1, n2, n3]),
                content: rest.get(..len)?,
            };
            at += HEADER + len;
            Some(record)
        })
    }
}

/// One event that waits.
#[derive(Clone, Copy)]
pub(super) struct Queued<'r> {
    at: usize,
    pub(super) kind: RecordKind,
    pub(super) link: LinkId,
    pub(super) number: u32,
    content: &'r [u8],
}

impl<'r> Queued<'r> {
    pub(super) fn event(self, form: MessageForm) -> Option<Event<'r>> {
        let number = self.number;
        Some(match self.kind {
            RecordKind::Lost => Event::Lost { code: number as u8 },
            RecordKind::Dropped => Event::Dropped { count: number },
            RecordKind::Registration => Event::Registration {
                which: number as usize >> 2,
                on: number & 1 != 0,
                located: number & 2 != 0,
            },
            RecordKind::Restarted => Event::Restarted { unix: number },
            RecordKind::ClockKnown => Event::ClockKnown { unix: number },
            RecordKind::Restored => Event::Restored {
                session_present: number != 0,
            },
            RecordKind::Unreadable => Event::TooLarge {
                topic: "",
                qos: self.content.first().copied().unwrap_or(0),
                length: number,
            },
            RecordKind::Packet => Event::Packet {
                packet: BrokerPacket::of(self.content.first().copied().unwrap_or(0))?,
                code: number as u8,
            },
            RecordKind::Tracked => Event::Tracked {
                name: number,
                code: self.content.first().copied().unwrap_or(0),
            },
            RecordKind::TooLarge => {
                let Received { topic, qos, .. } = self.message(form)?;
                let length = number;
                Event::TooLarge { topic, qos, length }
            }
            RecordKind::PlaceTaken => Event::Numbered {
                place: number as u8,
            },
            RecordKind::Message | RecordKind::Stored | RecordKind::Numbered => {
                Event::Message(self.message(form)?)
            }
        })
    }

    /// The message, as the host wants it.
    pub(super) fn message(self, form: MessageForm) -> Option<Received<'r>> {
        let (&[flags, high, low], rest) = self.content.split_first_chunk::<MESSAGE_HEADER>()?;
        let (id, rest) = if flags & IDENTIFIED == 0 {
            (None, rest)
        } else {
            let (id, rest) = rest.split_first_chunk()?;
            (PacketId::new(u16::from_be_bytes(*id)), rest)
        };
        let len = usize::from(u16::from_be_bytes([high, low]));
        let (topic, mut payload) = rest.split_at_checked(len)?;
        let properties = match flags & PROPERTIES {
            0 => Properties::NONE,
            _ => Properties::take_off(Carrier::Publish, &mut payload)?,
        };
        let message = Received {
            topic: core::str::from_utf8(topic).ok()?,
            qos: flags & QOS,
            id,
            retain: flags & RETAIN != 0,
            properties,
            payload,
            format: form.format,
        };
        Some(message.shaped(form))
    }

    pub(super) fn front(self) -> Front {
        Front {
            at: self.at,
            len: HEADER + self.content.len(),
            link: self.link,
            number: if self.kind == RecordKind::Stored {
                self.number
            } else {
                0
            },
        }
    }
}
