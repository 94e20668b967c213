//! Subscribing, and the answers to it.

use super::outgoing::{Awaited, NOWHERE, Suspect};
use super::subscriptions::{Renewal, SubscriptionTerms};
use super::{SendError, Session, SessionEvent, Violation};
use crate::buffer::Buf;
use crate::mqtt::carrier::Carrier;
use crate::mqtt::packet::{
    EncodeError, Filters, Packet, Requests, Rules, Suback, Subscribe, SubscribeOptions, Unsuback,
    Unsubscribe,
};
use crate::mqtt::property::{self, Properties, PropertyValue};
use crate::mqtt::{PacketId, Qos, Version, reason};

/// Bytes of a subscription identifier among properties, at most.
const MOST_SUB_ID: usize = 5;

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
        let options = SubscribeOptions::new(qos);
        self.subscribe_with(filter, options, Properties::NONE, out)
    }

    /// The same with options and properties, which 3.1.1 does not have: it fails with
    /// `Unsupported`, too.
    pub fn subscribe_with(
        &mut self,
        filter: &str,
        options: SubscribeOptions,
        properties: Properties<'_>,
        out: &mut Buf<'_>,
    ) -> Result<PacketId, SendError> {
        self.check_connected()?;
        let is_plain = properties.is_empty() && options == SubscribeOptions::new(options.qos);
        let sub_id = properties.number(&property::SUB_ID).unwrap_or(0);
        let refused = match self.version {
            Version::V311 => (!is_plain).then_some(0),
            Version::V5 => self.outgoing.grants().refuses_filter(filter, sub_id > 0),
        };
        if let Some(code) = refused {
            return Err(SendError::Unsupported(code));
        }
        let id = self.outgoing.free_id()?;
        let start = out.len();
        let requests = [(filter, options)];
        let requests = Requests::of(&requests);
        let subscribe = Subscribe {
            id,
            properties,
            requests,
        };
        Packet::Subscribe(subscribe).encode_as(self.version, out)?;
        self.check_len(start, out)?;
        let terms = SubscriptionTerms::new(options, sub_id);
        let asked = self.subscriptions.request(filter, terms);
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
        let renewal = self.subscriptions.renewal(only)?;
        let (at, start) = (renewal.at, out.len());
        let fits = match self.write_renewal(id, &renewal, out) {
            Ok(()) => {
                let len = out.len() - start;
                self.outgoing.grants().takes_renewal(renewal.filter, len)
            }
            Err(EncodeError::Invalid) => false,
            Err(EncodeError::Full) => return None,
        };
        if !fits {
            out.truncate(start);
            self.subscriptions.end_renewal(at);
            self.sweep_subscription(at);
            self.recheck_suspect();
            return Some(());
        }
        self.subscriptions.begin_request(at);
        self.outgoing.begin_request(id, Awaited::Suback, at);
        Some(())
    }

    /// Asks for a filter as the host did, as far as this connection has that: without an
    /// identifier its messages still come.
    fn write_renewal(
        &self,
        id: PacketId,
        renewal: &Renewal<'_>,
        out: &mut Buf<'_>,
    ) -> Result<(), EncodeError> {
        let terms = match self.version {
            Version::V311 => SubscriptionTerms::default(),
            Version::V5 => renewal.terms,
        };
        let mut block = [0; MOST_SUB_ID];
        let mut block = Buf::lent(&mut block);
        if terms.sub_id() > 0 && self.outgoing.grants().takes_sub_ids() {
            property::SUB_ID.write(PropertyValue::Varint(terms.sub_id()), &mut block)?;
        }
        let properties = Properties::parse(Carrier::Subscribe, block.as_slice());
        let request = (renewal.filter, terms.options(renewal.qos));
        let subscribe = Subscribe {
            properties: properties.map_err(|_| EncodeError::Invalid)?,
            ..Subscribe::new(id, Requests::of(core::slice::from_ref(&request)))
        };
        Packet::Subscribe(subscribe).encode_as(self.version, out)
    }

    /// Ends the subscription to one filter, which need not be known here; the
    /// identifier that [`SessionEvent::Unsubscribed`] will carry.
    ///
    /// Fails with `NotConnected`, `Invalid` (the filter), `WindowFull` (later) or
    /// `Full` (`out`).
    pub fn unsubscribe(&mut self, filter: &str, out: &mut Buf<'_>) -> Result<PacketId, SendError> {
        self.unsubscribe_with(filter, Properties::NONE, out)
    }

    /// The same with properties, which 3.1.1 does not have: it fails with `Unsupported`,
    /// too.
    pub fn unsubscribe_with(
        &mut self,
        filter: &str,
        properties: Properties<'_>,
        out: &mut Buf<'_>,
    ) -> Result<PacketId, SendError> {
        self.check_connected()?;
        if self.version == Version::V311 && !properties.is_empty() {
            return Err(SendError::Unsupported(0));
        }
        let id = self.outgoing.free_id()?;
        let start = out.len();
        let filters = Filters::of(core::slice::from_ref(&filter));
        let unsubscribe = Unsubscribe {
            id,
            properties,
            filters,
        };
        Packet::Unsubscribe(unsubscribe).encode_as(self.version, out)?;
        self.check_len(start, out)?;
        let at = self.subscriptions.find(filter);
        if let Some(at) = at {
            self.subscriptions.begin_request(at);
        }
        let at = at.unwrap_or(NOWHERE);
        self.outgoing.begin_request(id, Awaited::Unsuback, at);
        Ok(id)
    }

    /// Takes back what was written from `start` on if it is larger than the broker takes.
    fn check_len(&self, start: usize, out: &mut Buf<'_>) -> Result<(), SendError> {
        let refused = self.outgoing.grants().refuses_len(out.len() - start);
        refused.map_or(Ok(()), |code| {
            out.truncate(start);
            Err(SendError::Unsupported(code))
        })
    }

    pub(super) fn on_suback(
        &mut self,
        suback: Suback<'_>,
    ) -> Result<SessionEvent<'static>, Violation> {
        let id = suback.id;
        self.acknowledged = true;
        self.check_problem(&suback.properties)?;
        let Some(at) = self.outgoing.request(id, Awaited::Suback) else {
            return Ok(self.ignore());
        };
        let code = match *suback.codes {
            [code] => code,
            [code, ..] if self.rules.under(self.version) == Rules::Lenient => code,
            _ => return Err(Violation::Unexpected),
        };
        let granted = Qos::new(code);
        if granted.is_some() {
            self.subscriptions.set_granted(at, granted);
        } else {
            self.subscriptions.end_renewal(at);
            self.words.store_reason(&suback.properties);
        }
        let event = SessionEvent::Subscribed {
            id,
            granted: granted.ok_or(code),
        };
        Ok(if self.end_request(id, at) {
            event
        } else {
            SessionEvent::Nothing
        })
    }

    pub(super) fn on_unsuback(
        &mut self,
        unsuback: Unsuback<'_>,
    ) -> Result<SessionEvent<'static>, Violation> {
        let id = unsuback.id;
        self.acknowledged = true;
        self.check_problem(&unsuback.properties)?;
        let Some(at) = self.outgoing.request(id, Awaited::Unsuback) else {
            return Ok(self.ignore());
        };
        let code = match (self.version, unsuback.codes) {
            (Version::V311, _) => reason::SUCCESS,
            (Version::V5, &[code]) => code,
            (Version::V5, _) => return Err(Violation::Unexpected),
        };
        let refused = code >= reason::UNSPECIFIED;
        if refused {
            self.words.store_reason(&unsuback.properties);
        } else if at != NOWHERE {
            self.subscriptions.set_granted(at, None);
        }
        let tracked = None;
        Ok(match self.end_request(id, at) {
            true if refused => SessionEvent::Rejected { id, tracked, code },
            true => SessionEvent::Unsubscribed(id),
            false => SessionEvent::Nothing,
        })
    }

    /// A SUBSCRIBE or UNSUBSCRIBE for the filter at `at` is over; whether to report it.
    fn end_request(&mut self, id: PacketId, at: u32) -> bool {
        let reports = self.outgoing.end_request(id);
        if self.is_connected() {
            self.recheck_suspect();
        }
        if at != NOWHERE {
            self.sweep_subscription(at);
        }
        reports
    }

    /// Nothing is asked for the filter at `at` any more.
    fn sweep_subscription(&mut self, at: u32) {
        if let Some(removed) = self.subscriptions.end_request(at) {
            self.outgoing.move_requests(removed.at, removed.len);
        }
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
