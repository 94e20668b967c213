//! Subscribing and unsubscribing.

use super::outgoing::{Awaited, NOWHERE, Suspect};
use super::subscriptions::{Renewal, SubscriptionTerms};
use super::{SendError, Session};
use crate::buffer::Buf;
use crate::mqtt::carrier::Carrier;
use crate::mqtt::packet::{
    EncodeError, Filters, Packet, Requests, Subscribe, SubscribeOptions, Unsubscribe,
};
use crate::mqtt::property::{self, Properties, PropertyValue};
use crate::mqtt::{PacketId, Qos, Version};

/// Bytes of a subscription identifier among properties, at most.
const MOST_SUB_ID: usize = 5;

impl Session<'_> {
    /// Asks for the messages of one filter; the identifier that
    /// [`SessionEvent::Subscribed`](super::SessionEvent::Subscribed) will carry.
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
        self.subscribe_all(&[(filter, options)], properties, out)
    }

    /// The same of several filters in one packet, at most [`MOST_FILTERS`](super::MOST_FILTERS).
    pub fn subscribe_all(
        &mut self,
        requests: &[(&str, SubscribeOptions)],
        properties: Properties<'_>,
        out: &mut Buf<'_>,
    ) -> Result<PacketId, SendError> {
        self.check_connected()?;
        let sub_id = properties.number(&property::SUB_ID).unwrap_or(0);
        let mut refused = requests
            .iter()
            .filter_map(|request| self.refuses(request, &properties, sub_id));
        if let Some(code) = refused.next() {
            return Err(SendError::Unsupported(code));
        }
        let id = self.free_request_id(requests.len())?;
        let start = out.len();
        let subscribe = Subscribe {
            id,
            properties,
            requests: Requests::of(requests),
        };
        Packet::Subscribe(subscribe).encode_as(self.version, out)?;
        self.check_len(start, out)?;
        for (index, (filter, options)) in requests.iter().enumerate() {
            let terms = SubscriptionTerms::new(*options, sub_id);
            match self.subscriptions.request(filter, terms) {
                Ok(at) => self.begin_request(id, Awaited::Suback, index, at),
                Err(full) => {
                    out.truncate(start);
                    self.take_request_back(id, index);
                    return Err(full.into());
                }
            }
        }
        Ok(id)
    }

    /// Asks for the messages of one filter, and forgets that: it is not among
    /// [`subscriptions`](Self::subscriptions), and not asked for again. Fails as
    /// [`subscribe`](Self::subscribe).
    pub fn subscribe_unlisted(
        &mut self,
        filter: &str,
        qos: Qos,
        out: &mut Buf<'_>,
    ) -> Result<PacketId, SendError> {
        self.check_connected()?;
        let id = self.free_request_id(1)?;
        let start = out.len();
        let request = (filter, SubscribeOptions::new(qos));
        let subscribe = Subscribe::new(id, Requests::of(core::slice::from_ref(&request)));
        Packet::Subscribe(subscribe).encode_as(self.version, out)?;
        self.check_len(start, out)?;
        self.outgoing.begin_request(id, Awaited::Suback, NOWHERE);
        Ok(id)
    }

    /// Why the broker does not take this request, if it does not.
    fn refuses(
        &self,
        (filter, options): &(&str, SubscribeOptions),
        properties: &Properties<'_>,
        sub_id: u32,
    ) -> Option<u8> {
        let is_plain = properties.is_empty() && *options == SubscribeOptions::new(options.qos);
        match self.version {
            Version::V311 => (!is_plain).then_some(0),
            Version::V5 => self.outgoing.grants().refuses_filter(filter, sub_id > 0),
        }
    }

    /// An identifier for a request about so many filters.
    fn free_request_id(&self, filters: usize) -> Result<PacketId, SendError> {
        if !self.further.has_room(filters) {
            return Err(SendError::WindowFull);
        }
        self.outgoing.free_id()
    }

    /// The filter of this index of a request has this place.
    fn begin_request(&mut self, id: PacketId, awaits: Awaited, index: usize, at: u32) {
        if index == 0 {
            self.outgoing.begin_request(id, awaits, at);
        } else {
            self.further.push(id, at);
        }
    }

    /// A request was not sent after all; so many of its filters were noted.
    fn take_request_back(&mut self, id: PacketId, noted: usize) {
        if noted > 0
            && let Some(at) = self.outgoing.request(id, Awaited::Suback)
        {
            self.end_request(id, at);
        }
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
    /// identifier that [`SessionEvent::Unsubscribed`](super::SessionEvent::Unsubscribed) will carry.
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
        self.unsubscribe_all(&[filter], properties, out)
    }

    /// The same of several filters in one packet, at most [`MOST_FILTERS`](super::MOST_FILTERS).
    pub fn unsubscribe_all(
        &mut self,
        filters: &[&str],
        properties: Properties<'_>,
        out: &mut Buf<'_>,
    ) -> Result<PacketId, SendError> {
        self.check_connected()?;
        if self.version == Version::V311 && !properties.is_empty() {
            return Err(SendError::Unsupported(0));
        }
        let id = self.free_request_id(filters.len())?;
        let start = out.len();
        let unsubscribe = Unsubscribe {
            id,
            properties,
            filters: Filters::of(filters),
        };
        Packet::Unsubscribe(unsubscribe).encode_as(self.version, out)?;
        self.check_len(start, out)?;
        for (index, filter) in filters.iter().enumerate() {
            let at = self.subscriptions.find(filter);
            if let Some(at) = at {
                self.subscriptions.begin_request(at);
            }
            self.begin_request(id, Awaited::Unsuback, index, at.unwrap_or(NOWHERE));
        }
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

    /// The subscriptions the broker granted, with the QoS it granted, in the
    /// order they were first asked for.
    pub fn subscriptions(&self) -> impl Iterator<Item = (&str, Qos)> {
        self.subscriptions.granted()
    }

    /// The filters the broker was asked for and has not answered yet, and whether that is
    /// still of interest: the request was not [given up](Self::give_up).
    pub fn asked_filters(&self) -> impl Iterator<Item = (&str, bool)> {
        let asked = self.subscriptions.asked();
        asked.map(|(at, filter)| (filter, self.is_suback_of_interest(at)))
    }

    fn is_suback_of_interest(&self, at: u32) -> bool {
        let further = |id| self.further.places(id).any(|place| place == at);
        let mut requests = self.outgoing.reported_requests(Awaited::Suback);
        requests.any(|(id, place)| place == at || further(id))
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
