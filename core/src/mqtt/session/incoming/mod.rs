//! Messages from the broker: which of them are new, and when they are acknowledged.

mod arrival;
mod arrive;
mod unfinished;

use super::durability::Durability;
use super::numbers::Numbers;
use crate::buffer::{Buf, Full};
use crate::mqtt::PacketId;
use crate::mqtt::packet::{Ack, AckKind};
use arrival::{Arrival, Delivery};
pub(super) use arrive::Receipt;
use unfinished::Unfinished;

/// The messages from the broker whose flow has not ended.
#[derive(Debug)]
pub(super) struct Incoming<'a> {
    list: Unfinished<'a>,
    /// Whether messages wait until the host has taken them over.
    defers: bool,
}

impl<'a> Incoming<'a> {
    pub(super) fn new(list: Buf<'a>) -> Self {
        Self {
            list: Unfinished::new(list),
            defers: false,
        }
    }

    /// As [`Session::set_deferring`](super::Session::set_deferring).
    pub(super) fn set_deferring(&mut self, on: bool) {
        self.defers = on;
    }

    /// Whether a message that comes is deferred: also behind others that are, since
    /// it is acknowledged after them `[MQTT-4.6.0-2]`, `[MQTT-4.6.0-3]`.
    fn is_deferring(&self) -> bool {
        self.defers || self.list.has_deferred()
    }

    /// Whether no flow is open.
    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many flows may be open.
    pub(super) fn holds(&self) -> usize {
        self.list.holds()
    }

    /// Whether a message of this identifier is one more than may be unacknowledged.
    pub(super) fn exceeds(&self, id: PacketId, most: u16) -> bool {
        most < u16::MAX && self.list.exceeds(id, most.into())
    }

    /// Whether a message should be handled now, after one was told to come later.
    pub(super) fn is_open(&self) -> bool {
        self.list.is_open()
    }

    /// The host has taken over the message of this number.
    pub(super) fn take_over(&mut self, number: u32, connected: bool, out: &mut Buf<'_>) {
        let deferred =
            |entry: &Arrival| entry.number == number && entry.delivery == Delivery::Deferred;
        let Some(place) = self.list.find(deferred) else {
            return;
        };
        self.list.change(place, |entry| {
            let acknowledges = entry.seen && connected;
            // The broker has no more to say to an acknowledged QoS 1 message.
            let ends = acknowledges && !entry.exactly_once;
            entry.delivery = if ends {
                Delivery::Ended
            } else {
                Delivery::Taken
            };
            entry.due = acknowledges;
        });
        self.acknowledge(place, out);
    }

    /// Whether it is on disk that the message of this number is deferred, or it never
    /// was.
    pub(super) fn is_durable(&self, number: u32) -> bool {
        let open = |entry: &Arrival| entry.number == number && entry.disk != Durability::Same;
        self.list.find(open).is_none()
    }

    /// Whether it is on disk that the message of this number was taken over; 0 is
    /// none.
    pub(super) fn is_taken_over(&self, number: u32) -> bool {
        let open = |entry: &Arrival| {
            let waits = entry.delivery == Delivery::Deferred || entry.disk != Durability::Same;
            entry.number == number && waits
        };
        number == 0 || self.list.find(open).is_none()
    }

    /// Whether an acknowledgement is due.
    #[inline]
    pub(super) fn has_due(&self) -> bool {
        self.list.has_due()
    }

    /// Writes the acknowledgements that are due and may be sent; whether all fitted.
    pub(super) fn send_due(&mut self, out: &mut Buf<'_>) -> bool {
        while let Some(place) = self.list.next_due() {
            if !self.acknowledge(place, out) {
                return false;
            }
        }
        true
    }

    /// Writes the acknowledgement that is due for the entry at `place`, if it may
    /// be sent and fits; whether none is left over.
    fn acknowledge(&mut self, place: usize, out: &mut Buf<'_>) -> bool {
        let Some(entry) = self.list.get(place) else {
            return true;
        };
        if self.list.next_due() != Some(place) {
            return true;
        }
        let kind = match (entry.delivery, entry.exactly_once) {
            (Delivery::Ended, true) => AckKind::Pubcomp,
            (Delivery::Ended, false) => AckKind::Puback,
            _ => AckKind::Pubrec,
        };
        let id = entry.id;
        if Ack::encode_plain(kind, id, out).is_err() {
            return false;
        }
        self.list.note(place, |entry| entry.due = false);
        true
    }

    /// PUBREL: the broker has our PUBREC. An unknown one is answered as well: the
    /// broker cannot go on without it.
    pub(super) fn on_pubrel(&mut self, id: PacketId, out: &mut Buf<'_>) -> Result<(), Full> {
        let known = |entry: &Arrival| entry.id == id && entry.exactly_once;
        let place = self.list.find(known);
        let delivery = place.and_then(|at| Some(self.list.get(at)?.delivery));
        let (Some(place), Some(Delivery::Taken | Delivery::Ended)) = (place, delivery) else {
            let kind = AckKind::Pubcomp;
            return Ack::encode_plain(kind, id, out).map_err(|_| Full);
        };
        if delivery == Some(Delivery::Taken) {
            self.list.conclude(place);
        } else {
            self.list.note(place, |entry| entry.due = true);
        }
        self.acknowledge(place, out);
        Ok(())
    }

    /// The connection is gone: nothing can be acknowledged on it.
    pub(super) fn lost(&mut self) {
        self.list.lost();
    }

    /// The broker has forgotten them all.
    pub(super) fn end(&mut self) {
        self.list.end();
    }

    /// Forgets them all; the disk is left alone.
    pub(super) fn forget(&mut self) {
        self.list.clear();
    }

    /// Whether changes are put on disk from now on.
    pub(super) fn set_stored(&mut self, stored: bool) {
        self.list.set_stored(stored);
    }

    /// Whether something is to be put on disk.
    #[inline]
    pub(super) fn has_changes(&self) -> bool {
        self.list.has_changes()
    }

    /// The next change to be put on disk: the identifier and its bytes, none to
    /// erase it.
    pub(super) fn ask(&mut self) -> Option<(u16, &[u8])> {
        self.list.ask()
    }

    /// The caller answered for this identifier.
    pub(super) fn answered(&mut self, id: u16, ok: bool) {
        self.list.answered(id, ok);
    }

    /// Takes back what was stored for `id`, none if it is none.
    pub(super) fn restore(&mut self, id: u16, bytes: &[u8], numbers: &Numbers) -> Option<()> {
        let entry = self.list.to_restore(id, bytes)?;
        // Else a message to come would have the same number.
        let given = entry.number == 0 || numbers.is_given_to_host(entry.number);
        given.then(|| self.list.restore(entry).ok())?
    }

    pub(super) fn trim(&mut self) -> usize {
        self.list.trim()
    }
}
