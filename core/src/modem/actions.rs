//! What the modem asks its caller to do.

use super::Modem;
use super::action::{Action, Endpoint, TlsFiles, Verify};
use super::ids::LinkId;
use super::link::Phase;
use super::machine::{Machine, Run};
use super::slot::Slot;
use super::storage::options::{ALPN, SNI, VERIFY};
use super::storage::settings::Settings;
use crate::time::Instant;

impl Modem<'_> {
    /// What to do next; `None` once there is nothing more.
    #[must_use]
    #[inline]
    pub fn poll_action(&mut self) -> Option<Action<'_>> {
        let [link] = &self.machine.links;
        let asks = link.wants_close.is_some() || link.wants_open || self.machine.nvram.asks();
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
            let to = self.endpoint(id, deadline)?;
            return Some(Action::Open { conn, to });
        }
        if let Some(action) = self.machine.port_action() {
            return Some(action);
        }
        if self.machine.nvram.asks() && self.machine.nvram.is_asking() {
            let (slot, bytes) = self.machine.nvram.ask()?;
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

    fn endpoint(&self, link: LinkId, deadline: Instant) -> Option<Endpoint<'_>> {
        let nvram = &self.machine.nvram;
        let settings = Settings::decode(nvram.get(Slot::Settings(link))?)?;
        let files = TlsFiles {
            root: nvram.get(Slot::Root(link)),
            certificate: nvram.get(Slot::Certificate(link)),
            key: nvram.get(Slot::Key(link)),
            verify: Verify::of(self.machine.options.get(VERIFY)),
            sni: nvram.text(Slot::Option(link, SNI as u8)),
            alpn: nvram.text(Slot::Option(link, ALPN as u8)),
        };
        let tls = nvram.get(Slot::Tls(link)) == Some(&[1]);
        Some(Endpoint {
            host: settings.host,
            port: settings.port,
            tls: tls.then_some(files),
            deadline,
        })
    }
}

/// The link whose connections are made with what is kept under `slot`.
pub(super) fn link_made_with(slot: Slot) -> Option<LinkId> {
    match slot {
        Slot::Settings(link) | Slot::Tls(link) => Some(link),
        Slot::Root(link) | Slot::Certificate(link) | Slot::Key(link) => Some(link),
        Slot::Option(link, option) => {
            let of_tls = [VERIFY, SNI, ALPN].contains(&usize::from(option));
            of_tls.then_some(link)
        }
        _ => None,
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
