//! Messages that are dropped, and that this is told.

use super::Log;
use crate::mqtt::session::disk::Disk;
use crate::mqtt::session::record::Record;

impl Log<'_> {
    /// What certainly was never sent, oldest first.
    pub(in crate::mqtt::session) fn unsent(&self) -> impl Iterator<Item = Record> {
        let records = self.records().map(|(_, record)| record);
        records.filter(|record| record.is_live() && !record.is_sent())
    }

    /// The message is dropped for this reason, which is to be told.
    pub(in crate::mqtt::session) fn lose(&mut self, place: u32, code: u8) {
        self.end(self.offset(place), Some(code));
    }

    /// Drops what is chosen, for a reason to be told.
    pub(in crate::mqtt::session) fn lose_all(&mut self, code: u8, chosen: impl Fn(Record) -> bool) {
        self.each(|log, at, record| {
            if record.is_live() && chosen(record) {
                log.end(at, Some(code));
            }
        });
        self.drop_front();
    }

    /// Whether the disk still has something of what was dropped.
    pub(in crate::mqtt::session) fn is_dropping(&self) -> bool {
        let open = |record: Record| record.is_lost() && !record.is_told_lost();
        self.counts.lost > 0 && self.records().any(|(_, record)| open(record))
    }

    /// Whether the disk still has to do anything for a message.
    pub(in crate::mqtt::session) fn is_behind(&self) -> bool {
        let behind = |record: Record| record.disk() != Disk::Same;
        self.records().any(|(_, record)| behind(record))
    }

    /// Marks a message dropped although its flow goes on, also on disk: it is not
    /// to be called delivered after a restart.
    pub(in crate::mqtt::session) fn tell_lost(&mut self, place: u32, code: u8) {
        let kept = self.kept;
        self.update(self.offset(place), |record| {
            if !record.was_dropped() {
                record.set_lost(code);
                record.set_disk(record.disk().changed_if(kept));
            }
        });
    }

    /// How the message of this number ends is to be told.
    pub(in crate::mqtt::session) fn track(&mut self, number: u64) {
        if let Some((place, _)) = self.find(|record| record.number == number) {
            self.update(self.offset(place), Record::set_tracked);
        }
    }

    /// The next message that was dropped, each told once.
    pub(in crate::mqtt::session) fn poll_lost(&mut self) -> Option<Record> {
        if self.counts.lost == 0 {
            return None;
        }
        let (at, record) = self.records().find(|(_, record)| record.is_told_lost())?;
        self.update(at, Record::set_told);
        self.drop_front();
        Some(record)
    }
}
