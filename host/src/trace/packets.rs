//! Cuts the broker's side of the traffic into packets.

use mqmodem_core::mqtt::codec::{Frame, Packet, frame};

/// One direction of a link.
#[derive(Debug, Default)]
pub(super) struct Packets {
    /// A packet that has come in part.
    part: Vec<u8>,
    /// Bytes came that are no packet; where the next begins is not known.
    lost: bool,
}

impl Packets {
    /// Takes bytes; each packet that is whole is told to `tell`.
    pub(super) fn feed(&mut self, bytes: &[u8], mut tell: impl FnMut(&str)) {
        if self.lost {
            return;
        }
        self.part.extend_from_slice(bytes);
        let mut at = 0;
        loop {
            let rest = self.part.get(at..).unwrap_or_default();
            match frame(rest) {
                Frame::Whole { len } => {
                    tell(&describe(rest.get(..len).unwrap_or_default()));
                    at += len;
                }
                Frame::Incomplete { .. } => break,
                Frame::Malformed => {
                    tell("bytes that are not MQTT");
                    self.lost = true;
                    break;
                }
            }
        }
        self.part.drain(..at);
    }
}

fn describe(packet: &[u8]) -> String {
    match Packet::decode(packet) {
        Ok(packet) => packet.to_string(),
        Err(_) => format!("a malformed packet of {} bytes", packet.len()),
    }
}
