//! The places of the identifiers in use.

use crate::buffer::Buf;
use crate::mqtt::PacketId;

/// The place of what is not in the log, or not in the list of subscriptions.
pub(in crate::mqtt::session) const NOWHERE: u32 = u32::MAX;

/// Places without memory that is lent.
const LEAST: usize = 16;
/// Places for what is no message: SUBSCRIBE and UNSUBSCRIBE.
const OTHERS: usize = 6;
/// Bytes of a place in memory that is lent.
const WIDTH: usize = 8;

/// What the broker is to send for an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(in crate::mqtt::session) enum Awaited {
    Free,
    Puback,
    Pubrec,
    Pubcomp,
    /// PUBREC came for a message that is dropped: PUBREL is due once that is on disk.
    /// Else it could be sent again after a power cut.
    Release,
    Suback,
    Unsuback,
    /// Nothing more; the caller has yet to ask what was dropped.
    Nothing,
}

impl Awaited {
    pub(in crate::mqtt::session::outgoing) fn is_publish(self) -> bool {
        matches!(
            self,
            Self::Puback | Self::Pubrec | Self::Pubcomp | Self::Release
        )
    }

    fn of(byte: u8) -> Self {
        match byte {
            1 => Self::Puback,
            2 => Self::Pubrec,
            3 => Self::Pubcomp,
            4 => Self::Release,
            5 => Self::Suback,
            6 => Self::Unsuback,
            7 => Self::Nothing,
            _ => Self::Free,
        }
    }
}

/// What of an identifier is reported to the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(in crate::mqtt::session::outgoing) enum Reporting {
    /// How its use ends.
    Outcome,
    /// That it was dropped, when it asks.
    Dropped,
    /// Nothing: the caller gave up, or knows already.
    Nothing,
}

impl Reporting {
    fn of(byte: u8) -> Self {
        match byte {
            0 => Self::Outcome,
            1 => Self::Dropped,
            _ => Self::Nothing,
        }
    }
}

/// Where in the word of an identifier in use what stands. Its place is the lowest.
const ID: u32 = 32;
const AWAITS: u32 = 48;
const REPORT: u32 = 56;

/// An identifier in use, and what is awaited for it, in one word: so it is read and
/// written at once, wherever it is.
#[derive(Clone, Copy, Debug)]
pub(in crate::mqtt::session) struct IdUse(u64);

impl IdUse {
    const FREE: Self = Self((Reporting::Nothing as u64) << REPORT);

    /// How its use ends is to be reported.
    pub(super) fn new(id: PacketId, awaits: Awaited, at: u32) -> Self {
        let free = u64::from(at) | u64::from(id.get()) << ID;
        Self(free).with_awaits(awaits)
    }

    /// Where its record is: of a publish in the log, else in the subscriptions.
    pub(in crate::mqtt::session::outgoing) fn at(self) -> u32 {
        self.0 as u32
    }

    pub(super) fn id(self) -> u16 {
        (self.0 >> ID) as u16
    }

    pub(in crate::mqtt::session::outgoing) fn awaits(self) -> Awaited {
        Awaited::of((self.0 >> AWAITS) as u8)
    }

    pub(in crate::mqtt::session::outgoing) fn report(self) -> Reporting {
        Reporting::of((self.0 >> REPORT) as u8)
    }

    pub(super) fn with_at(self, at: u32) -> Self {
        Self(self.0 >> ID << ID | u64::from(at))
    }

    pub(super) fn with_awaits(self, awaits: Awaited) -> Self {
        Self(self.0 & !(0xff << AWAITS) | (awaits as u64) << AWAITS)
    }

    pub(super) fn with_report(self, report: Reporting) -> Self {
        Self(self.0 & !(0xff << REPORT) | (report as u64) << REPORT)
    }
}

/// A table of identifiers. One has the place of its low bits, so it is found without a
/// search. More than [`LEAST`] of them are in memory that is lent.
#[derive(Debug)]
pub(super) struct IdTable<'a> {
    few: [IdUse; LEAST],
    many: Buf<'a>,
    /// The bits of an identifier that are its place.
    mask: u16,
}

impl<'a> IdTable<'a> {
    pub(super) fn new() -> Self {
        Self {
            few: [IdUse::FREE; LEAST],
            many: Buf::lent(&mut []),
            mask: LEAST as u16 - 1,
        }
    }

