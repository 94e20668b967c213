//! A disk that writes in its own time, has little room, and loses what was not
//! durable.

use crate::random::Random;
use mqmodem_chat::environment::{RecordDisk, WriteOutcome};
use mqmodem_core::mqtt::session::RecordKey;
use mqmodem_core::{Action, LinkId, Slot};

/// A disk of records with faults.
#[derive(Debug, Default)]
pub(crate) struct Disk {
    records: RecordDisk,
    /// Reports that records of messages are durable, and loses some.
    lies: bool,
    /// Bytes there are for messages to the broker; 0 is as many as are wanted.
    room: usize,
}

impl Disk {
    pub(crate) fn new(lies: bool, room: usize) -> Self {
        Self {
            lies,
            room,
            ..Self::default()
        }
    }

    /// Takes what is the disk's to do; whether it was.
    pub(crate) fn submit(&mut self, action: &Action<'_>) -> bool {
        self.records.submit(action)
    }

    /// Whether it knows of a session on a link.
    pub(crate) fn has_session(&self, link: LinkId) -> bool {
        let identity = Slot::Session(link, RecordKey::Identity);
        self.records.durable().contains_key(&identity)
    }

    pub(crate) fn is_busy(&self) -> bool {
        self.records.pending() > 0
    }

    /// Makes some of what was asked durable, in order; what to report. Where there is
    /// no room for a message, it and all behind it fail.
    pub(crate) fn write(&mut self, random: &mut Random) -> Vec<(Slot, bool)> {
        let count = random.between(1, self.records.pending().max(1));
        let mut done = Vec::new();
        for _ in 0..count {
            if self.is_full() {
                done.extend(self.fail());
                break;
            }
            done.extend(self.write_oldest(random));
        }
        done
    }

    /// Whether there is no room for the change that was asked for first.
    fn is_full(&self) -> bool {
        let Some((slot, Some(bytes))) = self.records.oldest() else {
            return false;
        };
        let before = self.records.durable().get(&slot);
        let grows = before.is_none_or(|before| before.len() < bytes.len());
        let outgoing = self.records().filter(|(slot, _)| is_outgoing(*slot));
        let used: usize = outgoing.map(|(_, bytes)| bytes.len()).sum();
        let full = self.room > 0 && used + bytes.len() > self.room;
        full && grows && is_outgoing(slot)
    }

    fn write_oldest(&mut self, random: &mut Random) -> Option<(Slot, bool)> {
        let (slot, _) = self.records.oldest()?;
        let lost = self.lies && is_message(slot) && random.one_in(4);
        self.records.answer(if lost {
            WriteOutcome::Lost
        } else {
            WriteOutcome::Durable
        })
    }

    /// Nothing of what was asked is stored; what to report.
    pub(crate) fn fail(&mut self) -> Vec<(Slot, bool)> {
        std::iter::from_fn(|| self.records.answer(WriteOutcome::Failed)).collect()
    }

    /// The power goes: of what was not answered yet some may be durable.
    pub(crate) fn lose_power(&mut self, random: &mut Random) {
        for _ in 0..random.below(self.records.pending() + 1) {
            self.write_oldest(random);
        }
        self.records.cut_power();
    }

    /// What is durable, in the order in which it is restored.
    pub(crate) fn records(&self) -> impl Iterator<Item = (Slot, &[u8])> {
        let records = self.records.durable().iter();
        records.map(|(slot, bytes)| (*slot, bytes.as_slice()))
    }

    /// Whether a message with this content to the broker is durable.
    pub(crate) fn has_message(&self, content: &[u8]) -> bool {
        let has = |bytes: &[u8]| bytes.windows(content.len()).any(|part| part == content);
        self.records()
            .any(|(slot, bytes)| is_outgoing(slot) && has(bytes))
    }
}

fn is_outgoing(slot: Slot) -> bool {
    matches!(slot, Slot::Session(_, RecordKey::Outgoing(_)))
}

fn is_message(slot: Slot) -> bool {
    is_outgoing(slot) || matches!(slot, Slot::Session(_, RecordKey::Received(_)))
}
