//! Messages on their way to the broker, and its answers to them.

use super::aside::Suspect;
use super::disk::Disk;
use super::log::Log;
use super::record::{Record, Stage};
use super::slots::{Slots, Tell, Wait};
use super::{Dropped, EXPOSED, Event, Reason, Session, Violation, WINDOW};
use crate::buffer::Buf;
use crate::mqtt::PacketId;
use crate::mqtt::packet::{Ack, AckKind, DUP, EncodeError};

/// The place of what is not in the log, or not in the list of subscriptions.
pub(super) const NOWHERE: u32 = u32::MAX;

impl Session<'_> {
    /// Whoever waited for `id` does no longer: no event will tell how it ends.
    ///
    /// The identifier stays in use until the broker answers or the connection
    /// ends, and a publish counts in the window. With clean session 0 a publish
    /// is not given up at all: it stays in flight, is sent again and is told as
    /// any other. What [`poll_dropped`](Self::poll_dropped) has to tell by now it
    /// still tells.
    pub fn give_up(&mut self, id: PacketId) {
        if let Some(slot) = self.slots.get_mut(id) {
            let stays = slot.wait.is_publish() && slot.at != NOWHERE;
            if slot.tell == Tell::Outcome && !stays {
                slot.tell = Tell::Nothing;
            }
        }
    }

    /// QoS 1 and 2 publishes without PUBACK or PUBCOMP.
    pub fn in_flight(&self) -> usize {
        self.slots.publishes()
    }

    /// The next publish that was dropped without [`Event::Published`], each told
    /// once, in the order they were sent.
    ///
    /// To be asked until none is left after [`connect`](Self::connect),
    /// [`Event::Connected`], everything that ends a connection,
    /// [`poll_send`](Self::poll_send) and [`accept`](Self::accept). The identifier
    /// is in use until then.
    pub fn poll_dropped(&mut self) -> Option<Dropped> {
        if let Some(id) = self.slots.poll_dropped() {
            return Some(Dropped {
                id: Some(id),
                tracked: None,
                reason: Reason::Ended,
            });
        }
        let record = self.log.poll_lost()?;
        Some(Dropped {
            id: record.id(),
            tracked: record.tracked(),
            reason: Reason::of(record.code()),
        })
    }

    /// Writes what may be sent by now, as far as `out` has room: acknowledgements
    /// that had to wait for the disk, messages, subscriptions to be renewed;
    /// whether more only waits for room. To be called when `out` has been emptied;
    /// [`handle`](Self::handle) implies it.
    ///
    /// A message for which `out` can never have room is dropped.
    #[inline]
    pub fn poll_send(&mut self, out: &mut Buf<'_>) -> bool {
        let owing = self.slots.owes_release() || self.log.is_owing() || self.received.is_owing();
        let sends = owing || self.log.is_sending() || self.subscriptions.has_renewals();
        sends && self.is_connected() && self.send_all(out)
    }

    fn send_all(&mut self, out: &mut Buf<'_>) -> bool {
        while let Some(place) = self.received.owed() {
            if !self.pay(place, out) {
                return true;
            }
        }
        while let Some((place, id)) = self.log.owed() {
            if write_ack(AckKind::Pubrel, id, out).is_err() {
                return true;
            }
            self.log.paid(place);
        }
        while let Some(id) = self.owed_release() {
            if write_ack(AckKind::Pubrel, id, out).is_err() {
                return true;
            }
            self.slots.paid_release(id);
        }
        let waits = self.send_log(out);
        self.poll_renew(out);
        waits
    }

    /// Writes the messages of the log that are to be sent; whether more wait for
    /// room.
    pub(super) fn send_log(&mut self, out: &mut Buf<'_>) -> bool {
        while let Some((place, record, packet)) = self.log.next_to_send() {
            if self.waits_for_suspect(&record) || !may_send(&self.slots, &self.log, &record) {
                return false;
            }
            let written = match record.stage() {
                Stage::Done => Ok(()),
                Stage::Stored => send(packet, record.is_sent(), out),
                Stage::Released => send_pubrel(record, out),
            };
            let never = record.stage() == Stage::Stored && packet.len() > out.capacity();
            if written.is_err() && !never {
                return true;
            }
            let wait = wait_of(&record, packet);
            self.log.pass(record);
            match record.id() {
                _ if never => self.drop_unfit(place, record),
                _ if !record.is_live() => {}
                // QoS 0: that was it.
                None => drop(self.log.finish(place)),
                Some(id) if self.slots.has_publish(id) => {}
                Some(id) => self.slots.occupy(id, wait, place),
            }
        }
        false
    }

    /// `out` never has room for it.
    fn drop_unfit(&mut self, place: u32, record: Record) {
        self.abandon(place, record, Reason::NoRoom);
        if let Some(id) = record.id() {
            self.slots.end(id);
        }
    }

    /// Whether what PUBCOMP answers cannot have been sent: it waits for the disk.
    pub(super) fn is_early(&mut self, id: PacketId) -> bool {
        let slot = self.slots.waiting(id, Wait::Pubcomp);
        let place = slot.map(|slot| slot.at).filter(|at| *at != NOWHERE);
        let record = place.and_then(|at| self.log.get(at));
        record.is_some_and(|record| record.disk() != Disk::Same)
    }

    /// PUBACK or PUBCOMP.
    #[inline]
    pub(super) fn on_last_ack(&mut self, ack: Ack) -> Event<'static> {
        let id = ack.id;
        let wait = match ack.kind {
            AckKind::Puback => Wait::Puback,
            _ => Wait::Pubcomp,
        };
        let Some(slot) = self.slots.waiting(id, wait) else {
            return self.ignore();
        };
        let place = slot.at;
        let tell = self.slots.end(id);
        let tracked = if place == NOWHERE {
            self.aside.release(id, self.journal);
            None
        } else {
            match self.log.finish(place) {
                Some(record) if !self.is_delivered(record) => return Event::Nothing,
                record => record.and_then(Record::tracked),
            }
        };
        if tell {
            Event::Published { id, tracked }
        } else {
            Event::Nothing
        }
    }

    /// The broker has a message; whether that counts: it was not dropped before.
    #[inline]
    fn is_delivered(&mut self, record: Record) -> bool {
        let message = Suspect::Message(record.number);
        self.aside.acquit(message, self.journal);
        let counts = !record.was_dropped();
        if counts && record.host_id() != 0 {
            self.seen.add(record.host_id(), self.journal);
        }
        counts
    }

    /// PUBREC; also for an unknown publish PUBREL goes on with the flow.
    pub(super) fn on_pubrec(
        &mut self,
        id: PacketId,
        out: &mut Buf<'_>,
    ) -> Result<Event<'static>, Violation> {
        match self.slots.get_mut(id) {
            Some(slot) if slot.at == NOWHERE && slot.wait == Wait::Pubrec && !self.clean => {
                self.slots.owe_release(id);
                return Ok(Event::Nothing);
            }
            Some(slot) if matches!(slot.wait, Wait::Pubrec | Wait::Pubcomp) => {
                slot.wait = Wait::Pubcomp;
                let at = slot.at;
                if at != NOWHERE && !self.release(at) {
                    return Ok(Event::Nothing);
                }
            }
            Some(slot) if slot.wait != Wait::Asked => return Ok(self.ignore()),
            _ => {
                self.ignore();
            }
        }
        write_ack(AckKind::Pubrel, id, out).map_err(|_| Violation::Full)?;
        Ok(Event::Nothing)
    }

    /// A message that was dropped, which is on disk, and that waits for PUBREL.
    fn owed_release(&self) -> Option<PacketId> {
        let id = self.slots.owed_release()?;
        (!self.log.is_dropping()).then_some(id)
    }

    /// PUBREC came for the message at `place`; whether PUBREL may be sent.
    fn release(&mut self, place: u32) -> bool {
        if let Some(record) = self.log.get(place).filter(|it| it.stage() == Stage::Stored) {
            let message = Suspect::Message(record.number);
            self.aside.acquit(message, self.journal);
        }
        self.log.release(place)
    }

    /// An acknowledgement nobody waits for.
    pub(super) fn ignore(&mut self) -> Event<'static> {
        self.ignored = self.ignored.saturating_add(1);
        Event::Nothing
    }

    /// Forgets the messages in flight that belong to the connection, and of the
    /// others those that are chosen.
    pub(super) fn drop_publishes(&mut self, reason: Reason, chosen: impl Fn(Record) -> bool) {
        for (id, slot) in self.slots.used() {
            if !slot.wait.is_publish() {
                continue;
            }
            if slot.at == NOWHERE {
                self.slots.set_dropped(id);
                self.slots.end(id);
            } else if self.log.get(slot.at).is_none_or(&chosen) {
                self.slots.end(id);
            }
        }
        self.log.lose_all(reason as u8, chosen);
    }

    /// The broker lost the session: see the module.
    pub(super) fn drop_released(&mut self) {
        for (id, slot) in self.slots.used() {
            if slot.wait != Wait::Pubcomp {
                continue;
            }
            if slot.at == NOWHERE {
                self.slots.set_dropped(id);
            } else {
                self.log.tell_lost(slot.at, Reason::SessionLost as u8);
            }
        }
    }
}

