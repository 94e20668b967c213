//! The records of a session on disk, their changes, and what became of one.

use crate::mqtt::PacketId;

use core::fmt;

/// Which record of a session: each is small, and changed on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RecordKey {
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
    Suspect,
}

/// What it is called.
impl fmt::Display for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, number) = match *self {
            Self::Identity => return f.write_str("identity"),
            Self::Suspect => return f.write_str("suspect"),
            Self::Outgoing(number) => ("message", number),
            Self::Received(id) => ("received", id.into()),
            Self::Subscription(number) => ("subscription", number.into()),
            Self::Seen(place) => ("delivered", place.into()),
        };
        write!(f, "{kind} {number}")
    }
}

impl RecordKey {
    /// A kind and a number that mean the same in every later version.
    pub(crate) fn to_number(self) -> (u8, u64) {
        match self {
            Self::Identity => (0, 0),
            Self::Outgoing(number) => (1, number),
            Self::Received(id) => (2, id.into()),
            Self::Subscription(number) => (3, number.into()),
            Self::Seen(place) => (4, place.into()),
            Self::Suspect => (5, 0),
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
            5 if number == 0 => Self::Suspect,
            _ => return None,
        })
    }
}

/// What the caller is to do on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionChange<'s> {
    /// Keep these bytes in place of what was there.
    Put(RecordKey, &'s [u8]),
    /// Forget the record.
    Erase(RecordKey),
    /// Forget every record of the session; answered for [`RecordKey::Identity`].
    Forget,
}

impl<'s> SessionChange<'s> {
    /// Puts bytes; none erase.
    pub(super) fn of(record: RecordKey, bytes: &'s [u8]) -> Self {
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
