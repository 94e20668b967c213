//! Subscribing, and the answers to it.

use super::outgoing::{Awaited, NOWHERE, Suspect};
use super::{SendError, Session, SessionEvent, Violation};
use crate::buffer::Buf;
use crate::mqtt::packet::{
    Filters, Packet, Requests, Rules, Suback, Subscribe, SubscribeOptions, Unsubscribe,
};
use crate::mqtt::{PacketId, Qos};

impl Session<'_> {
    /// Asks for the messages of one filter; the identifier that
    /// [`SessionEvent::Subscribed`] will carry.
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
        let id = self.outgoing.free_id()?;
        let start = out.len();
        let requests = [(filter, SubscribeOptions::new(qos))];
        let requests = Requests::of(&requests);
        Packet::Subscribe(Subscribe::new(id, requests)).encode(out)?;
        let asked = self.subscriptions.request(filter);
        if asked.is_err() {
            out.truncate(start);
        }
        self.outgoing.begin_request(id, Awaited::Suback, asked?);
        Ok(id)
    }

    /// Asks again for what the broker has forgotten, as far as `out` and the
    /// identifiers reach. [`handle`](Self::handle) implies it.
    pub fn poll_renew(&mut self, out: &mut Buf<'_>) {
        while self.is_connected() && self.renew_one(out).is_some() {}
    }

    fn renew_one(&mut self, out: &mut Buf<'_>) -> Option<()> {
        let only = match self.outgoing.isolated() {
            Suspect::Message(_) => return None,
            Suspect::Subscription(number) => Some(number),
            Suspect::Nothing | Suspect::Packet(_) => None,
        };
        let id = self.outgoing.free_id().ok()?;
        let (at, filter, qos) = self.subscriptions.renewal(only)?;
        let request = (filter, SubscribeOptions::new(qos));
        let requests = Requests::of(core::slice::from_ref(&request));
        let packet = Packet::Subscribe(Subscribe::new(id, requests));
        packet.encode(out).ok()?;
        self.subscriptions.begin_request(at);
        self.outgoing.begin_request(id, Awaited::Suback, at);
        Some(())
    }

    /// Ends the subscription to one filter, which need not be known here; the
    /// identifier that [`SessionEvent::Unsubscribed`] will carry.
    ///
    /// Fails with `NotConnected`, `Invalid` (the filter), `WindowFull` (later) or
    /// `Full` (`out`).
    pub fn unsubscribe(&mut self, filter: &str, out: &mut Buf<'_>) -> Result<PacketId, SendError> {
        self.check_connected()?;
        let id = self.outgoing.free_id()?;
        let filters = Filters::of(core::slice::from_ref(&filter));
        Packet::Unsubscribe(Unsubscribe::new(id, filters)).encode(out)?;
        let at = self.subscriptions.find(filter);
        if let Some(at) = at {
            self.subscriptions.begin_request(at);
        }
        let at = at.unwrap_or(NOWHERE);
        self.outgoing.begin_request(id, Awaited::Unsuback, at);
        Ok(id)
    }

    pub(super) fn on_suback(
        &mut self,
        suback: Suback<'_>,
    ) -> Result<SessionEvent<'static>, Violation> {
        let id = suback.id;
        self.acknowledged = true;
        let Some(at) = self.outgoing.request(id, Awaited::Suback) else {
            return Ok(self.ignore());
        };
        let code = match *suback.codes {
            [code] => code,
            [code, ..] if self.rules == Rules::Lenient => code,
            _ => return Err(Violation::Unexpected),
        };
        let granted = Qos::new(code);
        match granted {
            Some(_) => self.subscriptions.set_granted(at, granted),
            None => self.subscriptions.end_renewal(at),
        }
        let event = SessionEvent::Subscribed {
            id,
            granted: granted.ok_or(()),
        };
        Ok(if self.end_request(id, at) {
            event
        } else {
            SessionEvent::Nothing
        })
    }

    pub(super) fn on_unsuback(&mut self, id: PacketId) -> SessionEvent<'static> {
        self.acknowledged = true;
        let Some(at) = self.outgoing.request(id, Awaited::Unsuback) else {
            return self.ignore();
        };
        if at != NOWHERE {
            self.subscriptions.set_granted(at, None);
        }
        if self.end_request(id, at) {
            SessionEvent::Unsubscribed(id)
        } else {
            SessionEvent::Nothing
        }
    }

    /// A SUBSCRIBE or UNSUBSCRIBE for the filter at `at` is over; whether to report it.
    fn end_request(&mut self, id: PacketId, at: u32) -> bool {
        let reports = self.outgoing.end_request(id);
        if self.is_connected() {
            self.recheck_suspect();
        }
        if at != NOWHERE
            && let Some(removed) = self.subscriptions.end_request(at)
        {
            self.outgoing.move_requests(removed.at, removed.len);
        }
        reports
    }

    /// The connection ended: SUBSCRIBE and UNSUBSCRIBE get no answer any more.
    pub(super) fn end_requests(&mut self) {
        while let Some((id, at)) = self.outgoing.first_request() {
            self.end_request(id, at);
        }
    }

    /// The subscriptions the broker granted, with the QoS it granted, in the
    /// order they were first asked for.
    pub fn subscriptions(&self) -> impl Iterator<Item = (&str, Qos)> {
        self.subscriptions.granted()
    }

    /// Whether every subscription is on disk, where sessions are stored there.
    pub fn are_subscriptions_durable(&self) -> bool {
        self.subscriptions.is_on_disk()
    }

    /// Whether subscriptions the broker forgets are asked for again.
    pub fn set_renewing(&mut self, on: bool) {
        self.renews = on;
    }

    /// With clean session 1: nothing is to be asked for again after all. To be
    /// called without a connection.
    pub fn end_renewals(&mut self) {
        if self.clean {
            self.subscriptions.end();
        }
    }
}
