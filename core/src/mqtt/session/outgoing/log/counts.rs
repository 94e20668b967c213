//! What the records of a log come to, so that nobody has to look at all of them.

use crate::mqtt::session::durability::Durability;
use crate::mqtt::session::outgoing::header::MessageHeader;

/// Sums over all records. A record that changes is taken out as it was and put in
/// as it is.
#[derive(Debug, Default)]
pub(super) struct Counts {
    /// Bytes that are needed no more.
    pub(super) dead: usize,
    /// Messages that are not done, and the bytes they need.
    pub(super) live: usize,
    pub(super) weight: usize,
    /// Messages dropped and not reported.
    pub(super) dropped: usize,
    /// The rest is counted where changes are put on disk. Those that are to be put
    /// there once more:
    pub(super) changes: usize,
    /// Messages that are done while they are on their way to the disk.
    pub(super) late: usize,
    /// Messages whose PUBREL is due.
    pub(super) due: usize,
    /// Messages sent that a restart would find on disk.
    pub(super) exposed: usize,
}

/// How the disk comes into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Backing {
    /// Not at all.
    No,
    /// The record was not yet asked to be put there.
    New,
    Asked,
}

impl Counts {
    /// A new record: all of it is needed, nothing is to be reported of it.
    #[inline]
    pub(super) fn begin(&mut self, record: MessageHeader, backing: Backing) {
        self.live += 1;
        self.weight += record.size();
        self.exposed += usize::from(backing != Backing::No && record.is_sent());
    }

    /// Such a record is over, where no disk comes into it.
    #[inline]
    pub(super) fn end(&mut self, record: MessageHeader) {
        self.live -= 1;
        self.weight -= record.size();
    }

    #[inline]
    pub(super) fn put(&mut self, record: MessageHeader, backing: Backing) {
        self.each(record, backing, usize::wrapping_add);
    }

    #[inline]
    pub(super) fn take(&mut self, record: MessageHeader, backing: Backing) {
        self.each(record, backing, usize::wrapping_sub);
    }

    // Where it is not, each count is a call.
    #[allow(clippy::inline_always)]
    #[inline(always)]
    fn each(
        &mut self,
        record: MessageHeader,
        backing: Backing,
        with: impl Fn(usize, usize) -> usize,
    ) {
        let count = |sum: &mut usize, n: usize| *sum = with(*sum, n);
        count(&mut self.dead, record.size() - record.needed());
        count(&mut self.live, record.is_live().into());
        count(&mut self.weight, record.weight());
        count(&mut self.dropped, record.is_unreported().into());
        if backing == Backing::No {
            return;
        }
        count(&mut self.late, record.is_late().into());
        count(&mut self.due, record.is_due().into());
        count(&mut self.exposed, record.is_exposed().into());
        let changed = backing == Backing::Asked && record.disk() == Durability::Changed;
        count(&mut self.changes, changed.into());
    }
}