    /// Memory for more of them; to be called before any is in use.
    pub(super) fn lend(&mut self, memory: Buf<'a>) {
        self.many = memory;
    }

    /// Places there are.
    pub(super) fn len(&self) -> usize {
        usize::from(self.mask) + 1
    }

    /// How many messages it can hold with what is lent, up to so many.
    pub(super) fn holds(&self, messages: usize) -> usize {
        let lent = self.many.capacity() / WIDTH;
        let most = lent.checked_ilog2().map_or(0, |bits| 1 << bits);
        messages.min(most.max(LEAST) - OTHERS)
    }

    /// Makes places for so many messages, as far as the memory reaches. Those in use
    /// keep theirs.
    pub(super) fn widen(&mut self, messages: usize) {
        let places = (self.holds(messages) + OTHERS).next_power_of_two();
        if places <= self.len() {
            return;
        }
        let old = self.len();
        // Never more than was lent.
        let grown = self.many.extend_by(places * WIDTH - self.many.len());
        if grown.is_err() {
            return;
        }
        let uses = self.many.as_mut_slice().as_chunks_mut().0;
        if old == LEAST {
            let few = self.few.iter().map(|slot| slot.0.to_le_bytes());
            uses.iter_mut().zip(few).for_each(|(to, slot)| *to = slot);
        }
        uses.iter_mut()
            .skip(old)
            .for_each(|to| *to = IdUse::FREE.0.to_le_bytes());
        self.mask = (places - 1) as u16;
        for place in 0..old {
            let slot = self.at(place);
            if self.place(slot.id()) != place {
                self.put(place, IdUse::FREE);
                self.put(self.place(slot.id()), slot);
            }
        }
    }

    #[inline]
    fn place(&self, id: u16) -> usize {
        usize::from(id & self.mask)
    }

    /// What is at a place.
    #[inline]
    pub(super) fn at(&self, place: usize) -> IdUse {
        if let Some(slot) = self.few.get(place).filter(|_| self.mask < LEAST as u16) {
            return *slot;
        }
        self.at_lent(place)
    }

    #[cold]
    fn at_lent(&self, place: usize) -> IdUse {
        let uses = self.many.as_slice().as_chunks().0;
        uses.get(place)
            .map_or(IdUse::FREE, |slot| IdUse(u64::from_le_bytes(*slot)))
    }

    #[inline]
    fn put(&mut self, place: usize, slot: IdUse) {
        let few = self.mask < LEAST as u16;
        match self.few.get_mut(place).filter(|_| few) {
            Some(to) => *to = slot,
            None => self.put_lent(place, slot),
        }
    }

    #[cold]
    fn put_lent(&mut self, place: usize, slot: IdUse) {
        let uses = self.many.as_mut_slice().as_chunks_mut().0;
        if let Some(to) = uses.get_mut(place) {
            *to = slot.0.to_le_bytes();
        }
    }

    /// What is where `id` would be.
    #[inline]
    pub(super) fn get(&self, id: PacketId) -> IdUse {
        let place = usize::from(id.get()) & (LEAST - 1);
        match self.few.get(place) {
            Some(slot) if self.mask < LEAST as u16 => *slot,
            _ => self.at_lent(self.place(id.get())),
        }
    }

    /// Puts something where its identifier belongs.
    #[inline]
    pub(super) fn set(&mut self, slot: IdUse) {
        let place = usize::from(slot.id()) & (LEAST - 1);
        match self.few.get_mut(place) {
            Some(to) if self.mask < LEAST as u16 => *to = slot,
            _ => self.put_lent(self.place(slot.id()), slot),
        }
    }

    /// Nothing is where `id` would be.
    #[inline]
    pub(super) fn clear(&mut self, id: u16) {
        let place = usize::from(id) & (LEAST - 1);
        match self.few.get_mut(place) {
            Some(to) if self.mask < LEAST as u16 => *to = IdUse::FREE,
            _ => self.put_lent(self.place(id), IdUse::FREE),
        }
    }

    /// The first in use from a place on, and its place.
    pub(super) fn next_used(&self, from: usize) -> Option<(usize, PacketId, IdUse)> {
        let places = (from..self.len()).map(|place| (place, self.at(place)));
        let mut found = places.filter_map(|(place, it)| Some((place, PacketId::new(it.id())?, it)));
        found.next()
    }

    pub(super) fn trim(&mut self) -> usize {
        self.many.trim()
    }
}
