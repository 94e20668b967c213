//! Subscribing, and the answers to it.

use super::aside::Suspect;
use super::outgoing::NOWHERE;
use super::slots::Wait;
use super::subscriptions::Removed;
use super::{Event, SendError, Session, Violation};
use crate::buffer::Buf;
use crate::mqtt::packet::{Filters, Packet, Requests, Rules, Suback, Subscribe, Unsubscribe};
use crate::mqtt::{PacketId, Qos};

impl Session<'_> {
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
        let asked = self.subscriptions.request(filter);
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
        let only = match self.aside.lone() {
            Suspect::Message(_) => return None,
            Suspect::Subscription(number) => Some(number),
            Suspect::Nothing | Suspect::Packet(_) => None,
        };
        let id = self.free_id().ok()?;
        let (at, filter, qos) = self.subscriptions.renewal(only)?;
        let request = (filter, qos);
        let requests = Requests::of(core::slice::from_ref(&request));
        let packet = Packet::Subscribe(Subscribe { id, requests });
        packet.encode(out).ok()?;
        self.subscriptions.hold(at);
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

    pub(super) fn on_suback(&mut self, suback: Suback<'_>) -> Result<Event<'static>, Violation> {
        let id = suback.id;
        self.acknowledged = true;
        let Some(slot) = self.slots.waiting(id, Wait::Suback) else {
            return Ok(self.ignore());
        };
        let code = match *suback.codes {
            [code] => code,
            [code, ..] if self.rules == Rules::Lenient => code,
            _ => return Err(Violation::Unexpected),
        };
        let granted = Qos::new(code);
        match granted {
            Some(_) => self.subscriptions.set_granted(slot.at, granted),
            None => self.subscriptions.end_renewal(slot.at),
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

    /// A SUBSCRIBE or UNSUBSCRIBE is over; whether to tell.
    fn end_request(&mut self, id: PacketId) -> bool {
        let at = self.slots.get_mut(id).map_or(NOWHERE, |slot| slot.at);
        let tell = self.slots.end(id);
        if self.is_connected() {
            self.recheck_suspect();
        }
        let removed = if at == NOWHERE {
            None
        } else {
            self.subscriptions.let_go(at)
        };
        if let Some(removed) = removed {
            self.moved(removed);
        }
        tell
    }

    /// A subscription was taken out of the list: others moved.
    pub(super) fn moved(&mut self, removed: Removed) {
        let shift = |at: &mut u32| {
            if *at != NOWHERE && *at > removed.at {
                *at -= removed.len;
            }
        };
        self.slots.for_each(Wait::Suback, shift);
        self.slots.for_each(Wait::Unsuback, shift);
    }

    /// Whether every subscription is on disk, where sessions are kept there.
    pub fn keeps_subscriptions(&self) -> bool {
        self.subscriptions.is_on_disk()
    }

    /// The connection ended: SUBSCRIBE and UNSUBSCRIBE get no answer any more.
    pub(super) fn end_requests(&mut self) {
        for (id, slot) in self.slots.used() {
            if matches!(slot.wait, Wait::Suback | Wait::Unsuback) {
                self.end_request(id);
            }
        }
    }
}
