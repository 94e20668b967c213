//! Packets out of a stream of bytes, and into bytes.

use mqmodem_core::Buf;
use mqmodem_core::mqtt::packet::{Ack, AckKind};
use mqmodem_core::mqtt::packet::{Rules, frame_as};
use mqmodem_core::mqtt::{Frame, Packet, PacketId, Version};

/// Bytes of a packet that is encoded, at most.
const LARGEST: usize = 1 << 20;

/// What one side of a connection has sent, packet by packet.
#[derive(Clone, Debug, Default)]
pub struct PacketStream {
    bytes: Vec<u8>,
    version: Version,
}

impl PacketStream {
    /// More bytes have come.
    pub fn extend(&mut self, bytes: &[u8]) {
        self.bytes.extend(bytes);
    }

    /// Another connection begins.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// The version of the last CONNECT, or the one that was set.
    pub fn version(&self) -> Version {
        self.version
    }

    /// What follows is of this version: a broker sends no CONNECT that tells it.
    pub fn set_version(&mut self, version: Version) {
        self.version = version;
    }

    /// The next whole packet.
    ///
    /// # Errors
    /// Where these bytes begin no packet.
    pub fn next_packet(&mut self) -> Result<Option<Vec<u8>>, String> {
        match frame_as(self.version, Rules::Strict, &self.bytes) {
            Frame::Whole { len } => {
                let packet: Vec<u8> = self.bytes.drain(..len).collect();
                self.version = Version::of_connect(&packet).unwrap_or(self.version);
                Ok(Some(packet))
            }
            Frame::Incomplete { .. } => Ok(None),
            Frame::Malformed => Err(format!("no MQTT: {:02x?}", self.bytes)),
        }
    }

    /// One of its packets, decoded.
    ///
    /// # Errors
    /// Where it is none.
    pub fn decode<'p>(&self, packet: &'p [u8]) -> Result<Packet<'p>, String> {
        decode_as(self.version, packet)
    }
}

/// A packet of this version, decoded.
///
/// # Errors
/// Where it is none.
pub fn decode_as(version: Version, packet: &[u8]) -> Result<Packet<'_>, String> {
    let decoded = Packet::decode_as(version, Rules::Strict, packet);
    decoded.map_err(|why| format!("{why:?}: {packet:02x?}"))
}

/// A packet as bytes.
pub fn encode(packet: &Packet<'_>) -> Vec<u8> {
    encode_as(Version::V311, packet)
}

/// A packet as bytes of this version.
pub fn encode_as(version: Version, packet: &Packet<'_>) -> Vec<u8> {
    let mut out = Buf::heap(LARGEST);
    packet.encode_as(version, &mut out).expect("a valid packet");
    out.as_slice().to_vec()
}

/// An acknowledgement of success as bytes, the same in each version.
pub fn ack(kind: AckKind, id: PacketId) -> Vec<u8> {
    encode(&Packet::Ack(Ack::new(kind, id)))
}
