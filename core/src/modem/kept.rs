//! Sessions on disk: what the caller is asked to keep, and its answers.

use super::Modem;
use super::action::Action;
use super::ids::LinkId;
use super::machine::{Machine, Run};
use super::slot::{RestoreError, Slot};
use super::table::{Fail, Wait};
use crate::at::cme;
use crate::mqtt::session::{Change, Record, Stored};
use core::time::Duration;

/// How long what could not be put on disk waits before it is tried again.
const PAUSE: Duration = Duration::from_secs(1);

impl Modem<'_> {
    /// Gives back a record of a session.
    pub(super) fn restore_session(
        &mut self,
        link: LinkId,
        record: Record,
        bytes: &[u8],
    ) -> Result<(), RestoreError> {
        let link = self.machine.link_mut(link);
        let restored = link.map(|link| link.session.restore(record, bytes));
        match restored {
            Some(true) => Ok(()),
            _ => Err(RestoreError::Invalid),
        }
    }
}

impl Machine<'_> {
    /// What of a session the caller is to put on disk next.
    pub(super) fn session_change(&mut self) -> Option<Action<'_>> {
        let [link] = &mut self.links;
        let id = link.id;
        Some(match link.session.poll_change()? {
            Change::Put(record, bytes) => {
                let slot = Slot::Session(id, record);
                Action::Store { slot, bytes }
            }
            Change::Erase(record) => {
                let slot = Slot::Session(id, record);
                Action::Erase { slot }
            }
            Change::Forget => Action::Forget { link: id },
        })
    }

    /// The caller put a record on disk, or failed to.
    pub(super) fn session_stored(&mut self, id: LinkId, record: Record, ok: bool) {
        let retry = self.now + PAUSE;
        let Some(link) = self.link_mut(id) else {
            return;
        };
        let stored = link.session.stored(record, ok, &mut link.net_out);
        if link.session.is_stalled() && link.disk_retry.is_none() {
            link.disk_retry = Some(retry);
        }
        match stored {
            Stored::Refused { number, id } => self.refused(number, id),
            Stored::Nothing if !ok => self.fail_kept(),
            Stored::Nothing => {}
        }
        self.tell_dropped(id);
    }

    /// A message is not accepted after all.
    fn refused(&mut self, number: u64, id: Option<crate::mqtt::PacketId>) {
        if let Run::Waiting { wait, .. } = self.run {
            let meant = match wait {
                Wait::Accepted(awaited, _) => awaited == number,
                Wait::Acknowledged(awaited) => Some(awaited) == id,
                _ => false,
            };
            if meant {
                self.complete(wait, Err(Fail::Cme(cme::MEMORY_FAILURE)));
            }
        }
    }

    /// The disk fails, and one change waits for another: what a command waits for
    /// is not on disk. It will be tried again, but for a message that was not yet
    /// asked to be put there: that is not accepted.
    fn fail_kept(&mut self) {
        // It may be there already: then that is said.
        self.check_wait();
        let Run::Waiting { wait, .. } = self.run else {
            return;
        };
        let [link] = &mut self.links;
        let fails = match wait {
            Wait::TakenOver(_) | Wait::Readable | Wait::Dropped | Wait::Emptied => true,
            // Else it waits for records of its own.
            Wait::Stored => !self.storage.is_staged(),
            Wait::Accepted(number, _) => link.session.refuse(number),
            _ => false,
        };
        if fails {
            self.complete(wait, Err(Fail::Cme(cme::MEMORY_FAILURE)));
        }
    }

    /// Tries again what could not be put on disk.
    pub(super) fn disk_timeout(&mut self, id: LinkId) {
        let now = self.now;
        if let Some(link) = self.link_mut(id)
            && link.disk_retry.is_some_and(|at| at <= now)
        {
            link.disk_retry = None;
            link.session.try_changes_again();
        }
    }
}
