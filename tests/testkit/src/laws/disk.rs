//! A disk that keeps what it is asked to at once, later, or not at all.

use mqmodem_core::mqtt::session::Record;
use mqmodem_core::{Action, Slot};
use std::collections::{BTreeMap, VecDeque};

/// How a disk answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// It has kept what it was asked to.
    #[default]
    Works,
    /// It could not.
    Fails,
    /// Nothing, until it is told to.
    Holds,
}

/// What is durable, and what is not yet.
#[derive(Debug, Default)]
pub(crate) struct Disk {
    pub(crate) mode: Mode,
    pub(crate) kept: BTreeMap<Slot, Vec<u8>>,
    /// Changes without an answer, oldest first; `None` erases.
    pending: VecDeque<(Slot, Option<Vec<u8>>)>,
}

impl Disk {
    /// Takes what a modem asks for; whether it was for the disk.
    pub(crate) fn ask(&mut self, action: &Action<'_>) -> bool {
        self.pending.push_back(match action {
            Action::Store { slot, bytes } => (*slot, Some(bytes.to_vec())),
            Action::Erase { slot } => (*slot, None),
            Action::Forget { link } => (Slot::Session(*link, Record::Identity), None),
            _ => return false,
        });
        true
    }

    /// Carries out the oldest change, or fails to; what to say of it.
    pub(crate) fn answer(&mut self) -> Option<(Slot, bool)> {
        let (slot, bytes) = self.pending.pop_front()?;
        let ok = self.mode != Mode::Fails;
        if ok {
            self.keep(slot, bytes);
        }
        Some((slot, ok))
    }

    fn keep(&mut self, slot: Slot, bytes: Option<Vec<u8>>) {
        match (bytes, slot) {
            (Some(bytes), _) => drop(self.kept.insert(slot, bytes)),
            // The identity goes with all it is the identity of.
            (None, Slot::Session(link, Record::Identity)) => {
                let other = |slot: &Slot| !matches!(slot, Slot::Session(of, _) if *of == link);
                self.kept.retain(|slot, _| other(slot));
            }
            (None, _) => drop(self.kept.remove(&slot)),
        }
    }

    /// Whether there is nothing on it, nor on its way to it.
    pub(crate) fn is_blank(&self) -> bool {
        self.kept.is_empty() && self.pending.is_empty()
    }

    /// Power is gone, and with it what had no answer.
    pub(crate) fn power_cut(&mut self) {
        self.pending.clear();
    }
}
