//! One client's session at the broker (clause 4.1).

use super::agenda::Conn;
use super::grants::Granted;
use super::ledger::Ledger;
use super::limits::Limits;
use super::message::{self, Message, number_of};
use crate::aliases::Aliases;
use crate::flow::{Arrival, Flow, Outgoing};
use mqmodem_core::Instant;
use mqmodem_core::mqtt::Qos;
use mqmodem_core::mqtt::packet::{Ack, Publish, Subscribe};
use mqmodem_core::mqtt::property::ALIAS;
use std::collections::BTreeMap;
use std::time::Duration;

impl Outgoing for Message {
    fn qos(&self) -> Qos {
        self.qos
    }

    fn topic(&self) -> String {
        message::topic('i', self.topic)
    }

    fn payload(&self) -> Vec<u8> {
        self.content()
    }
}

#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) conn: Option<Conn>,
    pub(crate) clean: bool,
    /// The client knows that this session is a new one: it went on after CONNACK.
    pub(crate) known: bool,
    filters: BTreeMap<String, Qos>,
    /// Seconds it outlives a connection; the greatest is for ever.
    expiry: u32,
    /// When it is over.
    ends_at: Option<Instant>,
    pub(crate) limits: Limits,
    pub(crate) flow: Flow<Message>,
    /// What the client's aliases mean on its connection.
    pub(crate) aliases: Aliases,
}

impl Session {
    pub(crate) fn new(flow: Flow<Message>) -> Self {
        Self {
            conn: None,
            clean: false,
            known: false,
            filters: BTreeMap::new(),
            expiry: u32::MAX,
            ends_at: None,
            limits: Limits::NONE,
            flow,
            aliases: Aliases::default(),
        }
    }

    /// A connection begins on which this is granted.
    pub(crate) fn begin(&mut self, granted: &Granted) {
        self.ends_at = None;
        self.expiry = granted.expiry;
        self.limits = granted.limits;
        self.aliases = Aliases::new(granted.aliases);
    }

    pub(crate) fn left(&mut self, conn: Conn, now: Instant) {
        if self.conn == Some(conn) {
            self.conn = None;
            let lasts = Some(self.expiry).filter(|expiry| *expiry < u32::MAX);
            self.ends_at = lasts.map(|expiry| now + Duration::from_secs(expiry.into()));
            self.flow.disconnected();
        }
    }

    pub(crate) fn is_over(&self, now: Instant) -> bool {
        self.ends_at.is_some_and(|at| at <= now)
    }

    /// With which QoS it is subscribed to a topic, if it is.
    pub(crate) fn wants(&self, topic: &str) -> Option<Qos> {
        let covers = |filter: &str| topic.starts_with(filter.trim_end_matches('#'));
        let filters = self.filters.iter().filter(|(filter, _)| covers(filter));
        filters.map(|(_, qos)| *qos).max()
    }

    pub(crate) fn subscribe(&mut self, subscribe: &Subscribe) -> Vec<u8> {
        let mut codes = Vec::new();
        for (filter, options) in subscribe.requests.iter() {
            let granted = self.limits.granted(options.qos);
            self.filters.insert(filter.to_owned(), granted);
            codes.push(granted.level());
        }
        codes
    }

    /// A message of the client; what to answer.
    pub(crate) fn receive(
        &mut self,
        publish: &Publish,
        ledger: &mut Ledger,
    ) -> Result<Option<Ack<'static>>, String> {
        let number = number_of(publish.payload).ok_or("a content nobody sent")?;
        let alias = publish.properties.number(&ALIAS);
        let topic = self.aliases.resolve(publish.topic, alias)?;
        let (arrival, answer) = self.flow.receive(publish)?;
        if arrival == Arrival::New {
            let topic = &topic;
            ledger.took(number, &Publish { topic, ..*publish })?;
        }
        Ok(answer)
    }
}
