//! What ends a connection each time it is sent or comes: after so many tries it is
//! set aside, so that the rest goes on.
//!
//! Only one thing is under suspicion at a time: of what the broker had not answered
//! when it ended the connection the first that was sent again, since a broker takes
//! packets in their order. From then on it goes alone, so that what is behind it is
//! neither blamed nor the cause. Any other end of a connection, and an answer, end
//! the suspicion.

use crate::mqtt::PacketId;
use crate::mqtt::session::durability::Durability;
use crate::mqtt::session::form::{self, FORM};
use crate::on_use::OnUse;

/// Identifiers of messages that were set aside, or dropped, unanswered.
pub(super) const RESERVED: usize = 32;
/// So many tries with others behind it: they need not be slowed for a link that was
/// cut once or twice.
const TOGETHER: u8 = 2;
/// What is stored: the form, the suspect's kind, its tries, its number, identifiers.
const LEN: usize = 11 + 2 * RESERVED;

/// What may be to blame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::mqtt::session) enum Suspect {
    #[default]
    Nothing,
    /// A message to the broker, by its number.
    Message(u64),
    /// A subscription to be renewed, by its number.
    Subscription(u16),
    /// A packet of the broker's that cannot be read, by its fingerprint.
    Packet(u64),
}

impl Suspect {
    fn to_number(self) -> (u8, u64) {
        match self {
            Self::Nothing => (0, 0),
            Self::Message(number) => (1, number),
            Self::Subscription(number) => (2, number.into()),
            Self::Packet(number) => (3, number),
        }
    }

    fn from_number(kind: u8, number: u64) -> Option<Self> {
        Some(match kind {
            0 => Self::Nothing,
            1 => Self::Message(number),
            2 => Self::Subscription(number.try_into().ok()?),
            3 => Self::Packet(number),
            _ => return None,
        })
    }
}

/// The suspect, and identifiers the broker may still know.
#[derive(Debug)]
pub(super) struct Suspicion {
    /// Whether it is on disk as well.
    stored: bool,
    /// Tries after which a suspect is set aside; 0 is never.
    limit: u8,
    suspect: Suspect,
    /// How often the connection ended with it.
    tries: u8,
    /// How many identifiers there are.
    count: u8,
    disk: Durability,
    lists: OnUse<Lists>,
}

#[derive(Debug)]
struct Lists {
    reserved: [u16; RESERVED],
    /// All of it on its way to the disk.
    record: [u8; LEN],
}

impl Default for Lists {
    fn default() -> Self {
        Self {
            reserved: [0; RESERVED],
            record: [0; LEN],
        }
    }
}

impl Suspicion {
    pub(super) fn new() -> Self {
        Self {
            stored: false,
            limit: 0,
            suspect: Suspect::Nothing,
            tries: 0,
            count: 0,
            disk: Durability::Same,
            lists: OnUse::NEW,
        }
    }

    /// From now on it is on disk as well.
    pub(super) fn persist(&mut self) {
        self.stored = true;
    }

    /// Tries after which a suspect is set aside; 0 is never.
    pub(super) fn set_limit(&mut self, tries: u8) {
        self.limit = tries;
    }

    pub(super) fn limit(&self) -> u8 {
        self.limit
    }

    #[inline]
    pub(super) fn suspect(&self) -> Suspect {
        self.suspect
    }

    /// The suspect, once it is to go alone: after some tries, and before the last.
    #[inline]
    pub(super) fn isolated(&self) -> Suspect {
        match self.suspect {
            Suspect::Nothing | Suspect::Packet(_) => Suspect::Nothing,
            _ if self.tries < TOGETHER && self.tries.saturating_add(1) < self.limit => {
                Suspect::Nothing
            }
            suspect => suspect,
        }
    }

    /// The connection ended with it once more; how often by now. Where it was not
    /// `alone` that is never often enough.
    pub(super) fn count_failure(&mut self, suspect: Suspect, alone: bool) -> u8 {
        if self.suspect != suspect {
            (self.suspect, self.tries) = (suspect, 0);
        }
        let most = if alone {
            u8::MAX
        } else {
            self.limit.saturating_sub(1)
        };
        self.tries = self.tries.saturating_add(1).min(most);
        self.disk = self.disk.changed_if(self.stored);
        self.tries
    }

    /// It was not this.
    #[inline]
    pub(super) fn rule_out(&mut self, suspect: Suspect) {
        if self.suspect != Suspect::Nothing {
            self.settle(suspect);
        }
    }

