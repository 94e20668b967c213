//! The packet identifiers in use, found by number, and what is awaited for each.

use super::suspicion::RESERVED;
use crate::mqtt::PacketId;

/// The place of what is not in the log, or not in the list of subscriptions.
pub(in crate::mqtt::session) const NOWHERE: u32 = u32::MAX;

/// Identifiers in use at once. An identifier has the place of its low bits, so
/// it is found without a search.
const PLACES: usize = 16;
/// One step more than there are places, as 0 is left out, and past those reserved
/// otherwise.
const STEPS: usize = PLACES + 1 + RESERVED;

/// What the broker is to send for an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    pub(super) fn is_publish(self) -> bool {
        matches!(
            self,
            Self::Puback | Self::Pubrec | Self::Pubcomp | Self::Release
        )
    }
}

/// What of an identifier is reported to the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reporting {
    /// How its use ends.
    Outcome,
    /// That it was dropped, when it asks.
    Dropped,
    /// Nothing: the caller gave up, or knows already.
    Nothing,
}

/// An identifier in use.
#[derive(Clone, Copy, Debug)]
pub(super) struct IdUse {
    /// Where its record is: of a publish in the log, else in the subscriptions.
    pub(super) at: u32,
    id: u16,
    pub(super) awaits: Awaited,
    pub(super) report: Reporting,
}

const FREE: IdUse = IdUse {
    at: 0,
    id: 0,
    awaits: Awaited::Free,
    report: Reporting::Nothing,
};

/// The identifiers in use and the next one to use.
#[derive(Debug)]
pub(super) struct Ids {
    table: [IdUse; PLACES],
    next: PacketId,
    /// Those that report [`Reporting::Dropped`].
    dropped: u8,
    /// Ids that awaits for the end of a publish.
    publishes: u8,
    /// Ids that awaits for [`Awaited::Release`].
    releases: u8,
}

fn place(id: PacketId) -> usize {
    usize::from(id.get()) % PLACES
}

impl Ids {
    pub(super) fn new(first: PacketId) -> Self {
        Self {
            table: [FREE; PLACES],
            next: first,
            dropped: 0,
            publishes: 0,
            releases: 0,
        }
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
        ids.take(STEPS).find(|id| free(*id))
    }

    fn is_free(&self, id: PacketId) -> bool {
        let slot = self.table.get(place(id));
        slot.is_some_and(|slot| slot.awaits == Awaited::Free)
    }

    /// Takes `id`, which [`Ids::free_id`] gave.
    pub(super) fn take(&mut self, id: PacketId, awaits: Awaited, at: u32) {
        self.occupy(id, awaits, at);
        self.skip(id);
    }

