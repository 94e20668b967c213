//! Messages in numbered places, which the host reads in any order.

use super::mailbox::{NumberedPlaces, PLACES};
use super::queue::{Queued, RecordKind};
use super::{Front, Notifier};
use crate::buffer::Full;
use crate::modem::event::{MessageForm, Received};
use crate::modem::ids::LinkId;

impl Notifier<'_> {
    /// Whether messages of a link go to numbered places from now on; those that are there
    /// are gone.
    pub(crate) fn set_numbered(&mut self, link: LinkId, on: bool) {
        while let Some(front) = self.first_numbered(link) {
            self.queue.remove(front);
        }
        if let Some(mailbox) = self.mailbox_mut(link) {
            mailbox.places = NumberedPlaces::new(on);
        }
        self.has_places = self.mailboxes.any(|mailbox| mailbox.places.is_on);
    }

    /// The modem starts again: there are no such places any more.
    pub(crate) fn clear_places(&mut self) {
        while self.has_places {
            let link = self.mailboxes.find(|mailbox| mailbox.places.is_on);
            self.set_numbered(link.unwrap_or(LinkId::FIRST), false);
        }
    }

    /// Whether messages of a link go to numbered places.
    #[inline]
    pub(crate) fn is_numbered(&self, link: LinkId) -> bool {
        self.has_places && self.mailbox(link).places.is_on
    }

    /// Whether a packet of `len` bytes has a place.
    #[cold]
    pub(crate) fn has_free_place(&self, link: LinkId, len: usize) -> bool {
        // That there is one is an event.
        let around = 2 * super::HEADER;
        self.mailbox(link).places.free().is_some() && self.fits(len + around)
    }

    /// Which places of a link are taken.
    pub(crate) fn taken_places(&self, link: LinkId) -> impl Iterator<Item = bool> + use<> {
        let taken = self.mailbox(link).places.taken;
        (0..PLACES).map(move |place| taken & 1 << place != 0)
    }

    /// Puts a message into the first place that is free; the host is told which.
    #[cold]
    pub(crate) fn push_numbered(
        &mut self,
        link: LinkId,
        message: &Received<'_>,
    ) -> Result<(), Full> {
        let place = self.mailbox(link).places.free().ok_or(Full)?;
        let kind = RecordKind::Numbered;
        self.queue
            .append_message(kind, link, place.into(), message)?;
        if let Some(mailbox) = self.mailbox_mut(link) {
            mailbox.places.taken |= 1 << place;
        }
        self.push(RecordKind::PlaceTaken, link, place.into(), &[])
    }

    fn numbered(&self, link: LinkId) -> impl Iterator<Item = Queued<'_>> {
        let own = move |it: &Queued| it.kind == RecordKind::Numbered && it.link == link;
        self.queue.iter().filter(own)
    }

    fn first_numbered(&self, link: LinkId) -> Option<Front> {
        self.numbered(link).next().map(Queued::front)
    }

    /// The message in a place, or in any: the place, and how to
    /// [take it out](Self::free_place).
    pub(crate) fn place(
        &self,
        link: LinkId,
        place: Option<u8>,
        form: MessageForm,
    ) -> Option<(u8, Received<'_>, Front)> {
        let meant = |it: &Queued| place.is_none_or(|place| it.number == place.into());
        let queued = self.numbered(link).find(meant)?;
        Some((queued.number as u8, queued.message(form)?, queued.front()))
    }

    /// The message in a place was read.
    pub(crate) fn free_place(&mut self, place: u8, front: Front) {
        self.queue.remove(front);
        if let Some(mailbox) = self.mailbox_mut(front.link) {
            mailbox.places.taken &= !(1 << place);
        }
    }
}
