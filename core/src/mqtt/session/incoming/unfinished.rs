//! Messages from the broker whose flow has not ended, by its identifiers.

use super::arrival::{Arrival, Delivery, WIDTH};
use crate::buffer::{Buf, Full};
use crate::mqtt::PacketId;
use crate::mqtt::session::durability::{Durability, recount};
use crate::mqtt::session::form::{self, FORM};

/// A list in the memory lent, in the order the messages came.
#[derive(Debug)]
pub(super) struct Unfinished<'a> {
    list: Buf<'a>,
    /// Whether it is on disk as well.
    stored: bool,
    /// Entries that are to be put on disk.
    changes: u32,
    /// Entries that are due an acknowledgement.
    due: u32,
    /// Bytes a new message did not find.
    needs: u32,
    /// An entry on its way to the disk.
    record: [u8; 1 + WIDTH],
}

impl<'a> Unfinished<'a> {
    pub(super) fn new(list: Buf<'a>) -> Self {
        Self {
            list,
            stored: false,
            changes: 0,
            due: 0,
            needs: 0,
            record: [0; 1 + WIDTH],
        }
    }

    /// Whether changes are put on disk from now on.
    pub(super) fn set_stored(&mut self, stored: bool) {
        self.stored = stored;
    }

    /// Whether a QoS 1 message of this identifier can be acknowledged at once:
    /// it is new, and no other waits for that `[MQTT-4.6.0-2]`.
    pub(super) fn is_clear(&self, id: PacketId) -> bool {
        let waits = |entry: &Arrival| entry.id == id || (entry.due && !entry.exactly_once);
        self.list.is_empty() || self.find(waits).is_none()
    }

    /// Whether messages wait for the host.
    #[inline]
    pub(super) fn has_deferred(&self) -> bool {
        let waits = |entry: &Arrival| entry.delivery == Delivery::Deferred && entry.present;
        !self.list.is_empty() && self.find(waits).is_some()
    }

    /// Whether there are any.
    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many there may be.
    pub(super) fn holds(&self) -> usize {
        (self.list.capacity() / WIDTH).saturating_sub(1)
    }

    /// Whether a message would be one too many: so many came on this connection and are
    /// not acknowledged.
    pub(super) fn exceeds(&self, id: PacketId, most: usize) -> bool {
        let open = |entry: &Arrival| entry.seen && (entry.delivery != Delivery::Ended || entry.due);
        let is_open = |entry: &Arrival| entry.id == id && open(entry);
        let count = self.entries().filter(|(_, entry)| open(entry)).count();
        count >= most && self.find(is_open).is_none()
    }

    /// Whether a new message may find no room.
    #[inline]
    pub(super) fn is_full(&self) -> bool {
        self.list.free() < 2 * WIDTH
    }

    /// Whether a message that found no room may be tried again: there is some, or
    /// there will be none by itself.
    pub(super) fn is_open(&self) -> bool {
        self.list.free() >= self.needs as usize || !self.will_have_room()
    }

    /// Whether the host or the disk makes room.
    fn will_have_room(&self) -> bool {
        let frees = |entry: &Arrival| {
            let waits_for_host = entry.delivery == Delivery::Deferred && entry.present;
            waits_for_host || entry.disk != Durability::Same
        };
        self.find(frees).is_some()
    }

    /// Whether there is room for one more; if not, it is on its way. Where neither
    /// host nor disk makes any, an entry goes that the broker has not sent again on
    /// this connection; without one there is none before the broker goes on.
    ///
    /// What is in flight is sent again in its order `[MQTT-4.6.0-1]`, so a new
    /// message of QoS 2 tells that the broker has forgotten such an entry. One of
    /// QoS 1 tells nothing: its PUBACK may be lost. So the last place is for
    /// QoS 1, where the host makes room, or an entry of QoS 1 that may go.
    pub(super) fn make_room(&mut self, exactly_once: bool) -> Result<bool, Full> {
        let needs = if exactly_once { 2 * WIDTH } else { WIDTH };
        self.needs = 0;
        while self.list.free() < needs {
            if self.will_have_room() {
                self.needs = needs as u32;
                return Ok(false);
            }
            let place = self.newest_unseen().ok_or(Full)?;
            self.forget(place);
        }
        Ok(true)
    }

