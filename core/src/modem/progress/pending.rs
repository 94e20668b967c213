//! Results that are due: messages of QoS 0 that wait for the network together.
//!
//! A host that sends its lines without waiting for answers would else cost one
//! write to the network for each of them. Without echo nothing is written while such a
//! message waits, so the next line may be looked at: if it is one more message of
//! QoS 0, it waits beside the first, and all are answered when the network took
//! all of them. Any other line is carried out once they are answered.

use crate::modem::fail::Fail;
use crate::modem::ids::LinkId;
use crate::time::Instant;

/// Results due at once at most.
const MOST: u8 = 32;

/// The results that are due.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pending {
    count: u8,
    /// The link they are all about.
    link: LinkId,
    /// They are written once the network took so many bytes.
    upto: u64,
    /// When the first has waited long enough.
    deadline: Instant,
    /// The line that was looked at has to wait for them.
    blocked: bool,
    /// It failed before it was looked at.
    failed: Option<Fail>,
}

impl Pending {
    pub(crate) const NONE: Self = Self {
        count: 0,
        link: LinkId::FIRST,
        upto: 0,
        deadline: Instant::ZERO,
        blocked: false,
        failed: None,
    };

    /// Whether there are any.
    #[inline]
    pub(crate) fn any(&self) -> bool {
        self.count > 0
    }

    /// When they are given up.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.any().then_some(self.deadline)
    }

    /// Whether the line that was looked at has to wait for them.
    #[inline]
    pub(crate) fn blocks(&self) -> bool {
        self.blocked
    }

    /// Whether they are about this link.
    pub(crate) fn is_of(&self, link: LinkId) -> bool {
        self.link == link
    }

    /// Whether they are due now: the network took what they wait for.
    pub(crate) fn is_over(&self, written: impl FnOnce(LinkId) -> Option<u64>) -> bool {
        self.any() && written(self.link).is_some_and(|written| written >= self.upto)
    }

    /// Whether there is room for one more.
    #[inline]
    pub(crate) fn has_room(&self) -> bool {
        self.count < MOST
    }

    /// The first one is about a link, and waits until then at most.
    pub(crate) fn begin(&mut self, link: LinkId, deadline: Instant) {
        self.deadline = deadline;
        self.link = link;
    }

    /// Adds a result, until `upto` bytes are written.
    #[inline]
    pub(crate) fn add(&mut self, upto: u64) {
        self.count += 1;
        self.upto = upto;
    }

    /// The present line has to wait for them; what it failed with already, if it did.
    pub(crate) fn block(&mut self, failed: Option<Fail>) {
        self.blocked = true;
        self.failed = failed;
    }

    /// Takes them all: how many they are, and what the line behind them failed with.
    pub(crate) fn take(&mut self) -> (u8, Option<Fail>) {
        let all = core::mem::replace(self, Self::NONE);
        (all.count, all.failed)
    }

    /// Whether one more line may be looked at meanwhile.
    pub(crate) fn takes_more(&self) -> bool {
        !self.blocked && self.count < MOST
    }
}
