//! What of the messages is on disk, and comes back from there.

use super::Outgoing;
use super::header::{Flow, MessageHeader};
use super::send::awaited_of;
use crate::mqtt::PacketId;
use crate::mqtt::packet::{Packet, Rules};

impl Outgoing<'_> {
    /// From now on everything is on disk as well.
    pub(in crate::mqtt::session) fn persist(&mut self) {
        self.stored = true;
        self.log.persist();
        self.suspicion.persist();
        self.delivered.persist();
    }

    /// Whether something is to be put on disk.
    #[inline]
    pub(in crate::mqtt::session) fn has_changes(&self) -> bool {
        self.log.has_changes() || self.delivered.has_changes() || self.suspicion.has_changes()
    }

    /// Whether that is one of the messages delivered last.
    pub(in crate::mqtt::session) fn has_delivered_changed(&self) -> bool {
        self.delivered.has_changes()
    }

    /// Whether that is the suspect.
    pub(in crate::mqtt::session) fn has_suspect_changed(&self) -> bool {
        self.suspicion.has_changes()
    }

    /// Whether that is a message that was asked to be put there before.
    pub(in crate::mqtt::session) fn has_older_changes(&self) -> bool {
        self.log.has_older_changes()
    }

    /// What to put on disk of the messages delivered last, and its place.
    pub(in crate::mqtt::session) fn ask_delivered(&mut self) -> Option<(u8, &[u8])> {
        self.delivered.ask()
    }

    /// What to put on disk of the suspect, nothing to erase it.
    pub(in crate::mqtt::session) fn ask_suspect(&mut self) -> &[u8] {
        self.suspicion.ask()
    }

    /// What to put on disk of the next message, nothing to erase it, and its number.
    pub(in crate::mqtt::session) fn ask_message(&mut self) -> Option<(u64, &[u8])> {
        let at = self.log.next_change()?;
        self.log.ask(at)
    }

    /// What became of a place of the messages delivered last.
    pub(in crate::mqtt::session) fn delivered_answered(&mut self, place: u8, ok: bool) {
        if !ok {
            self.delivered.failed(place);
        }
    }

    /// What became of the suspect.
    pub(in crate::mqtt::session) fn suspect_answered(&mut self, ok: bool) {
        self.suspicion.answered(ok);
    }

    /// What became of a message. One that could not be put on disk is not sent: its
    /// identifier.
    pub(in crate::mqtt::session) fn message_answered(
        &mut self,
        number: u64,
        ok: bool,
    ) -> Result<(), Option<PacketId>> {
        let Some((place, message)) = self.log.answered(number, ok) else {
            return Ok(());
        };
        if !ok && !message.is_on_disk() {
            // It may be there all the same: it is erased once that is possible.
            self.log.finish(place);
            return Err(message.id());
        }
        Ok(())
    }

    /// Takes back a place of the messages delivered last; whether it is one.
    pub(in crate::mqtt::session) fn restore_delivered(&mut self, place: u8, bytes: &[u8]) -> bool {
        self.delivered.restore(place, bytes)
    }

    /// Takes back the suspect; whether it is one.
    pub(in crate::mqtt::session) fn restore_suspect(&mut self, bytes: &[u8]) -> bool {
        self.suspicion.restore(bytes)
    }

    /// Takes back a message, none if it is none.
    pub(in crate::mqtt::session) fn restore_message(
        &mut self,
        number: u64,
        bytes: &[u8],
    ) -> Option<()> {
        let (mut record, packet) = MessageHeader::restored(bytes)?;
        let in_order = match self.own_from {
            0 => self.log.last().is_none_or(|last| last < number),
            own_from => own_from <= number,
        };
        let alone = record.id().is_none_or(|id| self.is_alone(id));
        if !in_order || record.number != number || !alone || !is_publish(&record, packet) {
            return None;
        }
        // Only so many can have been sent.
        if self.log.live() < self.exposed.into() {
            record.set_sent();
        }
        let place = self.log.copy(record, packet).ok()?;
        self.own_from = number + 1;
        if let Some(id) = record.id() {
            self.restored.add(id);
            self.ids.skip(id);
            if record.is_sent() && self.ids.has_room(Some(id), self.limit.into()) {
                self.ids.occupy(id, awaited_of(&record, packet), place);
            }
        }
        Some(())
    }
}

impl Outgoing<'_> {
    /// Whether no message has this identifier. They are given in turn, so mostly it is
    /// behind the others.
    fn is_alone(&self, id: PacketId) -> bool {
        let other = |other: MessageHeader| other.id() == Some(id);
        self.restored.is_beyond(id) || self.log.find(other).is_none()
    }
}

/// Whether the bytes stored with a message are its PUBLISH.
fn is_publish(record: &MessageHeader, packet: &[u8]) -> bool {
    let decoded = Packet::decode_as(record.version(), Rules::Strict, packet);
    match (record.flow(), decoded) {
        (Flow::Stored, Ok(Packet::Publish(publish))) => publish.id == record.id(),
        // Of a released message the packet is not stored.
        (flow, _) => flow == Flow::Released,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::buffer::Buf;
    use crate::mqtt::packet::Publish;
    use crate::mqtt::session::outgoing::log::LOOKS;
    use crate::mqtt::{Properties, Qos};
    use std::vec::Vec;

    /// A message as it is on disk.
    fn record(number: u64, id: PacketId) -> Vec<u8> {
        let publish = Publish {
            dup: false,
            qos: Qos::AtLeastOnce,
            retain: false,
            topic: "t",
            id: Some(id),
            properties: Properties::NONE,
            payload: b"x",
        };
        let mut memory = [0; 256];
        let mut log = Outgoing::new(Buf::lent(&mut memory), PacketId::FIRST);
        log.persist();
        let header = MessageHeader::new(number, Some(id), 0, 0);
        log.log.store(header, &publish).expect("room");
        let (_, bytes) = log.ask_message().expect("a change");
        bytes.to_vec()
    }

    #[test]
    fn messages_come_back_without_a_look_at_all_before_them() {
        const COUNT: u64 = 500;
        let mut memory = std::vec![0; 64 * COUNT as usize];
        let mut outgoing = Outgoing::new(Buf::lent(&mut memory), PacketId::FIRST);
        outgoing.persist();
        // Over the highest identifier.
        let mut id = PacketId::new(u16::MAX - 100).expect("not 0");
        let before = LOOKS.get();
        for number in 1..=COUNT {
            let bytes = record(number, id);
            assert!(outgoing.restore_message(number, &bytes).is_some());
            id = id.next();
        }
        let looks = LOOKS.get() - before;
        assert!(looks <= 16 * COUNT as usize, "{looks}");
        // One that is there, and a number that was.
        let there = PacketId::new(3).expect("not 0");
        let again = record(COUNT + 1, there);
        assert!(outgoing.restore_message(COUNT + 1, &again).is_none());
        assert!(
            outgoing
                .restore_message(COUNT, &record(COUNT, id))
                .is_none()
        );
        assert!(
            outgoing
                .restore_message(COUNT + 1, &record(COUNT + 1, id))
                .is_some()
        );
    }
}
