//! What the broker says in words, in memory that is lent.

use crate::buffer::Buf;
use crate::mqtt::carrier::Carrier;
use crate::mqtt::property::{self, Properties};

/// The properties of the last CONNACK, those of the DISCONNECT after it, and the reason
/// string of the last refusal, one behind the other. What does not fit is left out.
#[derive(Debug)]
pub(in crate::mqtt::session) struct BrokerText<'a> {
    list: Buf<'a>,
    /// Bytes of the first.
    connack_len: usize,
    /// Bytes of the first two.
    parted: usize,
}

impl<'a> BrokerText<'a> {
    pub(in crate::mqtt::session) fn new(memory: Buf<'a>) -> Self {
        Self {
            list: memory,
            connack_len: 0,
            parted: 0,
        }
    }

    /// A connection begins. The memory may be used for something else until the next
    /// call.
    pub(in crate::mqtt::session) fn clear(&mut self) -> &mut Buf<'a> {
        self.list.clear();
        (self.connack_len, self.parted) = (0, 0);
        &mut self.list
    }

    /// The broker answered CONNECT.
    pub(in crate::mqtt::session) fn store_connack(&mut self, connack: &Properties<'_>) {
        let list = self.clear();
        list.extend(connack.as_bytes()).unwrap_or_default();
        self.connack_len = self.list.len();
        self.parted = self.connack_len;
    }

    /// The broker ends the connection.
    pub(in crate::mqtt::session) fn store_disconnect(&mut self, disconnect: &Properties<'_>) {
        self.list.truncate(self.connack_len);
        let kept = self.list.extend(disconnect.as_bytes());
        kept.unwrap_or_default();
        self.parted = self.list.len();
    }

    /// The broker refused something, with these properties.
    pub(in crate::mqtt::session) fn store_reason(&mut self, properties: &Properties<'_>) {
        self.list.truncate(self.parted);
        let reason = properties.text(&property::REASON).unwrap_or_default();
        let kept = self.list.extend(reason.as_bytes());
        kept.unwrap_or_default();
    }

    /// The properties of CONNACK.
    pub(in crate::mqtt::session) fn connack(&self) -> Properties<'_> {
        self.block(Carrier::Connack, 0, self.connack_len)
    }

    /// Those of DISCONNECT.
    pub(in crate::mqtt::session) fn disconnect(&self) -> Properties<'_> {
        self.block(Carrier::Disconnect, self.connack_len, self.parted)
    }

    fn block(&self, carrier: Carrier, from: usize, to: usize) -> Properties<'_> {
        let bytes = self.list.as_slice().get(from..to).unwrap_or_default();
        // They were checked when they came.
        Properties::parse(carrier, bytes).unwrap_or_default()
    }

    /// The reason string of the last refusal, empty if there was none.
    pub(in crate::mqtt::session) fn reason(&self) -> &str {
        let bytes = self.list.as_slice().get(self.parted..);
        core::str::from_utf8(bytes.unwrap_or_default()).unwrap_or_default()
    }

    pub(in crate::mqtt::session) fn trim(&mut self) -> usize {
        self.list.trim()
    }
}
