//! What the broker says in words, in memory that is lent.

use crate::buffer::Buf;
use crate::mqtt::carrier::Carrier;
use crate::mqtt::property::{self, Properties};

/// How the broker answered the last CONNECT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::mqtt::session) enum Greeted {
    /// Not yet, or never.
    None,
    Accepted,
    Refused,
}

/// Who the client said it is, the properties of the last CONNACK, those of the DISCONNECT
/// after it, and the reason string of the last refusal, one behind the other. What does not
/// fit is left out.
#[derive(Debug)]
pub(in crate::mqtt::session) struct BrokerText<'a> {
    list: Buf<'a>,
    answer: Greeted,
    /// Bytes of the client id.
    client: u32,
    /// Bytes of the first two.
    greeted: u32,
    /// Bytes of the first three.
    parted: u32,
}

impl<'a> BrokerText<'a> {
    pub(in crate::mqtt::session) fn new(memory: Buf<'a>) -> Self {
        Self {
            list: memory,
            answer: Greeted::None,
            client: 0,
            greeted: 0,
            parted: 0,
        }
    }

    /// Forgets all. The memory may be used for something else until the next call.
    pub(in crate::mqtt::session) fn clear(&mut self) -> &mut Buf<'a> {
        self.answer = Greeted::None;
        self.cut(0);
        self.client = 0;
        &mut self.list
    }

    /// CONNECT was sent for this client.
    pub(in crate::mqtt::session) fn begin(&mut self, client_id: &str) {
        let list = self.clear();
        list.extend(client_id.as_bytes()).unwrap_or_default();
        self.client = self.list.len() as u32;
        self.cut(self.client);
    }

    /// Keeps what stands before `end`, and nothing that came after the client id.
    fn cut(&mut self, end: u32) {
        self.list.truncate(end as usize);
        (self.greeted, self.parted) = (end, end);
    }

    /// The broker answered CONNECT.
    pub(in crate::mqtt::session) fn store_connack(
        &mut self,
        answer: Greeted,
        connack: &Properties<'_>,
    ) {
        self.answer = answer;
        self.cut(self.client);
        let kept = self.list.extend(connack.as_bytes());
        kept.unwrap_or_default();
        self.cut(self.list.len() as u32);
    }

    /// The broker ends the connection.
    pub(in crate::mqtt::session) fn store_disconnect(&mut self, disconnect: &Properties<'_>) {
        self.list.truncate(self.greeted as usize);
        let kept = self.list.extend(disconnect.as_bytes());
        kept.unwrap_or_default();
        self.parted = self.list.len() as u32;
    }

    /// The broker refused something, with these properties.
    pub(in crate::mqtt::session) fn store_reason(&mut self, properties: &Properties<'_>) {
        self.list.truncate(self.parted as usize);
        let reason = properties.text(&property::REASON).unwrap_or_default();
        let kept = self.list.extend(reason.as_bytes());
        kept.unwrap_or_default();
    }

    /// How the broker answered.
    pub(in crate::mqtt::session) fn answer(&self) -> Greeted {
        self.answer
    }

    /// The client id of CONNECT; empty too if there was no room for it.
    pub(in crate::mqtt::session) fn client_id(&self) -> &str {
        let bytes = self.list.as_slice().get(..self.client as usize);
        core::str::from_utf8(bytes.unwrap_or_default()).unwrap_or_default()
    }

    /// The properties of CONNACK.
    pub(in crate::mqtt::session) fn connack(&self) -> Properties<'_> {
        self.block(Carrier::Connack, self.client, self.greeted)
    }

    /// Those of DISCONNECT.
    pub(in crate::mqtt::session) fn disconnect(&self) -> Properties<'_> {
        self.block(Carrier::Disconnect, self.greeted, self.parted)
    }

    fn block(&self, carrier: Carrier, from: u32, to: u32) -> Properties<'_> {
        let bytes = self
            .list
            .as_slice()
            .get(from as usize..to as usize)
            .unwrap_or_default();
        // They were checked when they came.
        Properties::parse(carrier, bytes).unwrap_or_default()
    }

    /// The reason string of the last refusal, empty if there was none.
    pub(in crate::mqtt::session) fn reason(&self) -> &str {
        let bytes = self.list.as_slice().get(self.parted as usize..);
        core::str::from_utf8(bytes.unwrap_or_default()).unwrap_or_default()
    }

    pub(in crate::mqtt::session) fn trim(&mut self) -> usize {
        self.list.trim()
    }
}
