//! Messages for the host that wait until it asks for them.

use super::Context;
use crate::at::cme;
use crate::modem::fail::Fail;
use crate::modem::wait::Wait;

impl Context<'_, '_> {
    /// Says the oldest message that waits, if there is one. The one said before is
    /// taken over by that.
    pub fn read_message(&mut self) -> Wait {
        let (id, machine) = (self.link, &mut *self.machine);
        if let Some(read) = machine.notify.take_read(id) {
            machine.take_over(id, read);
        }
        Wait::Readable(id)
    }

    /// Says the oldest message that waits, if there is one, and the host has it by that; or,
    /// if `all`, as many as the answer holds.
    pub fn take_message(&mut self, all: bool) -> Wait {
        Wait::Takeable(self.link, all)
    }

    /// Has the oldest message that waits told as an event, behind the answer; whether there
    /// is one.
    pub fn ask_for_message(&mut self) -> bool {
        self.machine.notify.ask(self.link)
    }

    /// The host has taken over the message of this number: one that waits, or that
    /// it took over before.
    pub fn acknowledge(&mut self, number: u32) -> Result<Wait, Fail> {
        let (id, machine) = (self.link, &mut *self.machine);
        let link = machine.links.get(id);
        if !link.is_some_and(|link| link.session().was_given(number)) {
            return Err(Fail::Cme(cme::INVALID_INDEX));
        }
        if let Some(front) = machine.notify.front_of(id, number) {
            machine.notify.pop(front);
        }
        machine.take_over(id, number);
        Ok(Wait::TakenOver(id, number))
    }

    /// How many messages wait.
    pub fn waiting(&self) -> u32 {
        self.machine.notify.stored(self.link)
    }

    /// The host has started again: what it read last is read once more.
    pub fn forget_read(&mut self) {
        self.machine.forget_read();
    }
}
