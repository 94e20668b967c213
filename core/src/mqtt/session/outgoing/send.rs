//! Messages of the log are written, in their order.

use super::header::{Flow, MessageHeader};
use super::ids::Awaited;
use super::suspicion::Suspect;
use super::wire::Unwritten;
use super::{Outgoing, write_ack};
use crate::buffer::Buf;
use crate::mqtt::PacketId;
use crate::mqtt::packet::{AckKind, EncodeError};
use crate::mqtt::session::durability::Durability;
use crate::mqtt::session::event::DropReason;

impl Outgoing<'_> {
    /// Whether something may be left to be written.
    #[inline]
    pub(in crate::mqtt::session) fn is_sending(&self) -> bool {
        self.ids.has_release_due() || self.log.has_due() || self.log.is_sending()
    }

    /// Whether messages wait that were not sent on this connection.
    pub(in crate::mqtt::session) fn has_backlog(&self) -> bool {
        self.log.is_sending()
    }

    /// Writes every PUBREL that is due and may be sent; whether all fitted.
    pub(in crate::mqtt::session) fn send_due(&mut self, out: &mut Buf<'_>) -> bool {
        while let Some((place, id)) = self.log.next_due() {
            if write_ack(AckKind::Pubrel, id, out).is_err() {
                return false;
            }
            self.log.due_sent(place);
        }
        while let Some(id) = self.release_due() {
            if write_ack(AckKind::Pubrel, id, out).is_err() {
                return false;
            }
            self.ids.release_sent(id);
        }
        true
    }

    /// A message that was dropped, which is on disk, and for which PUBREC came.
    fn release_due(&self) -> Option<PacketId> {
        let id = self.ids.release_due()?;
        (!self.log.is_dropping()).then_some(id)
    }

    /// Writes the messages of the log that are to be sent; whether more wait for
    /// room.
    pub(in crate::mqtt::session) fn send_log(&mut self, out: &mut Buf<'_>) -> bool {
        while let Some((place, record, packet)) = self.log.next_to_send() {
            if self.waits_for_suspect(&record) || !self.may_send(&record) {
                return false;
            }
            let written = match record.flow() {
                Flow::Done => Ok(()),
                Flow::Stored => {
                    let age = self.time.saturating_sub(record.time());
                    let (form, again) = (record.version(), record.is_sent());
                    self.wire.write_stored(form, packet, again, age, out)
                }
                Flow::Released => send_pubrel(record, out).map_err(|_| Unwritten::Later),
            };
            match written {
                Ok(()) => {}
                Err(Unwritten::Later) => return true,
                Err(Unwritten::Never(reason)) => {
                    self.drop_unfit(place, record, reason);
                    // Those behind it wait until it cannot come back.
                    continue;
                }
            }
            let awaits = awaited_of(&record, packet);
            self.log.pass(record);
            match record.id() {
                _ if !record.is_live() => {}
                // QoS 0: that was it.
                None => drop(self.log.finish(place)),
                Some(id) => self.ids.occupy(id, awaits, place),
            }
        }
        false
    }

    /// It can never be written.
    fn drop_unfit(&mut self, place: u32, record: MessageHeader, why: DropReason) {
        self.abandon(place, record, why, true);
        if let Some(id) = record.id() {
            self.ids.end(id);
        }
    }

    /// Whether a message waits until the suspect is answered.
    #[inline]
    fn waits_for_suspect(&self, record: &MessageHeader) -> bool {
        match self.suspicion.isolated() {
            Suspect::Nothing | Suspect::Packet(_) => false,
            Suspect::Message(number) => record.number > number,
            Suspect::Subscription(_) => true,
        }
    }

    /// Whether the next record of the log may be sent: what it says is on disk, and
    /// there is room for it in the window.
    fn may_send(&self, record: &MessageHeader) -> bool {
        if !record.is_live() {
            // One that was dropped may not come back behind those after it.
            return !record.was_dropped() || record.disk() == Durability::Same;
        }
        let known = record.is_sent() || self.log.may_expose(self.exposed.into());
        let most = match record.flow() {
            // The broker counts messages alone `[MQTT-3.3.4-8]`.
            Flow::Released => self.window,
            _ => self.limit,
        };
        let has_room = self.ids.has_room(record.id(), most.into());
        record.disk() == Durability::Same && known && has_room
    }
}

/// What a message of the log waits for once it is sent.
pub(super) fn awaited_of(record: &MessageHeader, packet: &[u8]) -> Awaited {
    let exactly_once = packet.first().is_some_and(|first| first & 0x04 != 0);
    match record.flow() {
        Flow::Stored if exactly_once => Awaited::Pubrec,
        Flow::Stored => Awaited::Puback,
        _ => Awaited::Pubcomp,
    }
}

fn send_pubrel(record: MessageHeader, out: &mut Buf<'_>) -> Result<(), EncodeError> {
    record
        .id()
        .map_or(Ok(()), |id| write_ack(AckKind::Pubrel, id, out))
}
