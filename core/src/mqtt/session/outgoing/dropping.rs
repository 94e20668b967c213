//! Messages that are dropped because the caller says so.

use super::Outgoing;
use super::acceptance::DropError;
use super::header::{Flow, MessageHeader};
use crate::mqtt::PacketId;
use crate::mqtt::session::event::DropReason;

impl Outgoing<'_> {
    /// Drops the message the host knows by this name, sent or not.
    pub(in crate::mqtt::session) fn drop_message(
        &mut self,
        name: u32,
        connected: bool,
    ) -> Result<(), DropError> {
        let given = |it: MessageHeader| it.host_id() == name && !it.was_dropped();
        let reported = |it: MessageHeader| it.tracked() == Some(name) && !it.was_dropped();
        let found = self.log.find(given).or_else(|| self.log.find(reported));
        let (place, record) = found.ok_or(DropError::Unknown)?;
        if record.flow() == Flow::Released {
            return Err(DropError::TooLate);
        }
        self.abandon(place, record, DropReason::Dropped, connected);
        Ok(())
    }

    /// It is known already that the message of this identifier was dropped.
    pub(in crate::mqtt::session) fn note_reported(&mut self, id: PacketId) {
        self.log.note_reported(id);
    }

    /// Drops every message the broker has not taken over.
    pub(in crate::mqtt::session) fn drop_messages(&mut self, connected: bool) {
        let waits = |it: MessageHeader| it.flow() == Flow::Stored;
        // Few can have been sent.
        while let Some((place, record)) = self.log.find(|it| waits(it) && it.is_sent()) {
            self.abandon(place, record, DropReason::Dropped, connected);
        }
        self.log.discard_all(DropReason::Dropped as u8, waits);
    }

    /// Drops a message for this reason, which is to be reported. If the broker may
    /// have it, its identifier is not used for another before the broker has answered
    /// or forgotten it: it could take that one for this `[MQTT-2.3.1-4]`.
    pub(super) fn abandon(
        &mut self,
        place: u32,
        record: MessageHeader,
        reason: DropReason,
        connected: bool,
    ) {
        if let Some(id) = record.id().filter(|_| record.is_sent()) {
            self.suspicion.reserve(id);
            let in_use = connected && self.log.is_sent_now(place);
            self.ids.abandon(id, in_use);
        }
        self.rule_out_message(record.number);
        self.log.discard(place, reason as u8);
    }

    /// Whether something that was dropped is still on disk.
    pub(in crate::mqtt::session) fn is_dropping(&self) -> bool {
        !self.suspicion.is_on_disk() || self.log.is_dropping()
    }

    /// Whether a restart may find a message on disk that was dropped, or that was
    /// acknowledged before, so that it would be sent again.
    pub(in crate::mqtt::session) fn is_emptying(&self) -> bool {
        !self.suspicion.is_on_disk() || self.log.is_behind()
    }
}
