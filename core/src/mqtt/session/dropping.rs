//! Messages that are dropped because the caller says so.

use super::record::{Record, Stage};
use super::{Reason, Session};

/// Why a message is not dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stays {
    /// There is none of this name.
    Unknown,
    /// The broker has taken it over (PUBREC): it is too late.
    TooLate,
}

impl Session<'_> {
    /// Drops the message the host knows by this name, sent or not;
    /// [`poll_dropped`](Self::poll_dropped) tells it.
    pub fn drop_message(&mut self, name: u32) -> Result<(), Stays> {
        let given = |it: Record| it.host_id() == name && !it.was_dropped();
        let told = |it: Record| it.tracked() == Some(name) && !it.was_dropped();
        let found = self.log.find(given).or_else(|| self.log.find(told));
        let (place, record) = found.ok_or(Stays::Unknown)?;
        if record.stage() == Stage::Released {
            return Err(Stays::TooLate);
        }
        self.abandon(place, record, Reason::Dropped);
        Ok(())
    }

    /// Drops every message the broker has not taken over.
    pub fn drop_messages(&mut self) {
        let waits = |it: Record| it.stage() == Stage::Stored;
        // Few can have been sent.
        while let Some((place, record)) = self.log.find(|it| waits(it) && it.is_sent()) {
            self.abandon(place, record, Reason::Dropped);
        }
        self.log.lose_all(Reason::Dropped as u8, waits);
        self.recheck_suspect();
    }

    /// Whether something that was dropped is still on disk, where sessions are kept
    /// there.
    pub fn is_dropping(&self) -> bool {
        !self.aside.is_on_disk() || self.log.is_dropping()
    }

    /// Whether a restart may find a message on disk that was dropped, or that was
    /// acknowledged before, so that it would be sent again.
    pub fn is_emptying(&self) -> bool {
        !self.aside.is_on_disk() || self.log.is_behind()
    }
}
