//! Messages from the broker whose flow has not ended, by its identifiers.

use super::disk::{Disk, recount};
use super::form::{self, FORM};
use crate::buffer::{Buf, Full};
use crate::mqtt::PacketId;

/// Bytes of an entry.
const WIDTH: usize = 8;

/// How far a message has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// The host has it not yet taken over.
    Held,
    /// The host has it: never to be delivered again `[MQTT-4.3.3-2]`.
    Taken,
    /// The broker is to be told that this is the end.
    Ended,
}

/// A message from the broker.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) id: PacketId,
    /// QoS 2, else 1.
    pub(super) exactly_once: bool,
    pub(super) stage: Stage,
    pub(super) disk: Disk,
    /// What the host knows it by, 0 if it never was held.
    pub(super) number: u32,
    /// Its content is with us: it waits for the host.
    pub(super) present: bool,
    /// The broker has sent it on this connection.
    pub(super) seen: bool,
    /// An acknowledgement is due once the stage is on disk.
    pub(super) owing: bool,
}

const EXACTLY_ONCE: u8 = 1;
const PRESENT: u8 = 2;
const SEEN: u8 = 4;
const OWING: u8 = 8;

impl Entry {
    fn from_bytes(bytes: [u8; WIDTH]) -> Option<Self> {
        let [i0, i1, state, flags, n0, n1, n2, n3] = bytes;
        Some(Self {
            id: PacketId::new(u16::from_le_bytes([i0, i1]))?,
            exactly_once: flags & EXACTLY_ONCE != 0,
            stage: match state >> 2 {
                0 => Stage::Held,
                1 => Stage::Taken,
                _ => Stage::Ended,
            },
            disk: Disk::from_bits(state),
            number: u32::from_le_bytes([n0, n1, n2, n3]),
            present: flags & PRESENT != 0,
            seen: flags & SEEN != 0,
            owing: flags & OWING != 0,
        })
    }

    fn to_bytes(self) -> [u8; WIDTH] {
        let stage = match self.stage {
            Stage::Held => 0,
            Stage::Taken => 4,
            Stage::Ended => 8,
        };
        let flag = |on, flag| if on { flag } else { 0 };
        let [i0, i1] = self.id.get().to_le_bytes();
        let [n0, n1, n2, n3] = self.number.to_le_bytes();
        let flags = flag(self.exactly_once, EXACTLY_ONCE)
            | flag(self.present, PRESENT)
            | flag(self.seen, SEEN)
            | flag(self.owing, OWING);
        [i0, i1, stage | self.disk.bits(), flags, n0, n1, n2, n3]
    }

    /// Whether nothing has to be remembered any more.
    fn is_over(self) -> bool {
        self.stage == Stage::Ended && self.disk == Disk::Same && !self.owing
    }
}

/// A list in the memory lent, in the order the messages came.
#[derive(Debug)]
pub(super) struct Received<'a> {
    list: Buf<'a>,
    /// Whether it is on disk as well.
    kept: bool,
    /// Entries that are to be put on disk.
    changes: usize,
    /// Entries that owe an acknowledgement.
    owing: usize,
    /// Bytes a new message did not find.
    needs: usize,
    /// An entry on its way to the disk.
    record: [u8; 1 + WIDTH],
}

impl<'a> Received<'a> {
    pub(super) fn new(list: Buf<'a>) -> Self {
        Self {
            list,
            kept: false,
            changes: 0,
            owing: 0,
            needs: 0,
            record: [0; 1 + WIDTH],
        }
    }

    /// Whether changes are put on disk from now on.
    pub(super) fn set_kept(&mut self, kept: bool) {
        self.kept = kept;
    }

    /// Whether a QoS 1 message of this identifier can be acknowledged at once:
    /// it is new, and no other waits for that `[MQTT-4.6.0-2]`.
    pub(super) fn is_clear(&self, id: PacketId) -> bool {
        let waits = |entry: &Entry| entry.id == id || (entry.owing && !entry.exactly_once);
        self.list.is_empty() || self.find(waits).is_none()
    }

    /// Whether messages wait for the host.
    #[inline]
    pub(super) fn has_held(&self) -> bool {
        let waits = |entry: &Entry| entry.stage == Stage::Held && entry.present;
        !self.list.is_empty() && self.find(waits).is_some()
    }

    /// Whether a new message may find no room.
    #[inline]
    pub(super) fn is_full(&self) -> bool {
        self.list.free() < 2 * WIDTH
    }

    /// Whether a message that found no room may be tried again: there is some, or
    /// there will be none by itself.
    pub(super) fn is_open(&self) -> bool {
        self.list.free() >= self.needs || !self.will_have_room()
    }

