//! QoS 2 messages received and not yet released by the broker.

use crate::mem::{Buf, Full};
use crate::mqtt::PacketId;

/// Bytes an identifier takes; 0 is an empty place.
const WIDTH: usize = 2;

/// A set of packet identifiers the broker chose, for `[MQTT-4.3.3-2]`.
///
/// A hash table with open addressing over all the memory lent: brokers count
/// upwards, so an identifier is nearly always found in its own place.
#[derive(Debug)]
pub(super) struct Received<'a> {
    table: Buf<'a>,
    count: usize,
}

impl<'a> Received<'a> {
    pub(super) fn new(table: Buf<'a>) -> Self {
        Self { table, count: 0 }
    }

    fn places(&self) -> usize {
        self.table.capacity() / WIDTH
    }

    fn home(&self, id: u16) -> usize {
        usize::from(id).checked_rem(self.places()).unwrap_or(0)
    }

    fn after(&self, place: usize) -> usize {
        if place + 1 < self.places() {
            place + 1
        } else {
            0
        }
    }

    fn get(&self, place: usize) -> u16 {
        let bytes = self.table.as_slice().get(place * WIDTH..);
        bytes
            .and_then(<[u8]>::first_chunk)
            .map_or(0, |&b| u16::from_le_bytes(b))
    }

    fn set(&mut self, place: usize, id: u16) {
        let bytes = self.table.as_mut_slice().get_mut(place * WIDTH..);
        if let Some(bytes) = bytes.and_then(<[u8]>::first_chunk_mut) {
            *bytes = id.to_le_bytes();
        }
    }

    /// The place of `id`, or the empty one where it belongs; none if there is
    /// neither.
    fn find(&self, id: u16) -> Option<usize> {
        let mut place = self.home(id);
        for _ in 0..self.places() {
            let there = self.get(place);
            if there == id || there == 0 {
                return Some(place);
            }
            place = self.after(place);
        }
        None
    }

    pub(super) fn contains(&self, id: PacketId) -> bool {
        self.count > 0
            && self
                .find(id.get())
                .is_some_and(|place| self.get(place) != 0)
    }

    /// Adds `id`, which it does not contain.
    pub(super) fn insert(&mut self, id: PacketId) -> Result<(), Full> {
        while self.table.len() < self.places() * WIDTH {
            self.table.push(0)?;
        }
        let place = self.find(id.get()).ok_or(Full)?;
        self.set(place, id.get());
        self.count += 1;
        Ok(())
    }

    /// Takes `id` out, if it is there.
    pub(super) fn remove(&mut self, id: PacketId) {
        if !self.contains(id) {
            return;
        }
        self.count -= 1;
        if let Some(place) = self.find(id.get()) {
            self.close_gap(place);
        }
    }

    /// Empties `gap` and moves up those after it that had to give way.
    fn close_gap(&mut self, mut gap: usize) {
        let places = self.places();
        let distance = |from: usize, to: usize| {
            if to < from {
                to + places - from
            } else {
                to - from
            }
        };
        let mut place = self.after(gap);
        for _ in 1..places {
            let id = self.get(place);
            if id == 0 {
                break;
            }
            if distance(self.home(id), place) >= distance(gap, place) {
                self.set(gap, id);
                gap = place;
            }
            place = self.after(place);
        }
        self.set(gap, 0);
    }

    pub(super) fn trim(&mut self) -> usize {
        self.table.trim()
    }

    pub(super) fn clear(&mut self) {
        self.table.clear();
        self.count = 0;
    }
}
