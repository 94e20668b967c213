//! Messages that are accepted: from then on they are delivered whatever becomes
//! of the connection, the session and, where sessions are kept on disk, of us.

use super::record::{HEADER, Record};
use super::{Reason, SendError, Session};
use crate::buffer::Buf;
use crate::mqtt::packet::{EncodeError, Publish};
use crate::mqtt::{PacketId, Qos};

/// How a message is accepted.
#[derive(Clone, Copy, Debug)]
pub struct Promise {
    /// Whether [`Event::Published`](super::Event::Published) or
    /// [`Dropped`](super::Dropped) carries its name.
    pub tracked: bool,
    /// The identifier the host gave it, 0 if none.
    pub host_id: u32,
    /// Bytes that all messages not yet acknowledged may take.
    pub limit: usize,
    /// Whether the oldest message not yet sent makes room for it.
    pub drop_oldest: bool,
}

/// A message that was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Its number, see [`Session::is_accepted`].
    pub number: u64,
    /// Its packet identifier, none with QoS 0.
    pub id: Option<PacketId>,
    /// What the host knows it by: its own identifier, else the number.
    pub name: u32,
}

/// What is known of an identifier a host gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// It is on its way.
    Waiting(Accepted),
    /// It was delivered.
    Delivered,
}

/// The messages on their way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Backlog {
    /// How many.
    pub messages: usize,
    /// Bytes they take, with 24 for each.
    pub bytes: usize,
    /// When the oldest was accepted.
    pub oldest: Option<u32>,
}

impl Session<'_> {
    /// Accepts a message, connected or not; its identifier is chosen here. It is
    /// sent when it may be: after those before it, and once it is on disk.
    ///
    /// Fails with `Invalid` (the topic) or `Full`.
    pub fn accept(
        &mut self,
        publish: &Publish<'_>,
        promise: Promise,
        out: &mut Buf<'_>,
    ) -> Result<Accepted, SendError> {
        let named = publish.qos != Qos::AtMostOnce;
        // Any will do to see whether there is room; none is used up by one that is
        // refused.
        let id = PacketId::new(1).filter(|_| named);
        let publish = Publish { id, ..*publish };
        if !publish.is_valid() {
            return Err(SendError::Invalid);
        }
        self.make_room(&publish, promise)?;
        let held = |id| self.aside.holds(id);
        let id = named.then(|| self.slots.later_id(held));
        let publish = Publish { id, ..publish };
        let number = self.number()?;
        let mut record = Record::new(number, id, promise.host_id, self.time);
        record.set_promised(promise.tracked);
        self.store(record, &publish)?;
        self.poll_send(out);
        Ok(accepted(record))
    }

    /// Drops the oldest messages that certainly were never sent, if that is wanted,
    /// until there is room for another; none if that would not do.
    fn make_room(&mut self, publish: &Publish<'_>, promise: Promise) -> Result<(), SendError> {
        for _ in 0..self.in_the_way(publish, promise).ok_or(SendError::Full)? {
            if let Some((place, _)) = self.log.find(|record| !record.is_sent()) {
                self.log.lose(place, Reason::NoRoom as u8);
            }
        }
        Ok(())
    }

    /// How many are to be dropped for that, if it can be done. While the disk fails
    /// none goes for one that could not be kept.
    fn in_the_way(&self, publish: &Publish<'_>, promise: Promise) -> Option<usize> {
        let capacity = self.log.capacity();
        let limit = promise.limit.min(capacity);
        let counted = HEADER + publish.topic.len() + publish.payload.len();
        let (mut weight, mut bytes) = (
            self.log.bytes() + counted,
            self.log.needed() + HEADER + publish.len(),
        );
        let may_drop = promise.drop_oldest && !self.stalled;
        let mut oldest = self.log.unsent().filter(|_| may_drop);
        let mut count = 0;
        while weight > limit || bytes > capacity {
            let record = oldest.next()?;
            weight -= record.weight();
            // Its header stays until the disk has erased it and the host is told.
            bytes -= record.packet_len();
            count += 1;
        }
        Some(count)
    }

    /// Seconds of the caller's clock, by which the age of messages is told.
    pub fn set_time(&mut self, seconds: u32) {
        self.time = seconds;
    }

    /// The caller's clock was moved by so many seconds: the messages accepted since
    /// the session was restored are as old as before.
    pub fn move_times(&mut self, by: i64) {
        self.log.move_times(self.own_from, by);
    }

    /// Whether an accepted message is on disk, or needs not be any more.
    pub fn is_accepted(&self, number: u64) -> bool {
        let open = |record: Record| record.number == number && !record.is_on_disk();
        self.log.find(open).is_none()
    }

    /// Takes back a message that was accepted, if nobody was asked yet to put it on
    /// disk; whether it was.
    pub fn refuse(&mut self, number: u64) -> bool {
        self.log.refuse(number)
    }

    /// What is known of an identifier a host gave to a message.
    pub fn known(&self, host_id: u32) -> Option<Known> {
        let meant = |record: Record| record.host_id() == host_id && !record.was_dropped();
        if let Some((_, record)) = self.log.find(meant) {
            return Some(Known::Waiting(accepted(record)));
        }
        self.seen.contains(host_id).then_some(Known::Delivered)
    }

    /// The host wants to know how the message of this number ends. A restart forgets
    /// that: then it ends as it was accepted.
    pub fn track(&mut self, number: u64) {
        self.log.track(number);
    }

    /// Whether messages wait that were not sent on this connection.
    pub fn has_backlog(&self) -> bool {
        self.log.is_sending()
    }

    /// The messages that are not acknowledged.
    pub fn backlog(&self) -> Backlog {
        Backlog {
            messages: self.log.live(),
            bytes: self.log.bytes(),
            oldest: self.log.oldest().map(Record::time),
        }
    }
}

fn accepted(record: Record) -> Accepted {
    Accepted {
        number: record.number,
        id: record.id(),
        name: record.name(),
    }
}

impl From<EncodeError> for SendError {
    fn from(error: EncodeError) -> Self {
        match error {
            EncodeError::Invalid => Self::Invalid,
            EncodeError::Full => Self::Full,
        }
    }
}