    /// The newest entry the broker has not sent again, of QoS 1 if there is one: if
    /// it comes after all, it comes last.
    fn newest_unseen(&self) -> Option<usize> {
        let newest = |may_go: fn(&Arrival) -> bool| {
            let unseen = |(_, entry): &(usize, Arrival)| !entry.seen && may_go(entry);
            Some(self.entries().filter(unseen).last()?.0)
        };
        newest(|entry| !entry.exactly_once).or_else(|| newest(|_| true))
    }

    pub(super) fn get(&self, place: usize) -> Option<Arrival> {
        let bytes = self.list.as_slice().get(place..)?;
        Arrival::from_bytes(*bytes.first_chunk()?)
    }

    fn entries(&self) -> impl Iterator<Item = (usize, Arrival)> {
        let places = (0..self.list.len()).step_by(WIDTH);
        places.filter_map(|place| Some((place, self.get(place)?)))
    }

    /// The place of the entry that is chosen.
    pub(super) fn find(&self, chosen: impl Fn(&Arrival) -> bool) -> Option<usize> {
        Some(self.entries().find(|(_, entry)| chosen(entry))?.0)
    }

    pub(super) fn place_of(&self, id: PacketId) -> Option<usize> {
        self.find(|entry| entry.id == id)
    }

    /// Adds an entry, which is a change; its place.
    pub(super) fn insert(&mut self, entry: Arrival) -> Result<usize, Full> {
        let place = self.list.len();
        let blank = Arrival {
            disk: Durability::Same,
            due: false,
            ..entry
        };
        self.list.extend(&blank.to_bytes())?;
        self.change(place, |it| it.due = entry.due);
        Ok(place)
    }

    /// The message at `place` is the newest now: the broker has sent it again. Its
    /// place.
    pub(super) fn requeue(&mut self, place: usize) -> usize {
        let Some(entry) = self.get(place) else {
            return place;
        };
        let (delivery, disk, due) = (Delivery::Ended, Durability::Same, false);
        let over = Arrival {
            delivery,
            disk,
            due,
            ..entry
        };
        self.note(place, |it| *it = over);
        let place = self.list.len();
        // It fits where the one taken out was.
        self.list.extend(&over.to_bytes()).unwrap_or_default();
        self.note(place, |it| *it = entry);
        place
    }

    /// Changes how far the message at `place` has come, which is put on disk.
    pub(super) fn change(&mut self, place: usize, change: impl FnOnce(&mut Arrival)) {
        let stored = self.stored;
        self.note(place, |entry| {
            change(entry);
            entry.disk = entry.disk.changed_if(stored);
        });
    }

    /// Changes what is not put on disk. Forgets the entry once it is over.
    pub(super) fn note(&mut self, place: usize, change: impl FnOnce(&mut Arrival)) {
        let Some(old) = self.get(place) else {
            return;
        };
        let mut new = old;
        change(&mut new);
        let is_change = |entry: Arrival| entry.disk == Durability::Changed;
        recount(&mut self.changes, is_change(old), is_change(new));
        recount(&mut self.due, old.due, new.due);
        if new.is_over() {
            return self.list.remove(place, WIDTH);
        }
        let bytes = self.list.as_mut_slice().get_mut(place..);
        if let Some(bytes) = bytes.and_then(<[u8]>::first_chunk_mut) {
            *bytes = new.to_bytes();
        }
    }

