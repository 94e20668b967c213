//! The 27 properties (table 2-4).

use super::value::{PropertyKind, PropertyValue};
use crate::buffer::Buf;
use crate::mqtt::carrier::Carrier::{
    Auth, Connack, Connect, Disconnect, Puback, Pubcomp, Publish, Pubrec, Pubrel, Suback,
    Subscribe, Unsuback, Will,
};
use crate::mqtt::carrier::{Carrier, Carriers};
use crate::mqtt::error::EncodeError;
use crate::mqtt::wire::Writer;

/// One property of the standard.
#[derive(Clone, Copy, Debug)]
pub struct Property {
    /// Identifier on the wire, 1–42.
    pub id: u8,
    /// Name in commands, trace and chat. Of one carrier no two properties have the
    /// same; see [`name_in`](Self::name_in).
    pub name: &'static str,
    /// What value it has.
    pub kind: PropertyKind,
    carriers: Carriers,
    repeated: Carriers,
}

impl Property {
    const fn new(id: u8, name: &'static str, kind: PropertyKind, carriers: &[Carrier]) -> Self {
        Self {
            id,
            name,
            kind,
            carriers: Carriers::of(carriers),
            repeated: Carriers::NONE,
        }
    }

    const fn repeated_in(mut self, carriers: Carriers) -> Self {
        self.repeated = carriers;
        self
    }

    /// Whether `carrier` may have it.
    pub const fn is_of(&self, carrier: Carrier) -> bool {
        self.carriers.contains(carrier)
    }

    /// Whether `carrier` may have it more than once.
    pub const fn is_repeated_in(&self, carrier: Carrier) -> bool {
        self.repeated.contains(carrier)
    }

    /// Its name in `carrier`. A maximum of topic aliases is for those that come to who
    /// says it: in CONNACK what the client may send, in CONNECT what the broker may.
    pub fn name_in(&self, carrier: Carrier) -> &'static str {
        if self.id == ALIAS_OUT.id && carrier == Connect {
            return "aliasin";
        }
        self.name
    }

    /// The property of this identifier.
    pub fn find(id: u8) -> Option<&'static Self> {
        ALL.iter().find(|property| property.id == id)
    }

    /// The property that has this name in `carrier`.
    pub fn named(name: &str, carrier: Carrier) -> Option<&'static Self> {
        let mut all = ALL.iter();
        all.find(|property| property.is_of(carrier) && property.name_in(carrier) == name)
    }

    /// Whether it may have this value.
    pub fn allows(&self, value: PropertyValue<'_>) -> bool {
        self.kind.allows(value)
    }

    /// Appends it with this value to a block, whole or not at all.
    pub fn write(&self, value: PropertyValue<'_>, out: &mut Buf<'_>) -> Result<(), EncodeError> {
        if !self.allows(value) {
            return Err(EncodeError::Invalid);
        }
        let mut writer = Writer::part(out, value.size().saturating_add(1))?;
        writer.u8(self.id)?;
        value.write(&mut writer)
    }
}

