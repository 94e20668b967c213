//! What carries properties and reason codes.

/// What carries properties or reason codes in MQTT 5: a packet, or the will in
/// CONNECT, which has properties of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Carrier {
    /// CONNECT (clause 3.1.2.11).
    Connect,
    /// The will in CONNECT (clause 3.1.3.2).
    Will,
    /// CONNACK.
    Connack,
    /// PUBLISH.
    Publish,
    /// PUBACK.
    Puback,
    /// PUBREC.
    Pubrec,
    /// PUBREL.
    Pubrel,
    /// PUBCOMP.
    Pubcomp,
    /// SUBSCRIBE.
    Subscribe,
    /// SUBACK.
    Suback,
    /// UNSUBSCRIBE.
    Unsubscribe,
    /// UNSUBACK.
    Unsuback,
    /// DISCONNECT.
    Disconnect,
    /// AUTH.
    Auth,
}

impl Carrier {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Connect,
        Self::Will,
        Self::Connack,
        Self::Publish,
        Self::Puback,
        Self::Pubrec,
        Self::Pubrel,
        Self::Pubcomp,
        Self::Subscribe,
        Self::Suback,
        Self::Unsubscribe,
        Self::Unsuback,
        Self::Disconnect,
        Self::Auth,
    ];

    /// A bit of its own.
    const fn bit(self) -> u16 {
        1 << self as u8
    }
}

/// Some carriers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Carriers(u16);

impl Carriers {
    /// None.
    pub const NONE: Self = Self(0);
    /// Every one.
    pub const EVERY: Self = Self::of(&Carrier::ALL);

    /// These.
    pub const fn of(mut carriers: &[Carrier]) -> Self {
        let mut bits = 0;
        while let Some((first, rest)) = carriers.split_first() {
            bits |= first.bit();
            carriers = rest;
        }
        Self(bits)
    }

    /// Whether `carrier` is one of them.
    pub const fn contains(self, carrier: Carrier) -> bool {
        self.0 & carrier.bit() != 0
    }
}
