//! Messages that wait until the host asks for them (`recvmode` 1).

use super::command::context::Context;
use super::event::Event;
use super::ids::LinkId;
use super::machine::Machine;
use super::storage::options::{RECV_FORMAT, RECV_MODE};
use super::table::{Fail, Wait};
use crate::at::cme;

impl Context<'_, '_> {
    /// Says the oldest message that waits, if there is one. The one said before is
    /// taken over by that.
    pub fn read_message(&mut self) -> Wait {
        self.machine.take_over_read();
        Wait::Readable
    }

    /// The host has taken over the message of this number: one that waits, or that
    /// it took over before.
    pub fn acknowledge(&mut self, number: u32) -> Result<Wait, Fail> {
        let machine = &mut *self.machine;
        let [link] = &machine.links;
        if !link.session.was_given(number) {
            return Err(Fail::Cme(cme::INVALID_INDEX));
        }
        if let Some(front) = machine.inbox.front_of(number) {
            machine.inbox.pop(front);
        }
        machine.take_over(number);
        Ok(Wait::TakenOver(number))
    }

    /// How many messages wait.
    pub fn waiting(&self) -> u32 {
        self.machine.inbox.held()
    }

    /// The host starts anew: what it read last is read again.
    pub fn forget_read(&mut self) {
        self.machine.forget_read();
    }
}

impl Machine<'_> {
    /// Whether the oldest message that waits, if there is one, keeps its number,
    /// and the one before it does not come again.
    pub(super) fn is_readable(&self) -> bool {
        let [link] = &self.links;
        let oldest = self.inbox.oldest_front();
        let left = link.session.is_taken_over(self.inbox.left);
        left && oldest.is_none_or(|front| link.session.is_held_for_good(front.number))
    }

    /// Says the oldest message that waits. One that is too long in this format stays:
    /// as raw bytes it may be read.
    pub(super) fn say_oldest(&mut self) -> Result<(), Fail> {
        let format = self.storage.option(LinkId(0), RECV_FORMAT);
        let Some((event, front)) = self.inbox.oldest(format) else {
            return Ok(());
        };
        let word = self.config.dialect.word;
        let (answer, out, profile) = (&mut self.answer, &mut self.out, &self.profile);
        answer.say(out, profile, |reply| word(&event, reply));
        if answer.retract(out) {
            if format > 0 {
                return Err(Fail::MEMORY_FULL);
            }
            // It would never fit: it is told without its payload.
            answer.say(out, profile, |reply| word(&event.shortened(), reply));
        }
        self.inbox.read = front.number;
        Ok(())
    }

    /// The host is gone, or starts anew: what it read last is read again, and what
    /// it is still waiting to read it does not get.
    pub(super) fn forget_read(&mut self) {
        self.inbox.read = 0;
        self.complete(Wait::Readable, Err(Fail::Plain));
    }

    /// What the host has read last counts as taken over.
    fn take_over_read(&mut self) {
        let read = core::mem::take(&mut self.inbox.read);
        let front = self.inbox.oldest_front();
        if let Some(front) = front.filter(|front| front.number == read) {
            self.inbox.pop(front);
            self.inbox.left = read;
            self.take_over(read);
        }
    }

    /// The host has the message of this number, 0 if it has none. That makes room
    /// in the inbox.
    pub(super) fn take_over(&mut self, number: u32) {
        let [link] = &mut self.links;
        if number > 0 {
            link.session.take_over(number, &mut link.net_out);
        }
        let id = link.id;
        self.tell_dropped(id);
    }

    /// Messages wait, or not, as `recvmode` says.
    pub(super) fn follow_recv_mode(&mut self, id: LinkId) {
        let on = self.storage.is_on(LinkId(0), RECV_MODE);
        if let Some(link) = self.link_mut(id) {
            link.session.set_holding(on);
            self.inbox.set_holding(on);
        }
    }

    /// Keeps a message until the host asks for it.
    pub(super) fn hold_message(&mut self, packet: &[u8], number: u32) {
        // `has_room_for` has seen to it that it fits.
        self.inbox.push_held(packet, number).unwrap_or_default();
    }

    /// Says that a message is accepted, if the host wants to know its name.
    pub(super) fn say_accepted(&mut self, name: Option<u32>) {
        if let Some(name) = name {
            let word = self.config.dialect.word;
            self.begin_answer();
            self.say(|reply| word(&Event::Accepted { name }, reply));
        }
    }
}
