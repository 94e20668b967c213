//! The subscriptions the broker granted, and those asked for.

mod header;
mod stored;
mod terms;

use super::durability::{Durability, recount};
use crate::buffer::{Buf, Full};
use crate::mqtt::Qos;
use header::{FilterHeader, HEADER};
pub(super) use terms::SubscriptionTerms;

/// One topic filter.
#[derive(Clone, Copy)]
struct Entry<'s> {
    header: FilterHeader,
    filter: &'s [u8],
}

impl Entry<'_> {
    fn size(&self) -> usize {
        HEADER + self.filter.len()
    }
}

/// A list in the memory lent: for each filter a [`FilterHeader`] and itself.
#[derive(Debug)]
pub(super) struct Subscriptions<'a> {
    buf: Buf<'a>,
    /// How many are to be asked for again.
    renewals: u32,
    /// Whether the list is on disk as well.
    stored: bool,
    /// How many are to be put on disk.
    changes: u32,
    /// How many are on their way there.
    asked: u32,
    /// The next number.
    next: u16,
}

/// A filter that is to be asked for again.
#[derive(Clone, Copy)]
pub(super) struct Renewal<'s> {
    pub(super) at: u32,
    pub(super) filter: &'s str,
    pub(super) qos: Qos,
    pub(super) terms: SubscriptionTerms,
}

/// An entry was taken out: those at `at` and after moved by `len`.
#[derive(Clone, Copy)]
pub(super) struct Removed {
    pub(super) at: u32,
    pub(super) len: u32,
}

impl<'a> Subscriptions<'a> {
    pub(super) fn new(buf: Buf<'a>) -> Self {
        Self {
            buf,
            renewals: 0,
            stored: false,
            changes: 0,
            asked: 0,
            next: 0,
        }
    }

