//! What the modem asks its caller to do.

use crate::modem::Modem;
use crate::modem::action::Action;
use crate::modem::dispatch::Machine;
use crate::modem::ids::LinkId;
use crate::modem::link::Link;
use crate::modem::network::{NetError, NetEvent};
use crate::modem::progress::run::Run;

impl Modem<'_> {
    /// What to do next; `None` once there is nothing more.
    #[must_use]
    #[inline]
    pub fn poll_action(&mut self) -> Option<Action<'_>> {
        if self.machine.has_actions() {
            self.next_action()
        } else {
            None
        }
    }

    /// How many actions that [need](Action::answer_slot) an answer have none yet. A caller that
    /// has nothing in progress and finds any here has ignored one.
    pub fn unanswered(&self) -> usize {
        self.unanswered
    }

    fn next_action(&mut self) -> Option<Action<'_>> {
        if let Some(close) = self.machine.close_action() {
            return Some(close);
        }
        if let Some(id) = self.machine.links.wanted() {
            if self.machine.lacks_credential(id) {
                self.advance();
                return self.poll_action();
            }
            return self.machine.open_action(id);
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
        let changed = self.machine.links.changed()?;
        let change = self.machine.session_change(changed);
        self.unanswered += usize::from(change.is_some());
        change
    }
}

impl Machine<'_> {
    /// Whether the caller may have something to do.
    #[inline]
    fn has_actions(&self) -> bool {
        self.links.any(Link::has_actions)
            || self.storage.has_changes()
            || self.port.is_changed()
            || self.port.differs(self.wanted_lines())
    }

    /// The connection that is to be closed.
    fn close_action<'m>(&mut self) -> Option<Action<'m>> {
        let (conn, why) = self.links.iter_mut().find_map(Link::take_close)?;
        Some(Action::Close { conn, why })
    }

    /// Whether a connection cannot be opened, as the certificate store has not what an
    /// option names: then it has failed, as if the caller had tried.
    fn lacks_credential(&mut self, id: LinkId) -> bool {
        let lacks = self.storage.endpoint(id, self.now).is_none();
        if lacks && let Some(link) = self.links.get_mut(id) {
            let conn = link.conn();
            self.handle_net(conn, NetEvent::Failed(NetError::TlsClientCertificate));
        }
        lacks
    }

    /// The connection that is to be opened.
    fn open_action(&mut self, id: LinkId) -> Option<Action<'_>> {
        let link = self.links.get_mut(id)?;
        let (conn, deadline) = (link.conn(), link.take_open()?);
        let to = self.storage.endpoint(id, deadline)?;
        Some(Action::Open { conn, to })
    }

    /// What is to be done to the port. Its speed waits for the line's end, so
    /// that the answer goes out at the old one.
    fn port_action<'m>(&mut self) -> Option<Action<'m>> {
        let wanted = self.wanted_lines();
        if self.port.set_lines(wanted) {
            return Some(Action::Lines(wanted));
        }
        let idle = matches!(self.run, Run::Idle);
        if idle && self.port.take_change() {
            return Some(Action::Serial(self.profile.serial()));
        }
        None
    }
}
