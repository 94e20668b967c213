//! Links that end: who waits for them is told, and the host is.

use super::Machine;
use crate::at::cme;
use crate::modem::code;
use crate::modem::event::Event;
use crate::modem::fail::Fail;
use crate::modem::ids::LinkId;
use crate::modem::link::{By, Disconnecting, Ended, Link};
use crate::modem::progress::run::Run;
use crate::modem::wait::Wait;
use crate::mqtt::carrier::Carrier;
use crate::mqtt::packet::Disconnect;

/// What waited for a broker that is gone.
const NO_ANSWER: Fail = Fail::Cme(cme::NETWORK_TIMEOUT);

/// Whether a wait is for the broker of a link.
fn is_for_broker(wait: Wait, id: LinkId) -> bool {
    match wait {
        Wait::Opened(link)
        | Wait::Acknowledged(link, _)
        | Wait::Written(link, _)
        | Wait::Connect(link) => link == id,
        _ => false,
    }
}

impl Machine<'_> {
    /// A link has ended.
    pub(super) fn link_ended(&mut self, id: LinkId, ended: Ended) {
        self.report_dropped(id);
        match ended {
            Ended::Unnoticed => {}
            Ended::Failed {
                by: By::Host,
                code,
                was_opened,
                ..
            } => self.fail_connect(id, code, was_opened),
            // One of the modem's own that is made again is no news.
            Ended::Failed { is_last: false, .. } if !self.tells_attempts(id) => {}
            Ended::Failed { code, .. } => {
                self.notify.push_lost(id, code).unwrap_or_default();
            }
            Ended::Lost { code } => self.lost(id, code),
            Ended::Closed => {
                self.fail_waiting(id, code::BY_COMMAND);
                self.report_closed(id);
                self.complete(Wait::Disconnect(id), Ok(()));
            }
        }
        if self.links.all(Link::is_closed) {
            self.complete(Wait::AllClosed, Ok(()));
        }
    }

    /// Whether the host is told of each attempt of the modem's own that fails.
    fn tells_attempts(&self, id: LinkId) -> bool {
        self.links.get(id).is_some_and(Link::tells_attempts)
    }

    /// A link was lost: the host is told, and what waits for the broker ends.
    fn lost(&mut self, id: LinkId, code: u8) {
        let leads = self.behaviour.wording.loss_leads
            && matches!(self.run, Run::Waiting { .. } | Run::Finishing);
        if leads && self.report(id, &Event::Lost { code }) {
            return self.fail_waiting(id, code);
        }
        self.fail_waiting(id, code);
        self.notify.push_lost(id, code).unwrap_or_default();
    }

    /// Whoever asked for the link is told why it is not up; an attempt of the
    /// modem's own that was called off is no news.
    fn fail_connect(&mut self, id: LinkId, code: u8, was_opened: bool) {
        let fail = Fail::Cme(code::connect_error(code));
        let opening = [Wait::Opened(id), Wait::Greeted(id)];
        self.fail_waits(|wait| opening.contains(&wait), fail, code);
        if self.waits_for(Wait::Reached(id)) && self.fail_reached(id, code, fail) {
            return;
        }
        self.end_connect(id, code, Err(fail));
        if was_opened && self.behaviour.wording.reports_packets {
            self.notify.push_lost(id, code).unwrap_or_default();
        }
    }

    /// The host that waits for the end of a link is told of it, where it is told of each
    /// packet.
    fn report_closed(&mut self, id: LinkId) {
        if self.behaviour.wording.reports_packets && self.waits_for(Wait::Disconnect(id)) {
            self.notify.push_lost(id, code::DONE).unwrap_or_default();
        }
    }

    /// Where its host was not reached, that is all of the answer; whether it was not.
    #[cold]
    fn fail_reached(&mut self, id: LinkId, code: u8, fail: Fail) -> bool {
        let link = self.links.get(id);
        let failed = link.is_some_and(|link| link.last_failure().layer == "tcp");
        if failed {
            self.tasks.forget(Wait::Connect(id));
            self.begin_answer();
            self.write_event(id, &Event::ConnectDone { code });
        }
        let result = if failed { Err(fail) } else { Ok(()) };
        self.complete(Wait::Reached(id), result);
        failed
    }

    /// What waits for the broker ends the moment the link dies.
    fn fail_waiting(&mut self, id: LinkId, code: u8) {
        self.link_lost(id, NO_ANSWER);
        self.fail_waits(|wait| is_for_broker(wait, id), NO_ANSWER, code);
    }

    /// Ends whatever was begun and waits for such a thing.
    pub(super) fn fail_tasks(&mut self, such: impl Fn(Wait) -> bool, fail: Fail, code: u8) {
        if self.tasks.any() {
            self.tasks.end_all(such, Err(fail), code);
            self.expect_ends();
        }
    }

    /// Leaves a link in order. Of one that was up the host is told with `reason`,
    /// unless it asked for it itself.
    pub(crate) fn disconnect(&mut self, id: LinkId, reason: Option<u8>) {
        let now = self.now;
        if let Some(link) = self.links.get_mut(id) {
            let disconnecting = link.disconnect(now, reason, &Disconnect::default());
            self.disconnecting(id, disconnecting, reason);
        }
    }

    /// Leaves a link for the host, with a reason code and what the present command has taken.
    pub(crate) fn disconnect_with(&mut self, id: LinkId, code: u8) -> Result<(), Fail> {
        let now = self.now;
        let properties = self.properties.taken(Carrier::Disconnect);
        let properties = properties.ok_or(Fail::INCORRECT)?;
        let disconnect = Disconnect { code, properties };
        let link = self.links.get_mut(id).ok_or(Fail::NOT_ALLOWED)?;
        link.check_disconnect(&disconnect)?;
        if !link.may_disconnect() {
            return Err(Fail::NOT_ALLOWED);
        }
        let disconnecting = link.disconnect(now, None, &disconnect);
        self.disconnecting(id, disconnecting, None);
        Ok(())
    }

    /// Leaves every link in order.
    pub(crate) fn disconnect_all(&mut self, reason: Option<u8>) {
        let ids = self.links.ids();
        ids.for_each(|id| self.disconnect(id, reason));
    }

    /// Breaks off every link without a word to its broker.
    pub(crate) fn cut_all(&mut self) {
        self.links.ids().for_each(|id| self.cut(id));
    }

    /// The same of one.
    pub(crate) fn cut(&mut self, id: LinkId) {
        let now = self.now;
        if self.links.get_mut(id).is_some_and(|link| link.cut(now)) {
            self.link_ended(id, Ended::Closed);
        }
    }

    fn disconnecting(&mut self, id: LinkId, it: Disconnecting, reason: Option<u8>) {
        if let Some(ended) = it.ended {
            self.link_ended(id, ended);
        }
        if let Some(code) = reason.filter(|_| it.was_online) {
            // What was begun is over before that is told.
            if !self.behaviour.wording.loss_leads {
                self.fail_tasks(|wait| is_for_broker(wait, id), NO_ANSWER, code);
            }
            self.notify.push_lost(id, code).unwrap_or_default();
        }
    }

    /// The radio went off: links are left, in order. It came on: those it had
    /// taken down come back.
    pub(crate) fn radio_switched(&mut self, on: bool) {
        let (now, revives) = (self.now, self.behaviour.wording.revives_links);
        for id in self.links.ids() {
            let Some(link) = self.links.get_mut(id) else {
                continue;
            };
            if on {
                link.radio_on(now);
            } else {
                let disconnecting = link.radio_off(now, revives);
                self.disconnecting(id, disconnecting, Some(code::RADIO_OFF));
            }
        }
    }

    /// Makes the attempts that are due.
    pub(crate) fn open_links(&mut self) {
        let now = self.now;
        for id in self.links.ids() {
            let is_configured = || self.storage.is_configured(id);
            if let Some(link) = self.links.get_mut(id) {
                link.open_if_due(now, is_configured);
            }
        }
    }

    /// What the modem's own attempt is made with has changed: it is made again.
    pub(crate) fn restart_attempt(&mut self, id: LinkId) {
        let now = self.now;
        let link = self.links.get_mut(id);
        if link.is_some_and(|link| link.restart_attempt(now)) {
            self.report_dropped(id);
        }
    }

    /// The broker's answer is not waited for any more.
    pub(super) fn forget_request(&mut self, wait: Wait) {
        if let Wait::Acknowledged(id, packet) = wait
            && let Some(link) = self.links.get_mut(id)
        {
            link.session_mut().give_up(packet);
        }
    }
}
