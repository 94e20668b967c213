//! What stands before the payload of a PUBLISH that is not whole, or cannot be read.

use crate::mqtt::PacketId;

/// The type of the packet, in the upper half of its first byte.
pub(super) const PUBLISH: u8 = 3;

/// Where the parts of a PUBLISH are, as far as its first bytes say. Nothing of it is
/// checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PublishHead {
    /// Its QoS; 3 if it is that.
    pub(crate) qos: u8,
    /// Bytes of the fixed header.
    pub(crate) header: usize,
    /// Where the payload starts, if that is known; else where it starts at the
    /// soonest.
    pub(crate) end: usize,
    /// Whether it is known how long the topic is.
    pub(crate) is_known: bool,
}

/// Whether a packet that begins so is a PUBLISH.
pub(crate) fn is_publish(packet: &[u8]) -> bool {
    packet.first().is_some_and(|first| first >> 4 == PUBLISH)
}

impl PublishHead {
    /// Of these bytes, with which a PUBLISH begins.
    pub(crate) fn of(packet: &[u8]) -> Self {
        let (first, rest) = packet.split_first().unwrap_or((&0, &[]));
        let header = 2 + rest.iter().take_while(|byte| **byte & 0x80 != 0).count();
        let topic = packet.get(header..).and_then(<[u8]>::first_chunk);
        let topic = topic.map(|len| usize::from(u16::from_be_bytes(*len)));
        let qos = first >> 1 & 3;
        let id = if qos > 0 { 2 } else { 0 };
        Self {
            qos,
            header,
            end: header + 2 + topic.map_or(0, |topic| topic + id),
            is_known: topic.is_some(),
        }
    }

    /// Bytes between the fixed header and the payload.
    pub(crate) fn body(self) -> usize {
        self.end.saturating_sub(self.header)
    }

    /// Bytes of the payload in a packet of `total` bytes.
    pub(crate) fn payload(self, total: usize) -> usize {
        total.saturating_sub(self.end)
    }

    /// Its packet identifier, if it has one and `packet` reaches that far.
    pub(crate) fn id(self, packet: &[u8]) -> Option<PacketId> {
        if self.qos == 0 || !self.is_known {
            return None;
        }
        let id = packet.get(self.end.checked_sub(2)?..)?.first_chunk()?;
        PacketId::new(u16::from_be_bytes(*id))
    }
}
