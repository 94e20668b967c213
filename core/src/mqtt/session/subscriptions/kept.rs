//! The list of subscriptions on disk, each on its own.

use super::{Entry, HEADER, NONE, Removed, Subscriptions};
use crate::mqtt::session::disk::{Disk, recount};
use crate::mqtt::topic::is_topic_filter;

impl Subscriptions<'_> {
    /// Whether changes are put on disk from now on.
    pub(in crate::mqtt::session) fn set_kept(&mut self, kept: bool) {
        if core::mem::replace(&mut self.kept, kept) == kept {
            return;
        }
        let mut at = 0;
        while let Some(size) = self.entry(at).map(|entry| entry.size()) {
            self.set_disk(at, Disk::changed);
            at += size;
        }
    }

    /// The entry at `at` is another one than before.
    pub(super) fn changed(&mut self, at: usize) {
        let kept = self.kept;
        self.set_disk(at, |disk| disk.changed_if(kept));
    }

    fn set_disk(&mut self, at: usize, change: impl FnOnce(Disk) -> Disk) {
        let Some([_, _, _, disk, ..]) = self.header(at as u32) else {
            return;
        };
        let old = Disk::from_bits(*disk);
        let new = change(old);
        *disk = new.bits();
        let is_change = |disk: Disk| disk == Disk::Changed;
        recount(&mut self.changes, is_change(old), is_change(new));
        recount(&mut self.asked, old.is_asked(), new.is_asked());
    }

    /// Forgets all, on disk as well; nothing may be unanswered.
    pub(in crate::mqtt::session) fn end(&mut self) {
        let mut at = 0;
        self.renewals = 0;
        while let Some(size) = self.entry(at).map(|entry| entry.size()) {
            if let Some([granted, renew, pending, ..]) = self.header(at as u32) {
                (*granted, *renew, *pending) = (NONE, NONE, 0);
            }
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
        let changed = self
            .entries()
            .find(|(_, entry)| entry.disk == Disk::Changed);
        let (at, entry) = changed?;
        let (number, size) = (entry.number, entry.size());
        let over = !entry.is_wanted() || !self.kept;
        self.set_disk(at, |_| Disk::Asked);
        let len = if over { 0 } else { size };
        Some((number, self.buf.as_slice().get(at..at + len)?))
    }

    /// The caller answered for this number; an entry may be taken out.
    pub(in crate::mqtt::session) fn answered(&mut self, number: u16, ok: bool) -> Option<Removed> {
        let asked = |entry: &Entry<'_>| entry.number == number && entry.disk.is_asked();
        let at = self.entries().find(|(_, entry)| asked(entry))?.0;
        self.set_disk(at, |disk| disk.answered(ok));
        self.sweep(at)
    }

    /// Takes back an entry; whether it is one.
    pub(in crate::mqtt::session) fn restore(&mut self, number: u16, bytes: &[u8]) -> bool {
        let Some((header, filter)) = bytes.split_first_chunk::<HEADER>() else {
            return false;
        };
        let &[granted, renew, _, _, n0, n1, low, high] = header;
        let whole = usize::from(u16::from_le_bytes([low, high])) == filter.len();
        let filter = core::str::from_utf8(filter).unwrap_or_default();
        let (is_granted, is_renewed) = (granted <= 2, renew <= 2);
        let known = (is_granted || granted == NONE) && (is_renewed || renew == NONE);
        let wanted = known && (is_granted || is_renewed);
        let named = u16::from_le_bytes([n0, n1]) == number;
        if !whole || !wanted || !named || !is_topic_filter(filter) || self.has(number, filter) {
            return false;
        }
        let fresh = [granted, renew, 0, 0, n0, n1, low, high];
        let at = self.buf.len();
        let added = self
            .buf
            .extend(&fresh)
            .and_then(|()| self.buf.extend(filter.as_bytes()));
        if added.is_err() {
            self.buf.truncate(at);
            return false;
        }
        self.renewals += usize::from(is_renewed);
        self.next = self.next.max(number.wrapping_add(1));
        true
    }

    /// Whether there is an entry of this number or for this filter.
    fn has(&self, number: u16, filter: &str) -> bool {
        let same = |entry: Entry<'_>| entry.number == number || entry.filter == filter.as_bytes();
        self.entries().any(|(_, entry)| same(entry))
    }
}
