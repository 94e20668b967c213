//! When the modem wants to be woken, and what it does then.

use crate::modem::Modem;
use crate::modem::fail::Fail;
use crate::time::{Instant, sooner};
use core::time::Duration;

use crate::modem::progress::run::Run;

/// How long a line with a raw line break in quotes waits for more (rule R4).
const BREAK_LIMIT: Duration = Duration::from_secs(2);

impl Modem<'_> {
    /// `poll_timeout` has passed; harmless if it has not.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.at(now);
        if self.break_limit().is_some_and(|at| at <= self.machine.now) {
            self.console.drop_line();
            self.update_line_open();
            self.machine.fail_line(Fail::Plain);
        }
        self.machine.links_timeout();
        self.machine.wait_timeout();
        self.machine.check_pending();
        self.console.handle_timeout(&mut self.machine);
        self.advance();
        // Last: what ran out of time may have made an attempt due.
        self.machine.open_links();
    }

    /// When to call `handle_timeout`; in the future right after it was called.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let run = match self.machine.run {
            Run::Waiting { deadline, .. } => deadline,
            Run::Pending | Run::Line { .. } => self.machine.pending.deadline(),
            Run::Idle | Run::Finishing | Run::Off(_) => None,
            Run::Prompt { .. } | Run::Draining { .. } => self.console.poll_timeout(&self.machine),
        };
        let events = self.machine.notify.poll_timeout(self.machine.now);
        let reader = sooner(self.break_limit(), events);
        let next = sooner(sooner(self.machine.links.poll_timeout(), run), reader);
        if self.machine.tasks.any() {
            return sooner(next, self.machine.tasks_deadline());
        }
        next
    }

    /// When a line with a raw line break in quotes is given up.
    fn break_limit(&self) -> Option<Instant> {
        let open = self.console.gives_up_breaks();
        open.then(|| self.machine.notify.last_byte() + BREAK_LIMIT)
    }

    /// The host typed, or a line was dropped: a half-typed line holds events back.
    pub(crate) fn update_line_open(&mut self) {
        self.machine
            .notify
            .set_line_open(self.console.reader().is_open());
    }

    /// What the machine's clock says now, since 1970 in UTC: at the start, after
    /// what was kept is restored, and again whenever that clock was set. `+CCLK`
    /// follows it, by the difference a host has set; how long ago messages were
    /// accepted does not change. Without it the clock starts in 1970.
    pub fn set_clock(&mut self, now: Instant, since_1970: Duration) {
        self.at(now);
        let machine = &mut self.machine;
        let moved = machine.follow_clock(since_1970);
        if moved != 0 {
            for link in machine.links.iter_mut() {
                link.session_mut().move_times(moved);
            }
        }
        self.advance();
    }
}
