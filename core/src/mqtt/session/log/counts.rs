//! What the records of a log come to, so that nobody has to look at all of them.

use crate::mqtt::session::disk::Disk;
use crate::mqtt::session::record::Record;

/// Sums over all records. A record that changes is taken out as it was and put in
/// as it is.
#[derive(Debug, Default)]
pub(super) struct Counts {
    /// Bytes that are needed no more.
    pub(super) dead: usize,
    /// Messages that are not done, and the bytes they need.
    pub(super) live: usize,
    pub(super) weight: usize,
    /// Messages dropped and not told.
    pub(super) lost: usize,
    /// The rest is counted where changes are put on disk. Those that are to be put
    /// there once more:
    pub(super) changes: usize,
    /// Messages that are done while they are on their way to the disk.
    pub(super) late: usize,
    /// Messages whose PUBREL is due.
    pub(super) owing: usize,
    /// Messages sent that a restart would find on disk.
    pub(super) exposed: usize,
}

/// How the disk comes into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    /// Not at all.
    No,
    /// The record was not yet asked to be put there.
    New,
    Asked,
}

impl Counts {
    /// A new record: all of it is needed, nothing is to be told of it.
    #[inline]
    pub(super) fn begin(&mut self, record: Record, kept: Kept) {
        self.live += 1;
        self.weight += record.size();
        self.exposed += usize::from(kept != Kept::No && record.is_sent());
    }

    #[inline]
    pub(super) fn put(&mut self, record: Record, kept: Kept) {
        self.each(record, kept, usize::wrapping_add);
    }

    #[inline]
    pub(super) fn take(&mut self, record: Record, kept: Kept) {
        self.each(record, kept, usize::wrapping_sub);
    }

    #[inline]
    fn each(&mut self, record: Record, kept: Kept, with: impl Fn(usize, usize) -> usize) {
        let count = |sum: &mut usize, n: usize| *sum = with(*sum, n);
        count(&mut self.dead, record.size() - record.needed());
        count(&mut self.live, record.is_live().into());
        count(&mut self.weight, record.weight());
        count(&mut self.lost, record.is_lost().into());
        if kept == Kept::No {
            return;
        }
        count(&mut self.late, record.is_late().into());
        count(&mut self.owing, record.is_owing().into());
        count(&mut self.exposed, record.is_exposed().into());
        let changed = kept == Kept::Asked && record.disk() == Disk::Changed;
        count(&mut self.changes, changed.into());
    }
}
