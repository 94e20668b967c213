//! Links that end without our asking: lost or refused.

use super::code;
use super::failure::Failure;
use super::ids::LinkId;
use super::link::Phase;
use super::link::reconnect::Retry;
use super::machine::{Machine, Run};
use super::table::{Fail, Wait};
use crate::at::cme;

impl Machine<'_> {
    /// Closes a link for a reason of our own.
    pub(crate) fn drop_link(&mut self, id: LinkId, why: Failure) {
        if let Some(link) = self.link_mut(id) {
            link.close(why);
        }
        self.lose(id, why);
    }

    /// A link is gone: whoever waits for it is told why.
    pub(super) fn lose(&mut self, id: LinkId, why: Failure) {
        let code = why.code;
        let Some(link) = self.link_mut(id) else {
            return;
        };
        let was = link.phase;
        if !matches!(was, Phase::Closed | Phase::Closing { .. }) {
            self.last_failure = why;
        }
        self.judge(id, code);
        if let Some(link) = self.link_mut(id) {
            link.reset();
        }
        self.tell_dropped(id);
        match was {
            Phase::Closed => {}
            Phase::Opening { .. } | Phase::Greeting { .. } => self.attempt_failed(id, code),
            Phase::Online => {
                self.fail_waiting();
                self.inbox.push_lost(code).unwrap_or_default();
                self.try_again(id);
            }
            Phase::Closing { .. } => {
                self.fail_waiting();
                self.complete(Wait::Disconnect, Ok(()));
            }
        }
    }

    /// The link was not to be had. An attempt of the modem's own is made again, and
    /// one of the host's if the modem was at it before; if the modem's own is not,
    /// the host is told that it was the last.
    fn attempt_failed(&mut self, id: LinkId, code: u8) {
        let Some(link) = self.link_mut(id) else {
            return;
        };
        let Retry { own, goes_on, .. } = link.retry;
        if own || goes_on {
            self.try_again(id);
        }
        if !own {
            return self.fail_connect(code);
        }
        let goes_on = self
            .link_mut(id)
            .is_some_and(|link| link.retry.at.is_some());
        if !goes_on {
            self.inbox.push_lost(code).unwrap_or_default();
        }
    }

    /// Whoever asked for the link is told why it is not up; an attempt of the
    /// modem's own that was called off is no news.
    fn fail_connect(&mut self, code: u8) {
        if let Run::Waiting {
            wait: Wait::Connect,
            ..
        } = self.run
        {
            let fail = Fail::Cme(code::connect_error(code));
            self.end_connect(code, Err(fail));
        }
    }

    /// A command that waits for the broker ends the moment the link dies.
    fn fail_waiting(&mut self) {
        self.fail_owed(Fail::Cme(cme::NETWORK_TIMEOUT));
        if let Run::Waiting { wait, .. } = self.run
            && matches!(wait, Wait::Acknowledged(_) | Wait::Written(_))
        {
            self.complete(wait, Err(Fail::Cme(cme::NETWORK_TIMEOUT)));
        }
    }
}
