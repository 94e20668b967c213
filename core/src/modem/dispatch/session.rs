//! Sessions on disk: what the caller is asked to store, and its answers.

use super::Machine;
use crate::at::cme;
use crate::modem::action::Action;
use crate::modem::clock::Clock;
use crate::modem::code;
use crate::modem::fail::Fail;
use crate::modem::ids::LinkId;
use crate::modem::link::Link;
use crate::modem::progress::run::Run;
use crate::modem::slot::{RestoreError, Slot};
use crate::modem::wait::Wait;
use crate::mqtt::PacketId;
use crate::mqtt::session::{RecordKey, SessionChange, Stored};
use crate::time::Instant;

impl Machine<'_> {
    /// Gives back a record of a session.
    pub(crate) fn restore_session(
        &mut self,
        link: LinkId,
        record: RecordKey,
        bytes: &[u8],
    ) -> Result<(), RestoreError> {
        let link = self.links.get_mut(link);
        match link.map(|link| link.session_mut().restore(record, bytes)) {
            Some(true) => Ok(()),
            _ => Err(RestoreError::Invalid),
        }
    }

    /// What of a session the caller is to put on disk next.
    pub(crate) fn session_change(&mut self, id: LinkId) -> Option<Action<'_>> {
        let link = self.links.get_mut(id)?;
        Some(match link.session_mut().poll_change()? {
            SessionChange::Put(record, bytes) => {
                let slot = Slot::Session(id, record);
                Action::Store { slot, bytes }
            }
            SessionChange::Erase(record) => {
                let slot = Slot::Session(id, record);
                Action::Erase { slot }
            }
            SessionChange::Forget => Action::Forget { link: id },
        })
    }

    /// The caller put a record on disk, or failed to.
    pub(crate) fn session_stored(&mut self, id: LinkId, record: RecordKey, ok: bool) {
        let now = self.now;
        let Some(link) = self.links.get_mut(id) else {
            return;
        };
        Self::pass_time(link, &self.clock, now);
        match link.handle_stored(now, record, ok) {
            Stored::Refused { number, id: packet } => self.refused(id, number, packet),
            Stored::Nothing if !ok => self.fail_stored(id),
            Stored::Nothing => {}
        }
        self.report_dropped(id);
    }

    /// Messages that wait are sent next: how long each has waited counts.
    #[inline]
    pub(super) fn pass_time(link: &mut Link<'_>, clock: &Clock, now: Instant) {
        if link.session().has_backlog() {
            link.session_mut().set_time(clock.machine(now));
        }
    }

    /// A message is not accepted after all.
    fn refused(&mut self, id: LinkId, number: u64, packet: Option<PacketId>) {
        let meant = |wait| match wait {
            Wait::Accepted(link, awaited, _) => link == id && awaited == number,
            Wait::Acknowledged(link, awaited) => link == id && Some(awaited) == packet,
            _ => false,
        };
        self.fail_waits(meant, Fail::Cme(cme::MEMORY_FAILURE), code::DROPPED_ROOM);
        self.refuse_pending(id, number);
    }

    /// The disk fails, and one change waits for another: what a command waits for
    /// is not on disk. It will be tried again, but for a message that was not yet
    /// asked to be put there: that is not accepted.
    fn fail_stored(&mut self, id: LinkId) {
        // It may be there already: then that is said.
        self.check_wait();
        let of_command = match self.run {
            Run::Waiting { wait, .. } => Some(wait),
            _ => None,
        };
        self.each_task_wait(|machine, wait| machine.fail_stored_wait(id, wait));
        if let Some(wait) = of_command {
            self.fail_stored_wait(id, wait);
        }
        self.fail_unasked(id);
    }

    fn fail_stored_wait(&mut self, id: LinkId, wait: Wait) {
        let fails = match wait {
            Wait::TakenOver(link, _)
            | Wait::Readable(link)
            | Wait::Takeable(link, _)
            | Wait::Dropped(link)
            | Wait::Emptied(link) => link == id,
            // Else it waits for records of its own.
            Wait::Stored(link) | Wait::StoredReported(link, _) => {
                link == id && !self.storage.is_staged()
            }
            Wait::Accepted(link, number, _) if link == id => {
                let link = self.links.get_mut(id);
                link.is_some_and(|link| link.session_mut().refuse(number))
            }
            _ => false,
        };
        if fails {
            self.complete(wait, Err(Fail::Cme(cme::MEMORY_FAILURE)));
        }
    }

    /// A request of the host is answered. That a subscription was granted is said
    /// once it is on disk, where sessions are stored there.
    pub(super) fn end_request(&mut self, id: LinkId, packet: PacketId, result: Result<(), Fail>) {
        let link = self.links.get(id);
        let is_stored = link.is_none_or(|link| link.session().are_subscriptions_durable());
        let answered = Wait::Acknowledged(id, packet);
        if result.is_err() || is_stored {
            return self.complete(answered, result);
        }
        match &mut self.run {
            Run::Waiting { wait, deadline, .. } if *wait == answered => {
                (*wait, *deadline) = (Wait::Stored(id), None);
            }
            _ => self.tasks.replace(answered, Wait::Stored(id)),
        }
    }
}
