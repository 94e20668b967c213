//! The subscriptions the broker granted, and those asked for.

mod kept;

use super::Session;
use super::disk::Disk;
use crate::buffer::{Buf, Full};
use crate::mqtt::Qos;

const HEADER: usize = 8;
/// In place of a QoS: the broker has not granted it, it is not to be renewed.
const NONE: u8 = 0xff;

/// One topic filter.
#[derive(Clone, Copy)]
struct Entry<'s> {
    granted: Option<Qos>,
    /// The QoS to ask for again.
    renew: Option<Qos>,
    filter: &'s [u8],
    /// What it is known by on disk.
    number: u16,
    disk: Disk,
    /// Whether a SUBSCRIBE or UNSUBSCRIBE for it is unanswered.
    pending: bool,
}

impl Entry<'_> {
    fn size(&self) -> usize {
        HEADER + self.filter.len()
    }

    /// Whether it is granted, or to be asked for again.
    fn is_wanted(&self) -> bool {
        self.granted.is_some() || self.renew.is_some()
    }

    /// Whether it is neither, nor asked for.
    fn is_over(&self) -> bool {
        !self.pending && !self.is_wanted()
    }
}

impl Session<'_> {
    /// With clean session 1: nothing is to be asked for again after all. To be
    /// called without a connection.
    pub fn end_renewals(&mut self) {
        if self.clean {
            self.subscriptions.end();
        }
    }
}

