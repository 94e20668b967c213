//! An entry for a message from the broker whose flow has not ended.

use crate::mqtt::PacketId;
use crate::mqtt::session::durability::Durability;

/// Bytes of an entry.
pub(super) const WIDTH: usize = 8;

/// How far a message has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Delivery {
    /// The host has it not yet taken over.
    Deferred,
    /// The host has it: never to be delivered again `[MQTT-4.3.3-2]`.
    Taken,
    /// The broker is to be told that this is the end.
    Ended,
}

/// A message from the broker.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arrival {
    pub(super) id: PacketId,
    /// QoS 2, else 1.
    pub(super) exactly_once: bool,
    pub(super) delivery: Delivery,
    pub(super) disk: Durability,
    /// What the host knows it by, 0 if it never was held.
    pub(super) number: u32,
    /// Its content is with us: it waits for the host.
    pub(super) present: bool,
    /// The broker has sent it on this connection.
    pub(super) seen: bool,
    /// An acknowledgement is due once the delivery is on disk.
    pub(super) due: bool,
}

const EXACTLY_ONCE: u8 = 1;
const PRESENT: u8 = 2;
const SEEN: u8 = 4;
const DUE: u8 = 8;

impl Arrival {
    pub(super) fn from_bytes(bytes: [u8; WIDTH]) -> Option<Self> {
        let [i0, i1, state, flags, n0, n1, n2, n3] = bytes;
        Some(Self {
            id: PacketId::new(u16::from_le_bytes([i0, i1]))?,
            exactly_once: flags & EXACTLY_ONCE != 0,
            delivery: match state >> 2 {
                0 => Delivery::Deferred,
                1 => Delivery::Taken,
                _ => Delivery::Ended,
            },
            disk: Durability::from_bits(state),
            number: u32::from_le_bytes([n0, n1, n2, n3]),
            present: flags & PRESENT != 0,
            seen: flags & SEEN != 0,
            due: flags & DUE != 0,
        })
    }

    pub(super) fn to_bytes(self) -> [u8; WIDTH] {
        let delivery = match self.delivery {
            Delivery::Deferred => 0,
            Delivery::Taken => 4,
            Delivery::Ended => 8,
        };
        let flag = |on, flag| if on { flag } else { 0 };
        let [i0, i1] = self.id.get().to_le_bytes();
        let [n0, n1, n2, n3] = self.number.to_le_bytes();
        let flags = flag(self.exactly_once, EXACTLY_ONCE)
            | flag(self.present, PRESENT)
            | flag(self.seen, SEEN)
            | flag(self.due, DUE);
        [i0, i1, delivery | self.disk.bits(), flags, n0, n1, n2, n3]
    }

    /// Whether nothing has to be remembered any more.
    pub(super) fn is_over(self) -> bool {
        self.delivery == Delivery::Ended && self.disk == Durability::Same && !self.due
    }
}
