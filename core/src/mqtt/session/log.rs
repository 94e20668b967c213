//! The messages in flight of a session that outlives its connection.
//!
//! A log of records, oldest first, in the memory lent: a header of 6 bytes and
//! the PUBLISH as it was sent. It changes in three ways only, which are also
//! all a journal on disk would have to hold: a message is [stored](Log::store),
//! [released](Log::release) at PUBREC and [done](Log::finish) at PUBACK or
//! PUBCOMP. What is done at the front is given back at once, the rest when its
//! room is needed.

use crate::mem::{Buf, Full};
use crate::mqtt::PacketId;

const HEADER: usize = 6;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// PUBLISH is not acknowledged.
    Stored,
    /// PUBREC came: the message itself is needed no more.
    Released,
    /// Nothing is needed any more.
    Done,
}

/// The header of a record: 30 bits length of the packet after it, 2 bits stage,
/// then the identifier.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record {
    pub(super) id: PacketId,
    pub(super) stage: Stage,
    len: usize,
}

impl Record {
    fn from_bytes(bytes: [u8; HEADER]) -> Option<Self> {
        let word = u32::from_le_bytes(*bytes.first_chunk()?);
        let stage = match word & 3 {
            0 => Stage::Stored,
            1 => Stage::Released,
            _ => Stage::Done,
        };
        let id = PacketId::new(u16::from_le_bytes(*bytes.last_chunk()?))?;
        Some(Self {
            id,
            stage,
            len: (word >> 2) as usize,
        })
    }

    fn to_bytes(self) -> [u8; HEADER] {
        let stage = match self.stage {
            Stage::Stored => 0,
            Stage::Released => 1,
            Stage::Done => 2,
        };
        let word = (self.len as u32) << 2 | stage;
        let wide = u64::from(self.id.get()) << 32 | u64::from(word);
        let [bytes @ .., _, _] = wide.to_le_bytes();
        bytes
    }

    fn size(self) -> usize {
        HEADER + self.len
    }

    /// Bytes of it that are still needed.
    fn live(self) -> usize {
        match self.stage {
            Stage::Stored => self.size(),
            Stage::Released => HEADER,
            Stage::Done => 0,
        }
    }
}

/// A place in the log counts from the first byte ever stored, modulo 2³²: it
/// stays true when the front is given back.
#[derive(Debug)]
pub(super) struct Log<'a> {
    buf: Buf<'a>,
    /// The place of the first byte held.
    base: u32,
    /// Bytes held that are needed no more.
    dead: usize,
    /// How far from the front everything has been sent on this connection.
    resent: usize,
}

impl<'a> Log<'a> {
    pub(super) fn new(buf: Buf<'a>) -> Self {
        Self {
            buf,
            base: 0,
            dead: 0,
            resent: 0,
        }
    }

    /// Stores a PUBLISH that is being sent now; its place. `moved` is told of
    /// every record that got another place.
    pub(super) fn store(
        &mut self,
        id: PacketId,
        packet: &[u8],
        moved: impl FnMut(PacketId, u32),
    ) -> Result<u32, Full> {
        let record = Record {
            id,
            stage: Stage::Stored,
            len: packet.len(),
        };
        if self.buf.free() < record.size() {
            if self.buf.free() + self.dead < record.size() {
                return Err(Full);
            }
            self.squeeze(moved);
        }
        let at = self.buf.len();
        let place = self.buf.extend_by(record.size())?;
        let (header, body) = place.split_first_chunk_mut().ok_or(Full)?;
        *header = record.to_bytes();
        body.copy_from_slice(packet);
        self.resent = self.buf.len();
        Ok(self.base.wrapping_add(at as u32))
    }

    /// PUBREC came: only PUBREL will be sent again `[MQTT-4.3.3-1]`.
    pub(super) fn release(&mut self, at: u32) {
        self.set_stage(at, Stage::Released);
    }

    /// The message has been taken over for good.
    pub(super) fn finish(&mut self, at: u32) {
        if at != self.base {
            return self.set_stage(at, Stage::Done);
        }
        let mut front = self.record(0);
        while let Some(record) = front {
            self.drop_front(record);
            front = self.record(0).filter(|next| next.stage == Stage::Done);
        }
    }

    /// Gives the front, which is `record`, back.
    fn drop_front(&mut self, record: Record) {
        let size = record.size();
        self.buf.consume(size);
        self.base = self.base.wrapping_add(size as u32);
        self.dead = self.dead.saturating_sub(size.saturating_sub(record.live()));
        self.resent = self.resent.saturating_sub(size);
    }

    fn set_stage(&mut self, at: u32, stage: Stage) {
        let at = at.wrapping_sub(self.base) as usize;
        let Some(record) = self.record(at) else {
            return;
        };
        let changed = Record { stage, ..record };
        self.put(at, changed);
        self.dead += record.live().saturating_sub(changed.live());
    }

    fn put(&mut self, at: usize, record: Record) {
        let bytes = self.buf.as_mut_slice().get_mut(at..);
        if let Some(header) = bytes.and_then(<[u8]>::first_chunk_mut) {
            *header = record.to_bytes();
        }
    }

    /// The record at `at` from the front, if all of it is there.
    fn record(&self, at: usize) -> Option<Record> {
        let bytes = self.buf.as_slice().get(at..)?;
        let record = Record::from_bytes(*bytes.first_chunk()?)?;
        (record.size() <= bytes.len()).then_some(record)
    }

    /// Moves what is still needed together at the front.
    fn squeeze(&mut self, mut moved: impl FnMut(PacketId, u32)) {
        let (mut from, mut to) = (0, 0);
        while let Some(record) = self.record(from) {
            let live = record.live();
            if live > 0 {
                // In bounds: the record at `from` is whole, and `to` is not behind it.
                self.buf.as_mut_slice().copy_within(from..from + live, to);
                self.put(
                    to,
                    Record {
                        len: live - HEADER,
                        ..record
                    },
                );
                moved(record.id, self.base.wrapping_add(to as u32));
                to += live;
            }
            from += record.size();
        }
        self.buf.truncate(to);
        self.dead = 0;
    }

    /// A new connection: everything in flight is to be sent again.
    pub(super) fn rewind(&mut self) {
        self.resent = 0;
    }

    /// Whether something is left to be sent again.
    #[inline]
    pub(super) fn is_resending(&self) -> bool {
        self.resent < self.buf.len()
    }

    /// The next record to be sent again and its PUBLISH; [`Log::pass`] goes on.
    pub(super) fn next_resend(&self) -> Option<(Record, &[u8])> {
        let record = self.record(self.resent)?;
        let start = self.resent + HEADER;
        let packet = self.buf.as_slice().get(start..start + record.len)?;
        Some((record, packet))
    }

    /// `record`, the next one, has been sent again.
    pub(super) fn pass(&mut self, record: Record) {
        self.resent += record.size();
    }

    pub(super) fn trim(&mut self) -> usize {
        self.buf.trim()
    }

    /// Forgets all messages.
    pub(super) fn clear(&mut self) {
        self.buf.clear();
        self.dead = 0;
        self.resent = 0;
    }
}
