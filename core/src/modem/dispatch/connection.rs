//! What becomes of a connection, and of what the broker refuses on it.

use super::Machine;
use crate::modem::code;
use crate::modem::event::{BrokerPacket, Event};
use crate::modem::fail::Fail;
use crate::modem::ids::LinkId;
use crate::modem::link::By;
use crate::modem::progress::run::Run;
use crate::modem::wait::Wait;
use crate::mqtt::{PacketId, SessionEvent, Version};

impl Machine<'_> {
    /// What a packet meant for the connection.
    pub(super) fn connection_event(&mut self, id: LinkId, event: &SessionEvent) {
        let now = self.now;
        match event {
            SessionEvent::Connected { session_present } => self.connected(id, *session_present),
            SessionEvent::Refused { code } => {
                let link = self.links.get_mut(id);
                if let Some(ended) = link.and_then(|link| link.handle_refused(now, *code)) {
                    self.link_ended(id, ended);
                }
            }
            SessionEvent::Disconnected { code } => {
                if let Some(link) = self.links.get_mut(id) {
                    let ended = link.handle_disconnected(now, *code);
                    self.link_ended(id, ended);
                }
            }
            _ => {}
        }
    }

    /// The host is told of a packet of the broker. Where it does not listen the next one
    /// has to wait.
    #[cold]
    pub(super) fn report_packet(&mut self, id: LinkId, packet: &[u8]) {
        let Some((packet, code)) = BrokerPacket::read(packet) else {
            return;
        };
        let pushed = self.notify.push_packet(id, packet, code);
        pushed.unwrap_or_default();
        if !self.notify.fits_tracked()
            && let Some(link) = self.links.get_mut(id)
        {
            // What is asked for is room for a message, more than another packet needs.
            link.set_blocked(Some(1));
        }
    }

    /// The broker refused what the host asked for.
    #[cold]
    pub(super) fn rejected(
        &mut self,
        id: LinkId,
        packet: PacketId,
        tracked: Option<u32>,
        code: u8,
    ) {
        let mut code = code;
        match self.links.get_mut(id) {
            Some(link) if link.session().version() == Version::V5 => link.set_refusal(code),
            // In 3.1.1 it says nothing.
            _ => code = code::DONE,
        }
        if let Some(name) = tracked {
            return self.push_tracked(id, name, code);
        }
        if self.fail_waiting_for(Wait::Acknowledged(id, packet), code)
            && let Some(link) = self.links.get_mut(id)
        {
            link.session_mut().note_reported(packet);
        }
        self.report_dropped(id);
    }

    /// The broker refused what something may wait for; whether it did.
    fn fail_waiting_for(&mut self, wait: Wait, code: u8) -> bool {
        let failed = Err(Fail::NOT_ALLOWED);
        if let Run::Waiting { at, wait: of, .. } = self.run
            && of == wait
        {
            self.settle(at, failed);
            return true;
        }
        let ended = self.tasks.end(wait, failed, code);
        self.expect_ends();
        ended
    }

    fn connected(&mut self, id: LinkId, session_present: bool) {
        let now = self.now;
        let Some(link) = self.links.get_mut(id) else {
            return;
        };
        match link.begin(now) {
            By::Automatic => {
                let pushed = self.notify.push_restored(id, session_present);
                pushed.unwrap_or_default();
            }
            By::Host => self.end_connect(id, code::DONE, Ok(())),
        }
        self.report_dropped(id);
    }

    /// Whoever asked for the link gets its answer.
    pub(super) fn end_connect(&mut self, id: LinkId, code: u8, result: Result<(), Fail>) {
        if !self.waits_for(Wait::Connect(id)) {
            return self.end_task(Wait::Connect(id), result, code);
        }
        self.begin_answer();
        self.write_event(id, &Event::ConnectDone { code });
        self.complete(Wait::Connect(id), result);
    }
}
