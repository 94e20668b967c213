//! The log on disk: every change of a message is put there on its own.

use super::MessageLog;
use super::counts::Backing;
use crate::mqtt::session::durability::Durability;
use crate::mqtt::session::outgoing::header::{Flow, HEADER, MessageHeader};

impl MessageLog<'_> {
    /// From now on changes are put on disk.
    pub(in crate::mqtt::session) fn persist(&mut self) {
        self.each(|log, at, record| log.counts.take(record, log.backing(at)));
        self.stored = true;
        self.each(|log, at, record| log.counts.put(record, log.backing(at)));
    }

    /// The disk forgets everything: nothing is to be erased any more.
    pub(in crate::mqtt::session) fn disown(&mut self) {
        self.each(|log, at, _| {
            log.update(at, |record| record.set_disk(Durability::Same));
        });
        self.asked = self.buf.len();
        self.answered = self.asked;
        self.drop_front();
    }

    /// Whether something is to be put on disk.
    #[inline]
    pub(in crate::mqtt::session) fn has_changes(&self) -> bool {
        // A new message may have the memory of one that is to be erased first.
        self.counts.changes > 0 || (self.asked < self.buf.len() && self.counts.late == 0)
    }

    /// Whether one of them is of a message that was asked to be put there before.
    #[inline]
    pub(in crate::mqtt::session) fn has_older_changes(&self) -> bool {
        self.counts.changes > 0
    }

    /// The change at `at` to be put on disk: its number and its bytes, none to
    /// erase it.
    pub(in crate::mqtt::session) fn ask(&mut self, at: usize) -> Option<(u64, &[u8])> {
        let record = self.update(at, |record| record.set_disk(Durability::Asked))?;
        let len = match record.flow() {
            Flow::Stored => record.size(),
            Flow::Released => HEADER,
            Flow::Done => 0,
        };
        Some((record.number, self.buf.as_slice().get(at..at + len)?))
    }

    /// The next change, if there is one. Those of what is on disk come first: they
    /// are older.
    pub(in crate::mqtt::session) fn next_change(&mut self) -> Option<usize> {
        if !self.has_changes() {
            return None;
        }
        if self.counts.changes > 0 {
            let changed = |record: &MessageHeader| record.disk() == Durability::Changed;
            return Some(self.records().find(|(_, record)| changed(record))?.0);
        }
        loop {
            let at = self.asked;
            let record = self.record(at)?;
            self.asked += record.size();
            if record.disk() == Durability::Changed {
                self.counts.changes += 1;
                return Some(at);
            }
        }
    }

    /// The caller answered for the message of this number; the message as it is
    /// then, and its place.
    pub(in crate::mqtt::session) fn answered(
        &mut self,
        number: u64,
        ok: bool,
    ) -> Option<(u32, MessageHeader)> {
        let asked = |record: &MessageHeader| record.number == number && record.disk().is_asked();
        let first = self.record(self.answered);
        let is_first_answer = first.is_some_and(|first| first.number <= number);
        let from = if is_first_answer { self.answered } else { 0 };
        let (at, found) = self.records_from(from).find(|(_, record)| asked(record))?;
        if is_first_answer {
            self.answered = at + found.size();
        }
        let place = self.place(at);
        let record = self.update(at, |record| record.set_disk(record.disk().answered(ok)))?;
        if record.flow() == Flow::Done {
            self.drop_front();
        }
        Some((place, record))
    }

    /// Ends a message nobody was asked yet to put on disk; whether it was one.
    pub(in crate::mqtt::session) fn refuse(&mut self, number: u64) -> bool {
        let found = self.find(|record| record.number == number);
        let new = found.filter(|(place, _)| self.backing(self.offset(*place)) == Backing::New);
        new.and_then(|(place, _)| self.finish(place)).is_some()
    }
}
