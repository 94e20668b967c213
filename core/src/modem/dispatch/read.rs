//! Messages that wait until the host asks for them (`recvmode` 1).

use super::Machine;
use crate::modem::event::Event;
use crate::modem::fail::Fail;
use crate::modem::ids::LinkId;
use crate::modem::wait::Wait;

impl Machine<'_> {
    /// Whether the oldest message that waits, if there is one, keeps its number,
    /// and the one before it does not come again.
    pub(super) fn is_readable(&self, id: LinkId) -> bool {
        let Some(link) = self.links.get(id) else {
            return false;
        };
        let oldest = self.notify.oldest_front(id);
        let left = link.session().is_taken_over(self.notify.last_left(id));
        left && oldest.is_none_or(|front| link.session().is_number_durable(front.number))
    }

    /// Says the oldest message that waits. One that is too long in this format, or with its
    /// properties, stays: as raw bytes and without these it may be read.
    pub(super) fn write_oldest(&mut self, id: LinkId) -> Result<(), Fail> {
        let form = self.storage.message_form(id);
        let Some((event, front)) = self.notify.oldest(id, form) else {
            return Ok(());
        };
        let (word, of) = (self.behaviour.wording.event, self.scratch.of(id));
        let style = self.profile.style(self.behaviour.wording.framing);
        let (answer, out) = (&mut self.answer, &mut self.out);
        answer.write(out, style, |reply| word(of, &event, reply));
        if answer.retract(out) {
            if form.format > 0 || form.properties {
                return Err(Fail::MEMORY_FULL);
            }
            // It would never fit: it is told without its payload.
            answer.write(out, style, |reply| word(of, &event.shortened(), reply));
        }
        self.notify.set_read(id, front.number);
        Ok(())
    }

    /// Says the oldest message that waits, if there is one, and has it taken over; those
    /// behind it too, if `all` and as far as they fit. Nothing, while the disk is waited for.
    pub(super) fn take_oldest(&mut self, id: LinkId, all: bool) -> Option<Result<(), Fail>> {
        if !self.is_readable(id) {
            return None;
        }
        loop {
            if let Err(fail) = self.write_oldest(id) {
                return Some(Err(fail));
            }
            if let Some(read) = self.notify.take_read(id) {
                self.take_over(id, read);
            }
            if !all || !self.has_room_for_next(id) {
                break;
            }
        }
        self.notify.indicate_left(id);
        Some(Ok(()))
    }

    /// Whether there is another stored message that has its number on disk and fits behind
    /// those of the present answer.
    fn has_room_for_next(&self, id: LinkId) -> bool {
        let room = self.answer.room(&self.out).min(self.out.free());
        let (link, front) = (self.links.get(id), self.notify.oldest_front(id));
        let Some((link, front)) = link.zip(front) else {
            return false;
        };
        link.session().is_number_durable(front.number) && front.most_written() <= room
    }

    /// The host is gone, or has started again: what it read last is read again, and what
    /// it is still waiting to read it does not get.
    pub(crate) fn forget_read(&mut self) {
        self.notify.forget_read();
        let ids = self.links.ids();
        for id in ids {
            let reads = [
                Wait::Readable(id),
                Wait::Takeable(id, false),
                Wait::Takeable(id, true),
            ];
            let fails = |wait| self.complete(wait, Err(Fail::Plain));
            reads.into_iter().for_each(fails);
        }
    }

    /// The host has the message of this number, 0 if it has none. That makes room
    /// for events.
    pub(crate) fn take_over(&mut self, id: LinkId, number: u32) {
        if number > 0
            && let Some(link) = self.links.get_mut(id)
        {
            link.take_over(number);
        }
        self.report_dropped(id);
    }

    /// Says that a message is accepted, if the host wants to know its name.
    pub(super) fn write_accepted(&mut self, id: LinkId, name: Option<u32>) {
        if let Some(name) = name {
            self.begin_answer();
            self.write_event(id, &Event::Accepted { name });
        }
    }
}
