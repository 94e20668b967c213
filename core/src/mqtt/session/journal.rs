//! What of a session is kept, so that it survives a restart.

/// A record of a session that is kept: small, and changed on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
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
            _ => return None,
        })
    }
}
