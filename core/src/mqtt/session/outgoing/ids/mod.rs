//! The packet identifiers in use, found by number, and what is awaited for each.

mod table;

use super::suspicion::RESERVED;
use crate::buffer::Buf;
use crate::mqtt::PacketId;
use table::{IdTable, IdUse};

pub(super) use table::Reporting;
pub(in crate::mqtt::session) use table::{Awaited, NOWHERE};

/// The identifiers in use and the next one to use.
#[derive(Debug)]
pub(super) struct Ids<'a> {
    table: IdTable<'a>,
    next: PacketId,
    /// Those that report [`Reporting::Dropped`].
    dropped: u16,
    /// Ids that awaits for the end of a publish.
    publishes: u16,
    /// Ids that awaits for [`Awaited::Release`].
    releases: u16,
}

impl<'a> Ids<'a> {
    pub(super) fn new(first: PacketId) -> Self {
        Self {
            table: IdTable::new(),
            next: first,
            dropped: 0,
            publishes: 0,
            releases: 0,
        }
    }

    /// Memory for more of them; to be called before any is in use.
    pub(super) fn lend(&mut self, memory: Buf<'a>) {
        self.table.lend(memory);
    }

    /// Makes places for so many messages, or as many as the memory has; how many.
    pub(super) fn widen(&mut self, messages: usize) -> usize {
        self.table.widen(messages);
        self.table.holds(messages)
    }

    /// Publishes whose end is awaited.
    pub(super) fn publishes(&self) -> usize {
        usize::from(self.publishes)
    }

    /// An identifier not in use `[MQTT-2.3.1-2]` and not `reserved` otherwise, none if all
    /// places are taken.
    ///
    /// They are taken in turn, so one that came free is used again only after
    /// all others.
    #[inline]
    pub(super) fn free_id(&self, reserved: impl Fn(PacketId) -> bool) -> Option<PacketId> {
        let free = |id| self.is_free(id) && !reserved(id);
        if free(self.next) {
            return Some(self.next);
        }
        self.find_free(free)
    }

    #[cold]
    fn find_free(&self, free: impl Fn(PacketId) -> bool) -> Option<PacketId> {
        let ids = core::iter::successors(Some(self.next), |id| Some(id.next()));
        // One step more than there are places, as 0 is left out, and past those
        // reserved otherwise.
        ids.take(self.table.len() + 1 + RESERVED)
            .find(|id| free(*id))
    }

    fn is_free(&self, id: PacketId) -> bool {
        self.table.get(id).awaits() == Awaited::Free
    }

    /// Takes `id`, which [`Ids::free_id`] gave.
    pub(super) fn take(&mut self, id: PacketId, awaits: Awaited, at: u32) {
        self.occupy(id, awaits, at);
        self.skip(id);
    }

    /// Takes the place of `id`, which was given away before.
    pub(super) fn occupy(&mut self, id: PacketId, awaits: Awaited, at: u32) {
        self.table.set(IdUse::new(id, awaits, at));
        self.publishes += u16::from(awaits.is_publish());
    }

    /// Takes no place yet, but gives `id` to nothing else.
    pub(super) fn skip(&mut self, id: PacketId) {
        self.next = id.next();
    }

    /// An identifier for a message that is sent later: one whose place is free
    /// now, if there is any.
    pub(super) fn later_id(&mut self, reserved: impl Fn(PacketId) -> bool) -> PacketId {
        let mut id = self.free_id(&reserved).unwrap_or(self.next);
        while reserved(id) {
            id = id.next();
        }
        self.skip(id);
        id
    }

    /// Whether a publish of this identifier has a place now, with at most so many
    /// in flight; one without always.
    pub(super) fn has_room(&self, id: Option<PacketId>, window: usize) -> bool {
        let Some(id) = id else {
            return true;
        };
        self.publishes() < window && self.is_free(id)
    }

    /// The use of `id`, if there is one.
    #[inline]
    pub(super) fn get(&self, id: PacketId) -> Option<IdUse> {
        let slot = self.table.get(id);
        (slot.id() == id.get()).then_some(slot)
    }

    /// The use of `id`, if this is awaited for it.
    #[inline]
    pub(super) fn waiting(&self, id: PacketId, awaits: Awaited) -> Option<IdUse> {
        self.get(id).filter(|slot| slot.awaits() == awaits)
    }

    /// The record of `id` has another place.
    pub(super) fn move_to(&mut self, id: PacketId, at: u32) {
        if let Some(slot) = self.get(id) {
            self.table.set(slot.with_at(at));
        }
    }

    /// PUBCOMP is awaited for `id`, of a publish.
    pub(super) fn await_pubcomp(&mut self, id: PacketId) {
        if let Some(slot) = self.get(id) {
            let awaits = Awaited::Pubcomp;
            self.table.set(slot.with_awaits(awaits));
        }
    }

    /// What `id` waited for has come or never will. Whether that is to be reported
    /// to the caller now.
    pub(super) fn end(&mut self, id: PacketId) -> bool {
        self.get(id).is_some_and(|slot| self.end_use(slot))
    }