/// A list in the memory lent. For each filter: what is granted, what is to be
/// asked for again, how many SUBSCRIBEs and UNSUBSCRIBEs for it are unanswered,
/// what is known of it on disk, its number there, its length, itself.
#[derive(Debug)]
pub(super) struct Subscriptions<'a> {
    buf: Buf<'a>,
    /// How many are to be asked for again.
    renewals: usize,
    /// Whether the list is on disk as well.
    kept: bool,
    /// How many are to be put on disk.
    changes: usize,
    /// How many are on their way there.
    asked: usize,
    /// The next number.
    next: u16,
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
            kept: false,
            changes: 0,
            asked: 0,
            next: 0,
        }
    }

    fn entry(&self, at: usize) -> Option<Entry<'_>> {
        let (header, rest) = self.buf.as_slice().get(at..)?.split_first_chunk()?;
        let &[granted, renew, pending, disk, n0, n1, low, high] = header;
        let filter = rest.get(..usize::from(u16::from_le_bytes([low, high])))?;
        let (granted, renew) = (Qos::new(granted), Qos::new(renew));
        Some(Entry {
            granted,
            renew,
            filter,
            number: u16::from_le_bytes([n0, n1]),
            disk: Disk::from_bits(disk),
            pending: pending > 0,
        })
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
            Some((core::str::from_utf8(entry.filter).ok()?, entry.granted?))
        })
    }

    /// The place of `filter`, if it is in the list.
    pub(super) fn find(&self, filter: &str) -> Option<u32> {
        let found = self
            .entries()
            .find(|(_, entry)| entry.filter == filter.as_bytes());
        found.map(|(at, _)| at as u32)
    }

    /// A SUBSCRIBE for `filter` is sent; its place.
    pub(super) fn request(&mut self, filter: &str) -> Result<u32, Full> {
        let at = match self.find(filter) {
            Some(at) => at,
            None => self.add(filter)?,
        };
        self.hold(at);
        Ok(at)
    }

    fn add(&mut self, filter: &str) -> Result<u32, Full> {
        let at = self.buf.len();
        let [low, high] = u16::try_from(filter.len()).map_err(|_| Full)?.to_le_bytes();
        self.next = self.free_number().ok_or(Full)?;
        let [n0, n1] = self.next.to_le_bytes();
        self.buf.extend(&[NONE, NONE, 0, 0, n0, n1, low, high])?;
        if self.buf.extend(filter.as_bytes()).is_err() {
            self.buf.truncate(at);
            return Err(Full);
        }
        self.next = self.next.wrapping_add(1);
        Ok(at as u32)
    }

    /// The next number that no entry has.
    fn free_number(&self) -> Option<u16> {
        let numbers = (0..=u16::MAX).map(|ahead| self.next.wrapping_add(ahead));
        let used = |number| self.entries().any(|(_, entry)| entry.number == number);
        numbers.into_iter().find(|number| !used(*number))
    }

    fn header(&mut self, at: u32) -> Option<&mut [u8; HEADER]> {
        self.buf
            .as_mut_slice()
            .get_mut(at as usize..)?
            .first_chunk_mut()
    }

    /// Keeps the entry at `at` until [`Subscriptions::let_go`].
    pub(super) fn hold(&mut self, at: u32) {
        if let Some([_, _, pending, ..]) = self.header(at) {
            *pending = pending.saturating_add(1);
        }
    }

    /// The broker granted it, or no longer does. What it answers is not asked for
    /// again.
    pub(super) fn set_granted(&mut self, at: u32, qos: Option<Qos>) {
        if let Some([granted, ..]) = self.header(at) {
            *granted = qos.map_or(NONE, Qos::level);
        }
        self.end_renewal(at);
    }

    /// The entry at `at` is not to be asked for again.
    pub(super) fn end_renewal(&mut self, at: u32) {
        if let Some([_, renew, ..]) = self.header(at)
            && *renew != NONE
        {
            *renew = NONE;
            self.renewals = self.renewals.saturating_sub(1);
        }
        self.changed(at as usize);
    }

    /// The broker has forgotten them: what was granted is to be asked for again.
    pub(super) fn expire(&mut self) {
        let mut at = 0;
        self.renewals = 0;
        while let Some(size) = self.entry(at).map(|entry| entry.size()) {
            if let Some([granted, renew, pending, ..]) = self.header(at as u32) {
                if *granted != NONE {
                    *renew = *granted;
                }
                (*granted, *pending) = (NONE, 0);
                self.renewals += usize::from(*renew != NONE);
            }
            self.changed(at);
            at += size;
        }
    }

    /// Whether something is to be asked for again.
    #[inline]
    pub(super) fn has_renewals(&self) -> bool {
        self.renewals > 0
    }

    /// The next filter to ask for again, or the `only` one of this number: its place,
    /// itself and the QoS.
    pub(super) fn renewal(&self, only: Option<u16>) -> Option<(u32, &str, Qos)> {
        let chosen = |entry: &Entry<'_>| only.is_none_or(|number| entry.number == number);
        let due = |entry: &Entry<'_>| entry.renew.is_some() && !entry.pending && chosen(entry);
        let found = self.entries().find(|(_, entry)| due(entry));
        let (at, entry) = found?;
        let filter = core::str::from_utf8(entry.filter).ok()?;
        Some((at as u32, filter, entry.renew?))
    }

    /// Those asked for again and not answered, by their numbers.
    pub(super) fn renewing(&self) -> impl Iterator<Item = u16> {
        let entries = self.entries().map(|(_, entry)| entry);
        let asked = entries.filter(|entry| entry.renew.is_some() && entry.pending);
        asked.map(|entry| entry.number)
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
        let meant = |entry: &Entry<'_>| entry.number == number && entry.renew.is_some();
        Some(self.entries().find(|(_, entry)| meant(entry))?.0 as u32)
    }

    /// What was sent for the entry at `at` is answered or never will be.
    pub(super) fn let_go(&mut self, at: u32) -> Option<Removed> {
        let [_, _, pending, ..] = self.header(at)?;
        *pending = pending.saturating_sub(1);
        self.sweep(at as usize)
    }

    /// Takes the entry at `at` out if nothing more is to be done for it.
    fn sweep(&mut self, at: usize) -> Option<Removed> {
        let entry = self.entry(at).filter(Entry::is_over)?;
        if entry.disk != Disk::Same {
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
