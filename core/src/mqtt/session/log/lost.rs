//! Messages that are dropped, and that this is told.

use super::Log;
use crate::mqtt::session::record::Record;

impl Log<'_> {
    /// Bytes of what certainly was never sent.
    pub(in crate::mqtt::session) fn unsent_bytes(&self) -> usize {
        let unsent = self.records().filter(|(_, record)| !record.is_sent());
        unsent.map(|(_, record)| record.weight()).sum()
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
