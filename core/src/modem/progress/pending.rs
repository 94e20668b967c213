//! Results that are due: messages that wait together, for the network (QoS 0) or, once
//! accepted, for the disk.
//!
//! A host that sends its lines without waiting for answers would else cost one
//! write to the network, or one sync of the disk, for each of them. Without echo nothing
//! is written while such a message waits, so the next line may be looked at: if it is one
//! more message of that kind, it waits beside the first. Those for the network are
//! answered when it took all of them, those for the disk each in its turn. Any other
//! line is carried out once they are answered.

use super::accepts::{Accepts, PendingAccept};
use crate::modem::fail::Fail;
use crate::modem::ids::LinkId;
use crate::on_use::OnUse;
use crate::time::Instant;

/// Results due at once at most, of messages that wait for the network.
const MOST: u8 = 32;

/// The results that are due.
#[derive(Debug)]
pub(crate) struct Pending {
    due: Due,
    /// Those that are to be on disk.
    accepts: OnUse<Accepts>,
    /// The link they are all about.
    link: LinkId,
    /// No further line is taken: the one that was looked at has to wait for them.
    blocked: bool,
    /// It failed before it was looked at.
    failed: Option<Fail>,
}

/// What they wait for.
#[derive(Clone, Copy, Debug)]
enum Due {
    Nothing,
    /// The network takes so many bytes.
    Written {
        count: u8,
        upto: u64,
        /// When the first has waited long enough.
        deadline: Instant,
    },
    /// Each of them is on disk.
    Accepted,
}

impl Pending {
    pub(crate) const NONE: Self = Self {
        due: Due::Nothing,
        accepts: OnUse::NEW,
        link: LinkId::FIRST,
        blocked: false,
        failed: None,
    };

    /// Whether there are any.
    #[inline]
    pub(crate) fn any(&self) -> bool {
        !matches!(self.due, Due::Nothing)
    }

    /// Whether they wait for the disk.
    pub(crate) fn is_accepting(&self) -> bool {
        matches!(self.due, Due::Accepted)
    }

    /// When they are given up.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        match self.due {
            Due::Written { deadline, .. } => Some(deadline),
            _ => None,
        }
    }

    /// Whether the line that was looked at has to wait for them.
    #[inline]
    pub(crate) fn blocks(&self) -> bool {
        self.blocked
    }

    /// The link they are about.
    pub(crate) fn link(&self) -> LinkId {
        self.link
    }

    /// Whether the network took what they wait for, where they wait for that.
    pub(crate) fn is_written(&self, written: impl FnOnce(LinkId) -> Option<u64>) -> bool {
        match self.due {
            Due::Written { upto, .. } => written(self.link).is_some_and(|it| it >= upto),
            _ => false,
        }
    }

    /// Adds a result that is due when `upto` bytes of the link are written, which is
    /// given up at the deadline of the first; whether there was room.
    #[inline]
    pub(crate) fn add_written(&mut self, link: LinkId, upto: u64, deadline: Instant) -> bool {
        let count = match self.due {
            Due::Nothing => 0,
            Due::Written { count, .. } if count < MOST => count,
            _ => return false,
        };
        self.link = link;
        self.due = Due::Written {
            count: count + 1,
            upto,
            deadline,
        };
        true
    }

    /// Adds the result of a message that is to be on disk; whether there was room, also
    /// for its answer in `free` bytes of output.
    pub(crate) fn add_accepted(
        &mut self,
        link: LinkId,
        accept: PendingAccept,
        free: usize,
    ) -> bool {
        let accepts = self.accepts.used();
        match self.due {
            Due::Nothing => *accepts = Accepts::default(),
            Due::Accepted => {}
            Due::Written { .. } => return false,
        }
        let added = accepts.has_room(free);
        if added {
            accepts.push(accept);
            (self.due, self.link) = (Due::Accepted, link);
        }
        added
    }

    /// The messages that wait for the disk.
    pub(crate) fn accepts(&mut self) -> Option<&mut Accepts> {
        let accepting = self.is_accepting();
        self.accepts.get_mut().filter(|_| accepting)
    }

    /// No further line joins them.
    pub(crate) fn close(&mut self) {
        self.blocked |= self.any();
    }

    /// The present line has to wait for them; what it failed with already, if it did.
    pub(crate) fn block(&mut self, failed: Option<Fail>) {
        self.blocked = true;
        self.failed = failed;
    }

    /// How many lines are not answered: those that wait, and one that failed behind them.
    pub(crate) fn lines(&self) -> usize {
        let waiting = match self.due {
            Due::Nothing => 0,
            Due::Written { count, .. } => usize::from(count),
            Due::Accepted => self.accepts.get().map_or(0, Accepts::count),
        };
        waiting + usize::from(self.failed.is_some())
    }

    /// How many wait for the network.
    pub(crate) fn written(&self) -> u8 {
        match self.due {
            Due::Written { count, .. } => count,
            _ => 0,
        }
    }

    /// All are answered: what the line behind them failed with.
    pub(crate) fn end(&mut self) -> Option<Fail> {
        (self.due, self.link, self.blocked) = (Due::Nothing, LinkId::FIRST, false);
        self.failed.take()
    }

    /// Whether one more line may be looked at meanwhile, with its answer in `free` bytes
    /// of output.
    pub(crate) fn takes_more(&self, free: usize) -> bool {
        !self.blocked
            && match &self.due {
                Due::Nothing => true,
                Due::Written { count, .. } => *count < MOST,
                Due::Accepted => {
                    let accepts = self.accepts.get();
                    accepts.is_some_and(|accepts| accepts.has_room(free))
                }
            }
    }
}
