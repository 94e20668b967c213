//! The messages to the broker that outlive a connection.
//!
//! A log of records, oldest first, in the memory lent: a header and the PUBLISH
//! as it is sent. It changes in three ways only: a message is
//! [stored](MessageLog::store), [released](MessageLog::release) at PUBREC and
//! [done](MessageLog::finish) at PUBACK or PUBCOMP. Each is put on disk on its own,
//! where the log is stored there, and what it allows waits for that. What is done
//! at the front is given back at once, the rest when its room is needed.

mod counts;
mod done;
mod dropped;
mod sent;
mod squeeze;
mod stored;
#[cfg(test)]
mod tests;
mod times;

#[cfg(test)]
pub(super) use tests::LOOKS;

use super::header::{Flow, HEADER, MessageHeader};
use super::ids::NOWHERE;
use crate::buffer::Buf;
use crate::mqtt::packet::{EncodeError, Publish};
use crate::mqtt::session::durability::Durability;
use crate::mqtt::{PacketId, Version};
use counts::{Backing, Counts};

/// Places are counted modulo 2³¹, so that none is ever [`NOWHERE`].
const PLACES: u32 = NOWHERE >> 1;

/// The version in which a message is stored: that of 3.1.1 has no properties.
pub(super) fn form_of(publish: &Publish<'_>) -> Version {
    if publish.properties.is_empty() {
        Version::V311
    } else {
        Version::V5
    }
}

/// A place in the log counts from the first byte ever stored: it stays true when
/// the front is given back.
#[derive(Debug)]
pub(super) struct MessageLog<'a> {
    buf: Buf<'a>,
    /// Whether changes are put on disk.
    stored: bool,
    /// The place of the first byte held.
    base: u32,
    /// How far from the front everything has been sent on this connection.
    sent: usize,
    /// How far from the front everything was asked to be put on disk once.
    asked: usize,
    /// How far from the front that was answered: answers come in the order of asking.
    answered: usize,
    /// The number of the message whose PUBREL became due last.
    last_due: u64,
    counts: Counts,
}

impl<'a> MessageLog<'a> {
    pub(super) fn new(buf: Buf<'a>) -> Self {
        Self {
            buf,
            stored: false,
            base: 0,
            sent: 0,
            asked: 0,
            answered: 0,
            last_due: 0,
            counts: Counts::default(),
        }
    }

    /// Bytes that messages may take.
    pub(super) fn capacity(&self) -> usize {
        self.buf.capacity()
    }

    /// Messages that are not done.
    pub(super) fn live(&self) -> usize {
        self.counts.live as usize
    }

    /// Bytes of what is not done.
    pub(super) fn bytes(&self) -> usize {
        self.counts.weight as usize
    }

    /// Bytes of all that is still needed.
    pub(super) fn needed(&self) -> usize {
        self.buf.len() - self.counts.dead as usize
    }

    /// Stores a message that is still to be sent, a change to be put on disk where
    /// the log is stored there; its place.
    pub(super) fn store(
        &mut self,
        mut record: MessageHeader,
        publish: &Publish<'_>,
    ) -> Result<u32, EncodeError> {
        if self.stored {
            record.set_disk(Durability::Changed);
        }
        let version = form_of(publish);
        let record = record.with_version(version);
        let at = self.buf.len();
        self.buf.extend_by(HEADER)?;
        let written = publish.encode_as(version, &mut self.buf);
        let record = record.with_len(self.buf.len() - at - HEADER);
        let (Ok(()), Some(record)) = (written, record) else {
            self.buf.truncate(at);
            return Err(written.err().unwrap_or(EncodeError::Full));
        };
        self.put(at, record);
        Ok(self.begin(at, record))
    }

    /// Stores a message with this PUBLISH, and as it is on disk; its place.
    #[inline]
    pub(super) fn copy(
        &mut self,
        record: MessageHeader,
        packet: &[u8],
    ) -> Result<u32, EncodeError> {
        let record = record.with_len(packet.len()).ok_or(EncodeError::Full)?;
        let at = self.buf.len();
        let place = self.buf.extend_by(HEADER + packet.len())?;
        if let Some((header, place)) = place.split_first_chunk_mut::<HEADER>() {
            header.copy_from_slice(record.to_bytes().as_flattened());
            place.copy_from_slice(packet);
        }
        Ok(self.begin(at, record))
    }

    #[inline]
    fn begin(&mut self, at: usize, record: MessageHeader) -> u32 {
        if record.disk() == Durability::Same {
            self.asked = self.buf.len();
            self.answered = self.asked;
        }
        self.counts.begin(record, self.backing(at));
        self.place(at)
    }

    /// Takes back the message stored last.
    pub(super) fn unstore(&mut self, place: u32) {
        let at = self.offset(place);
        if let Some(record) = self.record(at) {
            self.counts.take(record, self.backing(at));
        }
        self.buf.truncate(at);
        self.asked = self.asked.min(at);
        self.answered = self.answered.min(at);
    }

    /// Everything stored so far has been sent on this connection.
    pub(super) fn skip(&mut self) {
        self.sent = self.buf.len();
    }

    #[inline]
    fn backing(&self, at: usize) -> Backing {
        match self.stored {
            false => Backing::No,
            true if at < self.asked => Backing::Asked,
            true => Backing::New,
        }
    }

