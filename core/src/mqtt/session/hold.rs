//! Messages that are held until the host has taken them over.

use super::Session;
use super::disk::Disk;
use super::received::{Entry, Stage};
use crate::buffer::Buf;

impl Session<'_> {
    /// Whether messages are held from now on: they carry a number, and those with
    /// QoS 1 and 2 are acknowledged once they are [taken](Self::take_over).
    pub fn set_holding(&mut self, on: bool) {
        self.holds = on;
    }

    /// Whether a message should be handled now, after one was told to come
    /// [later](super::Event::Later).
    pub fn is_receiving(&self) -> bool {
        self.received.is_open()
    }

    /// Whether a number was given to a message at some time.
    pub fn was_given(&self, number: u32) -> bool {
        let next = self.numbers.next;
        let before = number.wrapping_sub(next as u32) > u32::MAX / 2;
        number > 0 && before && u64::from(number) < next
    }

    /// The host has taken over the message of this number: it is never delivered
    /// again, and acknowledged if its connection still stands, else when the
    /// broker sends it again. Nothing happens where that is known already.
    pub fn take_over(&mut self, number: u32, out: &mut Buf<'_>) {
        let held = |entry: &Entry| entry.number == number && entry.stage == Stage::Held;
        let Some(place) = self.received.find(held) else {
            return;
        };
        let connected = self.is_connected();
        self.received.change(place, |entry| {
            let acknowledges = entry.seen && connected;
            // The broker has no more to say to an acknowledged QoS 1 message.
            let ends = acknowledges && !entry.exactly_once;
            entry.stage = if ends { Stage::Ended } else { Stage::Taken };
            entry.owing = acknowledges;
        });
        self.pay(place, out);
    }

    /// Whether it is on disk, where sessions are kept there, that the message of
    /// this number is held: only then it has that number for good.
    pub fn is_held_for_good(&self, number: u32) -> bool {
        let open = |entry: &Entry| entry.number == number && entry.disk != Disk::Same;
        self.numbers.is_given_for_good(number) && self.received.find(open).is_none()
    }

    /// Whether it is on disk, where sessions are kept there, that the message of
    /// this number was taken over; 0 is none.
    pub fn is_taken_over(&self, number: u32) -> bool {
        let open = |entry: &Entry| {
            entry.number == number && (entry.stage == Stage::Held || entry.disk != Disk::Same)
        };
        number == 0 || self.received.find(open).is_none()
    }
}
