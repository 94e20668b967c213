//! What the client asks of the broker, and the answers to it.

use super::log::Stage;
use super::slots::{Tell, Wait};
use super::{Event, SendError, Session, Violation, WINDOW};
use crate::mem::Buf;
use crate::mqtt::codec::{
    Ack, AckKind, DUP, EncodeError, Filters, Packet, Publish, Requests, Suback, Subscribe,
    Unsubscribe,
};
use crate::mqtt::{PacketId, Qos};

/// The place of an UNSUBSCRIBE for a filter that is not in the list.
const NOWHERE: u32 = u32::MAX;

impl Session<'_> {
    /// Sends a message; the identifier that [`Event::Published`] will carry, none
    /// with QoS 0.
    ///
    /// Fails with `NotConnected`, `Invalid` (the topic), `WindowFull` (later) or
    /// `Full` (`out`, or with clean session 0 the memory for messages in flight).
    pub fn publish(
        &mut self,
        topic: &str,
        qos: Qos,
        retain: bool,
        payload: &[u8],
        out: &mut Buf<'_>,
    ) -> Result<Option<PacketId>, SendError> {
        self.check_connected()?;
        let id = match qos {
            Qos::AtMostOnce => None,
            _ => Some(self.publish_id()?),
        };
        let start = out.len();
        let publish = Publish {
            dup: false,
            qos,
            retain,
            topic,
            id,
            payload,
        };
        publish.encode(out)?;
        let Some(id) = id else {
            return Ok(None);
        };
        let at = self.keep(id, start, out)?;
        let wait = if qos == Qos::ExactlyOnce {
            Wait::Pubrec
        } else {
            Wait::Puback
        };
        self.slots.take(id, wait, at);
        Ok(Some(id))
    }

    fn check_connected(&self) -> Result<(), SendError> {
        if self.is_connected() {
            Ok(())
        } else {
            Err(SendError::NotConnected)
        }
    }

    fn publish_id(&self) -> Result<PacketId, SendError> {
        if self.slots.publishes() >= WINDOW || self.log.is_resending() {
            return Err(SendError::WindowFull);
        }
        self.free_id()
    }

    fn free_id(&self) -> Result<PacketId, SendError> {
        self.slots.free_id().ok_or(SendError::WindowFull)
    }

    /// Keeps the PUBLISH at `start` of `out` for the next connection, or takes it
    /// out of `out` again.
    fn keep(&mut self, id: PacketId, start: usize, out: &mut Buf<'_>) -> Result<u32, SendError> {
        if self.clean {
            return Ok(NOWHERE);
        }
        let slots = &mut self.slots;
        let moved = |id, at| {
            if let Some(slot) = slots.get_mut(id) {
                slot.at = at;
            }
        };
        let packet = out.as_slice().get(start..).unwrap_or_default();
        let stored = self.log.store(id, packet, moved);
        if stored.is_err() {
            out.truncate(start);
        }
        Ok(stored?)
    }

    /// Asks for the messages of one filter; the identifier that
    /// [`Event::Subscribed`] will carry.
    ///
    /// Fails with `NotConnected`, `Invalid` (the filter), `WindowFull` (later) or
    /// `Full` (`out`, or the memory for subscriptions).
    pub fn subscribe(
        &mut self,
        filter: &str,
        qos: Qos,
        out: &mut Buf<'_>,
    ) -> Result<PacketId, SendError> {
        self.check_connected()?;
        let id = self.free_id()?;
        let start = out.len();
        let requests = [(filter, qos)];
        let requests = Requests::of(&requests);
        Packet::Subscribe(Subscribe { id, requests }).encode(out)?;
        let asked = self.subscriptions.ask(filter);
        if asked.is_err() {
            out.truncate(start);
        }
        self.slots.take(id, Wait::Suback, asked?);
        Ok(id)
    }

    /// Asks again for what the broker has forgotten, as far as `out` and the
    /// identifiers reach. [`handle`](Self::handle) implies it.
    pub fn poll_renew(&mut self, out: &mut Buf<'_>) {
        while self.is_connected() && self.renew_one(out).is_some() {}
    }

    fn renew_one(&mut self, out: &mut Buf<'_>) -> Option<()> {
        let id = self.free_id().ok()?;
        let (at, filter, qos) = self.subscriptions.renewal()?;
        let request = (filter, qos);
        let requests = Requests::of(core::slice::from_ref(&request));
        let packet = Packet::Subscribe(Subscribe { id, requests });
        packet.encode(out).ok()?;
        self.subscriptions.renewed(at);
        self.slots.take(id, Wait::Suback, at);
        Some(())
    }

    /// Ends the subscription to one filter, which need not be known here; the
    /// identifier that [`Event::Unsubscribed`] will carry.
    ///
    /// Fails with `NotConnected`, `Invalid` (the filter), `WindowFull` (later) or
    /// `Full` (`out`).
    pub fn unsubscribe(&mut self, filter: &str, out: &mut Buf<'_>) -> Result<PacketId, SendError> {
        self.check_connected()?;
        let id = self.free_id()?;
        let filters = Filters::of(core::slice::from_ref(&filter));
        Packet::Unsubscribe(Unsubscribe { id, filters }).encode(out)?;
        let at = self.subscriptions.find(filter);
        if let Some(at) = at {
            self.subscriptions.hold(at);
        }
        self.slots.take(id, Wait::Unsuback, at.unwrap_or(NOWHERE));
        Ok(id)
    }

    /// Whoever waited for `id` does no longer: no event will tell how it ends.
    ///
    /// The identifier stays in use until the broker answers or the connection
    /// ends, and a publish counts in the window. With clean session 0 a publish
    /// is not given up at all: it stays in flight, is sent again and is told as
    /// any other. What [`poll_dropped`](Self::poll_dropped) has to tell by now it
    /// still tells.
    pub fn give_up(&mut self, id: PacketId) {
        let clean = self.clean;
        if let Some(slot) = self.slots.get_mut(id) {
            let stays = slot.wait.is_publish() && !clean;
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
    /// [`Event::Connected`], everything that ends a connection, and
    /// [`poll_resend`](Self::poll_resend). The identifier is in use until then.
    pub fn poll_dropped(&mut self) -> Option<PacketId> {
        self.slots.poll_dropped()
    }

    /// Writes what is to be sent again, as far as `out` has room; whether there is
    /// more. To be called when `out` has been emptied;
    /// [`handle`](Self::handle) implies it.
    ///
    /// A message for which `out` can never have room is dropped.
    #[inline]
    pub fn poll_resend(&mut self, out: &mut Buf<'_>) -> bool {
        self.log.is_resending() && self.resend_log(out)
    }

    fn resend_log(&mut self, out: &mut Buf<'_>) -> bool {
        while self.is_connected() {
            let Some((record, packet)) = self.log.next_resend() else {
                return false;
            };
            let written = match record.stage {
                Stage::Done => Ok(()),
                Stage::Stored => resend(packet, out),
                Stage::Released => write_ack(AckKind::Pubrel, record.id, out),
            };
            let never = record.stage == Stage::Stored && packet.len() > out.capacity();
            if written.is_err() && !never {
                return true;
            }
            self.log.pass(record);
            if never {
                self.slots.set_dropped(record.id);
                self.end_publish(record.id);
            }
        }
        false
    }

    /// PUBACK or PUBCOMP.
    pub(super) fn on_last_ack(&mut self, id: PacketId, wait: Wait) -> Event<'static> {
        if self.slots.waiting(id, wait).is_none() {
            return self.ignore();
        }
        if self.end_publish(id) {
            Event::Published(id)
        } else {
            Event::Nothing
        }
    }

    /// PUBREC; also for an unknown publish PUBREL goes on with the flow.
    pub(super) fn on_pubrec(
        &mut self,
        id: PacketId,
        out: &mut Buf<'_>,
    ) -> Result<Event<'static>, Violation> {
        match self.slots.get_mut(id) {
            Some(slot) if matches!(slot.wait, Wait::Pubrec | Wait::Pubcomp) => {
                slot.wait = Wait::Pubcomp;
                if !self.clean {
                    self.log.release(slot.at);
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

    pub(super) fn on_suback(&mut self, suback: Suback<'_>) -> Result<Event<'static>, Violation> {
        let id = suback.id;
        let Some(slot) = self.slots.waiting(id, Wait::Suback) else {
            return Ok(self.ignore());
        };
        let &[code] = suback.codes else {
            return Err(Violation::Unexpected);
        };
        let granted = Qos::new(code);
        if granted.is_some() {
            self.subscriptions.set_granted(slot.at, granted);
        }
        let event = Event::Subscribed {
            id,
            granted: granted.ok_or(()),
        };
        Ok(if self.end_request(id) {
            event
        } else {
            Event::Nothing
        })
    }

    pub(super) fn on_unsuback(&mut self, id: PacketId) -> Event<'static> {
        let Some(slot) = self.slots.waiting(id, Wait::Unsuback) else {
            return self.ignore();
        };
        if slot.at != NOWHERE {
            self.subscriptions.set_granted(slot.at, None);
        }
        if self.end_request(id) {
            Event::Unsubscribed(id)
        } else {
            Event::Nothing
        }
    }

    /// An acknowledgement nobody waits for.
    fn ignore(&mut self) -> Event<'static> {
        self.ignored = self.ignored.saturating_add(1);
        Event::Nothing
    }

    /// A publish is over; whether to tell.
    fn end_publish(&mut self, id: PacketId) -> bool {
        let clean = self.clean;
        if let Some(slot) = self.slots.get_mut(id).filter(|_| !clean) {
            self.log.finish(slot.at);
        }
        self.slots.end(id)
    }

    /// A SUBSCRIBE or UNSUBSCRIBE is over; whether to tell.
    fn end_request(&mut self, id: PacketId) -> bool {
        let at = self.slots.get_mut(id).map_or(NOWHERE, |slot| slot.at);
        let tell = self.slots.end(id);
        let removed = if at == NOWHERE {
            None
        } else {
            self.subscriptions.let_go(at)
        };
        if let Some(removed) = removed {
            let shift = |at: &mut u32| {
                if *at != NOWHERE && *at > removed.at {
                    *at -= removed.len;
                }
            };
            self.slots.for_each(Wait::Suback, shift);
            self.slots.for_each(Wait::Unsuback, shift);
        }
        tell
    }

    /// The connection ended: SUBSCRIBE and UNSUBSCRIBE get no answer any more.
    pub(super) fn end_requests(&mut self) {
        for (id, slot) in self.slots.used() {
            if matches!(slot.wait, Wait::Suback | Wait::Unsuback) {
                self.end_request(id);
            }
        }
    }

    /// Forgets all messages in flight.
    pub(super) fn drop_publishes(&mut self) {
        self.log.clear();
        for (id, slot) in self.slots.used() {
            if slot.wait.is_publish() {
                self.slots.set_dropped(id);
                self.slots.end(id);
            }
        }
    }

    /// The broker lost the session: see the module.
    pub(super) fn drop_released(&mut self) {
        for (id, slot) in self.slots.used() {
            if slot.wait == Wait::Pubcomp {
                self.slots.set_dropped(id);
            }
        }
    }
}

/// Writes a stored PUBLISH again, with DUP `[MQTT-3.3.1-1]`.
fn resend(packet: &[u8], out: &mut Buf<'_>) -> Result<(), EncodeError> {
    let start = out.len();
    out.extend(packet)?;
    if let Some(first) = out.as_mut_slice().get_mut(start) {
        *first |= DUP;
    }
    Ok(())
}

pub(super) fn write_ack(kind: AckKind, id: PacketId, out: &mut Buf<'_>) -> Result<(), EncodeError> {
    Ack { kind, id }.encode(out)
}
