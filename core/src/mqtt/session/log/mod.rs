//! The messages to the broker that outlive a connection.
//!
//! A log of records, oldest first, in the memory lent: a header and the PUBLISH
//! as it is sent. It changes in three ways only: a message is
//! [stored](Log::store), [released](Log::release) at PUBREC and
//! [done](Log::finish) at PUBACK or PUBCOMP. Each is put on disk on its own,
//! where the log is kept there, and what it allows waits for that. What is done
//! at the front is given back at once, the rest when its room is needed.

mod counts;
mod kept;
mod lost;
mod passed;
#[cfg(test)]
mod tests;
mod times;

use super::disk::Disk;
use super::outgoing::NOWHERE;
use super::record::{HEADER, Record, Stage};
use crate::buffer::Buf;
use crate::mqtt::PacketId;
use crate::mqtt::packet::{EncodeError, Publish};
use counts::{Counts, Kept};

/// Places are counted modulo 2³¹, so that none is ever [`NOWHERE`].
const PLACES: u32 = NOWHERE >> 1;

/// A place in the log counts from the first byte ever stored: it stays true when
/// the front is given back.
#[derive(Debug)]
pub(super) struct Log<'a> {
    buf: Buf<'a>,
    /// Whether changes are put on disk.
    kept: bool,
    /// The place of the first byte held.
    base: u32,
    /// How far from the front everything has been sent on this connection.
    sent: usize,
    /// How far from the front everything was asked to be put on disk once.
    asked: usize,
    counts: Counts,
}

impl<'a> Log<'a> {
    pub(super) fn new(buf: Buf<'a>) -> Self {
        Self {
            buf,
            kept: false,
            base: 0,
            sent: 0,
            asked: 0,
            counts: Counts::default(),
        }
    }

    /// Bytes that messages may take.
    pub(super) fn capacity(&self) -> usize {
        self.buf.capacity()
    }

    /// Messages that are not done.
    pub(super) fn live(&self) -> usize {
        self.counts.live
    }

    /// Bytes of what is not done.
    pub(super) fn bytes(&self) -> usize {
        self.counts.weight
    }

    /// Bytes of all that is still needed.
    pub(super) fn needed(&self) -> usize {
        self.buf.len() - self.counts.dead
    }

    /// Stores a message that is still to be sent, a change to be put on disk where
    /// the log is kept there; its place.
    pub(super) fn store(
        &mut self,
        mut record: Record,
        publish: &Publish<'_>,
    ) -> Result<u32, EncodeError> {
        if self.kept {
            record.set_disk(Disk::Changed);
        }
        let at = self.buf.len();
        self.buf.extend_by(HEADER)?;
        let written = publish.encode(&mut self.buf);
        let record = record.with_len(self.buf.len() - at - HEADER);
        let (Ok(()), Some(record)) = (written, record) else {
            self.buf.truncate(at);
            return Err(written.err().unwrap_or(EncodeError::Full));
        };
        self.put(at, record);
        Ok(self.stored(at, record))
    }

    /// Stores a message with this PUBLISH, and as it is on disk; its place.
    pub(super) fn copy(&mut self, record: Record, packet: &[u8]) -> Result<u32, EncodeError> {
        let record = record.with_len(packet.len()).ok_or(EncodeError::Full)?;
        let at = self.buf.len();
        let place = self.buf.extend_by(HEADER + packet.len())?;
        if let Some((header, place)) = place.split_first_chunk_mut::<HEADER>() {
            header.copy_from_slice(record.to_bytes().as_flattened());
            place.copy_from_slice(packet);
        }
        Ok(self.stored(at, record))
    }

    #[inline]
    fn stored(&mut self, at: usize, record: Record) -> u32 {
        if record.disk() == Disk::Same {
            self.asked = self.buf.len();
        }
        self.counts.begin(record, self.how_kept(at));
        self.place(at)
    }

    /// Takes back the message stored last.
    pub(super) fn unstore(&mut self, place: u32) {
        let at = self.offset(place);
        if let Some(record) = self.record(at) {
            self.counts.take(record, self.how_kept(at));
        }
        self.buf.truncate(at);
        self.asked = self.asked.min(at);
    }

