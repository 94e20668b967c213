//! Packets of MQTT, found in a stream.

/// The longest packet that is held as a whole; a longer one passes as it is.
const LONGEST: usize = 1024 * 1024;

/// A part of a stream.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Bytes of a packet nobody wanted to see.
    Bytes(Vec<u8>),
    /// A whole packet.
    Packet(Vec<u8>),
}

/// Finds packets in one direction of a connection.
#[derive(Debug, Default)]
pub(super) struct PacketCutter {
    /// The packet at the front, as far as it has come and is held.
    held: Vec<u8>,
    /// How long it is, once that is known.
    total: Option<usize>,
    /// Bytes still to come of a packet that passes as it is.
    passing: usize,
    /// Bytes came that are no packet: the rest passes as it is.
    lost: bool,
}

impl PacketCutter {
    /// Whether the last bytes given out ended a packet.
    pub(super) fn is_between(&self) -> bool {
        self.passing == 0 && !self.lost
    }

    /// Takes bytes; gives out what may pass. A packet is held until it is whole where it
    /// is `wanted` by its type.
    pub(super) fn cut(&mut self, bytes: &[u8], wanted: impl Fn(u8) -> bool) -> Vec<Part> {
        let (mut parts, mut rest) = (Vec::new(), bytes);
        while !rest.is_empty() {
            if self.lost {
                parts.push(Part::Bytes(rest.to_vec()));
                return parts;
            }
            let count = self.wants().min(rest.len());
            let (now, behind) = rest.split_at(count);
            rest = behind;
            if self.passing > 0 {
                self.passing -= count;
                parts.push(Part::Bytes(now.to_vec()));
                continue;
            }
            self.held.extend_from_slice(now);
            if self.total.is_none() {
                self.look(&wanted, &mut parts);
            }
            if self.total == Some(self.held.len()) {
                self.total = None;
                parts.push(Part::Packet(std::mem::take(&mut self.held)));
            }
        }
        parts
    }

    /// How many bytes are of use now.
    fn wants(&self) -> usize {
        match self.total {
            Some(total) => total.saturating_sub(self.held.len()),
            None => self.passing.max(1),
        }
    }

    /// The header may be whole: whether the packet is held or passes.
    fn look(&mut self, wanted: &impl Fn(u8) -> bool, parts: &mut Vec<Part>) {
        let Some(kind) = self.held.first().map(|first| first >> 4) else {
            return;
        };
        let length = self.held.get(1..).unwrap_or_default();
        let Some(last) = length.iter().position(|byte| byte & 0x80 == 0) else {
            if length.len() >= 4 {
                self.lost = true;
                parts.push(Part::Bytes(std::mem::take(&mut self.held)));
            }
            return;
        };
        let digits = length.iter().take(last + 1).rev();
        let length = digits.fold(0, |sum, byte| sum * 128 + usize::from(byte & 0x7f));
        let total = self.held.len() + length;
        if total <= LONGEST && wanted(kind) {
            self.total = Some(total);
            return;
        }
        self.passing = length;
        parts.push(Part::Bytes(std::mem::take(&mut self.held)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes out of all this in pieces of `size`: passed bytes, and packets.
    fn cut(bytes: &[u8], size: usize, wanted: u8) -> (Vec<u8>, Vec<Vec<u8>>) {
        let mut cutter = PacketCutter::default();
        let (mut passed, mut packets) = (Vec::new(), Vec::new());
        for piece in bytes.chunks(size) {
            for part in cutter.cut(piece, |kind| kind == wanted) {
                match part {
                    Part::Bytes(bytes) => passed.extend(bytes),
                    Part::Packet(packet) => packets.push(packet),
                }
            }
        }
        assert!(cutter.is_between() && cutter.held.is_empty());
        (passed, packets)
    }

    #[test]
    fn packets_are_found_however_they_are_cut() {
        let long = [&[0x30, 0xC8, 0x01][..], &[7; 200]].concat();
        let puback = [0x40, 2, 0, 1];
        let ping = [0xD0, 0];
        let all = [&long[..], &puback, &ping, &puback].concat();
        for size in 1..all.len() {
            let (passed, packets) = cut(&all, size, 4);
            assert_eq!(passed, [&long[..], &ping].concat(), "in pieces of {size}");
            assert_eq!(packets, [puback, puback]);
            let (_, packets) = cut(&all, size, 3);
            assert_eq!(packets, std::slice::from_ref(&long));
        }
    }

    #[test]
    fn what_is_no_packet_passes() {
        let mut cutter = PacketCutter::default();
        let parts = cutter.cut(&[0x40, 0xFF, 0xFF, 0xFF, 0xFF, 9], |_| true);
        let passed = [vec![0x40, 0xFF, 0xFF, 0xFF, 0xFF], vec![9]];
        assert_eq!(parts, passed.map(Part::Bytes));
    }
}
