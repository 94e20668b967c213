//! What the broker granted in CONNACK.

use crate::mqtt::packet::Publish;
use crate::mqtt::property::{self, Properties, Property};
use crate::mqtt::{Qos, Version, reason, topic};

/// What is in force on a connection, the last one if there is none. In 3.1.1 nothing is
/// limited.
#[derive(Clone, Copy, Debug)]
pub(in crate::mqtt::session) struct Grants {
    pub(in crate::mqtt::session) version: Version,
    pub(in crate::mqtt::session) session_present: bool,
    /// Seconds.
    pub(in crate::mqtt::session) keep_alive: u16,
    /// Seconds; 0 if nothing outlives the connection.
    pub(in crate::mqtt::session) session_expiry: u32,
    pub(in crate::mqtt::session) receive_max: u16,
    /// Bytes; the greatest is any.
    pub(in crate::mqtt::session) max_packet: u32,
    pub(in crate::mqtt::session) alias_out: u16,
    pub(in crate::mqtt::session) max_qos: Qos,
    pub(in crate::mqtt::session) retain: bool,
    pub(in crate::mqtt::session) wildcard: bool,
    pub(in crate::mqtt::session) shared: bool,
    pub(in crate::mqtt::session) sub_ids: bool,
}

impl Grants {
    /// Of a connection of 3.1.1.
    pub(in crate::mqtt::session) const fn plain(keep_alive: u16, session_present: bool) -> Self {
        Self {
            version: Version::V311,
            session_present,
            keep_alive,
            session_expiry: 0,
            receive_max: u16::MAX,
            max_packet: u32::MAX,
            alias_out: 0,
            max_qos: Qos::ExactlyOnce,
            retain: true,
            wildcard: true,
            shared: true,
            sub_ids: true,
        }
    }

    /// As the properties of CONNACK say; `asked` is what was asked for.
    pub(in crate::mqtt::session) fn of(properties: &Properties<'_>, asked: Self) -> Self {
        let number = |property: &Property| properties.number(property);
        let is_on = |property| number(property) != Some(0);
        let two = |property, default| number(property).map_or(default, |it| it as u16);
        Self {
            version: Version::V5,
            keep_alive: two(&property::KEEP_ALIVE, asked.keep_alive),
            session_expiry: number(&property::SESSION_EXPIRY).unwrap_or(asked.session_expiry),
            receive_max: two(&property::RECEIVE_MAX, u16::MAX),
            max_packet: number(&property::MAX_PACKET).unwrap_or(u32::MAX),
            alias_out: two(&property::ALIAS_OUT, 0),
            max_qos: match number(&property::MAX_QOS) {
                Some(0) => Qos::AtMostOnce,
                Some(1) => Qos::AtLeastOnce,
                _ => Qos::ExactlyOnce,
            },
            retain: is_on(&property::RETAIN),
            wildcard: is_on(&property::WILDCARD),
            shared: is_on(&property::SHARED),
            sub_ids: is_on(&property::SUB_ID_AVAILABLE),
            ..asked
        }
    }

    /// What speaks against a message, but for its size: a reason code.
    pub(in crate::mqtt::session) fn refuses(&self, publish: &Publish<'_>) -> Option<u8> {
        if publish.qos > self.max_qos {
            return Some(reason::NO_QOS);
        }
        (publish.retain && !self.retain).then_some(reason::NO_RETAIN)
    }

    /// What speaks against a packet of so many bytes.
    pub(in crate::mqtt::session) fn refuses_len(&self, len: usize) -> Option<u8> {
        let is_larger = u32::try_from(len).map_or(true, |len| len > self.max_packet);
        (is_larger && self.max_packet < u32::MAX).then_some(reason::TOO_LARGE)
    }

    /// Whether subscriptions may have identifiers.
    pub(in crate::mqtt::session) fn takes_sub_ids(&self) -> bool {
        self.sub_ids
    }

    /// Whether a filter is asked for again by a packet of so many bytes.
    pub(in crate::mqtt::session) fn takes_renewal(&self, filter: &str, len: usize) -> bool {
        self.refuses_filter(filter, false).is_none() && self.refuses_len(len).is_none()
    }

    /// What speaks against a subscription, with an identifier or without.
    pub(in crate::mqtt::session) fn refuses_filter(
        &self,
        filter: &str,
        has_id: bool,
    ) -> Option<u8> {
        let has_wildcard = filter.contains(['#', '+']);
        match filter {
            _ if has_wildcard && !self.wildcard => Some(reason::NO_WILDCARDS),
            _ if topic::is_shared(filter) && !self.shared => Some(reason::NO_SHARED),
            _ if has_id && !self.sub_ids => Some(reason::NO_IDENTIFIERS),
            _ => None,
        }
    }
}
