//! What is kept, in the order it was asked for.

use super::chance::Chance;
use mqmodem_core::modem::api::LinkId;
use mqmodem_core::mqtt::session::Record;
use mqmodem_core::{Action, Slot};
use std::collections::{BTreeMap, VecDeque};

/// A change that was asked for; no bytes mean that it is erased.
#[derive(Debug)]
struct Change {
    slot: Slot,
    bytes: Option<Vec<u8>>,
    /// All of the link's session goes.
    forgets: Option<LinkId>,
}

/// A store that writes in its own time and loses what was not durable.
#[derive(Debug, Default)]
pub(crate) struct Disk {
    durable: BTreeMap<[u8; 10], Vec<u8>>,
    asked: VecDeque<Change>,
    /// Says that records of messages are durable, and loses some.
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
    pub(crate) fn ask(&mut self, action: &Action) -> bool {
        let change = match *action {
            Action::Store { slot, bytes } => Change {
                slot,
                bytes: Some(bytes.to_vec()),
                forgets: None,
            },
            Action::Erase { slot } => Change {
                slot,
                bytes: None,
                forgets: None,
            },
            Action::Forget { link } => Change {
                slot: Slot::Session(link, Record::Identity),
                bytes: None,
                forgets: Some(link),
            },
            _ => return false,
        };
        self.asked.push_back(change);
        true
    }

    pub(crate) fn is_asked(&self) -> bool {
        !self.asked.is_empty()
    }

    /// Makes some of what was asked durable, in order; what to answer. Where there is
    /// no room for a message, it and all behind it fail.
    pub(crate) fn write(&mut self, chance: &mut Chance) -> Vec<(Slot, bool)> {
        let count = chance.between(1, self.asked.len().max(1));
        let mut done = Vec::new();
        for _ in 0..count {
            if self.is_full() {
                done.extend(self.fail());
                break;
            }
            let made = self.make_durable(1, chance);
            done.extend(made.into_iter().map(|slot| (slot, true)));
        }
        done
    }

    /// Whether there is no room for the change that was asked for first.
    fn is_full(&self) -> bool {
        let Some((change, bytes)) = self
            .asked
            .front()
            .and_then(|it| Some((it, it.bytes.as_ref()?)))
        else {
            return false;
        };
        let before = self.durable.get(&change.slot.to_bytes());
        let grows = before.is_none_or(|before| before.len() < bytes.len());
        let outgoing = self.records().filter(|(slot, _)| is_outgoing(*slot));
        let used: usize = outgoing.map(|(_, bytes)| bytes.len()).sum();
        let full = self.room > 0 && used + bytes.len() > self.room;
        full && grows && is_outgoing(change.slot)
    }

    /// Nothing of what was asked is kept; what to answer.
    pub(crate) fn fail(&mut self) -> Vec<(Slot, bool)> {
        let all = self.asked.drain(..);
        all.map(|change| (change.slot, false)).collect()
    }

    /// The power goes: of what was not answered yet some may be durable.
    pub(crate) fn lose_power(&mut self, chance: &mut Chance) {
        let count = chance.below(self.asked.len() + 1);
        self.make_durable(count, chance);
        self.asked.clear();
    }

    fn make_durable(&mut self, count: usize, chance: &mut Chance) -> Vec<Slot> {
        let count = count.min(self.asked.len());
        let changes: Vec<_> = self.asked.drain(..count).collect();
        let apply = |change: Change| {
            let slot = change.slot;
            let lost = self.lies && is_message(slot) && chance.one_in(4);
            if !lost {
                self.apply(change);
            }
            slot
        };
        changes.into_iter().map(apply).collect()
    }

    fn apply(&mut self, change: Change) {
        let key = change.slot.to_bytes();
        if let Some(link) = change.forgets {
            let of_session = |key: &[u8; 10]| matches!(Slot::from_bytes(*key), Some(Slot::Session(of, _)) if of == link);
            self.durable.retain(|key, _| !of_session(key));
        } else if let Some(bytes) = change.bytes {
            self.durable.insert(key, bytes);
        } else {
            self.durable.remove(&key);
        }
    }

    /// What is durable, in the order in which it is restored.
    pub(crate) fn records(&self) -> impl Iterator<Item = (Slot, &[u8])> {
        let slot =
            |(key, bytes): (&[u8; 10], _)| Some((Slot::from_bytes(*key)?, Vec::as_slice(bytes)));
        self.durable.iter().filter_map(slot)
    }

    /// Whether a message with this content to the broker is durable.
    pub(crate) fn holds(&self, content: &[u8]) -> bool {
        let holds = |bytes: &[u8]| bytes.windows(content.len()).any(|part| part == content);
        self.records()
            .any(|(slot, bytes)| is_outgoing(slot) && holds(bytes))
    }
}

fn is_outgoing(slot: Slot) -> bool {
    matches!(slot, Slot::Session(_, Record::Outgoing(_)))
}

fn is_message(slot: Slot) -> bool {
    is_outgoing(slot) || matches!(slot, Slot::Session(_, Record::Received(_)))
}
