//! Messages for the host that wait until it asks for them.

use super::Context;
use crate::at::cme;
use crate::at::reply::Reply;
use crate::modem::event::Received;
use crate::modem::fail::Fail;
use crate::modem::progress::scratch::Staged;
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

    /// Drops what waits, as if the host had read it.
    pub fn drop_waiting(&mut self) {
        let (id, machine) = (self.link, &mut *self.machine);
        while let Some(front) = machine.notify.oldest_front(id) {
            machine.notify.pop(front);
            machine.take_over(id, front.number);
        }
    }

    /// The host has started again: what it read last is read once more.
    pub fn forget_read(&mut self) {
        self.machine.forget_read();
    }

    /// Whether messages of the link go to numbered places from now on, each to the first that
    /// is free; where none is, the broker waits. Those that are there are gone.
    pub fn set_numbered(&mut self, on: bool) {
        self.machine.notify.set_numbered(self.link, on);
    }

    /// Which numbered places of the link are taken.
    pub fn taken_places(&self) -> impl Iterator<Item = bool> + use<> {
        self.machine.notify.taken_places(self.link)
    }

    /// Says the message in a numbered place of the link, or all of them as far as the answer
    /// holds them; what was said is gone.
    pub fn read_places(
        &mut self,
        number: Option<u8>,
        mut write: impl FnMut(Staged, u8, &Received, &mut Reply),
    ) -> Result<(), Fail> {
        let (id, machine) = (self.link, &mut *self.machine);
        let (style, form) = (machine.style(), machine.storage.message_form(id));
        let of = machine.scratch.of(id);
        let mut is_first = true;
        while let Some((place, message, front)) = machine.notify.place(id, number, form) {
            let room = machine.answer.room(&machine.out);
            if !is_first && front.most_written() > room {
                break;
            }
            let (answer, out) = (&mut machine.answer, &mut machine.out);
            answer.write(out, style, |reply| write(of, place, &message, reply));
            if answer.retract(out) {
                return Err(Fail::MEMORY_FULL);
            }
            machine.notify.free_place(place, front);
            is_first = false;
        }
        Ok(())
    }
}
