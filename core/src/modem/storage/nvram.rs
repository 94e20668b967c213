//! What the modem keeps between restarts, as records in lent memory.
//!
//! A change is staged beside what is kept, handed to the caller, and takes the
//! old one's place only when the caller says it is durable.

use crate::buffer::{Buf, Full};
use crate::modem::slot::Slot;
use core::ops::Range;

/// Header of a record: slot kind, link, number (2 bytes), state, length (4 bytes).
const HEADER: usize = 9;
/// Where in it the state stands.
const STAGE: usize = 4;
/// Where in it the length stands.
const LENGTH: usize = 5;

/// How many records are copied into one at most.
pub(crate) const MOST_COPIES: usize = 2;

/// What a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Stage {
    Kept = 0,
    /// To be handed to the caller.
    Staged = 1,
    /// Handed to the caller, who has not answered yet.
    Asked = 2,
}

/// The modem's non-volatile memory.
#[derive(Debug)]
pub(crate) struct Nvram<'a> {
    records: Buf<'a>,
    /// Whether there may be a change to ask the caller for: it asks often.
    news: bool,
    /// Whether the caller failed to keep something since `take_failure`.
    failed: bool,
}

/// Where a record is and what its header says.
#[derive(Clone, Copy, Debug)]
struct Record {
    at: usize,
    slot: Slot,
    stage: Stage,
    len: usize,
}

impl Record {
    /// Where its content stands.
    fn content(self) -> Range<usize> {
        let start = self.at + HEADER;
        start..start + self.len
    }
}

impl<'a> Nvram<'a> {
    pub(crate) fn new(memory: Buf<'a>) -> Self {
        Self {
            records: memory,
            news: false,
            failed: false,
        }
    }

    pub(crate) fn trim(&mut self) -> usize {
        self.records.trim()
    }

    /// Whether a record of so many bytes still fits.
    pub(crate) fn has_room_for(&self, len: usize) -> bool {
        self.records.free().checked_sub(HEADER) >= Some(len)
    }

    /// The longest record there is memory for, if nothing else is kept.
    pub(crate) fn longest(&self) -> usize {
        self.records.capacity().saturating_sub(HEADER)
    }

    /// What is kept under `slot`.
    pub(crate) fn get(&self, slot: Slot) -> Option<&[u8]> {
        Some(self.content(self.kept(slot)?))
    }

    fn kept(&self, slot: Slot) -> Option<Record> {
        self.find(|record| record.slot == slot && record.stage == Stage::Kept)
    }

    /// The text kept under `slot`, none if it is empty.
    pub(crate) fn text(&self, slot: Slot) -> Option<&str> {
        let text = core::str::from_utf8(self.get(slot)?).ok()?;
        Some(text).filter(|text| !text.is_empty())
    }

    /// Takes over what the caller kept.
    pub(crate) fn restore(&mut self, slot: Slot, bytes: &[u8]) -> Result<(), Full> {
        self.put(slot, |records| records.extend(bytes))
    }

    /// Puts what `write` writes under `slot`, without asking the caller for it.
    pub(crate) fn put(
        &mut self,
        slot: Slot,
        write: impl FnOnce(&mut Buf) -> Result<(), Full>,
    ) -> Result<(), Full> {
        self.append(slot, Stage::Staged, write)?;
        self.commit(slot, Stage::Staged);
        Ok(())
    }

    /// Stages what `write` writes for `slot`, which is to be erased if that is
    /// nothing. Stages nothing if it fails.
    pub(crate) fn stage_with<E: From<Full>>(
        &mut self,
        slot: Slot,
        write: impl FnOnce(&mut Buf) -> Result<(), E>,
    ) -> Result<(), E> {
        // What failed before is not this command's.
        self.failed &= self.is_staged();
        self.append(slot, Stage::Staged, write)
    }

    /// Stages what is kept under `slot` with `bytes` in place of those at `range`, as far as
    /// it has them. Stages nothing if it fails.
    pub(crate) fn stage_part(
        &mut self,
        slot: Slot,
        range: Range<usize>,
        bytes: &[u8],
    ) -> Result<(), Full> {
        let Range { start: begin, end } = self.kept(slot).ok_or(Full)?.content();
        let from = begin.saturating_add(range.start).min(end);
        let behind = begin.saturating_add(range.end).clamp(from, end);
        self.stage_with(slot, |records| {
            records.extend_within(begin..from)?;
            records.extend(bytes)?;
            records.extend_within(behind..end)
        })
    }

