//! Topics that numbers stand for on one connection (clause 3.3.2.3.4 of MQTT 5).

use crate::buffer::{Buf, Full};

/// Bytes before a topic: the alias and how long the topic is.
const HEADER: usize = 4;

/// How a topic is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alias {
    /// Whole.
    None,
    /// Whole, and this stands for it from now on.
    New(u16),
    /// By this alone.
    Known(u16),
}

/// The aliases of one direction, in memory that is lent.
#[derive(Debug)]
pub(crate) struct Aliases<'a> {
    list: Buf<'a>,
    /// The highest one; 0 where there are none.
    most: u16,
}

impl<'a> Aliases<'a> {
    pub(super) fn new(memory: Buf<'a>) -> Self {
        Self {
            list: memory,
            most: 0,
        }
    }

    /// A connection begins, with aliases up to this one.
    pub(super) fn begin(&mut self, most: u16) {
        self.list.clear();
        self.most = most;
    }

    /// Whether there may be any.
    #[inline]
    pub(super) fn is_used(&self) -> bool {
        self.most > 0
    }

    /// Whether an alias may be used.
    pub(super) fn allows(&self, alias: u16) -> bool {
        (1..=self.most).contains(&alias)
    }

    fn entries(&self) -> impl Iterator<Item = (usize, u16, &[u8])> {
        let mut at = 0;
        core::iter::from_fn(move || {
            let (head, rest) = self
                .list
                .as_slice()
                .get(at..)?
                .split_first_chunk::<HEADER>()?;
            let [a0, a1, l0, l1] = *head;
            let topic = rest.get(..u16::from_le_bytes([l0, l1]).into())?;
            let place = at;
            at += HEADER + topic.len();
            Some((place, u16::from_le_bytes([a0, a1]), topic))
        })
    }

    /// Takes out all of it.
    pub(super) fn take(&mut self) -> Self {
        let empty = Self::new(Buf::lent(&mut []));
        core::mem::replace(self, empty)
    }

    /// The topic an alias stands for.
    pub(crate) fn topic(&self, alias: u16) -> Option<&str> {
        let found = self.entries().find(|(_, known, _)| *known == alias);
        core::str::from_utf8(found?.2).ok()
    }

    /// An alias stands for another topic from now on.
    pub(super) fn set(&mut self, alias: u16, topic: &str) -> Result<(), Full> {
        let found = self.entries().find(|(_, known, _)| *known == alias);
        if let Some((at, _, old)) = found {
            let len = HEADER + old.len();
            self.list.remove(at, len);
        }
        let len = u16::try_from(topic.len()).map_err(|_| Full)?;
        let place = self.list.extend_by(HEADER + topic.len())?;
        if let Some((head, rest)) = place.split_first_chunk_mut::<HEADER>() {
            let ([a0, a1], [l0, l1]) = (alias.to_le_bytes(), len.to_le_bytes());
            *head = [a0, a1, l0, l1];
            rest.copy_from_slice(topic.as_bytes());
        }
        Ok(())
    }

    /// How a topic is to be written: those that come first have an alias.
    pub(super) fn of(&self, topic: &str) -> Alias {
        if !self.is_used() {
            return Alias::None;
        }
        let mut count = 0;
        for (_, alias, known) in self.entries() {
            if known == topic.as_bytes() {
                return Alias::Known(alias);
            }
            count += 1;
        }
        let has_room = self.list.free() >= HEADER + topic.len();
        if count < self.most && has_room {
            Alias::New(count + 1)
        } else {
            Alias::None
        }
    }

    pub(super) fn trim(&mut self) -> usize {
        self.list.trim()
    }
}
