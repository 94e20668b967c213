//! Messages that are dropped, and that this is reported.

use super::MessageLog;
use crate::mqtt::PacketId;
use crate::mqtt::session::durability::Durability;
use crate::mqtt::session::outgoing::header::MessageHeader;

impl MessageLog<'_> {
    /// What certainly was never sent, oldest first.
    pub(in crate::mqtt::session) fn unsent(&self) -> impl Iterator<Item = MessageHeader> {
        let records = self.records().map(|(_, record)| record);
        records.filter(|record| record.is_live() && !record.is_sent())
    }

    /// The message is dropped for this reason, which is to be reported.
    pub(in crate::mqtt::session) fn discard(&mut self, place: u32, code: u8) {
        self.end(self.offset(place), Some(code));
    }

    /// Drops what is chosen, for a reason to be reported.
    pub(in crate::mqtt::session) fn discard_all(
        &mut self,
        code: u8,
        chosen: impl Fn(MessageHeader) -> bool,
    ) {
        self.each(|log, at, record| {
            if record.is_live() && chosen(record) {
                log.end(at, Some(code));
            }
        });
        self.drop_front();
    }

    /// Whether the disk still has something of what was dropped.
    pub(in crate::mqtt::session) fn is_dropping(&self) -> bool {
        let open = |record: MessageHeader| record.is_unreported() && !record.is_reportable();
        self.counts.dropped > 0 && self.records().any(|(_, record)| open(record))
    }

    /// Whether the disk still has to do anything for a message.
    pub(in crate::mqtt::session) fn is_behind(&self) -> bool {
        let behind = |record: MessageHeader| record.disk() != Durability::Same;
        self.records().any(|(_, record)| behind(record))
    }

    /// Marks those chosen dropped although their flow goes on, also on disk: they are not
    /// to be called delivered after a restart.
    pub(in crate::mqtt::session) fn mark_all_dropped(
        &mut self,
        code: u8,
        chosen: impl Fn(MessageHeader) -> bool,
    ) {
        self.each(|log, at, record| {
            if chosen(record) && !record.was_dropped() {
                let stored = log.stored;
                log.update(at, |record| {
                    record.set_dropped(code);
                    record.set_disk(record.disk().changed_if(stored));
                });
            }
        });
    }

    /// How the message of this number ends is to be reported.
    pub(in crate::mqtt::session) fn track(&mut self, number: u64) {
        if let Some((place, _)) = self.find(|record| record.number == number) {
            self.update(self.offset(place), MessageHeader::set_tracked);
        }
    }

    /// It is known already that the message of this identifier was dropped.
    pub(in crate::mqtt::session) fn note_reported(&mut self, id: PacketId) {
        self.each(|log, at, record| {
            if record.is_unreported() && record.id() == Some(id) {
                log.update(at, MessageHeader::set_reported);
            }
        });
        self.drop_front();
    }

    /// The next message that was dropped, each reported once.
    pub(in crate::mqtt::session) fn poll_dropped(&mut self) -> Option<MessageHeader> {
        if self.counts.dropped == 0 {
            return None;
        }
        let (at, record) = self.records().find(|(_, record)| record.is_reportable())?;
        self.update(at, MessageHeader::set_reported);
        self.drop_front();
        Some(record)
    }
}
