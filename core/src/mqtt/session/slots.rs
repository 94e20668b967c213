//! What we await: packet identifiers in use, found by number.

use super::outgoing::NOWHERE;
use crate::mqtt::PacketId;

/// Identifiers in use at once. An identifier has the place of its low bits, so
/// it is found without a search.
const SLOTS: usize = 16;
/// One step more than there are places, as 0 is left out, and past those held
/// otherwise.
const STEPS: usize = SLOTS + 1 + super::aside::HELD;

/// What a slot waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    Free,
    Puback,
    Pubrec,
    Pubcomp,
    /// PUBREC came for a message that is dropped: PUBREL is due once that is on disk.
    /// Else it could be sent again after a power cut.
    Release,
    Suback,
    Unsuback,
    /// Nothing more from the broker; the caller has yet to ask what was dropped.
    Asked,
}

impl Wait {
    pub(super) fn is_publish(self) -> bool {
        matches!(
            self,
            Self::Puback | Self::Pubrec | Self::Pubcomp | Self::Release
        )
    }
}

/// What the caller is to be told of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tell {
    /// How it ends.
    Outcome,
    /// That it was dropped, when it asks.
    Dropped,
    /// Nothing: it gave up, or knows already.
    Nothing,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    /// Where its record is: of a publish in the log, else in the subscriptions.
    pub(super) at: u32,
    id: u16,
    pub(super) wait: Wait,
    pub(super) tell: Tell,
}

const FREE: Slot = Slot {
    at: 0,
    id: 0,
    wait: Wait::Free,
    tell: Tell::Nothing,
};

/// The identifiers in use and the next one to use.
#[derive(Debug)]
pub(super) struct Slots {
    table: [Slot; SLOTS],
    next: PacketId,
    /// Slots that tell [`Tell::Dropped`].
    dropped: u8,
    /// Slots that wait for the end of a publish.
    publishes: u8,
    /// Slots that wait for [`Wait::Release`].
    releases: u8,
}

fn place(id: PacketId) -> usize {
    usize::from(id.get()) % SLOTS
}

