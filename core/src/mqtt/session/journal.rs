//! What of a session is kept, so that it survives a restart.
//!
//! Each change is handed to the caller once, in the order in which it must become
//! durable, and counts when the caller says that it is: a message is sent, and an
//! acknowledgement written, not before.

use super::outgoing::wait_of;
use super::record::{Record as Message, Stage};
use super::{EXPOSED, Session, State, WINDOW};
use crate::buffer::Buf;
use crate::mqtt::PacketId;
use crate::mqtt::packet::Packet;

/// A record of a session that is kept: small, and changed on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Record {
    /// Whose session it is, and which numbers were given away.
    Identity,
    /// A message to the broker, by its number. They are restored in the order of
    /// their numbers.
    Outgoing(u64),
    /// A message from the broker whose flow has not ended, by its identifier.
    Received(u16),
    /// A subscription, by its number.
    Subscription(u16),
    /// An identifier a host gave to a message that has been delivered, by its
    /// place among them.
    Seen(u8),
    /// What may be to blame for connections that ended, and identifiers that may not
    /// be used again yet.
    Aside,
}

impl Record {
    /// A kind and a number that mean the same in every later version.
    pub(crate) fn to_number(self) -> (u8, u64) {
        match self {
            Self::Identity => (0, 0),
            Self::Outgoing(number) => (1, number),
            Self::Received(id) => (2, id.into()),
            Self::Subscription(number) => (3, number.into()),
            Self::Seen(place) => (4, place.into()),
            Self::Aside => (5, 0),
        }
    }

    /// The record of such a kind and number.
    pub(crate) fn from_number(kind: u8, number: u64) -> Option<Self> {
        Some(match kind {
            0 => Self::Identity,
            1 => Self::Outgoing(number),
            2 => Self::Received(number.try_into().ok()?),
            3 => Self::Subscription(number.try_into().ok()?),
            4 => Self::Seen(number.try_into().ok()?),
            5 if number == 0 => Self::Aside,
            _ => return None,
        })
    }
}

/// What the caller is to do on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change<'s> {
    /// Keep these bytes in place of what was there.
    Put(Record, &'s [u8]),
    /// Forget the record.
    Erase(Record),
    /// Forget every record of the session; answered for [`Record::Identity`].
    Forget,
}

impl<'s> Change<'s> {
    /// Puts bytes; none erase.
    fn of(record: Record, bytes: &'s [u8]) -> Self {
        match bytes {
            [] => Self::Erase(record),
            bytes => Self::Put(record, bytes),
        }
    }
}

/// What an answer of the caller means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// Nothing the caller has to know of.
    Nothing,
    /// A message could not be put on disk and is not sent.
    Refused {
        /// Its number.
        number: u64,
        /// Its packet identifier.
        id: Option<PacketId>,
    },
}

/// Whether the disk is to forget the session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Forgetting {
    #[default]
    No,
    Wanted,
    Asked,
}

