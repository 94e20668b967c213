//! Events that are added to those that wait.

use super::Notifier;
use super::queue::RecordKind;
use crate::buffer::Full;
use crate::modem::event::{BrokerPacket, Received};
use crate::modem::ids::LinkId;
use crate::mqtt::Properties;

/// What is added. Each tells whether there was no room for it.
impl Notifier<'_> {
    /// Stores a message until the host asks for it.
    pub(crate) fn push_stored(
        &mut self,
        link: LinkId,
        message: &Received<'_>,
        number: u32,
    ) -> Result<(), Full> {
        let kind = RecordKind::Stored;
        self.queue.append_message(kind, link, number, message)?;
        if let Some(mailbox) = self.mailbox_mut(link) {
            mailbox.count += 1;
            mailbox.indicate();
        }
        Ok(())
    }

    /// What became of a message.
    pub(crate) fn push_tracked(&mut self, link: LinkId, name: u32, code: u8) -> Result<(), Full> {
        self.push(RecordKind::Tracked, link, name, &[code])
    }

    /// A message; `total` is the length of its payload where that was too large to be
    /// taken.
    pub(crate) fn push_message(
        &mut self,
        link: LinkId,
        message: &Received<'_>,
        total: Option<u32>,
    ) -> Result<(), Full> {
        let kind = match total {
            Some(_) => RecordKind::TooLarge,
            None => RecordKind::Message,
        };
        let number = total.unwrap_or(0);
        let mut message = *message;
        if total.is_some() {
            message.properties = Properties::NONE;
        }
        self.queue.append_message(kind, link, number, &message)?;
        self.events += 1;
        Ok(())
    }

    /// A message came that cannot be read.
    pub(crate) fn push_unreadable(
        &mut self,
        link: LinkId,
        qos: u8,
        length: u32,
    ) -> Result<(), Full> {
        self.push(RecordKind::Unreadable, link, length, &[qos])
    }

    /// The broker has answered.
    pub(crate) fn push_packet(
        &mut self,
        link: LinkId,
        packet: BrokerPacket,
        code: u8,
    ) -> Result<(), Full> {
        self.push(RecordKind::Packet, link, code.into(), &[packet as u8])
    }

    /// The link was lost. Fits unless it was lost several times while the host did not
    /// listen; then the later ones are not told.
    pub(crate) fn push_lost(&mut self, link: LinkId, code: u8) -> Result<(), Full> {
        self.push(RecordKind::Lost, link, code.into(), &[])
    }

    /// So many publishes were lost with the session.
    pub(crate) fn push_dropped(&mut self, link: LinkId, count: u32) -> Result<(), Full> {
        self.push(RecordKind::Dropped, link, count, &[])
    }

    /// The network is there or gone, for the report `which`.
    pub(crate) fn push_registration(
        &mut self,
        which: usize,
        on: bool,
        located: bool,
    ) -> Result<(), Full> {
        let flags = u32::from(on) | u32::from(located) << 1;
        let number = (which as u32) << 2 | flags;
        self.push(RecordKind::Registration, LinkId::FIRST, number, &[])
    }

    /// The modem has restarted, at this time in seconds since 1970.
    pub(crate) fn push_restarted(&mut self, unix: u32) -> Result<(), Full> {
        self.push(RecordKind::Restarted, LinkId::FIRST, unix, &[])
    }

    /// The clock is known: this is the time in seconds since 1970.
    pub(crate) fn push_clock_known(&mut self, unix: u32) -> Result<(), Full> {
        self.push(RecordKind::ClockKnown, LinkId::FIRST, unix, &[])
    }

    /// A link came back.
    pub(crate) fn push_restored(
        &mut self,
        link: LinkId,
        session_present: bool,
    ) -> Result<(), Full> {
        self.push(RecordKind::Restored, link, session_present.into(), &[])
    }

    pub(super) fn push(
        &mut self,
        kind: RecordKind,
        link: LinkId,
        number: u32,
        bytes: &[u8],
    ) -> Result<(), Full> {
        self.queue.append(kind, link, number, bytes)?;
        self.events += 1;
        Ok(())
    }
}
