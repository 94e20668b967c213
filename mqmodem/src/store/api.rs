//! What crosses the border between a modem and what keeps for it.

use mqmodem_core::mqtt::session::RecordKey;
use mqmodem_core::{LinkId, Slot};
use std::task::{Context, Poll};

/// What a modem wants changed.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum StoreChange<'c> {
    /// Keep `bytes` in place of what was there.
    Put {
        /// Under this name.
        slot: Slot,
        /// What to keep.
        bytes: &'c [u8],
    },
    /// Forget what is kept.
    Erase {
        /// Under this name.
        slot: Slot,
    },
    /// Forget every record of a session.
    Forget {
        /// Whose session it was.
        link: LinkId,
    },
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Done {
    /// Whose change it was.
    pub slot: Slot,
    /// Whether it is durable. If not, what was there before may be there again.
    pub ok: bool,
}

/// Carries out the changes of one modem, in order: none becomes durable without
/// those before it. Where one fails, all that were submitted before that was
/// told fail too.
pub trait Store: Send {
    /// Takes a change over; it counts once `poll_done` has told it durable.
    fn submit(&mut self, change: StoreChange<'_>);

    /// What became of the oldest change not told yet.
    fn poll_done(&mut self, cx: &mut Context<'_>) -> Poll<Done>;

    /// Whether what was told durable outlives the modem.
    fn is_persistent(&self) -> bool {
        true
    }

    /// Whether the modem has been given what it kept. Until then every change fails.
    fn is_restored(&self) -> bool {
        true
    }

    /// What the modem kept, once, where it could not be read when the modem began. No
    /// change may be under way.
    fn poll_restored(&mut self, _cx: &mut Context<'_>) -> Poll<Vec<(Slot, Vec<u8>)>> {
        Poll::Pending
    }
}

impl StoreChange<'_> {
    /// The name it is about.
    pub fn slot(&self) -> Slot {
        match *self {
            Self::Put { slot, .. } | Self::Erase { slot } => slot,
            Self::Forget { link } => Slot::Session(link, RecordKey::Identity),
        }
    }
}

/// Keeps nothing: the modem starts new each time.
#[derive(Clone, Debug, Default)]
pub struct Forgetful(Vec<Slot>);

impl Store for Forgetful {
    fn submit(&mut self, change: StoreChange<'_>) {
        self.0.push(change.slot());
    }

    fn poll_done(&mut self, _cx: &mut Context<'_>) -> Poll<Done> {
        if !self.0.is_empty() {
            // There are few: what is submitted is asked for in the same turn.
            let slot = self.0.remove(0);
            return Poll::Ready(Done { slot, ok: true });
        }
        // Nothing to wait for: only `submit` makes something to tell. That is seldom, and
        // modems are many.
        self.0 = Vec::new();
        Poll::Pending
    }

    fn is_persistent(&self) -> bool {
        false
    }
}
