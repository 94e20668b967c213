//! Messages that are accepted: from then on they are delivered whatever becomes
//! of the connection, the session and, where sessions are on disk, of us.

use super::Outgoing;
use super::acceptance::{Acceptance, Accepted, Backlog, IdStatus};
use super::header::{HEADER, MessageHeader};
use super::log::form_of;
use crate::mqtt::packet::Publish;
use crate::mqtt::session::event::{DropReason, SendError};
use crate::mqtt::session::numbers::Numbers;
use crate::mqtt::{PacketId, Qos};

impl Outgoing<'_> {
    /// Accepts a message with an identifier that is chosen here. While the disk is
    /// `stalled` none is dropped for it.
    ///
    /// Fails with `Invalid` (the topic) or `Full`.
    pub(in crate::mqtt::session) fn accept(
        &mut self,
        publish: &Publish<'_>,
        acceptance: Acceptance,
        stalled: bool,
        numbers: &mut Numbers,
    ) -> Result<Accepted, SendError> {
        let named = publish.qos != Qos::AtMostOnce;
        // Any will do to see whether there is room; none is used up by one that is
        // refused.
        let id = PacketId::new(1).filter(|_| named);
        let publish = Publish { id, ..*publish };
        if !publish.is_valid() {
            return Err(SendError::Invalid);
        }
        let may_drop = acceptance.drop_oldest && !stalled;
        let count = self.too_many(&publish, 0, acceptance.limit, may_drop);
        self.make_room(count.ok_or(SendError::Full)?);
        let reserved = |id| self.suspicion.reserves(id);
        let id = named.then(|| self.ids.later_id(reserved));
        let publish = Publish { id, ..publish };
        let number = numbers.take().ok_or(SendError::Full)?;
        let mut record = MessageHeader::new(number, id, acceptance.host_id, self.time);
        record.set_promised(acceptance.tracked);
        self.store(record, &publish)?;
        Ok(accepted(record))
    }

    /// Whether there is room for a message with `more` bytes of payload than it has.
    pub(in crate::mqtt::session) fn has_room(
        &self,
        publish: &Publish<'_>,
        more: usize,
        acceptance: Acceptance,
        stalled: bool,
    ) -> bool {
        let may_drop = acceptance.drop_oldest && !stalled;
        let count = self.too_many(publish, more, acceptance.limit, may_drop);
        count.is_some()
    }

    /// Drops so many of the oldest messages that certainly were never sent.
    fn make_room(&mut self, count: usize) {
        for _ in 0..count {
            if let Some((place, _)) = self.log.find(|record| !record.is_sent()) {
                self.log.discard(place, DropReason::NoRoom as u8);
            }
        }
    }

    /// How many are to be dropped for a message with `more` bytes of payload than it has,
    /// if that makes room. While the disk fails none goes for one that could not be stored.
    fn too_many(
        &self,
        publish: &Publish<'_>,
        more: usize,
        limit: usize,
        may_drop: bool,
    ) -> Option<usize> {
        let capacity = self.log.capacity();
        let limit = limit.min(capacity);
        let properties = publish.properties.as_bytes().len();
        let counted = HEADER + publish.topic.len() + properties + publish.payload.len();
        let (mut weight, mut bytes) = (
            self.log.bytes() + counted + more,
            self.log.needed() + HEADER + publish.len(form_of(publish)) + more + longer(more),
        );
        let mut oldest = self.log.unsent().filter(|_| may_drop);
        let mut count = 0;
        while weight > limit || bytes > capacity {
            let record = oldest.next()?;
            weight -= record.weight();
            // Its header stays until the disk has erased it and that is reported.
            bytes -= record.packet_len();
            count += 1;
        }
        Some(count)
    }

    /// Bytes that messages may take.
    pub(in crate::mqtt::session) fn capacity(&self) -> usize {
        self.log.capacity()
    }

    /// Whether an accepted message is on disk, or needs not be any more.
    pub(in crate::mqtt::session) fn is_accepted(&self, number: u64) -> bool {
        let open = |record: MessageHeader| record.number == number && !record.is_on_disk();
        self.log.find(open).is_none()
    }

    /// Takes back a message that was accepted, if nobody was asked yet to put it on
    /// disk; whether it was.
    pub(in crate::mqtt::session) fn refuse(&mut self, number: u64) -> bool {
        self.log.refuse(number)
    }

    /// What is known of an identifier a host gave to a message.
    pub(in crate::mqtt::session) fn known(&self, host_id: u32) -> Option<IdStatus> {
        let meant = |record: MessageHeader| record.host_id() == host_id && !record.was_dropped();
        if let Some((_, record)) = self.log.find(meant) {
            return Some(IdStatus::Waiting(accepted(record)));
        }
        let delivered = self.delivered.contains(host_id);
        delivered.then_some(IdStatus::Delivered)
    }

    /// How the message of this number ends is to be reported.
    pub(in crate::mqtt::session) fn track(&mut self, number: u64) {
        self.log.track(number);
    }

    /// The messages that are not acknowledged.
    pub(in crate::mqtt::session) fn backlog(&self) -> Backlog {
        Backlog {
            messages: self.log.live(),
            bytes: self.log.bytes(),
            oldest: self.log.oldest().map(MessageHeader::time),
        }
    }
}

/// Bytes by which the length of a packet may grow with so many bytes of payload.
fn longer(more: usize) -> usize {
    if more > 0 { 3 } else { 0 }
}

fn accepted(record: MessageHeader) -> Accepted {
    Accepted {
        number: record.number,
        id: record.id(),
        name: record.name(),
    }
}
