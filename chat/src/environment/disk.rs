//! A disk of records that answers when it is told to.

use mqmodem_core::mqtt::session::RecordKey;
use mqmodem_core::{Action, Slot};
use std::collections::{BTreeMap, VecDeque};

/// What becomes of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteOutcome {
    /// It is durable.
    Durable,
    /// It failed, and what was there before still is.
    Failed,
    /// It is reported as durable and is not: a disk that lies.
    Lost,
}

/// What is durable, and what is not yet.
#[derive(Clone, Debug, Default)]
pub struct RecordDisk {
    durable: BTreeMap<Slot, Vec<u8>>,
    /// Changes without an answer, oldest first; no bytes erase.
    pending: VecDeque<(Slot, Option<Vec<u8>>)>,
}

impl RecordDisk {
    /// Puts a record on it that is durable at once.
    pub fn insert(&mut self, slot: Slot, bytes: Vec<u8>) {
        self.durable.insert(slot, bytes);
    }

    /// Takes what a modem asks for; whether it was for the disk.
    #[must_use]
    pub fn submit(&mut self, action: &Action<'_>) -> bool {
        self.pending.push_back(match action {
            Action::Store { slot, bytes } => (*slot, Some(bytes.to_vec())),
            Action::Erase { slot } => (*slot, None),
            Action::Forget { link } => (Slot::Session(*link, RecordKey::Identity), None),
            _ => return false,
        });
        true
    }

    /// The oldest change without an answer; no bytes erase.
    pub fn oldest(&self) -> Option<(Slot, Option<&[u8]>)> {
        let (slot, bytes) = self.pending.front()?;
        Some((*slot, bytes.as_deref()))
    }

    /// How many changes have no answer.
    pub fn pending(&self) -> usize {
        self.pending.len()
    }

    /// Ends the oldest change like this; what to report of it.
    pub fn answer(&mut self, outcome: WriteOutcome) -> Option<(Slot, bool)> {
        let (slot, bytes) = self.pending.pop_front()?;
        if outcome == WriteOutcome::Durable {
            self.apply(slot, bytes);
        }
        Some((slot, outcome != WriteOutcome::Failed))
    }

    fn apply(&mut self, slot: Slot, bytes: Option<Vec<u8>>) {
        match (bytes, slot) {
            (Some(bytes), _) => drop(self.durable.insert(slot, bytes)),
            // The identity goes with all it is the identity of.
            (None, Slot::Session(link, RecordKey::Identity)) => {
                let other = |slot: &Slot| !matches!(slot, Slot::Session(of, _) if *of == link);
                self.durable.retain(|slot, _| other(slot));
            }
            (None, _) => drop(self.durable.remove(&slot)),
        }
    }

    /// What is durable.
    pub fn durable(&self) -> &BTreeMap<Slot, Vec<u8>> {
        &self.durable
    }

    /// Whether there is nothing on it, nor on its way to it.
    pub fn is_blank(&self) -> bool {
        self.durable.is_empty() && self.pending.is_empty()
    }

    /// The power goes, and with it every change without an answer.
    pub fn cut_power(&mut self) {
        self.pending.clear();
    }
}
