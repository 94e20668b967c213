//! Results that are due: see [`Pending`](crate::modem::progress::pending).

use super::Machine;
use crate::at::cme;
use crate::at::reply::Final;
use crate::modem::fail::Fail;
use crate::modem::ids::LinkId;
use crate::modem::link::Link;
use crate::modem::progress::accepts::PendingAccept;
use crate::modem::progress::run::Run;
use crate::modem::wait::Wait;

impl Machine<'_> {
    /// Whether the present line may be carried out now.
    #[inline]
    pub(crate) fn may_run(&self) -> bool {
        self.has_answer_room() && !self.pending.blocks() && self.tasks.has_room()
    }

    /// Whether one more line may be looked at behind those that are to be answered. While
    /// an event waits none joins those that wait for the disk: it has its turn then.
    pub(crate) fn takes_more(&self) -> bool {
        let held = self.pending.is_accepting() && self.is_reporting();
        !held && self.pending.takes_more(self.out.free())
    }

    /// Ends the present line if it waits for the network or the disk only, and lines
    /// behind it may be looked at before it is answered; whether it did.
    #[inline]
    pub(crate) fn defer(&mut self, wait: Wait) -> bool {
        if self.profile.echo {
            return false;
        }
        match wait {
            Wait::Written(link, upto) => self.defer_written(link, upto),
            Wait::Accepted(link, number, name) => {
                self.defer_accepted(link, PendingAccept { number, name })
            }
            _ => false,
        }
    }

    #[inline]
    fn defer_written(&mut self, link: LinkId, upto: u64) -> bool {
        let deadline = match self.pending.deadline() {
            Some(deadline) => deadline,
            None => self.answer_deadline(link),
        };
        let added = self.pending.add_written(link, upto, deadline);
        if added {
            self.run = Run::Pending;
        }
        added
    }

    #[cold]
    fn defer_accepted(&mut self, link: LinkId, accept: PendingAccept) -> bool {
        let is_over = !self.pending.any() && self.is_accepted(link, accept.number);
        let free = self.out.free();
        if is_over || !self.pending.add_accepted(link, accept, free) {
            return false;
        }
        self.run = Run::Pending;
        self.check_pending();
        true
    }

    /// The line failed before it was looked at; that is written after what is due.
    pub(super) fn fail_after_pending(&mut self, fail: Fail) {
        self.pending.block(Some(fail));
        self.run = Run::Pending;
    }

    /// Writes what is due if the network took it, or as far as it is on disk.
    #[inline]
    pub(crate) fn check_pending(&mut self) {
        if self.pending.any() {
            self.check_due();
        }
    }

    fn check_due(&mut self) {
        let links = &self.links;
        if self
            .pending
            .is_written(|id| links.get(id).map(Link::written))
        {
            self.write_written(Final::Ok);
        } else if self.pending.is_accepting() {
            self.write_accepts();
        }
    }

    /// A link is lost: what is due of it and waits for the network has failed, and no
    /// message joins those that wait for the disk.
    pub(super) fn link_lost(&mut self, link: LinkId, fail: Fail) {
        if self.pending.link() == link {
            self.fail_written(fail);
            self.pending.close();
        }
    }

    /// What is due and waits for the network has failed.
    pub(super) fn fail_written(&mut self, fail: Fail) {
        if self.pending.written() > 0 {
            let wording = &self.behaviour.wording;
            self.write_written(wording.failure(self.profile.cmee, fail));
        }
    }

    fn write_written(&mut self, result: Final) {
        (0..self.pending.written()).for_each(|_| self.write_final(result));
        self.end_pending();
    }

    /// A message that is due is not accepted after all.
    pub(super) fn refuse_pending(&mut self, link: LinkId, number: u64) {
        if self.pending.link() == link
            && let Some(accepts) = self.pending.accepts()
        {
            accepts.refuse(number);
            self.check_pending();
        }
    }

    /// The disk fails: messages that it was not yet asked to take are not accepted.
    pub(super) fn fail_unasked(&mut self, id: LinkId) {
        let (pending, links) = (&mut self.pending, &mut self.links);
        if pending.link() == id
            && let (Some(accepts), Some(link)) = (pending.accepts(), links.get_mut(id))
        {
            let session = link.session_mut();
            let refused = accepts.iter().filter(|it| session.refuse(it.number));
            refused.for_each(|it| accepts.refuse(it.number));
            self.check_pending();
        }
    }

    /// Writes the result of each message that is known by now, in their order.
    fn write_accepts(&mut self) {
        let link = self.pending.link();
        while let Some((accept, refused)) = self.front_accept() {
            if !refused && !self.is_accepted(link, accept.number) {
                return;
            }
            if let Some(accepts) = self.pending.accepts() {
                accepts.pop();
            }
            let result = self.write_accept(link, accept, refused);
            self.write_final(result);
        }
        self.end_pending();
    }

    fn front_accept(&mut self) -> Option<(PendingAccept, bool)> {
        self.pending.accepts()?.front()
    }

    /// Says what the host is told of an accepted message; how its line ends.
    fn write_accept(&mut self, link: LinkId, accept: PendingAccept, refused: bool) -> Final {
        let fail = if refused {
            Fail::Cme(cme::MEMORY_FAILURE)
        } else {
            self.write_accepted(link, accept.name);
            if !self.answer.retract(&mut self.out) {
                return Final::Ok;
            }
            Fail::MEMORY_FULL
        };
        self.behaviour.wording.failure(self.profile.cmee, fail)
    }

    fn is_accepted(&self, link: LinkId, number: u64) -> bool {
        let link = self.links.get(link);
        link.is_none_or(|link| link.session().is_accepted(number))
    }

    /// All are answered: the line behind them has its turn.
    fn end_pending(&mut self) {
        let failed = self.pending.end();
        if matches!(self.run, Run::Pending) {
            self.run = Run::Idle;
        }
        if let Some(fail) = failed {
            self.fail_line(fail);
        }
    }
}

#[cfg(all(test, feature = "alloc"))]
mod tests;