impl Session<'_> {
    /// From now on the session is kept on disk, as [`poll_change`](Self::poll_change)
    /// says.
    pub fn keep(&mut self) {
        self.journal = true;
        self.log.keep();
        self.numbers.keep();
        self.follow_clean();
    }

    /// What belongs to the broker's session is kept if the broker keeps it.
    pub(super) fn follow_clean(&mut self) {
        let kept = self.journal && !self.clean;
        self.received.set_kept(kept);
        self.subscriptions.set_kept(kept);
    }

    /// Whether [`poll_change`](Self::poll_change) has something to say.
    #[inline]
    pub fn has_changes(&self) -> bool {
        self.journal && self.is_changed()
    }

    fn is_changed(&self) -> bool {
        let changed = self.log.has_changes()
            || self.received.has_changes()
            || self.numbers.has_changes()
            || self.subscriptions.has_changes()
            || self.seen.has_changes()
            || self.aside.has_changes()
            || self.forgetting == Forgetting::Wanted;
        changed && !self.stalled && self.forgetting != Forgetting::Asked
    }

    /// The next change to be made on disk; the caller answers with
    /// [`stored`](Self::stored). None may become durable without those before it.
    pub fn poll_change(&mut self) -> Option<Change<'_>> {
        if !self.has_changes() {
            return None;
        }
        if self.forgetting == Forgetting::Wanted {
            self.forgetting = Forgetting::Asked;
            return Some(Change::Forget);
        }
        if self.numbers.has_changes() {
            let identity = self.numbers.ask();
            return Some(Change::Put(Record::Identity, identity));
        }
        if let Some((place, bytes)) = self.seen.ask() {
            self.scratch = bytes;
            return Some(Change::Put(Record::Seen(place), &self.scratch));
        }
        // Before the message whose identifier it holds is erased.
        if self.aside.has_changes() {
            return Some(Change::of(Record::Aside, self.aside.ask()));
        }
        if self.log.has_older_changes() {
            return self.message_change();
        }
        if self.received.has_changes() {
            let (id, bytes) = self.received.ask()?;
            return Some(Change::of(Record::Received(id), bytes));
        }
        if self.subscriptions.has_changes() {
            let (number, bytes) = self.subscriptions.ask()?;
            return Some(Change::of(Record::Subscription(number), bytes));
        }
        // New ones come last: one there is no room for fails what stands behind it,
        // each time the host gives it again.
        self.message_change()
    }

    fn message_change(&mut self) -> Option<Change<'_>> {
        let at = self.log.next_change()?;
        let (number, bytes) = self.log.ask(at)?;
        Some(Change::of(Record::Outgoing(number), bytes))
    }

    /// The caller made a change on disk, or failed to. What is not durable is
    /// asked for again after [`try_changes_again`](Self::try_changes_again), but
    /// for new messages: those are refused.
    pub fn stored(&mut self, record: Record, ok: bool, out: &mut Buf<'_>) -> Stored {
        self.stalled |= !ok;
        // An identity asked for before is answered before.
        let is_earlier = record == Record::Identity && self.numbers.is_asked();
        if self.forgetting == Forgetting::Asked && !is_earlier {
            // Answers for anything else are about what is to be forgotten.
            if record == Record::Identity {
                self.forgetting = if ok {
                    Forgetting::No
                } else {
                    Forgetting::Wanted
                };
            }
            return Stored::Nothing;
        }
        match record {
            Record::Identity => self.numbers.answered(ok),
            Record::Outgoing(number) => return self.message_stored(number, ok, out),
            Record::Received(id) => self.received.answered(id, ok),
            Record::Subscription(number) => {
                if let Some(removed) = self.subscriptions.answered(number, ok) {
                    self.moved(removed);
                }
            }
            Record::Seen(place) if !ok => self.seen.failed(place),
            Record::Seen(_) => {}
            Record::Aside => self.aside.answered(ok),
        }
        self.poll_send(out);
        Stored::Nothing
    }

    fn message_stored(&mut self, number: u64, ok: bool, out: &mut Buf<'_>) -> Stored {
        let Some((place, message)) = self.log.answered(number, ok) else {
            return Stored::Nothing;
        };
        if !ok && !message.is_on_disk() {
            // It may be there all the same: it is erased once that is possible.
            self.log.finish(place);
            let id = message.id();
            return Stored::Refused { number, id };
        }
        self.poll_send(out);
        Stored::Nothing
    }

    /// Whether a change could not be made and waits to be tried again.
    pub fn is_stalled(&self) -> bool {
        self.stalled
    }

    /// What could not be put on disk is asked for once more.
    pub fn try_changes_again(&mut self) {
        self.stalled = false;
    }

    /// Takes back a record; whether it is one. The identity comes first, messages
    /// in the order of their numbers, all of it before the first connect.
    pub fn restore(&mut self, record: Record, bytes: &[u8]) -> bool {
        let begun = self.numbers.is_restored() || record == Record::Identity;
        if self.state != State::Idle || !begun {
            return false;
        }
        match record {
            Record::Identity => self.restore_identity(bytes),
            Record::Outgoing(number) => self.restore_message(number, bytes).is_some(),
            Record::Received(id) => self.restore_received(id, bytes).is_some(),
            Record::Subscription(number) => self.subscriptions.restore(number, bytes),
            Record::Seen(place) => self.seen.restore(place, bytes),
            Record::Aside => self.aside.restore(bytes),
        }
    }

    /// What is kept is a session that is not clean: the next one ends it.
    fn restore_identity(&mut self, bytes: &[u8]) -> bool {
        let restored = self.numbers.restore(bytes);
        if restored {
            self.clean = false;
            self.follow_clean();
        }
        restored
    }

    fn restore_received(&mut self, id: u16, bytes: &[u8]) -> Option<()> {
        let entry = self.received.kept(id, bytes)?;
        // Else a message to come would have the same number.
        let given = entry.number == 0 || self.was_given(entry.number);
        given.then(|| self.received.restore(entry).ok())?
    }

    fn restore_message(&mut self, number: u64, bytes: &[u8]) -> Option<()> {
        let (mut record, packet) = Message::restored(bytes)?;
        let in_order = self.log.last().is_none_or(|last| last < number);
        let named = record.number == number && self.numbers.is_given(number);
        let same_id = |other: Message| other.id().is_some() && other.id() == record.id();
        let alone = self.log.find(same_id).is_none();
        if !in_order || !named || !alone || !is_publish(&record, packet) {
            return None;
        }
        // Only so many can have been sent.
        if self.log.live() < EXPOSED {
            record.set_sent();
        }
        let place = self.log.copy(record, packet).ok()?;
        self.own_from = number + 1;
        if let Some(id) = record.id() {
            self.slots.skip(id);
            if record.is_sent() && self.slots.has_room(Some(id), WINDOW) {
                self.slots.occupy(id, wait_of(&record, packet), place);
            }
        }
        Some(())
    }
}

/// Whether the bytes kept with a message are its PUBLISH.
fn is_publish(record: &Message, packet: &[u8]) -> bool {
    match (record.stage(), Packet::decode(packet)) {
        (Stage::Stored, Ok(Packet::Publish(publish))) => publish.id == record.id(),
        // Of a released message the packet is not kept.
        (stage, _) => stage == Stage::Released,
    }
}
