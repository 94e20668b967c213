//! When the modem wants to be woken, and what it does then.

use super::Modem;
use super::ids::LinkId;
use super::machine::Run;
use super::table::Fail;
use crate::time::{Instant, sooner};
use core::time::Duration;

/// How long a half-typed line holds events back after its last byte.
const HOLD_LIMIT: Duration = Duration::from_secs(1);
/// How long a line with a raw line break in quotes waits for more (rule R4).
const BREAK_LIMIT: Duration = Duration::from_secs(2);

impl Modem<'_> {
    /// `poll_timeout` has passed; harmless if it has not.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.at(now);
        if self.break_limit().is_some_and(|at| at <= self.machine.now) {
            self.reader.drop_line();
            self.hold_events();
            self.machine.fail_line(Fail::Plain);
        }
        self.machine.link_timeout(LinkId(0));
        self.machine.disk_timeout(LinkId(0));
        self.machine.wait_timeout();
        self.machine.prompt_timeout();
        self.advance();
        // Last: what ran out of time may have made an attempt due.
        self.machine.retry_timeout(LinkId(0));
    }

    /// When to call `handle_timeout`; in the future right after it was called.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let [link] = &self.machine.links;
        let run = match self.machine.run {
            Run::Waiting { deadline, .. } => deadline,
            Run::Prompt { deadline, .. } => Some(deadline),
            Run::Owing | Run::Line { .. } => self.machine.owed.deadline(),
            Run::Idle => None,
        };
        let reader = sooner(self.break_limit(), self.hold_limit());
        sooner(sooner(link.poll_timeout(), run), reader)
    }

    /// When a line with a raw line break in quotes is given up.
    fn break_limit(&self) -> Option<Instant> {
        let open = self.reader.holds_break();
        open.then(|| self.machine.last_byte + BREAK_LIMIT)
    }

    /// When a half-typed line stops holding events back, while it does.
    fn hold_limit(&self) -> Option<Instant> {
        let holds = !self.machine.may_tell() && self.machine.inbox.has_news();
        holds.then_some(self.machine.held_until)
    }

    /// The host typed, or a line was dropped: a half-typed line holds events back.
    pub(super) fn hold_events(&mut self) {
        self.machine.held_until = if self.reader.is_open() {
            self.machine.last_byte + HOLD_LIMIT
        } else {
            Instant::ZERO
        };
    }
}