    /// The broker is to be told that this is the end of the message at `place`.
    pub(super) fn conclude(&mut self, place: usize) {
        self.change(place, |entry| {
            entry.delivery = Delivery::Ended;
            entry.due = true;
        });
    }

    /// The broker has forgotten the message at `place`.
    fn forget(&mut self, place: usize) {
        self.change(place, |entry| {
            entry.delivery = Delivery::Ended;
            entry.due = false;
        });
    }

    fn each(&mut self, act: impl Fn(&mut Self, usize)) {
        // From the end: an entry that is over makes those behind it move up.
        for place in (0..self.list.len()).step_by(WIDTH).rev() {
            act(self, place);
        }
    }

    /// The connection is gone: nothing can be acknowledged on it.
    pub(super) fn lost(&mut self) {
        self.needs = 0;
        self.each(|list, place| {
            list.note(place, |entry| {
                entry.seen = false;
                entry.due = false;
            });
        });
    }

    /// The broker has forgotten them all.
    pub(super) fn end(&mut self) {
        self.each(Self::forget);
    }

    /// Whether an acknowledgement is due.
    #[inline]
    pub(super) fn has_due(&self) -> bool {
        self.due > 0
    }

    /// The first entry whose acknowledgement is due, if it may be sent: they go out
    /// in the order the messages came.
    pub(super) fn next_due(&self) -> Option<usize> {
        if self.due == 0 {
            return None;
        }
        let (place, first) = self.entries().find(|(_, entry)| entry.due)?;
        (first.disk == Durability::Same).then_some(place)
    }

    /// Whether something is to be put on disk.
    #[inline]
    pub(super) fn has_changes(&self) -> bool {
        self.changes > 0
    }

    /// The next change to be put on disk: the identifier and its bytes, none to
    /// erase it.
    pub(super) fn ask(&mut self) -> Option<(u16, &[u8])> {
        if self.changes == 0 {
            return None;
        }
        let place = self.find(|entry| entry.disk == Durability::Changed)?;
        self.note(place, |entry| entry.disk = Durability::Asked);
        let entry = self.get(place)?;
        if entry.delivery == Delivery::Ended {
            return Some((entry.id.get(), &[]));
        }
        let [form, content @ ..] = &mut self.record;
        (*form, *content) = (FORM, entry.to_bytes());
        Some((entry.id.get(), &self.record))
    }

    /// The caller answered for this identifier.
    pub(super) fn answered(&mut self, id: u16, ok: bool) {
        let asked = |entry: &Arrival| entry.id.get() == id && entry.disk.is_asked();
        if let Some(place) = self.find(asked) {
            self.note(place, |entry| entry.disk = entry.disk.answered(ok));
        }
    }

    /// The entry that was stored for `id`, if these bytes are one.
    pub(super) fn to_restore(&self, id: u16, bytes: &[u8]) -> Option<Arrival> {
        // In version 0.1 there was no form.
        let content = form::content(bytes).filter(|content| content.len() == WIDTH);
        let entry = Arrival::from_bytes(content.unwrap_or(bytes).try_into().ok()?)?;
        let usable = match entry.delivery {
            Delivery::Deferred => entry.number > 0,
            Delivery::Taken => true,
            Delivery::Ended => false,
        };
        let new = self.place_of(entry.id).is_none();
        (entry.id.get() == id && usable && new).then_some(entry)
    }

    /// Takes back an entry that was stored.
    pub(super) fn restore(&mut self, entry: Arrival) -> Result<(), Full> {
        let entry = Arrival {
            disk: Durability::Same,
            present: false,
            seen: false,
            due: false,
            ..entry
        };
        self.list.extend(&entry.to_bytes())
    }

    pub(super) fn trim(&mut self) -> usize {
        self.list.trim()
    }

    /// Forgets them all, also what is still to be put on disk.
    pub(super) fn clear(&mut self) {
        self.list.clear();
        self.changes = 0;
        self.due = 0;
        self.needs = 0;
    }
}