impl Slots {
    pub(super) fn new(first: PacketId) -> Self {
        Self {
            table: [FREE; SLOTS],
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

    /// An identifier not in use `[MQTT-2.3.1-2]` and not `held` otherwise, none if all
    /// places are taken.
    ///
    /// They are taken in turn, so one that came free is used again only after
    /// all others.
    #[inline]
    pub(super) fn free_id(&self, held: impl Fn(PacketId) -> bool) -> Option<PacketId> {
        let free = |id| self.is_free(id) && !held(id);
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
        slot.is_some_and(|slot| slot.wait == Wait::Free)
    }

    /// Takes `id`, which [`Slots::free_id`] gave.
    pub(super) fn take(&mut self, id: PacketId, wait: Wait, at: u32) {
        self.occupy(id, wait, at);
        self.skip(id);
    }

    /// Takes the place of `id`, which was given away before.
    pub(super) fn occupy(&mut self, id: PacketId, wait: Wait, at: u32) {
        if let Some(slot) = self.table.get_mut(place(id)) {
            *slot = Slot {
                at,
                id: id.get(),
                wait,
                tell: Tell::Outcome,
            };
            self.publishes += u8::from(wait.is_publish());
        }
    }

    /// Takes no place yet, but gives `id` to nothing else.
    pub(super) fn skip(&mut self, id: PacketId) {
        self.next = id.next();
    }

    /// An identifier for a message that is sent later: one whose place is free
    /// now, if there is any.
    pub(super) fn later_id(&mut self, held: impl Fn(PacketId) -> bool) -> PacketId {
        let mut id = self.free_id(&held).unwrap_or(self.next);
        while held(id) {
            id = id.next();
        }
        self.skip(id);
        id
    }

    /// Whether `id` is that of a publish in flight.
    pub(super) fn has_publish(&self, id: PacketId) -> bool {
        let slot = self.table.get(place(id));
        slot.is_some_and(|slot| slot.id == id.get() && slot.wait.is_publish())
    }

    /// Whether a publish of this identifier has a place now, with at most so many
    /// in flight; one without always.
    pub(super) fn has_room(&self, id: Option<PacketId>, window: usize) -> bool {
        let Some(id) = id else {
            return true;
        };
        self.publishes() < window && self.is_free(id)
    }

    /// The slot of `id`, if it is in use.
    pub(super) fn get_mut(&mut self, id: PacketId) -> Option<&mut Slot> {
        self.table
            .get_mut(place(id))
            .filter(|slot| slot.id == id.get())
    }

    /// The slot of `id`, if it waits for this.
    pub(super) fn waiting(&mut self, id: PacketId, wait: Wait) -> Option<&mut Slot> {
        self.get_mut(id).filter(|slot| slot.wait == wait)
    }

    /// What `id` waited for has come or never will. Whether the caller is to be
    /// told so now.
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
            .saturating_sub(u8::from(slot.wait.is_publish()));
        self.releases -= u8::from(slot.wait == Wait::Release);
        let tell = slot.tell;
        if tell == Tell::Dropped {
            slot.wait = Wait::Asked;
        } else {
            *slot = FREE;
        }
        tell == Tell::Outcome
    }

    /// The message of `id` is dropped: nobody is told how it ends. If it is `in_use` on
    /// this connection it stays so until the broker answers.
    pub(super) fn abandon(&mut self, id: PacketId, in_use: bool) {
        match self.get_mut(id).filter(|slot| slot.wait.is_publish()) {
            Some(slot) if in_use => (slot.at, slot.tell) = (NOWHERE, Tell::Nothing),
            Some(_) => drop(self.end(id)),
            None => {}
        }
    }

    /// PUBREL is due for `id` once the disk is ready.
    pub(super) fn owe_release(&mut self, id: PacketId) {
        if let Some(slot) = self.waiting(id, Wait::Pubrec) {
            slot.wait = Wait::Release;
            self.releases += 1;
        }
    }

    /// Whether there are any.
    #[inline]
    pub(super) fn owes_release(&self) -> bool {
        self.releases > 0
    }

    /// One of them.
    pub(super) fn owed_release(&self) -> Option<PacketId> {
        if self.releases == 0 {
            return None;
        }
        let slot = self.table.iter().find(|slot| slot.wait == Wait::Release)?;
        PacketId::new(slot.id)
    }

    /// Its PUBREL was sent.
    pub(super) fn paid_release(&mut self, id: PacketId) {
        if let Some(slot) = self.waiting(id, Wait::Release) {
            slot.wait = Wait::Pubcomp;
            self.releases -= 1;
        }
    }

    /// The connection ended: dropped messages get no answer any more.
    pub(super) fn end_strays(&mut self) {
        for (id, slot) in self.used() {
            let dropped = slot.at == NOWHERE && slot.tell == Tell::Nothing;
            if slot.wait.is_publish() && dropped {
                self.end(id);
            }
        }
    }

    /// The caller is to be told, when it asks, that `id` was dropped.
    pub(super) fn set_dropped(&mut self, id: PacketId) {
        if let Some(slot) = self.get_mut(id).filter(|slot| slot.tell == Tell::Outcome) {
            slot.tell = Tell::Dropped;
            self.dropped = self.dropped.saturating_add(1);
        }
    }

    /// The one longest in use of those dropped; each is told once.
    pub(super) fn poll_dropped(&mut self) -> Option<PacketId> {
        if self.dropped == 0 {
            return None;
        }
        let next = self.next.get();
        let told = self
            .table
            .iter_mut()
            .filter(|slot| slot.tell == Tell::Dropped);
        let slot = told.min_by_key(|slot| slot.id.wrapping_sub(next))?;
        let id = PacketId::new(slot.id);
        self.dropped = self.dropped.saturating_sub(1);
        slot.tell = Tell::Nothing;
        if slot.wait == Wait::Asked {
            *slot = FREE;
        }
        id
    }

    /// Those in use, with their identifiers.
    pub(super) fn used(&self) -> impl Iterator<Item = (PacketId, Slot)> + use<> {
        let slots = self.table;
        slots
            .into_iter()
            .filter_map(|slot| Some((PacketId::new(slot.id)?, slot)))
    }

    /// Calls `change` with the record's place of every slot that waits for this.
    pub(super) fn for_each(&mut self, wait: Wait, mut change: impl FnMut(&mut u32)) {
        let waiting = self.table.iter_mut().filter(|slot| slot.wait == wait);
        waiting.for_each(|slot| change(&mut slot.at));
    }
}
