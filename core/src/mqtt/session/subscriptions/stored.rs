//! The list of subscriptions on disk, each on its own.

use super::header::FilterHeader;
use super::{Entry, Removed, Subscriptions};
use crate::mqtt::session::durability::Durability;
use crate::mqtt::topic::is_topic_filter;

impl Subscriptions<'_> {
    /// Whether changes are put on disk from now on.
    pub(in crate::mqtt::session) fn set_stored(&mut self, stored: bool) {
        if core::mem::replace(&mut self.stored, stored) == stored {
            return;
        }
        let mut at = 0;
        while let Some(size) = self.entry(at).map(|entry| entry.size()) {
            self.update(at, |header| header.disk = header.disk.changed());
            at += size;
        }
    }

    /// The entry at `at` is another one than before.
    pub(super) fn changed(&mut self, at: usize) {
        let stored = self.stored;
        self.update(at, |header| header.disk = header.disk.changed_if(stored));
    }

    /// Forgets all, on disk as well; nothing may be unanswered.
    pub(in crate::mqtt::session) fn end(&mut self) {
        let mut at = 0;
        while let Some(size) = self.entry(at).map(|entry| entry.size()) {
            self.update(at, |header| {
                (header.granted, header.renew, header.pending) = (None, None, 0);
            });
            self.changed(at);
            if self.sweep(at).is_none() {
                at += size;
            }
        }
    }

    /// Whether something is to be put on disk.
    #[inline]
    pub(in crate::mqtt::session) fn has_changes(&self) -> bool {
        self.changes > 0
    }

    /// Whether all of it is on disk.
    pub(in crate::mqtt::session) fn is_on_disk(&self) -> bool {
        self.changes == 0 && self.asked == 0
    }

    /// The next change to be put on disk: the number and its bytes, none to erase
    /// it.
    pub(in crate::mqtt::session) fn ask(&mut self) -> Option<(u16, &[u8])> {
        let is_changed = |entry: &Entry<'_>| entry.header.disk == Durability::Changed;
        let (at, entry) = self.entries().find(|(_, entry)| is_changed(entry))?;
        let (number, end) = (entry.header.number, at + entry.size());
        let begin = at + entry.header.skipped();
        let over = !entry.header.is_wanted() || !self.stored;
        self.update(at, |header| header.disk = Durability::Asked);
        let end = if over { begin } else { end };
        Some((number, self.buf.as_slice().get(begin..end)?))
    }

    /// The caller answered for this number; an entry may be taken out.
    pub(in crate::mqtt::session) fn answered(&mut self, number: u16, ok: bool) -> Option<Removed> {
        let asked = |header: FilterHeader| header.number == number && header.disk.is_asked();
        let at = self.entries().find(|(_, entry)| asked(entry.header))?.0;
        self.update(at, |header| header.disk = header.disk.answered(ok));
        self.sweep(at)
    }

    /// Takes back an entry; whether it is one.
    pub(in crate::mqtt::session) fn restore(&mut self, number: u16, bytes: &[u8]) -> bool {
        let Some((header, filter)) = FilterHeader::restored(bytes) else {
            return false;
        };
        let whole = usize::from(header.len) == filter.len();
        let filter = core::str::from_utf8(filter).unwrap_or_default();
        let named = header.number == number;
        if !whole || !named || !is_topic_filter(filter) || self.has(number, filter) {
            return false;
        }
        if self.append(header, filter).is_err() {
            return false;
        }
        self.renewals += u32::from(header.renew.is_some());
        self.next = self.next.max(number.wrapping_add(1));
        true
    }

    /// Whether there is an entry of this number or for this filter.
    fn has(&self, number: u16, filter: &str) -> bool {
        let same =
            |entry: Entry<'_>| entry.header.number == number || entry.filter == filter.as_bytes();
        self.entries().any(|(_, entry)| same(entry))
    }
}
