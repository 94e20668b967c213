//! Messages in numbered places, which the host reads in any order.

use super::mailbox::{SLOTS, Slots};
use super::queue::{Queued, RecordKind};
use super::{Front, Notifier};
use crate::buffer::Full;
use crate::modem::event::{MessageForm, Received};
use crate::modem::ids::LinkId;

impl Notifier<'_> {
    /// Whether messages of a link go to numbered places from now on; those that are there
    /// are gone.
    pub(crate) fn set_slotted(&mut self, link: LinkId, on: bool) {
        while let Some(front) = self.first_slotted(link) {
            self.queue.remove(front);
        }
        if let Some(mailbox) = self.mailbox_mut(link) {
            mailbox.slots = Slots::new(on);
        }
        self.has_slots = self.mailboxes.any(|mailbox| mailbox.slots.is_on);
    }

    /// The modem starts again: there are no such places any more.
    pub(crate) fn clear_slots(&mut self) {
        while self.has_slots {
            let link = self.mailboxes.find(|mailbox| mailbox.slots.is_on);
            self.set_slotted(link.unwrap_or(LinkId::FIRST), false);
        }
    }

    /// Whether messages of a link go to numbered places.
    #[inline]
    pub(crate) fn is_slotted(&self, link: LinkId) -> bool {
        self.has_slots && self.mailbox(link).slots.is_on
    }

    /// Whether a packet of `len` bytes has a place.
    #[cold]
    pub(crate) fn has_free_slot(&self, link: LinkId, len: usize) -> bool {
        // That there is one is an event.
        let around = 2 * super::HEADER;
        self.mailbox(link).slots.free().is_some() && self.fits(len + around)
    }

    /// Which places of a link are taken.
    pub(crate) fn taken_slots(&self, link: LinkId) -> impl Iterator<Item = bool> + use<> {
        let taken = self.mailbox(link).slots.taken;
        (0..SLOTS).map(move |slot| taken & 1 << slot != 0)
    }

    /// Puts a message into the first place that is free; the host is told which.
    #[cold]
    pub(crate) fn push_slotted(
        &mut self,
        link: LinkId,
        message: &Received<'_>,
    ) -> Result<(), Full> {
        let slot = self.mailbox(link).slots.free().ok_or(Full)?;
        let kind = RecordKind::Slotted;
        self.queue
            .append_message(kind, link, slot.into(), message)?;
        if let Some(mailbox) = self.mailbox_mut(link) {
            mailbox.slots.taken |= 1 << slot;
        }
        self.push(RecordKind::SlotTaken, link, slot.into(), &[])
    }

    fn slotted(&self, link: LinkId) -> impl Iterator<Item = Queued<'_>> {
        let own = move |it: &Queued| it.kind == RecordKind::Slotted && it.link == link;
        self.queue.iter().filter(own)
    }

    fn first_slotted(&self, link: LinkId) -> Option<Front> {
        self.slotted(link).next().map(Queued::front)
    }

    /// The message in a place, or in any: the place, and how to
    /// [take it out](Self::free_slot).
    pub(crate) fn slot(
        &self,
        link: LinkId,
        slot: Option<u8>,
        form: MessageForm,
    ) -> Option<(u8, Received<'_>, Front)> {
        let meant = |it: &Queued| slot.is_none_or(|slot| it.number == slot.into());
        let queued = self.slotted(link).find(meant)?;
        Some((queued.number as u8, queued.message(form)?, queued.front()))
    }

    /// The message in a place was read.
    pub(crate) fn free_slot(&mut self, slot: u8, front: Front) {
        self.queue.remove(front);
        if let Some(mailbox) = self.mailbox_mut(front.link) {
            mailbox.slots.taken &= !(1 << slot);
        }
    }
}
