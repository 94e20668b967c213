//! Who is to blame for the end of a connection, and what is done about it.

use super::aside::Suspect;
use super::outgoing::write_ack;
use super::record::Record;
use super::{Event, Reason, Session, State, Violation, fingerprint};
use crate::buffer::Buf;
use crate::mqtt::PacketId;
use crate::mqtt::packet::{AckKind, DUP, Rules};

/// PUBLISH in the upper half of a packet's first byte.
const PUBLISH: u8 = 3;

impl Session<'_> {
    /// How often the connection has to end with the same message, subscription or
    /// packet before it is set aside; 0 is never.
    pub fn set_give_up(&mut self, tries: u8) {
        self.aside.limit = tries;
    }

    /// Whether the broker has acknowledged anything on this connection, or the last
    /// one.
    pub fn is_acknowledged(&self) -> bool {
        self.acknowledged
    }

    /// The connection is about to be lost. Where the broker `ended` it while
    /// something that was sent again is unanswered, that may be the cause; and is set
    /// aside if it was too often. A message is told by
    /// [`poll_dropped`](Self::poll_dropped); whether it was a subscription that is not
    /// asked for any more.
    pub fn judge(&mut self, ended: bool) -> bool {
        let suspect = if ended { self.unanswered() } else { None };
        let Some(suspect) = suspect.filter(|_| self.aside.limit > 0) else {
            let packet = matches!(self.aside.suspect(), Suspect::Packet(_));
            if !packet {
                self.aside.acquit(self.aside.suspect(), self.journal);
            }
            return false;
        };
        let others = || self.log.unanswered() + self.subscriptions.renewing().count() > 1;
        let alone = self.aside.lone() == suspect || !others();
        if self.aside.blame(suspect, alone, self.journal) < self.aside.limit {
            return false;
        }
        self.aside.acquit(suspect, self.journal);
        self.set_aside(suspect)
    }

    /// What was sent again on this connection and not answered: the first.
    fn unanswered(&self) -> Option<Suspect> {
        if self.state != State::Connected {
            return None;
        }
        let message = self.log.unanswered_again();
        let message = message.map(|record| Suspect::Message(record.number));
        message.or_else(|| Some(Suspect::Subscription(self.subscriptions.renewing().next()?)))
    }

    fn set_aside(&mut self, suspect: Suspect) -> bool {
        match suspect {
            Suspect::Message(number) => {
                if let Some((place, record)) = self.log.find(|it| it.number == number) {
                    self.abandon(place, record, Reason::SetAside);
                }
                false
            }
            Suspect::Subscription(number) => {
                self.subscriptions.give_up(number);
                true
            }
            Suspect::Nothing | Suspect::Packet(_) => false,
        }
    }

    /// Drops a message for this reason, which is to be told. If the broker may have
    /// it, its identifier is not used for another before the broker has answered or
    /// forgotten it: it could take that one for this `[MQTT-2.3.1-4]`.
    pub(super) fn abandon(&mut self, place: u32, record: Record, reason: Reason) {
        if let Some(id) = record.id().filter(|_| record.is_sent()) {
            self.aside.hold(id, self.journal);
            let in_use = self.is_connected() && self.log.is_passed(place);
            self.slots.abandon(id, in_use);
        }
        self.aside
            .acquit(Suspect::Message(record.number), self.journal);
        self.log.lose(place, reason as u8);
    }

    /// Whether a message waits until the suspect is answered.
    #[inline]
    pub(super) fn waits_for_suspect(&self, record: &Record) -> bool {
        match self.aside.lone() {
            Suspect::Nothing | Suspect::Packet(_) => false,
            Suspect::Message(number) => record.number > number,
            Suspect::Subscription(_) => true,
        }
    }

    /// The suspect may be gone: then nothing waits for it.
    pub(super) fn recheck_suspect(&mut self) {
        let stays = match self.aside.suspect() {
            Suspect::Nothing | Suspect::Packet(_) => true,
            Suspect::Message(number) => self.log.find(|it| it.number == number).is_some(),
            Suspect::Subscription(number) => self.subscriptions.is_renewal(number),
        };
        if !stays || self.aside.limit == 0 {
            self.aside.acquit(self.aside.suspect(), self.journal);
        }
    }

    /// The broker has sent what cannot be read. A PUBLISH that ended so many
    /// connections already is taken for received, since a kept session would send it
    /// for ever.
    #[cold]
    pub(super) fn on_malformed<'p>(
        &mut self,
        packet: &[u8],
        out: &mut Buf<'_>,
    ) -> Result<Event<'p>, Violation> {
        let Some((&first, rest)) = packet.split_first() else {
            return Err(Violation::Malformed);
        };
        let limit = self.aside.limit;
        let may = limit > 0 && self.rules != Rules::Strict && self.state == State::Connected;
        if first >> 4 != PUBLISH || !may {
            return Err(Violation::Malformed);
        }
        let print = fingerprint(rest) ^ u64::from(first & !DUP);
        if self.aside.blame(Suspect::Packet(print), true, self.journal) <= limit {
            return Err(Violation::Malformed);
        }
        let qos = first >> 1 & 3;
        let (id, length) = unreadable(rest, qos > 0);
        let kind = match qos {
            1 => Some(AckKind::Puback),
            2 => Some(AckKind::Pubrec),
            _ => None,
        };
        if let (Some(kind), Some(id)) = (kind, id) {
            write_ack(kind, id, out).map_err(|_| Violation::Full)?;
        }
        Ok(Event::Unreadable { qos, length })
    }
}

/// The identifier of a PUBLISH that cannot be read, and the length of its payload, as
/// far as they can be told; `rest` is the packet behind its first byte.
fn unreadable(rest: &[u8], has_id: bool) -> (Option<PacketId>, u32) {
    let length = 1 + rest.iter().take_while(|byte| **byte & 0x80 != 0).count();
    let body = rest.get(length..).unwrap_or_default();
    let topic = body.first_chunk().map_or(0, |len| u16::from_be_bytes(*len));
    let behind = body.get(2 + usize::from(topic)..).unwrap_or_default();
    let id = behind.first_chunk().filter(|_| has_id);
    let id = id.and_then(|id| PacketId::new(u16::from_be_bytes(*id)));
    let payload = behind.len().saturating_sub(if has_id { 2 } else { 0 });
    (id, u32::try_from(payload).unwrap_or(u32::MAX))
}