    /// Everything stored so far has been sent on this connection.
    pub(super) fn skip(&mut self) {
        self.sent = self.buf.len();
    }

    #[inline]
    fn how_kept(&self, at: usize) -> Kept {
        match self.kept {
            false => Kept::No,
            true if at < self.asked => Kept::Asked,
            true => Kept::New,
        }
    }

    fn place(&self, at: usize) -> u32 {
        self.base.wrapping_add(at as u32) & PLACES
    }

    fn offset(&self, place: u32) -> usize {
        (place.wrapping_sub(self.base) & PLACES) as usize
    }

    /// PUBREC came: only PUBREL will be sent again `[MQTT-4.3.3-1]`. Whether it
    /// may be sent now; else it is due once that is on disk.
    pub(super) fn release(&mut self, place: u32) -> bool {
        let (at, kept) = (self.offset(place), self.kept);
        let changed = self.update(at, |record| {
            if record.stage() == Stage::Stored {
                record.set_stage(Stage::Released);
                record.set_disk(record.disk().changed_if(kept));
            }
            record.set_owing(record.disk() != Disk::Same);
        });
        changed.is_none_or(|record| !record.is_owing())
    }

    /// The message has been taken over for good, or is dropped.
    pub(super) fn finish(&mut self, place: u32) -> Option<Record> {
        let at = self.offset(place);
        let record = self.record(at)?;
        let kept = self.how_kept(at);
        let stays = kept == Kept::Asked || record.is_lost() || !record.is_live();
        if at > 0 || stays {
            self.end(at, None);
        } else {
            self.counts.take(record, kept);
            self.give_back(record.size());
        }
        self.drop_front();
        Some(record)
    }

    fn end(&mut self, at: usize, lost: Option<u8>) {
        let kept = self.how_kept(at);
        self.update(at, |record| {
            if record.is_live() {
                record.set_stage(Stage::Done);
                // What never was on its way to the disk need not be erased.
                record.set_disk(match kept {
                    Kept::Asked => record.disk().changed(),
                    Kept::New | Kept::No => Disk::Same,
                });
                record.set_owing(false);
                if let Some(code) = lost {
                    record.set_lost(code);
                }
            }
        });
    }

    /// Gives back what is over at the front.
    #[inline]
    fn drop_front(&mut self) {
        if self.counts.dead > 0 {
            self.drop_dead();
        }
    }

    fn drop_dead(&mut self) {
        while let Some(record) = self.record(0).filter(|record| record.is_over()) {
            self.counts.take(record, self.how_kept(0));
            self.give_back(record.size());
        }
    }

    #[inline]
    fn give_back(&mut self, size: usize) {
        self.buf.consume(size);
        self.base = self.base.wrapping_add(size as u32);
        self.sent = self.sent.saturating_sub(size);
        self.asked = self.asked.saturating_sub(size);
    }

    /// Changes the record at `at`; what it is then.
    fn update(&mut self, at: usize, change: impl FnOnce(&mut Record)) -> Option<Record> {
        let old = self.record(at)?;
        let mut new = old;
        change(&mut new);
        self.replace(at, old, new);
        Some(new)
    }

    fn replace(&mut self, at: usize, old: Record, new: Record) {
        let kept = self.how_kept(at);
        self.put(at, new);
        self.counts.take(old, kept);
        self.counts.put(new, kept);
    }

    fn put(&mut self, at: usize, record: Record) {
        let bytes = self.buf.as_mut_slice().get_mut(at..);
        if let Some(header) = bytes.and_then(|bytes| bytes.as_chunks_mut().0.first_chunk_mut()) {
            *header = record.to_bytes();
        }
    }

    /// The record at `at` from the front, if all of it is there.
    fn record(&self, at: usize) -> Option<Record> {
        let bytes = self.buf.behind(at)?;
        let record = Record::from_bytes(bytes.first_chunk()?);
        (record.size() <= bytes.len()).then_some(record)
    }

    fn records(&self) -> impl Iterator<Item = (usize, Record)> {
        let mut at = 0;
        core::iter::from_fn(move || {
            let record = self.record(at)?;
            at += record.size();
            Some((at - record.size(), record))
        })
    }

    fn each(&mut self, mut act: impl FnMut(&mut Self, usize, Record)) {
        let mut at = 0;
        while let Some(record) = self.record(at) {
            act(self, at, record);
            at += record.size();
        }
    }