/// Whether the next record of the log may be sent: what it says is on disk, and
/// it is in flight or there is room for it in the window.
fn may_send(slots: &Slots, log: &Log<'_>, record: &Record) -> bool {
    if !record.is_live() {
        // One that was dropped unsent may not come back behind those after it.
        return record.is_sent() || record.disk() == Disk::Same;
    }
    let in_flight = record.id().is_none_or(|id| slots.has_publish(id));
    let known = record.is_sent() || log.may_expose(EXPOSED);
    record.disk() == Disk::Same && known && (in_flight || slots.has_room(record.id(), WINDOW))
}

/// What a message of the log waits for once it is sent.
pub(super) fn wait_of(record: &Record, packet: &[u8]) -> Wait {
    let exactly_once = packet.first().is_some_and(|first| first & 0x04 != 0);
    match record.stage() {
        Stage::Stored if exactly_once => Wait::Pubrec,
        Stage::Stored => Wait::Puback,
        _ => Wait::Pubcomp,
    }
}

/// Writes a stored PUBLISH, with DUP if it may have been sent before
/// `[MQTT-3.3.1-1]`; never with QoS 0 `[MQTT-3.3.1-2]`.
fn send(packet: &[u8], again: bool, out: &mut Buf<'_>) -> Result<(), EncodeError> {
    let start = out.len();
    out.extend(packet)?;
    if let Some(first) = out.as_mut_slice().get_mut(start).filter(|_| again) {
        *first |= if *first & 0x06 == 0 { 0 } else { DUP };
    }
    Ok(())
}

fn send_pubrel(record: Record, out: &mut Buf<'_>) -> Result<(), EncodeError> {
    record
        .id()
        .map_or(Ok(()), |id| write_ack(AckKind::Pubrel, id, out))
}

pub(super) fn write_ack(kind: AckKind, id: PacketId, out: &mut Buf<'_>) -> Result<(), EncodeError> {
    Ack { kind, id }.encode(out)
}