    #[cold]
    fn settle(&mut self, suspect: Suspect) {
        if self.suspect == suspect {
            (self.suspect, self.tries) = (Suspect::Nothing, 0);
            self.disk = self.disk.changed_if(self.stored);
        }
    }

    /// Whether the broker may still know the identifier from a message it never
    /// answered.
    #[inline]
    pub(super) fn reserves(&self, id: PacketId) -> bool {
        self.place_of(id).is_some()
    }

    /// Mostly there are none.
    #[inline]
    fn place_of(&self, id: PacketId) -> Option<usize> {
        if self.count == 0 {
            return None;
        }
        self.find(id)
    }

    #[cold]
    fn find(&self, id: PacketId) -> Option<usize> {
        let mut reserved = self.lists.get()?.reserved.iter();
        reserved.position(|reserved| *reserved == id.get())
    }

    /// The identifier is not to be used again, in place of the one longest reserved
    /// where there are too many.
    pub(super) fn reserve(&mut self, id: PacketId) {
        if self.reserves(id) {
            return;
        }
        let reserved = &mut self.lists.used().reserved;
        if usize::from(self.count) == RESERVED {
            reserved.rotate_left(1);
            self.count -= 1;
        }
        if let Some(place) = reserved.get_mut(usize::from(self.count)) {
            *place = id.get();
            self.count += 1;
            self.disk = self.disk.changed_if(self.stored);
        }
    }

    /// The broker has answered it: it may be used again.
    #[inline]
    pub(super) fn release(&mut self, id: PacketId) {
        if let Some(at) = self.place_of(id) {
            let reserved = &mut self.lists.used().reserved;
            reserved.copy_within(at + 1.., at);
            self.count -= 1;
            if let Some(last) = reserved.last_mut() {
                *last = 0;
            }
            self.disk = self.disk.changed_if(self.stored);
        }
    }

    /// The broker knows none of them any more.
    pub(super) fn release_all(&mut self) {
        if self.count > 0 {
            (self.lists, self.count) = (OnUse::NEW, 0);
            self.disk = self.disk.changed_if(self.stored);
        }
    }

    /// Forgets all; the disk is left alone.
    pub(super) fn clear(&mut self) {
        let (stored, limit) = (self.stored, self.limit);
        *self = Self {
            stored,
            limit,
            ..Self::new()
        };
    }

    /// Whether something is to be put on disk.
    #[inline]
    pub(super) fn has_changes(&self) -> bool {
        self.disk == Durability::Changed
    }

    /// Whether all of it is on disk.
    pub(super) fn is_on_disk(&self) -> bool {
        self.disk == Durability::Same
    }

    /// What is to be put on disk, nothing to erase it.
    pub(super) fn ask(&mut self) -> &[u8] {
        self.disk = Durability::Asked;
        if self.suspect == Suspect::Nothing && self.count == 0 {
            return &[];
        }
        let (kind, number) = self.suspect.to_number();
        let Lists { reserved, record } = self.lists.used();
        let ids = reserved.iter().flat_map(|id| id.to_le_bytes());
        let bytes = [FORM, kind, self.tries].into_iter();
        let bytes = bytes.chain(number.to_le_bytes()).chain(ids);
        record
            .iter_mut()
            .zip(bytes)
            .for_each(|(to, byte)| *to = byte);
        record
    }

    pub(super) fn answered(&mut self, ok: bool) {
        self.disk = self.disk.answered(ok);
    }

    /// Takes back what was stored; whether it is that.
    pub(super) fn restore(&mut self, bytes: &[u8]) -> bool {
        // In version 0.1 there was no form.
        let content = form::content(bytes).unwrap_or(bytes);
        let Ok(record) = <&[u8; LEN - 1]>::try_from(content) else {
            return false;
        };
        let (&[kind, tries], rest) = record.split_first_chunk().unwrap_or((&[0; 2], &[]));
        let (number, ids) = rest.split_first_chunk().unwrap_or((&[0; 8], &[]));
        let Some(suspect) = Suspect::from_number(kind, u64::from_le_bytes(*number)) else {
            return false;
        };
        self.clear();
        (self.suspect, self.tries) = (suspect, tries);
        let (ids, _) = ids.as_chunks();
        for id in ids
            .iter()
            .filter_map(|id| PacketId::new(u16::from_le_bytes(*id)))
        {
            self.reserve(id);
        }
        self.disk = Durability::Same;
        true
    }
}