    fn entry(&self, at: usize) -> Option<Entry<'_>> {
        let (header, rest) = self.buf.as_slice().get(at..)?.split_first_chunk()?;
        let header = FilterHeader::from_bytes(*header);
        let filter = rest.get(..usize::from(header.len))?;
        Some(Entry { header, filter })
    }

    /// All entries with their places, in the order they were first asked for.
    fn entries(&self) -> impl Iterator<Item = (usize, Entry<'_>)> {
        let mut at = 0;
        core::iter::from_fn(move || {
            let entry = self.entry(at)?;
            at += entry.size();
            Some((at - entry.size(), entry))
        })
    }

    /// What the broker granted.
    pub(super) fn granted(&self) -> impl Iterator<Item = (&str, Qos)> {
        self.entries().filter_map(|(_, entry)| {
            let filter = core::str::from_utf8(entry.filter).ok()?;
            Some((filter, entry.header.granted?))
        })
    }

    /// What is asked for and not answered, with its places, but for what is granted already.
    pub(super) fn asked(&self) -> impl Iterator<Item = (u32, &str)> {
        let is_asked = |it: FilterHeader| it.pending > 0 && !it.is_wanted();
        let asked = self.entries().filter(move |(_, it)| is_asked(it.header));
        asked.filter_map(|(at, it)| Some((at as u32, core::str::from_utf8(it.filter).ok()?)))
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.buf.is_empty()
    }

    /// The place of `filter`, if it is in the list.
    pub(super) fn find(&self, filter: &str) -> Option<u32> {
        let found = self
            .entries()
            .find(|(_, entry)| entry.filter == filter.as_bytes());
        found.map(|(at, _)| at as u32)
    }

    /// A SUBSCRIBE for `filter` is sent with these terms, by which it is asked for again;
    /// its place.
    pub(super) fn request(&mut self, filter: &str, terms: SubscriptionTerms) -> Result<u32, Full> {
        let at = match self.find(filter) {
            Some(at) => at,
            None => self.add(filter)?,
        };
        self.update(at as usize, |header| header.terms = terms);
        self.begin_request(at);
        Ok(at)
    }

    fn add(&mut self, filter: &str) -> Result<u32, Full> {
        let at = self.buf.len();
        let len = u16::try_from(filter.len()).map_err(|_| Full)?;
        self.next = self.free_number().ok_or(Full)?;
        self.append(FilterHeader::new(self.next, len), filter)?;
        self.next = self.next.wrapping_add(1);
        Ok(at as u32)
    }

    fn append(&mut self, header: FilterHeader, filter: &str) -> Result<(), Full> {
        let place = self.buf.extend_by(HEADER + filter.len())?;
        if let Some((head, rest)) = place.split_first_chunk_mut() {
            *head = header.to_bytes();
            rest.copy_from_slice(filter.as_bytes());
        }
        Ok(())
    }

    /// The next number that no entry has.
    fn free_number(&self) -> Option<u16> {
        let numbers = (0..=u16::MAX).map(|ahead| self.next.wrapping_add(ahead));
        let used = |number| {
            self.entries()
                .any(|(_, entry)| entry.header.number == number)
        };
        numbers.into_iter().find(|number| !used(*number))
    }

    /// Changes what is known of the entry at `at`.
    fn update(&mut self, at: usize, change: impl FnOnce(&mut FilterHeader)) {
        let bytes = self.buf.as_mut_slice().get_mut(at..);
        let Some(bytes) = bytes.and_then(<[u8]>::first_chunk_mut) else {
            return;
        };
        let old = FilterHeader::from_bytes(*bytes);
        let mut new = old;
        change(&mut new);
        *bytes = new.to_bytes();
        let is_change = |header: FilterHeader| header.disk == Durability::Changed;
        recount(&mut self.changes, is_change(old), is_change(new));
        recount(&mut self.asked, old.disk.is_asked(), new.disk.is_asked());
        recount(&mut self.renewals, old.renew.is_some(), new.renew.is_some());
    }

    /// Keeps the entry at `at` until [`Subscriptions::end_request`].
    pub(super) fn begin_request(&mut self, at: u32) {
        self.update(at as usize, |header| {
            header.pending = header.pending.saturating_add(1);
        });
    }

    /// The broker granted it, or no longer does. What it answers is not asked for
    /// again.
    pub(super) fn set_granted(&mut self, at: u32, qos: Option<Qos>) {
        self.update(at as usize, |header| header.granted = qos);
        self.end_renewal(at);
    }

    /// The entry at `at` is not to be asked for again.
    pub(super) fn end_renewal(&mut self, at: u32) {
        self.update(at as usize, |header| header.renew = None);
        self.changed(at as usize);
    }

    /// The broker has forgotten them: what was granted is to be asked for again.
    pub(super) fn expire(&mut self) {
        let mut at = 0;
        while let Some(size) = self.entry(at).map(|entry| entry.size()) {
            self.update(at, |header| {
                header.renew = header.granted.or(header.renew);
                (header.granted, header.pending) = (None, 0);
            });
            self.changed(at);
            at += size;
        }
    }

    /// Whether something is to be asked for again.
    #[inline]
    pub(super) fn has_renewals(&self) -> bool {
        self.renewals > 0
    }

    /// The next filter to ask for again, or the `only` one of this number.
    pub(super) fn renewal(&self, only: Option<u16>) -> Option<Renewal<'_>> {
        let chosen = |it: FilterHeader| only.is_none_or(|number| it.number == number);
        let due = |it: FilterHeader| it.renew.is_some() && it.pending == 0 && chosen(it);
        let found = self.entries().find(|(_, entry)| due(entry.header));
        let (at, entry) = found?;
        Some(Renewal {
            at: at as u32,
            filter: core::str::from_utf8(entry.filter).ok()?,
            qos: entry.header.renew?,
            terms: entry.header.terms,
        })
    }

    /// Those asked for again and not answered, by their numbers.
    pub(super) fn renewing(&self) -> impl Iterator<Item = u16> {
        let headers = self.entries().map(|(_, entry)| entry.header);
        let asked = headers.filter(|header| header.renew.is_some() && header.pending > 0);
        asked.map(|header| header.number)
    }

    /// Whether the one of this number is to be asked for again.
    pub(super) fn is_renewal(&self, number: u16) -> bool {
        self.place_of_renewal(number).is_some()
    }

    /// The one of this number is not asked for again after all.
    pub(super) fn give_up(&mut self, number: u16) {
        if let Some(at) = self.place_of_renewal(number) {
            self.end_renewal(at);
        }
    }

    fn place_of_renewal(&self, number: u16) -> Option<u32> {
        let meant = |header: FilterHeader| header.number == number && header.renew.is_some();
        let found = self.entries().find(|(_, entry)| meant(entry.header));
        Some(found?.0 as u32)
    }

    /// What was sent for the entry at `at` is answered or never will be.
    pub(super) fn end_request(&mut self, at: u32) -> Option<Removed> {
        self.update(at as usize, |header| {
            header.pending = header.pending.saturating_sub(1);
        });
        self.sweep(at as usize)
    }

    /// Takes the entry at `at` out if nothing more is to be done for it.
    fn sweep(&mut self, at: usize) -> Option<Removed> {
        let entry = self.entry(at)?;
        if !entry.header.is_over() {
            return None;
        }
        let len = entry.size();
        self.buf.remove(at, len);
        Some(Removed {
            at: at as u32,
            len: len as u32,
        })
    }

    pub(super) fn trim(&mut self) -> usize {
        self.buf.trim()
    }

    /// Forgets all; nothing may be unanswered. The disk is left alone.
    pub(super) fn clear(&mut self) {
        self.buf.clear();
        self.renewals = 0;
        (self.changes, self.asked) = (0, 0);
    }
}
