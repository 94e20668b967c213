//! Packets out of a stream of bytes, and into bytes.

use mqmodem_core::Buf;
use mqmodem_core::mqtt::packet::{Ack, AckKind};
use mqmodem_core::mqtt::{Frame, Packet, PacketId, frame};

/// Bytes of a packet that is encoded, at most.
const LARGEST: usize = 1 << 20;

/// What one side of a connection has sent, packet by packet.
#[derive(Clone, Debug, Default)]
pub struct PacketStream(Vec<u8>);

impl PacketStream {
    /// More bytes have come.
    pub fn extend(&mut self, bytes: &[u8]) {
        self.0.extend(bytes);
    }

    /// Another connection begins.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The next whole packet.
    ///
    /// # Errors
    /// Where these bytes begin no packet.
    pub fn next_packet(&mut self) -> Result<Option<Vec<u8>>, String> {
        match frame(&self.0) {
            Frame::Whole { len } => Ok(Some(self.0.drain(..len).collect())),
            Frame::Incomplete { .. } => Ok(None),
            Frame::Malformed => Err(format!("no MQTT: {:02x?}", self.0)),
        }
    }
}

/// A packet as bytes.
pub fn encode(packet: &Packet<'_>) -> Vec<u8> {
    let mut out = Buf::heap(LARGEST);
    packet.encode(&mut out).expect("a valid packet");
    out.as_slice().to_vec()
}

/// An acknowledgement as bytes.
pub fn ack(kind: AckKind, id: PacketId) -> Vec<u8> {
    encode(&Packet::Ack(Ack::new(kind, id)))
}