    /// The same of a use that is known.
    #[allow(
        clippy::inline_always,
        reason = "called twice; the common one pays for no call"
    )]
    #[inline(always)]
    pub(super) fn end_use(&mut self, slot: IdUse) -> bool {
        let publishes = u16::from(slot.awaits().is_publish());
        self.publishes = self.publishes.saturating_sub(publishes);
        self.releases -= u16::from(slot.awaits() == Awaited::Release);
        if slot.report() == Reporting::Dropped {
            let awaits = Awaited::Nothing;
            self.table.set(slot.with_awaits(awaits));
        } else {
            self.table.clear(slot.id());
        }
        slot.report() == Reporting::Outcome
    }

    /// Whoever waited for `id` does no longer, but for a message in the log.
    pub(super) fn give_up(&mut self, id: PacketId) {
        if let Some(slot) = self.get(id) {
            let stays = slot.awaits().is_publish() && slot.at() != NOWHERE;
            if slot.report() == Reporting::Outcome && !stays {
                let report = Reporting::Nothing;
                self.table.set(slot.with_report(report));
            }
        }
    }

    /// The message of `id` is dropped: how it ends is not reported. If it is `in_use` on
    /// this connection it stays so until the broker answers.
    pub(super) fn abandon(&mut self, id: PacketId, in_use: bool) {
        match self.get(id).filter(|slot| slot.awaits().is_publish()) {
            Some(slot) if in_use => {
                let slot = slot.with_at(NOWHERE).with_report(Reporting::Nothing);
                self.table.set(slot);
            }
            Some(_) => drop(self.end(id)),
            None => {}
        }
    }

    /// PUBREL is due for `id` once the disk is ready.
    pub(super) fn await_release(&mut self, id: PacketId) {
        if let Some(slot) = self.waiting(id, Awaited::Pubrec) {
            let awaits = Awaited::Release;
            self.table.set(slot.with_awaits(awaits));
            self.releases += 1;
        }
    }

    /// Whether there are any.
    #[inline]
    pub(super) fn has_release_due(&self) -> bool {
        self.releases > 0
    }

    /// One of them.
    pub(super) fn release_due(&self) -> Option<PacketId> {
        if self.releases == 0 {
            return None;
        }
        let mut used = self.used();
        let due = used.find(|(_, slot)| slot.awaits() == Awaited::Release);
        due.map(|(id, _)| id)
    }

    /// Its PUBREL was sent.
    pub(super) fn release_sent(&mut self, id: PacketId) {
        if let Some(slot) = self.waiting(id, Awaited::Release) {
            let awaits = Awaited::Pubcomp;
            self.table.set(slot.with_awaits(awaits));
            self.releases -= 1;
        }
    }

    /// The connection ended: dropped messages get no answer any more.
    pub(super) fn end_strays(&mut self) {
        let mut from = 0;
        while let Some((next, id, slot)) = self.next_used(from) {
            from = next;
            let dropped = slot.at() == NOWHERE && slot.report() == Reporting::Nothing;
            if slot.awaits().is_publish() && dropped {
                self.end(id);
            }
        }
    }

    /// That `id` was dropped is reported when the caller asks.
    pub(super) fn set_dropped(&mut self, id: PacketId) {
        if let Some(slot) = self
            .get(id)
            .filter(|slot| slot.report() == Reporting::Outcome)
        {
            let report = Reporting::Dropped;
            self.table.set(slot.with_report(report));
            self.dropped = self.dropped.saturating_add(1);
        }
    }

    /// The one longest in use of those dropped; each is reported once.
    pub(super) fn poll_dropped(&mut self) -> Option<PacketId> {
        if self.dropped == 0 {
            return None;
        }
        let next = self.next.get();
        let dropped = self.used();
        let dropped = dropped.filter(|(_, slot)| slot.report() == Reporting::Dropped);
        let (id, slot) = dropped.min_by_key(|(id, _)| id.get().wrapping_sub(next))?;
        self.dropped = self.dropped.saturating_sub(1);
        if slot.awaits() == Awaited::Nothing {
            self.table.clear(id.get());
        } else {
            let report = Reporting::Nothing;
            self.table.set(slot.with_report(report));
        }
        Some(id)
    }

    /// The first in use from a place on, and the place behind it.
    pub(super) fn next_used(&self, from: usize) -> Option<(usize, PacketId, IdUse)> {
        let (place, id, slot) = self.table.next_used(from)?;
        Some((place + 1, id, slot))
    }

    /// Those in use, with their identifiers.
    pub(super) fn used(&self) -> impl Iterator<Item = (PacketId, IdUse)> {
        let mut from = 0;
        core::iter::from_fn(move || {
            let (next, id, slot) = self.next_used(from)?;
            from = next;
            Some((id, slot))
        })
    }

    /// Calls `change` with the record's place of everything that waits for this.
    pub(super) fn for_each(&mut self, awaits: Awaited, mut change: impl FnMut(&mut u32)) {
        let mut from = 0;
        while let Some((next, _, slot)) = self.next_used(from) {
            from = next;
            if slot.awaits() == awaits {
                let mut at = slot.at();
                change(&mut at);
                self.table.set(slot.with_at(at));
            }
        }
    }

    pub(super) fn trim(&mut self) -> usize {
        self.table.trim()
    }
}