    /// Puts copies of what is kept under `from`, each without what stands `before` its
    /// content, under `slot`, without asking the caller for it; nothing erases it.
    pub(crate) fn put_copies(&mut self, slot: Slot, from: &[(Slot, usize)]) -> Result<(), Full> {
        let mut ranges = [const { 0..0 }; MOST_COPIES];
        for (range, (from, before)) in ranges.iter_mut().zip(from) {
            let Range { start, end } = self.kept(*from).ok_or(Full)?.content();
            *range = (start + before).min(end)..end;
        }
        self.put(slot, |records| {
            let mut ranges = ranges.into_iter();
            ranges.try_for_each(|range| records.extend_within(range))
        })
    }

    /// Bytes that a record may still have.
    pub(crate) fn free(&self) -> usize {
        self.records.free().saturating_sub(HEADER)
    }

    /// Whether a record of so many bytes fits.
    pub(crate) fn fits(&self, len: usize) -> bool {
        self.records.free() >= HEADER + len
    }

    /// Whether there may be a change the caller is to carry out.
    #[inline]
    pub(crate) fn asks(&self) -> bool {
        self.news
    }

    /// Whether there is one; where there is none, none is looked for again.
    pub(crate) fn is_asking(&mut self) -> bool {
        let staged = self.find(|record| record.stage == Stage::Staged);
        self.news = staged.is_some();
        self.news
    }

    /// The next change the caller is to carry out; empty bytes erase.
    pub(crate) fn ask(&mut self) -> Option<(Slot, &[u8])> {
        let record = self.find(|record| record.stage == Stage::Staged)?;
        self.set_stage(record, Stage::Asked);
        Some((record.slot, self.content(record)))
    }

    /// Whether a change waits for the caller.
    pub(crate) fn is_staged(&self) -> bool {
        self.find(|record| record.stage != Stage::Kept).is_some()
    }

    /// The caller has kept what it was asked to, or failed to.
    pub(crate) fn answered(&mut self, slot: Slot, ok: bool) {
        if ok {
            return self.commit(slot, Stage::Asked);
        }
        let asked = |record: &Record| record.slot == slot && record.stage == Stage::Asked;
        if let Some(record) = self.find(asked) {
            self.failed = true;
            self.remove(record);
        }
    }

    /// Whether something could not be kept since the last time this was asked.
    pub(crate) fn take_failure(&mut self) -> bool {
        core::mem::take(&mut self.failed)
    }

    /// Drops every change that is not kept yet.
    pub(crate) fn unstage(&mut self) {
        while let Some(record) = self.find(|record| record.stage != Stage::Kept) {
            self.remove(record);
        }
    }

    fn commit(&mut self, slot: Slot, stage: Stage) {
        let Some(new) = self.find(|record| record.slot == slot && record.stage == stage) else {
            return;
        };
        self.set_stage(new, Stage::Kept);
        if new.len == 0 {
            self.remove(new);
        }
        // The older record of a slot stands before the newer.
        let kept = |record: &Record| record.slot == slot && record.stage == Stage::Kept;
        let old = self.find(kept).filter(|old| old.at < new.at);
        if let Some(old) = old {
            self.remove(old);
        }
    }

    /// Appends a record whose content `write` writes, or nothing.
    fn append<E: From<Full>>(
        &mut self,
        slot: Slot,
        stage: Stage,
        write: impl FnOnce(&mut Buf) -> Result<(), E>,
    ) -> Result<(), E> {
        self.news = true;
        let at = self.records.len();
        // No slot kept here has a longer number.
        let [kind, link, .., high, low] = slot.to_bytes();
        let header = [kind, link, high, low, stage as u8, 0, 0, 0, 0];
        self.records.extend(&header)?;
        let written = write(&mut self.records);
        let len = u32::try_from(self.records.len() - at - HEADER);
        match (written, len) {
            (Ok(()), Ok(len)) => {
                let place = self
                    .records
                    .as_mut_slice()
                    .get_mut(at + LENGTH..at + HEADER);
                place.ok_or(Full)?.copy_from_slice(&len.to_be_bytes());
                Ok(())
            }
            (written, _) => {
                self.records.truncate(at);
                written.and(Err(Full.into()))
            }
        }
    }

