//! One client's session at the broker (clause 4.1).

use super::agenda::Conn;
use super::ledger::Ledger;
use super::message::{self, Message, number_of};
use crate::aliases::Aliases;
use crate::flow::{Arrival, Flow, Outgoing};
use mqmodem_core::mqtt::Qos;
use mqmodem_core::mqtt::packet::{Ack, Publish, Subscribe};
use mqmodem_core::mqtt::property::ALIAS;
use std::collections::BTreeMap;

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
            flow,
            aliases: Aliases::default(),
        }
    }

    pub(crate) fn left(&mut self, conn: Conn) {
        if self.conn == Some(conn) {
            self.conn = None;
            self.flow.disconnected();
        }
    }

    pub(crate) fn wants(&self, topic: &str) -> bool {
        let covers = |filter: &String| topic.starts_with(filter.trim_end_matches('#'));
        self.filters.keys().any(covers)
    }

    pub(crate) fn subscribe(&mut self, subscribe: &Subscribe) -> Vec<u8> {
        let mut codes = Vec::new();
        for (filter, options) in subscribe.requests.iter() {
            self.filters.insert(filter.to_owned(), options.qos);
            codes.push(options.qos.level());
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
