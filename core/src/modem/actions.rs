//! What the modem asks its caller to do.

use super::Modem;
use super::action::Action;
use super::link::Phase;
use super::machine::{Machine, Run};

impl Modem<'_> {
    /// What to do next; `None` once there is nothing more.
    #[must_use]
    #[inline]
    pub fn poll_action(&mut self) -> Option<Action<'_>> {
        let [link] = &self.machine.links;
        let asks =
            link.wants_close.is_some() || link.wants_open || self.machine.storage.has_changes();
        let asks = asks || link.session.has_changes();
        let asks = asks || self.machine.port_changed || self.machine.lines_changed();
        if asks { self.next_action() } else { None }
    }

    /// How many actions that [owe](Action::owes) an answer have none yet. A caller
    /// that has nothing under way and finds any here has passed one over.
    pub fn unanswered(&self) -> usize {
        self.unanswered
    }

    fn next_action(&mut self) -> Option<Action<'_>> {
        let [link] = &mut self.machine.links;
        let (id, conn) = (link.id, link.conn());
        if let Some(close) = link.wants_close.take() {
            return Some(close.action(id));
        }
        if core::mem::take(&mut link.wants_open)
            && let Phase::Opening { deadline, .. } = link.phase
        {
            link.asked = true;
            let to = self.machine.storage.endpoint(id, deadline)?;
            return Some(Action::Open { conn, to });
        }
        if let Some(action) = self.machine.port_action() {
            return Some(action);
        }
        if self.machine.storage.look_for_change() {
            let (slot, bytes) = self.machine.storage.poll_change()?;
            self.unanswered += 1;
            return Some(match bytes {
                [] => Action::Erase { slot },
                bytes => Action::Store { slot, bytes },
            });
        }
        let change = self.machine.session_change();
        self.unanswered += usize::from(change.is_some());
        change
    }
}

impl Machine<'_> {
    /// Whether the port's lines are to be moved.
    fn lines_changed(&self) -> bool {
        self.lines != Some(self.wanted_lines())
    }

    /// What is to be done to the port. Its speed waits for the line's end, so
    /// that the answer goes out at the old one.
    fn port_action<'m>(&mut self) -> Option<Action<'m>> {
        let wanted = self.wanted_lines();
        if self.lines.replace(wanted) != Some(wanted) {
            return Some(Action::Lines(wanted));
        }
        let idle = matches!(self.run, Run::Idle);
        if idle && core::mem::take(&mut self.port_changed) {
            return Some(Action::Serial(self.profile.serial()));
        }
        None
    }
}