impl PartialEq for Property {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Property {}

/// What carries a reason string: each packet that answers.
const ANSWERS: &[Carrier] = &[
    Connack, Puback, Pubrec, Pubrel, Pubcomp, Suback, Unsuback, Disconnect, Auth,
];

/// Payload Format Indicator: 1 if the payload is UTF-8.
pub const FORMAT: Property = Property::new(1, "format", PropertyKind::Byte, &[Publish, Will]);

/// Message Expiry Interval, in seconds.
pub const EXPIRY: Property = Property::new(2, "expiry", PropertyKind::Four(0), &[Publish, Will]);

/// Content Type.
pub const CONTENT_TYPE: Property =
    Property::new(3, "contenttype", PropertyKind::Text, &[Publish, Will]);

/// Response Topic.
pub const RESPONSE_TOPIC: Property =
    Property::new(8, "responsetopic", PropertyKind::Topic, &[Publish, Will]);

/// Correlation Data.
pub const CORRELATION: Property =
    Property::new(9, "correlation", PropertyKind::Bytes, &[Publish, Will]);

/// Subscription Identifier.
pub const SUB_ID: Property =
    Property::new(11, "subid", PropertyKind::Varint, &[Publish, Subscribe])
        .repeated_in(Carriers::of(&[Publish]));

/// Session Expiry Interval, in seconds; the greatest is for ever.
pub const SESSION_EXPIRY: Property = Property::new(
    17,
    "sessionexpiry",
    PropertyKind::Four(0),
    &[Connect, Connack, Disconnect],
);

/// Assigned Client Identifier.
pub const CLIENT_ID: Property = Property::new(18, "clientid", PropertyKind::Text, &[Connack]);

/// Server Keep Alive, in seconds.
pub const KEEP_ALIVE: Property = Property::new(19, "keepalive", PropertyKind::Two(0), &[Connack]);

/// Authentication Method.
pub const AUTH_METHOD: Property = Property::new(
    21,
    "authmethod",
    PropertyKind::Text,
    &[Connect, Connack, Auth],
);

/// Authentication Data, a secret.
pub const AUTH_DATA: Property = Property::new(
    22,
    "authdata",
    PropertyKind::Bytes,
    &[Connect, Connack, Auth],
);

/// Request Problem Information.
pub const PROBLEM_INFO: Property = Property::new(23, "probleminfo", PropertyKind::Byte, &[Connect]);

/// Will Delay Interval, in seconds.
pub const WILL_DELAY: Property = Property::new(24, "willdelay", PropertyKind::Four(0), &[Will]);

/// Request Response Information.
pub const REQUEST_RESPONSE: Property =
    Property::new(25, "responseinfo", PropertyKind::Byte, &[Connect]);

/// Response Information.
pub const RESPONSE_INFO: Property =
    Property::new(26, "responseinfo", PropertyKind::Text, &[Connack]);

/// Server Reference.
pub const SERVER_REF: Property =
    Property::new(28, "serverref", PropertyKind::Text, &[Connack, Disconnect]);

/// Reason String.
pub const REASON: Property = Property::new(31, "reason", PropertyKind::Text, ANSWERS);

/// Receive Maximum.
pub const RECEIVE_MAX: Property =
    Property::new(33, "receivemax", PropertyKind::Two(1), &[Connect, Connack]);

/// Topic Alias Maximum; `aliasin` in CONNECT.
pub const ALIAS_OUT: Property =
    Property::new(34, "aliasout", PropertyKind::Two(0), &[Connect, Connack]);

/// Topic Alias. That 0 is none is for the session to find, which has a reason code for it.
pub const ALIAS: Property = Property::new(35, "alias", PropertyKind::Two(0), &[Publish]);

/// Maximum QoS.
pub const MAX_QOS: Property = Property::new(36, "maxqos", PropertyKind::Byte, &[Connack]);

/// Retain Available.
pub const RETAIN: Property = Property::new(37, "retain", PropertyKind::Byte, &[Connack]);

/// User Property.
pub const USER: Property =
    Property::new(38, "user", PropertyKind::Pair, &Carrier::ALL).repeated_in(Carriers::EVERY);

/// Maximum Packet Size, in bytes.
pub const MAX_PACKET: Property =
    Property::new(39, "maxpacket", PropertyKind::Four(1), &[Connect, Connack]);

/// Wildcard Subscription Available.
pub const WILDCARD: Property = Property::new(40, "wildcard", PropertyKind::Byte, &[Connack]);

/// Subscription Identifier Available.
pub const SUB_ID_AVAILABLE: Property = Property::new(41, "subid", PropertyKind::Byte, &[Connack]);

/// Shared Subscription Available.
pub const SHARED: Property = Property::new(42, "shared", PropertyKind::Byte, &[Connack]);

/// Every property, in the order of their identifiers.
pub static ALL: [Property; 27] = ROWS;

/// As a constant, for what is found out when it is compiled.
pub(super) const ROWS: [Property; 27] = [
    FORMAT,
    EXPIRY,
    CONTENT_TYPE,
    RESPONSE_TOPIC,
    CORRELATION,
    SUB_ID,
    SESSION_EXPIRY,
    CLIENT_ID,
    KEEP_ALIVE,
    AUTH_METHOD,
    AUTH_DATA,
    PROBLEM_INFO,
    WILL_DELAY,
    REQUEST_RESPONSE,
    RESPONSE_INFO,
    SERVER_REF,
    REASON,
    RECEIVE_MAX,
    ALIAS_OUT,
    ALIAS,
    MAX_QOS,
    RETAIN,
    USER,
    MAX_PACKET,
    WILDCARD,
    SUB_ID_AVAILABLE,
    SHARED,
];