    /// The record at a place.
    pub(super) fn get(&self, place: u32) -> Option<Record> {
        self.record(self.offset(place))
    }

    /// The number of the newest message.
    pub(super) fn last(&self) -> Option<u64> {
        self.records().last().map(|(_, record)| record.number)
    }

    /// The oldest message that is not done.
    pub(super) fn oldest(&self) -> Option<Record> {
        let mut records = self.records().map(|(_, record)| record);
        records.find(|record| record.is_live())
    }

    /// The first message chosen that is not done, and its place.
    pub(super) fn find(&self, chosen: impl Fn(Record) -> bool) -> Option<(u32, Record)> {
        let mut records = self.records();
        let found = records.find(|(_, record)| record.is_live() && chosen(*record));
        found.map(|(at, record)| (self.place(at), record))
    }

    /// Moves what is still needed together at the front, if that makes room; whether
    /// it did. `moved` is told of every record that got another place.
    #[cold]
    pub(super) fn squeeze(&mut self, mut moved: impl FnMut(PacketId, u32)) -> bool {
        if self.counts.dead == 0 {
            return false;
        }
        let (mut from, mut to) = (0, 0);
        let (sent, asked) = (self.sent, self.asked);
        while let Some(record) = self.record(from) {
            let needed = record.needed();
            if from == sent {
                self.sent = to;
            }
            if from == asked {
                self.asked = to;
            }
            if let Some(len) = needed.checked_sub(HEADER) {
                // In bounds: the record at `from` is whole, and `to` is not behind it.
                self.buf.as_mut_slice().copy_within(from..from + needed, to);
                self.put(to, record.with_len(len).unwrap_or(record));
                if let Some(id) = record.id().filter(|_| record.is_live()) {
                    moved(id, self.place(to));
                }
                to += needed;
            }
            from += record.size();
        }
        if sent >= from {
            self.sent = to;
        }
        if asked >= from {
            self.asked = to;
        }
        self.buf.truncate(to);
        self.counts.dead = 0;
        true
    }

    /// A new connection: everything in flight is to be sent again.
    pub(super) fn rewind(&mut self) {
        self.sent = 0;
        self.each(|log, at, _| {
            log.update(at, |record| {
                record.set_owing(false);
                record.set_again();
            });
        });
    }

    /// Whether something is left to be sent.
    #[inline]
    pub(super) fn is_sending(&self) -> bool {
        self.sent < self.buf.len()
    }

    /// Whether one more may be sent so that a restart knows those it may have sent
    /// by their place: the first so many.
    pub(super) fn may_expose(&self, most: usize) -> bool {
        !self.kept || self.counts.exposed < most
    }

    /// Whether a PUBREL is due that had to wait for the disk.
    #[inline]
    pub(super) fn is_owing(&self) -> bool {
        self.counts.owing > 0
    }

    /// The first PUBREL that is due and may be sent.
    pub(super) fn owed(&self) -> Option<(u32, PacketId)> {
        let ready = |record: &Record| record.is_owing() && record.disk() == Disk::Same;
        let (at, record) = self.records().find(|(_, record)| ready(record))?;
        Some((self.place(at), record.id()?))
    }

    /// That PUBREL was sent.
    pub(super) fn paid(&mut self, place: u32) {
        self.update(self.offset(place), |record| record.set_owing(false));
    }

    /// The next record to be sent, its place and its PUBLISH; [`Log::pass`] goes on.
    pub(super) fn next_to_send(&self) -> Option<(u32, Record, &[u8])> {
        let record = self.record(self.sent)?;
        let start = self.sent + HEADER;
        let packet = self
            .buf
            .as_slice()
            .get(start..start + record.packet_len())?;
        Some((self.place(self.sent), record, packet))
    }

    /// `record`, the next one, has been sent.
    pub(super) fn pass(&mut self, record: Record) {
        let at = self.sent;
        if !record.is_sent() && record.is_live() {
            let mut sent = record;
            sent.set_sent();
            self.replace(at, record, sent);
        }
        self.sent += record.size();
    }

    pub(super) fn trim(&mut self) -> usize {
        self.buf.trim()
    }
}
