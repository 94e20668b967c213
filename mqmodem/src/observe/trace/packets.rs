//! Cuts the broker's side of the traffic into packets.

use mqmodem_core::mqtt::packet::{Frame, Packet, Rules, frame_by};

/// A packet larger than this is told by its size: a peer may claim 256 MiB.
const LARGEST: usize = 64 * 1024;
/// Memory up to this size is kept for the next packet.
const KEPT: usize = 1024;

/// One direction of a link.
#[derive(Debug, Default)]
pub(super) struct Packets {
    /// A packet that has come in part.
    part: Vec<u8>,
    /// Bytes still to come of a packet that is too large.
    skip: usize,
    /// Bytes came that are no packet; where the next begins is not known.
    lost: bool,
}

impl Packets {
    /// Takes bytes; each packet that is whole is told to `tell`.
    pub(super) fn feed(&mut self, bytes: &[u8], mut tell: impl FnMut(&str)) {
        if self.lost {
            return;
        }
        let passed = self.skip.min(bytes.len());
        self.skip -= passed;
        self.part
            .extend_from_slice(bytes.get(passed..).unwrap_or_default());
        let mut at = 0;
        loop {
            let rest = self.part.get(at..).unwrap_or_default();
            match frame_by(Rules::Lenient, rest) {
                Frame::Whole { len } => {
                    tell(&describe(rest.get(..len).unwrap_or_default()));
                    at += len;
                }
                Frame::Incomplete { total: Some(total) } if total > LARGEST => {
                    tell(&format!("a packet of {total} bytes"));
                    self.skip = total - rest.len();
                    at = self.part.len();
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
        if self.part.len() < KEPT {
            self.part.shrink_to(KEPT);
        }
    }
}

fn describe(packet: &[u8]) -> String {
    match Packet::decode_by(Rules::Lenient, packet) {
        Ok(packet) => packet.to_string(),
        Err(_) => format!("a malformed packet of {} bytes", packet.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_too_large_is_passed_over_in_little_memory() {
        let (mut side, mut told) = (Packets::default(), Vec::new());
        let large = [&[0x30, 0xff, 0xff, 0x7f][..], &vec![0; 2_097_151]].concat();
        let pingresp = [0xd0, 0];
        for piece in [&large, &pingresp[..]].concat().chunks(1000) {
            side.feed(piece, |packet| told.push(packet.to_owned()));
            assert!(side.part.capacity() <= 2 * KEPT);
        }
        assert_eq!(told, ["a packet of 2097155 bytes", "PINGRESP"]);
    }
}
