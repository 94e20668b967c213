//! Leaving a broker of our own accord.

use crate::modem::code;
use crate::modem::ids::LinkId;
use crate::modem::link::Phase;
use crate::modem::machine::Machine;
use core::time::Duration;

/// How long DISCONNECT may take to reach the network.
const CLOSE_LIMIT: Duration = Duration::from_secs(1);

impl Machine<'_> {
    /// Leaves in order: DISCONNECT, then the transport is closed; an attempt is
    /// given up, and the modem makes none of its own any more. Of a link that was
    /// up the host is told with `tell`, unless it asked for it itself.
    pub(crate) fn leave(&mut self, id: LinkId, tell: Option<u8>) {
        let comes_back = self.radio_took_link;
        let Some(link) = self.link_mut(id) else {
            return;
        };
        let retry = core::mem::take(&mut link.retry);
        match link.phase {
            Phase::Closed | Phase::Closing { .. } => {}
            Phase::Opening { .. } | Phase::Greeting { .. } if !retry.own => {
                self.drop_link(id, tell.unwrap_or(code::BY_COMMAND).into());
            }
            Phase::Opening { .. } | Phase::Greeting { .. } => {
                link.close(code::BY_COMMAND.into());
                link.reset();
                self.tell_dropped(id);
            }
            Phase::Online => {
                self.part(id);
                self.tell_left(tell);
            }
        }
        if let Some(link) = self.link_mut(id).filter(|_| !comes_back) {
            link.session.end_renewals();
        }
    }

    fn tell_left(&mut self, tell: Option<u8>) {
        if let Some(code) = tell {
            self.last_failure = code.into();
            self.inbox.push_lost(code).unwrap_or_default();
        }
    }

    /// Says DISCONNECT.
    fn part(&mut self, id: LinkId) {
        let deadline = self.now + CLOSE_LIMIT;
        let Some(link) = self.link_mut(id) else {
            return;
        };
        let written = link.session.disconnect(&mut link.net_out);
        link.phase = Phase::Closing { deadline };
        if written.is_err() {
            self.drop_link(id, code::BY_COMMAND.into());
        }
    }
}