    fn place(&self, at: usize) -> u32 {
        self.base.wrapping_add(at as u32) & PLACES
    }

    fn offset(&self, place: u32) -> usize {
        (place.wrapping_sub(self.base) & PLACES) as usize
    }

    /// PUBREC came, and `nobody` is subscribed: only PUBREL will be sent again
    /// `[MQTT-4.3.3-1]`. Whether it may be sent now; else it is due once that is on disk.
    pub(super) fn release(&mut self, place: u32, nobody: bool) -> bool {
        let (at, stored) = (self.offset(place), self.stored);
        let changed = self.update(at, |record| {
            if record.flow() == Flow::Stored {
                record.set_flow(Flow::Released);
                record.set_disk(record.disk().changed_if(stored));
                if nobody {
                    record.set_nobody();
                }
            }
            record.set_due(record.disk() != Durability::Same);
        });
        let due = changed.filter(|record| record.is_due());
        self.last_due = due.map_or(self.last_due, |record| record.number);
        due.is_none()
    }

    /// Changes the record at `at`; what it is then.
    fn update(
        &mut self,
        at: usize,
        change: impl FnOnce(&mut MessageHeader),
    ) -> Option<MessageHeader> {
        let old = self.record(at)?;
        let mut new = old;
        change(&mut new);
        self.replace(at, old, new);
        Some(new)
    }

    fn replace(&mut self, at: usize, old: MessageHeader, new: MessageHeader) {
        let backing = self.backing(at);
        self.put(at, new);
        self.counts.take(old, backing);
        self.counts.put(new, backing);
    }

    fn put(&mut self, at: usize, record: MessageHeader) {
        let bytes = self.buf.as_mut_slice().get_mut(at..);
        if let Some(header) = bytes.and_then(|bytes| bytes.as_chunks_mut().0.first_chunk_mut()) {
            *header = record.to_bytes();
        }
    }

    /// The record at `at` from the front, if all of it is there.
    fn record(&self, at: usize) -> Option<MessageHeader> {
        #[cfg(test)]
        tests::LOOKS.set(tests::LOOKS.get() + 1);
        let bytes = self.buf.behind(at)?;
        let record = MessageHeader::from_bytes(bytes.first_chunk()?);
        (record.size() <= bytes.len()).then_some(record)
    }

    fn records(&self) -> impl Iterator<Item = (usize, MessageHeader)> {
        self.records_from(0)
    }

    fn records_from(&self, mut at: usize) -> impl Iterator<Item = (usize, MessageHeader)> {
        core::iter::from_fn(move || {
            let record = self.record(at)?;
            at += record.size();
            Some((at - record.size(), record))
        })
    }

    fn each(&mut self, mut act: impl FnMut(&mut Self, usize, MessageHeader)) {
        let mut at = 0;
        while let Some(record) = self.record(at) {
            act(self, at, record);
            at += record.size();
        }
    }

    /// The record at a place.
    pub(super) fn get(&self, place: u32) -> Option<MessageHeader> {
        self.record(self.offset(place))
    }

    /// The number of the newest message.
    pub(super) fn last(&self) -> Option<u64> {
        self.records().last().map(|(_, record)| record.number)
    }

    /// The oldest message that is not done.
    pub(super) fn oldest(&self) -> Option<MessageHeader> {
        let mut records = self.records().map(|(_, record)| record);
        records.find(|record| record.is_live())
    }

    /// The first message chosen that is not done, and its place.
    pub(super) fn find(
        &self,
        chosen: impl Fn(MessageHeader) -> bool,
    ) -> Option<(u32, MessageHeader)> {
        let mut records = self.records();
        let found = records.find(|(_, record)| record.is_live() && chosen(*record));
        found.map(|(at, record)| (self.place(at), record))
    }

    /// A new connection: everything in flight is to be sent again.
    pub(super) fn rewind(&mut self) {
        self.sent = 0;
        self.each(|log, at, _| {
            log.update(at, |record| {
                record.set_due(false);
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
        !self.stored || (self.counts.exposed as usize) < most
    }

    /// Whether a PUBREL is due that had to wait for the disk.
    #[inline]
    pub(super) fn has_due(&self) -> bool {
        self.counts.due > 0
    }

    /// The first PUBREL that is due and may be sent.
    pub(super) fn next_due(&self) -> Option<(u32, PacketId)> {
        let ready = |record: &MessageHeader| record.is_due() && record.disk() == Durability::Same;
        let (at, record) = self.records().find(|(_, record)| ready(record))?;
        Some((self.place(at), record.id()?))
    }

    /// That PUBREL was sent.
    pub(super) fn due_sent(&mut self, place: u32) {
        self.update(self.offset(place), |record| record.set_due(false));
    }

    /// The next record to be sent, its place and its PUBLISH; [`MessageLog::pass`] goes on.
    pub(super) fn next_to_send(&self) -> Option<(u32, MessageHeader, &[u8])> {
        let record = self.record(self.sent)?;
        let start = self.sent + HEADER;
        let packet = self
            .buf
            .as_slice()
            .get(start..start + record.packet_len())?;
        Some((self.place(self.sent), record, packet))
    }

    /// `record`, the next one, has been sent.
    pub(super) fn pass(&mut self, record: MessageHeader) {
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
