//! What the records of a log come to, so that nobody has to look at all of them.

use crate::mqtt::session::durability::Durability;
use crate::mqtt::session::outgoing::header::MessageHeader;

/// Sums over all records. A record that changes is taken out as it was and put in
/// as it is.
#[derive(Debug, Default)]
pub(super) struct Counts {
    /// Bytes that are needed no more.
    pub(super) dead: u32,
    /// Messages that are not done, and the bytes they need.
    pub(super) live: u32,
    pub(super) weight: u32,
    /// Messages dropped and not reported.
    pub(super) dropped: u32,
    /// The rest is counted where changes are put on disk. Those that are to be put
    /// there once more:
    pub(super) changes: u32,
    /// Messages that are done while they are on their way to the disk.
    pub(super) late: u32,
    /// Messages whose PUBREL is due.
    pub(super) due: u32,
    /// Messages sent that a restart would find on disk.
    pub(super) exposed: u32,
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
        self.weight += record.size() as u32;
        self.exposed += u32::from(backing != Backing::No && record.is_sent());
    }

    /// Such a record is over, where no disk comes into it.
    #[inline]
    pub(super) fn end(&mut self, record: MessageHeader) {
        self.live -= 1;
        self.weight -= record.size() as u32;
    }

    #[inline]
    pub(super) fn put(&mut self, record: MessageHeader, backing: Backing) {
        self.each(record, backing, u32::wrapping_add);
    }

    #[inline]
    pub(super) fn take(&mut self, record: MessageHeader, backing: Backing) {
        self.each(record, backing, u32::wrapping_sub);
    }

    // Where it is not, each count is a call.
    #[allow(clippy::inline_always)]
    #[inline(always)]
    fn each(&mut self, record: MessageHeader, backing: Backing, with: impl Fn(u32, u32) -> u32) {
        let count = |sum: &mut u32, n: u32| *sum = with(*sum, n);
        count(&mut self.dead, (record.size() - record.needed()) as u32);
        count(&mut self.live, record.is_live().into());
        count(&mut self.weight, record.weight() as u32);
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
