//! What a modem stores where faults may come between.

use crate::store::{Done, Store};
use mqmodem_chat::environment::{RecordDisk, WriteOutcome};
use mqmodem_core::{Action, Instant, Slot};
use mqmodem_faults::{Faults, WriteFate};
use std::collections::VecDeque;
use std::task::{Context, Poll};

/// Changes without an answer, and what is durable by now: what the modem is switched on
/// with after a fault of its power.
#[derive(Debug, Default)]
pub(super) struct Writes {
    disk: RecordDisk,
    /// Of each change, in order, whether the store has it.
    pending: VecDeque<bool>,
}

impl Writes {
    /// What the modem was given when it began.
    pub(super) fn begin(&mut self, stored: impl IntoIterator<Item = (Slot, Vec<u8>)>) {
        for (slot, bytes) in stored {
            // Empty stands for erased.
            if !bytes.is_empty() {
                self.disk.insert(slot, bytes);
            }
        }
    }

    /// The modem wants this; whether the store is to have it. What is no change passes.
    pub(super) fn submit(
        &mut self,
        faults: &mut Faults,
        now: Instant,
        action: &Action<'_>,
    ) -> bool {
        if !self.disk.submit(action) {
            return true;
        }
        let goes = faults.submit(now, matches!(action, Action::Store { .. }));
        self.pending.push_back(goes);
        goes
    }

    /// What became of the oldest change.
    pub(super) fn poll_done(
        &mut self,
        cx: &mut Context<'_>,
        faults: &mut Faults,
        now: Instant,
        store: &mut dyn Store,
    ) -> Poll<Done> {
        let oldest = self.disk.oldest().map(|(slot, _)| slot);
        let (Some(goes), Some(slot)) = (self.pending.front(), oldest) else {
            return Poll::Pending;
        };
        let fate = faults.write_fate(now);
        if fate == WriteFate::Waits {
            return Poll::Pending;
        }
        let ok = if *goes {
            std::task::ready!(store.poll_done(cx)).ok && fate == WriteFate::Passes
        } else {
            false
        };
        self.answer(ok);
        faults.answered(ok);
        Poll::Ready(Done { slot, ok })
    }

    fn answer(&mut self, ok: bool) {
        self.pending.pop_front();
        let _ = self.disk.answer(if ok {
            WriteOutcome::Durable
        } else {
            WriteOutcome::Failed
        });
    }

    /// The modem has lost its power: ready once nothing is under way any more.
    pub(super) fn poll_drained(&mut self, cx: &mut Context<'_>, store: &mut dyn Store) -> Poll<()> {
        while let Some(goes) = self.pending.front() {
            let ok = *goes && std::task::ready!(store.poll_done(cx)).ok;
            self.answer(ok);
        }
        Poll::Ready(())
    }

    /// What is durable.
    pub(super) fn durable(&self) -> Vec<(Slot, Vec<u8>)> {
        let all = self.disk.durable().iter();
        all.map(|(slot, bytes)| (*slot, bytes.clone())).collect()
    }
}
