//! What the broker said of a connection, for who asks.

use super::broker_text::{BrokerText, Greeted};
use super::grants::Grants;
use crate::mqtt::property::{self, Properties, Property};
use crate::mqtt::{Qos, Version};

/// What the broker said of the connection, or of the last one, where it answered.
#[derive(Clone, Copy, Debug)]
pub struct Granted<'s> {
    grants: Grants,
    words: &'s BrokerText<'s>,
    is_anonymous: bool,
}

impl<'s> Granted<'s> {
    pub(in crate::mqtt::session) fn new(
        grants: Grants,
        words: &'s BrokerText<'s>,
        is_anonymous: bool,
    ) -> Self {
        Self {
            grants,
            words,
            is_anonymous,
        }
    }

    /// Whether it accepted the connection. If not, nothing was granted, and what there is
    /// of it are [`texts`](Self::text).
    pub fn is_accepted(&self) -> bool {
        self.words.answer() == Greeted::Accepted
    }

    /// The version of MQTT.
    pub fn version(&self) -> Version {
        self.grants.version
    }

    /// Whether the broker had the session.
    pub fn session_present(&self) -> bool {
        self.grants.session_present
    }

    /// The client id, the broker's where it assigned one; none where there was no room to
    /// remember it.
    pub fn client_id(&self) -> Option<&'s str> {
        let own = self.words.client_id();
        let assigned = self.words.connack().text(&property::CLIENT_ID);
        assigned.or((!own.is_empty() || self.is_anonymous).then_some(own))
    }

    /// Seconds of the keep-alive, the broker's where it gave one; 0 is off.
    pub fn keep_alive(&self) -> u16 {
        self.grants.keep_alive
    }

    /// Seconds the broker keeps the session after the connection; the greatest is for
    /// ever.
    pub fn session_expiry(&self) -> u32 {
        self.grants.session_expiry
    }

    /// Messages of QoS 1 and 2 it takes before one is acknowledged.
    pub fn receive_max(&self) -> u16 {
        self.grants.receive_max
    }

    /// The highest QoS it takes.
    pub fn max_qos(&self) -> Qos {
        self.grants.max_qos
    }

    /// Whether it keeps messages for later subscribers.
    pub fn retain(&self) -> bool {
        self.grants.retain
    }

    /// The largest packet it takes, in bytes, if it said so.
    pub fn max_packet(&self) -> Option<u32> {
        Some(self.grants.max_packet).filter(|most| *most < u32::MAX)
    }

    /// Topic aliases it takes.
    pub fn alias_out(&self) -> u16 {
        self.grants.alias_out
    }

    /// Whether it takes wildcards in topic filters.
    pub fn wildcard(&self) -> bool {
        self.grants.wildcard
    }

    /// Whether it takes identifiers of subscriptions.
    pub fn sub_ids(&self) -> bool {
        self.grants.sub_ids
    }

    /// Whether it takes shared subscriptions.
    pub fn shared(&self) -> bool {
        self.grants.shared
    }

    /// A text it sent: response information, a reference to another server or a reason
    /// string; that of its DISCONNECT where there is one.
    pub fn text(&self, property: &Property) -> Option<&'s str> {
        let parted = self.words.disconnect().text(property);
        parted.or_else(|| self.words.connack().text(property))
    }

    /// The properties of CONNACK.
    pub fn connack(&self) -> Properties<'s> {
        self.words.connack()
    }

    /// The properties of its DISCONNECT; none if it sent none.
    pub fn disconnect(&self) -> Properties<'s> {
        self.words.disconnect()
    }
}