    /// Takes the place of `id`, which was given away before.
    pub(super) fn occupy(&mut self, id: PacketId, awaits: Awaited, at: u32) {
        if let Some(slot) = self.table.get_mut(place(id)) {
            *slot = IdUse {
                at,
                id: id.get(),
                awaits,
                report: Reporting::Outcome,
            };
            self.publishes += u8::from(awaits.is_publish());
        }
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

    /// Whether `id` is that of a publish in flight.
    pub(super) fn has_publish(&self, id: PacketId) -> bool {
        let slot = self.table.get(place(id));
        slot.is_some_and(|slot| slot.id == id.get() && slot.awaits.is_publish())
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
    pub(super) fn get_mut(&mut self, id: PacketId) -> Option<&mut IdUse> {
        self.table
            .get_mut(place(id))
            .filter(|slot| slot.id == id.get())
    }

    /// The use of `id`, if this is awaited for it.
    pub(super) fn waiting(&mut self, id: PacketId, awaits: Awaited) -> Option<&mut IdUse> {
        self.get_mut(id).filter(|slot| slot.awaits == awaits)
    }

    /// What `id` waited for has come or never will. Whether that is to be reported
    /// to the caller now.
    pub(super) fn end(&mut self, id: PacketId) -> bool {
        let Some(slot) = self
            .table
            .get_mut(place(id))
            .filter(|slot| slot.id == id.get())
        else {
            return false;
        };
        self.publishes = self
            .publishes
            .saturating_sub(u8::from(slot.awaits.is_publish()));
        self.releases -= u8::from(slot.awaits == Awaited::Release);
        let report = slot.report;
        if report == Reporting::Dropped {
            slot.awaits = Awaited::Nothing;
        } else {
            *slot = FREE;
        }
        report == Reporting::Outcome
    }

    /// Whoever waited for `id` does no longer, but for a message in the log.
    pub(super) fn give_up(&mut self, id: PacketId) {
        if let Some(slot) = self.get_mut(id) {
            let stays = slot.awaits.is_publish() && slot.at != NOWHERE;
            if slot.report == Reporting::Outcome && !stays {
                slot.report = Reporting::Nothing;
            }
        }
    }

    /// The message of `id` is dropped: how it ends is not reported. If it is `in_use` on
    /// this connection it stays so until the broker answers.
    pub(super) fn abandon(&mut self, id: PacketId, in_use: bool) {
        match self.get_mut(id).filter(|slot| slot.awaits.is_publish()) {
            Some(slot) if in_use => (slot.at, slot.report) = (NOWHERE, Reporting::Nothing),
            Some(_) => drop(self.end(id)),
            None => {}
        }
    }

    /// PUBREL is due for `id` once the disk is ready.
    pub(super) fn await_release(&mut self, id: PacketId) {
        if let Some(slot) = self.waiting(id, Awaited::Pubrec) {
            slot.awaits = Awaited::Release;
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
        let slot = self
            .table
            .iter()
            .find(|slot| slot.awaits == Awaited::Release)?;
        PacketId::new(slot.id)
    }

    /// Its PUBREL was sent.
    pub(super) fn release_sent(&mut self, id: PacketId) {
        if let Some(slot) = self.waiting(id, Awaited::Release) {
            slot.awaits = Awaited::Pubcomp;
            self.releases -= 1;
        }
    }

    /// The connection ended: dropped messages get no answer any more.
    pub(super) fn end_strays(&mut self) {
        for (id, slot) in self.used() {
            let dropped = slot.at == NOWHERE && slot.report == Reporting::Nothing;
            if slot.awaits.is_publish() && dropped {
                self.end(id);
            }
        }
    }

    /// That `id` was dropped is reported when the caller asks.
    pub(super) fn set_dropped(&mut self, id: PacketId) {
        if let Some(slot) = self
            .get_mut(id)
            .filter(|slot| slot.report == Reporting::Outcome)
        {
            slot.report = Reporting::Dropped;
            self.dropped = self.dropped.saturating_add(1);
        }
    }

    /// The one longest in use of those dropped; each is reported once.
    pub(super) fn poll_dropped(&mut self) -> Option<PacketId> {
        if self.dropped == 0 {
            return None;
        }
        let next = self.next.get();
        let dropped = self
            .table
            .iter_mut()
            .filter(|slot| slot.report == Reporting::Dropped);
        let slot = dropped.min_by_key(|slot| slot.id.wrapping_sub(next))?;
        let id = PacketId::new(slot.id);
        self.dropped = self.dropped.saturating_sub(1);
        slot.report = Reporting::Nothing;
        if slot.awaits == Awaited::Nothing {
            *slot = FREE;
        }
        id
    }

    /// Those in use, with their identifiers.
    pub(super) fn used(&self) -> impl Iterator<Item = (PacketId, IdUse)> + use<> {
        let slots = self.table;
        slots
            .into_iter()
            .filter_map(|slot| Some((PacketId::new(slot.id)?, slot)))
    }

    /// Calls `change` with the record's place of everything that waits for this.
    pub(super) fn for_each(&mut self, awaits: Awaited, mut change: impl FnMut(&mut u32)) {
        let waiting = self.table.iter_mut().filter(|slot| slot.awaits == awaits);
        waiting.for_each(|slot| change(&mut slot.at));
    }
}
