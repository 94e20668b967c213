//! What carrying a command out does to the machine beside its answer.

use super::Machine;
use crate::modem::event::Task;
use crate::modem::fail::Fail;
use crate::modem::ids::LinkId;
use crate::modem::progress::notes::OutputKind;
use crate::modem::progress::run::Run;
use crate::modem::wait::Wait;
use crate::time::Instant;
use core::time::Duration;

impl Machine<'_> {
    /// The line is done, and what there is to report of it is written.
    pub(crate) fn end_silently(&mut self) {
        if self.answer.retract(&mut self.out) {
            return self.fail_line(Fail::MEMORY_FULL);
        }
        self.run = Run::Idle;
        self.follow_plan();
    }

    /// The command before `at` waits, and fails where that takes longer than this.
    pub(crate) fn wait_limited(&mut self, at: usize, wait: Wait, limit: Duration) {
        self.wait(at, wait);
        let until = self.now + limit;
        if let Run::Waiting { deadline, .. } = &mut self.run {
            *deadline = Some(until);
        }
    }

    /// What was begun last fails where it takes longer than this.
    pub(crate) fn limit_last(&mut self, limit: Duration) {
        self.tasks.limit_last(self.now + limit);
    }

    /// A command has begun something; `may_run` has seen to it that there is room.
    pub(crate) fn start(&mut self, link: LinkId, wait: Wait, task: Task) {
        let deadline = self.deadline_of(wait);
        let gap = Duration::from_millis(self.behaviour.gap.into());
        let due = self.now + self.tasks.take_after().unwrap_or(gap);
        self.tasks
            .start(self.now, (link, task), wait, deadline, due);
        self.expect_ends();
        self.check_tasks();
    }

    /// The same where it is over already.
    #[cold]
    pub(crate) fn start_ended(
        &mut self,
        link: LinkId,
        task: Task,
        result: Result<(), Fail>,
        code: u8,
    ) {
        // Nothing ever ends such a wait again.
        let wait = Wait::Stored(link);
        let due = self.now + Duration::from_millis(self.behaviour.gap.into());
        self.tasks.start(self.now, (link, task), wait, None, due);
        self.tasks.end_last(result, code);
        self.expect_ends();
    }

    /// Ends of what commands have begun are reported as far as their time has come.
    pub(crate) fn expect_ends(&mut self) {
        self.notify.expect_reports(self.tasks.reportable(self.now));
        self.notify.set_ends_leading(self.tasks.is_leading());
        if let Some(until) = self.tasks.delayed_until() {
            self.notify.delay(until);
        }
    }

    /// When what commands have begun is late, or its end is to be reported.
    #[cold]
    pub(crate) fn tasks_deadline(&self) -> Option<Instant> {
        if self.notify.expects(self.tasks.reportable(self.now)) {
            self.tasks.deadline(self.now)
        } else {
            Some(self.now)
        }
    }

    /// The command before `at` asks for raw bytes; whether there is room to ask.
    pub(crate) fn ask(&mut self, at: usize, text: &str, limit: Option<Duration>) -> bool {
        let retracted = self.answer.retract(&mut self.out);
        let before = self.out.len();
        if retracted || self.out.extend(text.as_bytes()).is_err() {
            self.fail_line(Fail::MEMORY_FULL);
            return false;
        }
        self.note(OutputKind::Prompt, before);
        let deadline = limit.map(|limit| self.now + limit);
        self.run = Run::Prompt { at, deadline };
        true
    }

    /// Raw bytes came: the next one may take its time again.
    pub(crate) fn ask_again(&mut self, limit: Option<Duration>) {
        if let Run::Prompt { deadline, .. } = &mut self.run {
            *deadline = limit.map(|limit| self.now + limit);
        }
    }

    /// The clock of the machine says this now, since 1970; by how many seconds it was moved.
    pub(crate) fn follow_clock(&mut self, machine: Duration) -> i64 {
        let was_known = self.clock.is_known(self.now);
        let moved = self.clock.follow(self.now, machine);
        let tells = self.behaviour.wording.tells_time && self.clock.is_known(self.now);
        if tells && !was_known {
            let pushed = self.notify.push_clock_known(self.shown_time());
            pushed.unwrap_or_default();
        }
        moved
    }

    fn shown_time(&self) -> u32 {
        u32::try_from(self.clock.shown(self.now)).unwrap_or(u32::MAX)
    }

    /// Reports that the modem has started.
    pub(crate) fn report_start(&mut self) {
        let unix = self.shown_time();
        self.notify.push_restarted(unix).unwrap_or_default();
        self.report_joined();
    }
}