    /// Whether the host or the disk makes room.
    fn will_have_room(&self) -> bool {
        let frees = |entry: &Entry| {
            let waits_for_host = entry.stage == Stage::Held && entry.present;
            waits_for_host || entry.disk != Disk::Same
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
                self.needs = needs;
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
        let newest = |may_go: fn(&Entry) -> bool| {
            let unseen = |(_, entry): &(usize, Entry)| !entry.seen && may_go(entry);
            Some(self.entries().filter(unseen).last()?.0)
        };
        newest(|entry| !entry.exactly_once).or_else(|| newest(|_| true))
    }

    pub(super) fn get(&self, place: usize) -> Option<Entry> {
        let bytes = self.list.as_slice().get(place..)?;
        Entry::from_bytes(*bytes.first_chunk()?)
    }

    fn entries(&self) -> impl Iterator<Item = (usize, Entry)> {
        let places = (0..self.list.len()).step_by(WIDTH);
        places.filter_map(|place| Some((place, self.get(place)?)))
    }

    /// The place of the entry that is chosen.
    pub(super) fn find(&self, chosen: impl Fn(&Entry) -> bool) -> Option<usize> {
        Some(self.entries().find(|(_, entry)| chosen(entry))?.0)
    }

    pub(super) fn place_of(&self, id: PacketId) -> Option<usize> {
        self.find(|entry| entry.id == id)
    }

    /// Adds an entry, which is a change; its place.
    pub(super) fn insert(&mut self, entry: Entry) -> Result<usize, Full> {
        let place = self.list.len();
        let blank = Entry {
            disk: Disk::Same,
            owing: false,
            ..entry
        };
        self.list.extend(&blank.to_bytes())?;
        self.change(place, |it| it.owing = entry.owing);
        Ok(place)
    }

    /// The message at `place` is the newest now: the broker has sent it again. Its
    /// place.
    pub(super) fn requeue(&mut self, place: usize) -> usize {
        let Some(entry) = self.get(place) else {
            return place;
        };
        let (stage, disk, owing) = (Stage::Ended, Disk::Same, false);
        let over = Entry {
            stage,
            disk,
            owing,
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
    pub(super) fn change(&mut self, place: usize, change: impl FnOnce(&mut Entry)) {
        let kept = self.kept;
        self.note(place, |entry| {
            change(entry);
            entry.disk = entry.disk.changed_if(kept);
        });
    }

    /// Changes what is not put on disk. Forgets the entry once it is over.
    pub(super) fn note(&mut self, place: usize, change: impl FnOnce(&mut Entry)) {
        let Some(old) = self.get(place) else {
            return;
        };
        let mut new = old;
        change(&mut new);
        let is_change = |entry: Entry| entry.disk == Disk::Changed;
        recount(&mut self.changes, is_change(old), is_change(new));
        recount(&mut self.owing, old.owing, new.owing);
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
            entry.stage = Stage::Ended;
            entry.owing = true;
        });
    }

    /// The broker has forgotten the message at `place`.
    fn forget(&mut self, place: usize) {
        self.change(place, |entry| {
            entry.stage = Stage::Ended;
            entry.owing = false;
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
                entry.owing = false;
            });
        });
    }

    /// The broker has forgotten them all.
    pub(super) fn end(&mut self) {
        self.each(Self::forget);
    }

    /// Whether an acknowledgement is due.
    #[inline]
    pub(super) fn is_owing(&self) -> bool {
        self.owing > 0
    }

    /// The first entry whose acknowledgement is due, if it may be sent: they go out
    /// in the order the messages came.
    pub(super) fn owed(&self) -> Option<usize> {
        if self.owing == 0 {
            return None;
        }
        let (place, first) = self.entries().find(|(_, entry)| entry.owing)?;
        (first.disk == Disk::Same).then_some(place)
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
        let place = self.find(|entry| entry.disk == Disk::Changed)?;
        self.note(place, |entry| entry.disk = Disk::Asked);
        let entry = self.get(place)?;
        if entry.stage == Stage::Ended {
            return Some((entry.id.get(), &[]));
        }
        let [form, content @ ..] = &mut self.record;
        (*form, *content) = (FORM, entry.to_bytes());
        Some((entry.id.get(), &self.record))
    }

    /// The caller answered for this identifier.
    pub(super) fn answered(&mut self, id: u16, ok: bool) {
        let asked = |entry: &Entry| entry.id.get() == id && entry.disk.is_asked();
        if let Some(place) = self.find(asked) {
            self.note(place, |entry| entry.disk = entry.disk.answered(ok));
        }
    }

    /// The entry that was kept for `id`, if these bytes are one.
    pub(super) fn kept(&self, id: u16, bytes: &[u8]) -> Option<Entry> {
        // In version 0.1 there was no form.
        let content = form::content(bytes).filter(|content| content.len() == WIDTH);
        let entry = Entry::from_bytes(content.unwrap_or(bytes).try_into().ok()?)?;
        let usable = match entry.stage {
            Stage::Held => entry.number > 0,
            Stage::Taken => true,
            Stage::Ended => false,
        };
        let new = self.place_of(entry.id).is_none();
        (entry.id.get() == id && usable && new).then_some(entry)
    }

    /// Takes back an entry that was kept.
    pub(super) fn restore(&mut self, entry: Entry) -> Result<(), Full> {
        let entry = Entry {
            disk: Disk::Same,
            present: false,
            seen: false,
            owing: false,
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
        self.owing = 0;
        self.needs = 0;
    }
}
