//! What stands before the payload of a PUBLISH that is not whole, or cannot be read.

use crate::mqtt::{PacketId, Version};

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
    /// Where topic and packet identifier end.
    pub(crate) named: usize,
    /// Where the bytes of its properties start, behind their length.
    pub(crate) properties: usize,
    /// Whether it is known where the payload starts.
    pub(crate) is_known: bool,
    /// Where the packet identifier starts, if there is one and that is known.
    id: Option<usize>,
}

/// Whether a packet that begins so is a PUBLISH.
pub(crate) fn is_publish(packet: &[u8]) -> bool {
    packet.first().is_some_and(|first| first >> 4 == PUBLISH)
}

impl PublishHead {
    /// Of these bytes, with which a PUBLISH begins.
    pub(crate) fn of(version: Version, packet: &[u8]) -> Self {
        let (first, rest) = packet.split_first().unwrap_or((&0, &[]));
        let header = 2 + rest.iter().take_while(|byte| **byte & 0x80 != 0).count();
        let topic = packet.get(header..).and_then(<[u8]>::first_chunk);
        let topic = topic.map(|len| usize::from(u16::from_be_bytes(*len)));
        let qos = first >> 1 & 3;
        let topic_end = header + 2 + topic.unwrap_or(0);
        let id = topic.filter(|_| qos > 0).map(|_| topic_end);
        let end = topic_end + if id.is_some() { 2 } else { 0 };
        let head = Self {
            qos,
            header,
            named: end,
            properties: end,
            end,
            is_known: topic.is_some(),
            id,
        };
        match version {
            Version::V5 if head.is_known => head.with_properties(packet),
            _ => head,
        }
    }

    /// The block of properties, with its length before it, stands before the payload.
    fn with_properties(self, packet: &[u8]) -> Self {
        let bytes = packet.get(self.end..).unwrap_or_default();
        let (mut block, mut size, mut is_known) = (0, 0, false);
        // A length in more than four bytes is not to be read on.
        while size < 4 && !is_known {
            let Some(byte) = bytes.get(size) else { break };
            block |= usize::from(byte & 0x7f) << (7 * size);
            size += 1;
            is_known = byte & 0x80 == 0 || size == 4;
        }
        let rest = if is_known { block } else { 1 };
        Self {
            properties: self.end + size,
            end: self.end + size + rest,
            is_known,
            ..self
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
        let id = packet.get(self.id?..)?.first_chunk()?;
        PacketId::new(u16::from_be_bytes(*id))
    }
}
