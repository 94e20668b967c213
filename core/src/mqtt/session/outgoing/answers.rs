//! What the broker answers to messages.

use super::header::{Flow, MessageHeader};
use super::ids::{Awaited, NOWHERE};
use super::suspicion::Suspect;
use super::{Outgoing, write_ack};
use crate::buffer::Buf;
use crate::mqtt::packet::{Ack, AckKind, EncodeError};
use crate::mqtt::session::durability::Durability;
use crate::mqtt::session::event::DropReason;
use crate::mqtt::{PacketId, reason};

/// What an answer of the broker meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::mqtt::session) enum AckOutcome {
    /// Nobody waited for it.
    Ignored,
    /// Nothing to be reported.
    Nothing,
    /// The broker has the message.
    Published {
        /// What the host knows it by, if it was accepted as tracked.
        tracked: Option<u32>,
        /// Whether PUBREC said that nobody is subscribed.
        nobody: bool,
    },
    /// The broker does not take the message.
    Rejected {
        /// What the host knows it by, if it was accepted as tracked.
        tracked: Option<u32>,
    },
}

impl Outgoing<'_> {
    /// Whether what PUBCOMP answers cannot have been sent: it waits for the disk.
    fn is_early(&self, id: PacketId) -> bool {
        let Some(slot) = self.ids.waiting(id, Awaited::Pubcomp) else {
            return false;
        };
        let record = self.log.get(slot.at()).filter(|_| slot.at() != NOWHERE);
        record.is_some_and(|record| record.disk() != Durability::Same)
    }

    /// PUBACK of success.
    #[inline]
    pub(in crate::mqtt::session) fn on_puback(&mut self, id: PacketId) -> AckOutcome {
        self.on_last_ack(id, Awaited::Puback)
    }

    /// PUBCOMP.
    pub(in crate::mqtt::session) fn on_pubcomp(&mut self, id: PacketId) -> AckOutcome {
        if self.is_early(id) {
            return AckOutcome::Ignored;
        }
        self.on_last_ack(id, Awaited::Pubcomp)
    }

    #[allow(
        clippy::inline_always,
        reason = "called twice; the common one pays for no call"
    )]
    #[inline(always)]
    fn on_last_ack(&mut self, id: PacketId, awaits: Awaited) -> AckOutcome {
        let Some(slot) = self.ids.waiting(id, awaits) else {
            return AckOutcome::Ignored;
        };
        let place = slot.at();
        let reports = self.ids.end_use(slot);
        let record = if place == NOWHERE {
            self.suspicion.release(id);
            None
        } else {
            match self.log.finish(place) {
                Some(record) if !self.is_delivered(record) => return AckOutcome::Nothing,
                record => record,
            }
        };
        if reports {
            let tracked = record.and_then(MessageHeader::tracked);
            let nobody = tracked.is_some() && record.is_some_and(MessageHeader::has_nobody);
            AckOutcome::Published { tracked, nobody }
        } else {
            AckOutcome::Nothing
        }
    }

    /// PUBACK or PUBREC with a code of failure: the message is over, and its identifier
    /// free `[MQTT-4.4.0-2]`.
    #[cold]
    pub(in crate::mqtt::session) fn on_rejected(&mut self, ack: Ack<'_>) -> AckOutcome {
        let awaits = match ack.kind {
            AckKind::Puback => Awaited::Puback,
            _ => Awaited::Pubrec,
        };
        let Some(slot) = self.ids.waiting(ack.id, awaits) else {
            return AckOutcome::Ignored;
        };
        let reports = self.ids.end(ack.id);
        if slot.at() == NOWHERE {
            self.suspicion.release(ack.id);
        }
        let record = self.end_rejected(slot.at());
        if reports && !record.is_some_and(MessageHeader::was_dropped) {
            let tracked = record.and_then(MessageHeader::tracked);
            AckOutcome::Rejected { tracked }
        } else {
            AckOutcome::Nothing
        }
    }

    /// The message at `place` is over, if it is there. One that was accepted and that nobody
    /// is told of by name is reported as dropped.
    fn end_rejected(&mut self, place: u32) -> Option<MessageHeader> {
        let record = self.log.get(place).filter(|_| place != NOWHERE)?;
        self.suspicion.rule_out(Suspect::Message(record.number));
        if record.is_promised() && record.tracked().is_none() && !record.was_dropped() {
            self.log.discard(place, DropReason::Refused as u8);
        } else {
            self.log.finish(place);
        }
        Some(record)
    }

    /// The broker has a message; whether that counts: it was not dropped before.
    #[inline]
    fn is_delivered(&mut self, record: MessageHeader) -> bool {
        self.suspicion.rule_out(Suspect::Message(record.number));
        let counts = !record.was_dropped();
        if counts && record.host_id() != 0 {
            self.delivered.add(record.host_id());
        }
        counts
    }

    /// Whether a PUBREC for `id` has to wait until PUBRELs are sent that wait for the disk.
    pub(in crate::mqtt::session) fn is_overtaken(&self, id: PacketId) -> bool {
        let slot = self.ids.waiting(id, Awaited::Pubrec);
        slot.is_some_and(|slot| slot.at() != NOWHERE && self.log.is_overtaken(slot.at()))
    }

    /// PUBREC; also for an unknown publish PUBREL goes on with the flow.
    pub(in crate::mqtt::session) fn on_pubrec(
        &mut self,
        ack: Ack<'_>,
        clean: bool,
        out: &mut Buf<'_>,
    ) -> Result<AckOutcome, EncodeError> {
        let (id, nobody) = (ack.id, ack.code == reason::NOBODY);
        let mut answer = AckOutcome::Nothing;
        match self.ids.get(id) {
            Some(slot) if slot.at() == NOWHERE && slot.awaits() == Awaited::Pubrec && !clean => {
                self.ids.await_release(id);
                return Ok(answer);
            }
            Some(slot) if matches!(slot.awaits(), Awaited::Pubrec | Awaited::Pubcomp) => {
                self.ids.await_pubcomp(id);
                if slot.at() != NOWHERE && !self.release(slot.at(), nobody) {
                    return Ok(answer);
                }
            }
            Some(slot) if slot.awaits() != Awaited::Nothing => return Ok(AckOutcome::Ignored),
            _ => answer = AckOutcome::Ignored,
        }
        write_ack(AckKind::Pubrel, id, out)?;
        Ok(answer)
    }

    /// PUBREC came for the message at `place`; whether PUBREL may be sent.
    fn release(&mut self, place: u32, nobody: bool) -> bool {
        if let Some(record) = self.log.get(place).filter(|it| it.flow() == Flow::Stored) {
            self.suspicion.rule_out(Suspect::Message(record.number));
        }
        self.log.release(place, nobody)
    }
}