    fn records(&self) -> impl Iterator<Item = Record> {
        let mut at = 0;
        core::iter::from_fn(move || {
            let header = self.records.as_slice().get(at..at + HEADER)?;
            let &[kind, link, n0, n1, stage, l0, l1, l2, l3] = header else {
                return None;
            };
            let record = Record {
                at,
                slot: Slot::from_bytes([kind, link, 0, 0, 0, 0, 0, 0, n0, n1])?,
                stage: match stage {
                    0 => Stage::Kept,
                    1 => Stage::Staged,
                    _ => Stage::Asked,
                },
                len: u32::from_be_bytes([l0, l1, l2, l3]) as usize,
            };
            at += HEADER + record.len;
            Some(record)
        })
    }

    fn find(&self, wanted: impl Fn(&Record) -> bool) -> Option<Record> {
        self.records().find(|record| wanted(record))
    }

    fn content(&self, record: Record) -> &[u8] {
        let content = self.records.as_slice().get(record.content());
        content.unwrap_or_default()
    }

    fn set_stage(&mut self, record: Record, stage: Stage) {
        if let Some(byte) = self.records.as_mut_slice().get_mut(record.at + STAGE) {
            *byte = stage as u8;
        }
    }

    fn remove(&mut self, record: Record) {
        self.records.remove(record.at, HEADER + record.len);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modem::ids::LinkId;

    const SLOT: Slot = Slot::Root(LinkId(0));

    fn stage(nvram: &mut Nvram, bytes: &[u8]) -> Result<(), Full> {
        nvram.stage_with(SLOT, |records| records.extend(bytes))
    }

    #[test]
    fn a_change_counts_once_it_is_durable() {
        let mut memory = [0; 40];
        let mut nvram = Nvram::new(Buf::lent(&mut memory));
        nvram.restore(SLOT, b"old").unwrap();
        stage(&mut nvram, b"new").unwrap();
        assert_eq!(nvram.get(SLOT), Some(&b"old"[..]));
        assert_eq!(nvram.ask(), Some((SLOT, &b"new"[..])));
        assert_eq!(nvram.ask(), None);
        nvram.answered(SLOT, true);
        assert_eq!(nvram.get(SLOT), Some(&b"new"[..]));
        assert!(!nvram.is_staged());
        assert_eq!(nvram.records().count(), 1);
    }

    #[test]
    fn a_change_that_failed_leaves_what_was() {
        let mut memory = [0; 40];
        let mut nvram = Nvram::new(Buf::lent(&mut memory));
        nvram.restore(SLOT, b"old").unwrap();
        stage(&mut nvram, b"new").unwrap();
        nvram.ask();
        nvram.answered(SLOT, false);
        assert!(nvram.take_failure());
        assert!(!nvram.take_failure());
        assert_eq!(nvram.get(SLOT), Some(&b"old"[..]));
        assert_eq!(stage(&mut nvram, &[0; 40]), Err(Full));
    }

    #[test]
    fn a_part_of_a_record_changes_as_far_as_it_has_it() {
        for (range, bytes, then) in [
            (1..2, &b"XY"[..], &b"oXYd"[..]),
            (3..9, b"er", b"older"),
            (0..9, b"", b""),
            (9..12, b"!", b"old!"),
        ] {
            let mut memory = [0; 40];
            let mut nvram = Nvram::new(Buf::lent(&mut memory));
            nvram.restore(SLOT, b"old").unwrap();
            nvram.stage_part(SLOT, range.clone(), bytes).unwrap();
            nvram.ask();
            nvram.answered(SLOT, true);
            let kept = nvram.get(SLOT).unwrap_or_default();
            assert_eq!(kept, then, "{range:?}");
        }
    }

    #[test]
    fn an_erased_record_is_gone_once_that_is_durable() {
        let mut memory = [0; 40];
        let mut nvram = Nvram::new(Buf::lent(&mut memory));
        nvram.restore(SLOT, b"old").unwrap();
        stage(&mut nvram, b"").unwrap();
        nvram.ask();
        nvram.answered(SLOT, true);
        assert_eq!(nvram.get(SLOT), None);
        assert_eq!(nvram.records().count(), 0);
    }
}
