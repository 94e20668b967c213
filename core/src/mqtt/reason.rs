//! The reason codes of MQTT 5: one table (clause 2.4).

use super::carrier::Carrier::{
    Auth, Connack, Disconnect, Puback, Pubcomp, Pubrec, Pubrel, Suback, Unsuback,
};
use super::carrier::{Carrier, Carriers};

/// Success, normal disconnection, or QoS 0 granted.
pub const SUCCESS: u8 = 0x00;
/// The client leaves, and the broker shall publish its will.
pub const WITH_WILL: u8 = 0x04;
/// The message was taken over, and nobody is subscribed to it.
pub const NOBODY: u8 = 0x10;
/// The first of the codes that mean failure.
pub const UNSPECIFIED: u8 = 0x80;
/// A packet cannot be read.
pub const MALFORMED: u8 = 0x81;
/// A packet, or what it says, may not come.
pub const PROTOCOL_ERROR: u8 = 0x82;
/// The broker does not speak this version.
pub const UNSUPPORTED_VERSION: u8 = 0x84;
/// More messages than the receive maximum are not acknowledged.
pub const RECEIVE_MAXIMUM: u8 = 0x93;
/// A topic alias is 0, or above the maximum.
pub const TOPIC_ALIAS: u8 = 0x94;
/// A packet is larger than the other side takes.
pub const TOO_LARGE: u8 = 0x95;
/// The broker has no retained messages.
pub const NO_RETAIN: u8 = 0x9a;
/// The broker does not take this QoS.
pub const NO_QOS: u8 = 0x9b;
/// The broker has no shared subscriptions.
pub const NO_SHARED: u8 = 0x9e;
/// The broker has no subscription identifiers.
pub const NO_IDENTIFIERS: u8 = 0xa1;
/// The broker has no wildcards.
pub const NO_WILDCARDS: u8 = 0xa2;

/// One reason code.
#[derive(Clone, Copy, Debug)]
pub struct Reason {
    /// As on the wire; 0x80 and above mean failure.
    pub code: u8,
    /// In words, as in table 2-6, in small letters.
    pub name: &'static str,
    carriers: Carriers,
}

impl Reason {
    const fn new(code: u8, name: &'static str, carriers: &[Carrier]) -> Self {
        let carriers = Carriers::of(carriers);
        Self {
            code,
            name,
            carriers,
        }
    }

    /// Whether a packet of this kind may carry it.
    pub const fn is_of(&self, carrier: Carrier) -> bool {
        self.carriers.contains(carrier)
    }
}

/// The code in words, if there is such a code.
pub fn name(code: u8) -> Option<&'static str> {
    find(code).map(|reason| reason.name)
}

/// The code, if there is such a code.
pub fn find(code: u8) -> Option<&'static Reason> {
    ALL.iter().find(|reason| reason.code == code)
}

/// Whether a packet of this kind may carry this code.
pub fn is_of(code: u8, carrier: Carrier) -> bool {
    find(code).is_some_and(|reason| reason.is_of(carrier))
}

/// Every reason code, in order (table 2-6).
pub static ALL: [Reason; 43] = [
    Reason::new(
        SUCCESS,
        "success",
        &[
            Connack, Puback, Pubrec, Pubrel, Pubcomp, Suback, Unsuback, Disconnect, Auth,
        ],
    ),
    Reason::new(0x01, "granted QoS 1", &[Suback]),
    Reason::new(0x02, "granted QoS 2", &[Suback]),
    Reason::new(WITH_WILL, "disconnect with will message", &[Disconnect]),
    Reason::new(NOBODY, "no matching subscribers", &[Puback, Pubrec]),
    Reason::new(0x11, "no subscription existed", &[Unsuback]),
    Reason::new(0x18, "continue authentication", &[Auth]),
    Reason::new(0x19, "re-authenticate", &[Auth]),
    Reason::new(
        UNSPECIFIED,
        "unspecified error",
        &[Connack, Puback, Pubrec, Suback, Unsuback, Disconnect],
    ),
    Reason::new(MALFORMED, "malformed packet", &[Connack, Disconnect]),
    Reason::new(PROTOCOL_ERROR, "protocol error", &[Connack, Disconnect]),
    Reason::new(
        0x83,
        "implementation specific error",
        &[Connack, Puback, Pubrec, Suback, Unsuback, Disconnect],
    ),
    Reason::new(
        UNSUPPORTED_VERSION,
        "unsupported protocol version",
        &[Connack],
    ),
    Reason::new(0x85, "client identifier not valid", &[Connack]),
    Reason::new(0x86, "bad user name or password", &[Connack]),
    Reason::new(
        0x87,
        "not authorized",
        &[Connack, Puback, Pubrec, Suback, Unsuback, Disconnect],
    ),
    Reason::new(0x88, "server unavailable", &[Connack]),
    Reason::new(0x89, "server busy", &[Connack, Disconnect]),
    // Brokers say it of clients that are connected, too.
    Reason::new(0x8a, "banned", &[Connack, Disconnect]),
    Reason::new(0x8b, "server shutting down", &[Disconnect]),
    Reason::new(0x8c, "bad authentication method", &[Connack, Disconnect]),
    Reason::new(0x8d, "keep alive timeout", &[Disconnect]),
    Reason::new(0x8e, "session taken over", &[Disconnect]),
    Reason::new(
        0x8f,
        "topic filter invalid",
        &[Suback, Unsuback, Disconnect],
    ),
    Reason::new(
        0x90,
        "topic name invalid",
        &[Connack, Puback, Pubrec, Disconnect],
    ),
    Reason::new(
        0x91,
        "packet identifier in use",
        &[Puback, Pubrec, Suback, Unsuback],
    ),
    Reason::new(0x92, "packet identifier not found", &[Pubrel, Pubcomp]),
    Reason::new(RECEIVE_MAXIMUM, "receive maximum exceeded", &[Disconnect]),
    Reason::new(TOPIC_ALIAS, "topic alias invalid", &[Disconnect]),
    Reason::new(TOO_LARGE, "packet too large", &[Connack, Disconnect]),
    Reason::new(0x96, "message rate too high", &[Disconnect]),
    Reason::new(
        0x97,
        "quota exceeded",
        &[Connack, Puback, Pubrec, Suback, Disconnect],
    ),
    Reason::new(0x98, "administrative action", &[Disconnect]),
    Reason::new(
        0x99,
        "payload format invalid",
        &[Connack, Puback, Pubrec, Disconnect],
    ),
    Reason::new(NO_RETAIN, "retain not supported", &[Connack, Disconnect]),
    Reason::new(NO_QOS, "QoS not supported", &[Connack, Disconnect]),
    Reason::new(0x9c, "use another server", &[Connack, Disconnect]),
    Reason::new(0x9d, "server moved", &[Connack, Disconnect]),
    Reason::new(
        NO_SHARED,
        "shared subscriptions not supported",
        &[Suback, Disconnect],
    ),
    Reason::new(0x9f, "connection rate exceeded", &[Connack, Disconnect]),
    Reason::new(0xa0, "maximum connect time", &[Disconnect]),
    Reason::new(
        NO_IDENTIFIERS,
        "subscription identifiers not supported",
        &[Suback, Disconnect],
    ),
    Reason::new(
        NO_WILDCARDS,
        "wildcard subscriptions not supported",
        &[Suback, Disconnect],
    ),
];
