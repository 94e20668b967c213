//! What a subscription of MQTT 5 asks for beside its QoS.

use crate::mqtt::Qos;
use crate::mqtt::packet::SubscribeOptions;

/// Bits of the identifier. Above it stand the options, as in their byte on the wire.
const ID: u32 = 28;
/// Bits of the QoS in that byte.
const QOS: u32 = 2;

/// The subscription identifier, 0 if there is none, and the options in one word, which is
/// 0 if nothing is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::mqtt::session) struct SubscriptionTerms(u32);

impl SubscriptionTerms {
    pub(in crate::mqtt::session) fn new(options: SubscribeOptions, sub_id: u32) -> Self {
        Self(u32::from(options.byte() >> QOS) << ID | sub_id)
    }

    /// As it was put on disk; none if nobody can ask for that.
    pub(super) fn from_bytes(bytes: [u8; 4]) -> Option<Self> {
        let terms = Self(u32::from_le_bytes(bytes));
        (terms.options(Qos::AtMostOnce).retain_handling <= 2).then_some(terms)
    }

    pub(super) fn to_bytes(self) -> [u8; 4] {
        self.0.to_le_bytes()
    }

    /// The options with this QoS.
    pub(in crate::mqtt::session) fn options(self, qos: Qos) -> SubscribeOptions {
        let bits = self.0 >> ID;
        SubscribeOptions {
            qos,
            no_local: bits & 1 != 0,
            retain_as_published: bits & 2 != 0,
            retain_handling: (bits >> 2) as u8,
        }
    }

    /// The subscription identifier, 0 if there is none.
    pub(in crate::mqtt::session) fn sub_id(self) -> u32 {
        self.0 & ((1 << ID) - 1)
    }
}
