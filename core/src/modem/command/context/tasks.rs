//! What a command begins and waits for beyond its answer.

use super::Context;
use core::time::Duration;

impl Context<'_, '_> {
    /// The host is told that what this command begins [lasts](crate::modem::event::Event::Overdue), each time it
    /// does for so long.
    pub fn report_overdue(&mut self, every: Duration) {
        self.machine.tasks.report_overdue(every);
    }

    /// Nothing else is told before the end of what this command begins: a host that waits for
    /// that drops it.
    pub fn report_first(&mut self) {
        self.machine.tasks.report_first();
    }

    /// The end of what this command begins is told after so long at least.
    pub fn report_after(&mut self, least: Duration) {
        self.machine.tasks.report_after(least);
    }

    /// How many [tasks](crate::modem::event::Task) of a command have not ended on the link.
    pub fn begun(&self, command: u8) -> usize {
        self.machine.tasks.count_begun(self.link, command)
    }

    /// Whether a command has begun something on the link whose end is not reported yet.
    pub fn has_begun(&self) -> bool {
        self.machine.tasks.any_of(self.link)
    }

    /// Whether something that was begun on the link has not ended.
    pub fn is_busy(&self) -> bool {
        self.machine.tasks.is_running(self.link)
    }

    /// The next raw byte this command asks for may take so long, whatever its
    /// [prompt](crate::modem::dialect::Prompt) says.
    pub fn limit_data(&mut self, limit: Duration) {
        self.machine.data_limit = Some(limit);
    }
}
