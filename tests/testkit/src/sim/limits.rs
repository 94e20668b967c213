//! What a broker of MQTT 5 does not take, as it says in CONNACK.

use super::message::{self, Message};
use crate::random::Random;
use mqmodem_core::Buf;
use mqmodem_core::mqtt::packet::Publish;
use mqmodem_core::mqtt::property::{
    MAX_PACKET, MAX_QOS, Property, PropertyValue, RETAIN, SHARED, SUB_ID_AVAILABLE, WILDCARD,
};
use mqmodem_core::mqtt::{Packet, Qos, reason};

/// Reason codes of messages that are not taken.
const CODES: [u8; 3] = [reason::TOO_LARGE, reason::NO_RETAIN, reason::NO_QOS];

/// What is not taken on a connection, or on any of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    qos: Qos,
    retain: bool,
    /// Bytes of a packet.
    packet: usize,
    wildcard: bool,
}

impl Limits {
    /// All there is, is taken.
    pub(crate) const NONE: Self = Self {
        qos: Qos::ExactlyOnce,
        retain: true,
        packet: usize::MAX,
        wildcard: true,
    };

    /// Those of a connection.
    pub(crate) fn draw(c: &mut Random, may_refuse_wildcards: bool) -> Self {
        let mut limits = Self::NONE;
        if c.one_in(4) {
            limits.qos = c.pick(&[Qos::AtMostOnce, Qos::AtLeastOnce, Qos::AtLeastOnce]);
        }
        if c.one_in(4) {
            limits.packet = c.pick(&[30, 60, 130, 200]);
        }
        limits.retain = !c.one_in(3);
        limits.wildcard = !(c.one_in(4) && may_refuse_wildcards);
        limits
    }

    /// The properties that say so. Identifiers of subscriptions and shared ones are never
    /// asked for, and now and then not there.
    pub(crate) fn write(&self, c: &mut Random, block: &mut Buf<'_>) {
        let byte = PropertyValue::Byte;
        let packet = u32::try_from(self.packet).unwrap_or_default();
        let said = [
            (MAX_QOS, byte(self.qos.level()), self.qos < Qos::ExactlyOnce),
            (RETAIN, byte(0), !self.retain),
            (MAX_PACKET, PropertyValue::Four(packet), packet > 0),
            (WILDCARD, byte(0), !self.wildcard),
            (SUB_ID_AVAILABLE, byte(0), c.one_in(2)),
            (SHARED, byte(0), c.one_in(2)),
        ];
        for (property, value, _) in said.into_iter().filter(|(.., is_said)| *is_said) {
            write(&property, value, block);
        }
    }

    /// What is not taken on one connection or the other.
    pub(crate) fn stricter(self, other: Self) -> Self {
        Self {
            qos: self.qos.min(other.qos),
            retain: self.retain && other.retain,
            packet: self.packet.min(other.packet),
            wildcard: self.wildcard && other.wildcard,
        }
    }

    /// The QoS a subscription is granted.
    pub(crate) fn granted(&self, asked: Qos) -> Qos {
        asked.min(self.qos)
    }

    /// Whether this reason code may be said of a message.
    pub(crate) fn refuse(&self, message: &Message, code: u8) -> bool {
        match code {
            reason::NO_QOS => message.qos > self.qos,
            reason::NO_RETAIN => message.retain && !self.retain,
            reason::TOO_LARGE => len(message) > self.packet,
            _ => false,
        }
    }

    /// Whether there is anything to be said of a message.
    pub(crate) fn refuse_any(&self, message: &Message) -> bool {
        CODES.iter().any(|code| self.refuse(message, *code))
    }

    /// A client keeps to them `[MQTT-3.2.2-11]`, `[MQTT-3.2.2-14]`, `[MQTT-3.2.2-15]`.
    ///
    /// # Errors
    /// Where a packet of so many bytes is not taken.
    pub(crate) fn judge(&self, packet: &Packet, len: usize) -> Result<(), String> {
        let is_taken = match packet {
            Packet::Publish(Publish { qos, retain, .. }) => {
                *qos <= self.qos && (self.retain || !retain)
            }
            Packet::Subscribe(it) => {
                let mut filters = it.requests.iter().map(|(filter, _)| filter);
                self.wildcard || filters.all(|filter| !filter.contains(['#', '+']))
            }
            _ => true,
        };
        if is_taken && len <= self.packet {
            return Ok(());
        }
        Err(format!("{packet}, {len} bytes, is not taken: {self:?}"))
    }
}

/// Bytes of a message in a packet of MQTT 5 without properties.
fn len(message: &Message) -> usize {
    let id = if message.qos == Qos::AtMostOnce { 0 } else { 2 };
    let topic = message::topic('o', message.topic).len();
    let rest = 2 + topic + id + 1 + message.content().len();
    rest + if rest < 128 { 2 } else { 3 }
}

/// Appends a property to a block.
pub(crate) fn write(property: &Property, value: PropertyValue<'_>, block: &mut Buf<'_>) {
    property.write(value, block).expect("room for it");
}
