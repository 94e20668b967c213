//! Cuts the broker's side of the traffic into packets, once for all observers. The
//! core decodes them.

use mqmodem_core::mqtt::Version;
use mqmodem_core::mqtt::packet::{Frame, Packet, Publish, Rules, frame_as};
use std::fmt;

/// A packet larger than this is not gathered: a peer may claim 256 MiB.
const LARGEST: usize = 64 * 1024;
/// Memory up to this size stays for the next packet.
const KEPT: usize = 1024;

/// A packet that passed.
#[derive(Clone, Copy, Debug)]
pub struct WirePacket<'p> {
    /// What it is.
    pub content: PacketContent<'p>,
    /// The version of MQTT it was read by.
    pub version: Version,
    /// Its bytes, secrets included; of one that is too large those that have come.
    pub bytes: &'p [u8],
    /// Bytes it has.
    pub total: usize,
}

/// What a packet is.
#[derive(Clone, Copy, Debug)]
pub enum PacketContent<'p> {
    /// A whole packet.
    Whole(Packet<'p>),
    /// A packet that is too large to be gathered: what it says where it is a PUBLISH, with
    /// the payload that has come so far.
    Large(Option<Publish<'p>>),
    /// A packet that is none of MQTT.
    Malformed,
    /// Bytes that are no packet. Where the next begins is not known, so this is the last.
    NotMqtt,
}

impl<'p> WirePacket<'p> {
    /// The message, where it is one.
    pub fn publish(&self) -> Option<&Publish<'p>> {
        match &self.content {
            PacketContent::Whole(Packet::Publish(publish)) => Some(publish),
            PacketContent::Large(publish) => publish.as_ref(),
            _ => None,
        }
    }
}

impl fmt::Display for WirePacket<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.total;
        match self.content {
            PacketContent::Whole(packet) => packet.fmt(f),
            PacketContent::Large(_) => write!(f, "a packet of {total} bytes"),
            PacketContent::Malformed => write!(f, "a malformed packet of {total} bytes"),
            PacketContent::NotMqtt => f.write_str("bytes that are not MQTT"),
        }
    }
}

/// One direction of a link.
#[derive(Debug, Default)]
pub(super) struct PacketReader {
    /// A packet that has come in part.
    part: Vec<u8>,
    /// Bytes still to come of a packet that is too large.
    skip: u32,
    /// Bytes came that are no packet.
    lost: bool,
    /// What the packets are of: what CONNECT says, or what was set.
    version: Version,
}

impl PacketReader {
    /// The version of what it reads.
    pub(super) fn version(&self) -> Version {
        self.version
    }

    /// What a broker sends is of the version the client asked for.
    pub(super) fn set_version(&mut self, version: Version) {
        self.version = version;
    }

    /// Takes bytes and reports each packet, mostly without copying it.
    pub(super) fn feed(&mut self, bytes: &[u8], mut report: impl FnMut(WirePacket<'_>)) {
        let mut rest = bytes;
        while !self.lost {
            let (passed, behind) = rest.split_at(rest.len().min(self.skip as usize));
            self.skip -= passed.len() as u32;
            rest = behind;
            if rest.is_empty() {
                return;
            }
            rest = if self.part.is_empty() {
                self.read(rest, &mut report)
            } else {
                self.complete(rest, &mut report)
            };
        }
    }

    /// Reads the packet at the front; what is behind it.
    fn read<'b>(&mut self, bytes: &'b [u8], report: impl FnOnce(WirePacket<'_>)) -> &'b [u8] {
        self.version = Version::of_connect(bytes).unwrap_or(self.version);
        let Some(packet) = first(self.version, bytes) else {
            self.part.extend_from_slice(bytes);
            return &[];
        };
        let total = packet.total;
        self.lost = matches!(packet.content, PacketContent::NotMqtt);
        report(packet);
        self.skip = total.saturating_sub(bytes.len()) as u32;
        bytes.get(total..).unwrap_or_default()
    }

    /// Adds what a packet that has come in part still lacks; what is behind it.
    fn complete<'b>(&mut self, bytes: &'b [u8], report: impl FnOnce(WirePacket<'_>)) -> &'b [u8] {
        let lacking = match frame_as(self.version, Rules::Lenient, &self.part) {
            Frame::Incomplete { total: Some(total) } => total - self.part.len(),
            _ => 1,
        };
        let (more, behind) = bytes.split_at(lacking.min(bytes.len()));
        self.part.extend_from_slice(more);
        self.version = Version::of_connect(&self.part).unwrap_or(self.version);
        if let Some(packet) = first(self.version, &self.part) {
            let total = packet.total;
            self.lost = matches!(packet.content, PacketContent::NotMqtt);
            report(packet);
            self.skip = total.saturating_sub(self.part.len()) as u32;
            self.part.clear();
            self.part.shrink_to(KEPT);
        }
        behind
    }
}

/// The packet at the front; none while more is needed to tell.
fn first(version: Version, bytes: &[u8]) -> Option<WirePacket<'_>> {
    let packet = |total: usize, content| WirePacket {
        content,
        version,
        bytes: bytes.get(..total).unwrap_or(bytes),
        total,
    };
    match frame_as(version, Rules::Lenient, bytes) {
        Frame::Whole { len } => {
            let read = Packet::decode_as(version, Rules::Lenient, bytes.get(..len)?);
            let content = read.map_or(PacketContent::Malformed, PacketContent::Whole);
            Some(packet(len, content))
        }
        Frame::Incomplete { total: Some(total) } if total > LARGEST => {
            let publish = match Publish::decode_start(version, Rules::Lenient, bytes) {
                Ok(None) => return None,
                Ok(publish) => publish,
                Err(_) => None,
            };
            Some(packet(total, PacketContent::Large(publish)))
        }
        Frame::Incomplete { .. } => None,
        Frame::Malformed => Some(packet(bytes.len(), PacketContent::NotMqtt)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_are_found_however_they_are_cut() {
        let long = [&[0x3d, 0xc8, 0x01, 0, 3][..], b"a/b", &[1, 2], &[b'x'; 193]].concat();
        let all = [
            &[0x20, 2, 0, 5][..],
            &[0x30, 5, 0, 1, b't', b'h', b'i'],
            &long,
            &[0x40, 2, 0x12, 0x34],
            &[0xd0, 0],
            &[0x90, 2, 0, 0],
            &[0xf0, 0, 0xd0, 0],
        ]
        .concat();
        let want = [
            "CONNACK session=0 code=5",
            "PUBLISH q0 d0 r0 \"t\" 2 bytes",
            "PUBLISH q2 d1 r1 id=258 \"a/b\" 193 bytes",
            "PUBACK id=4660",
            "PINGRESP",
            "a malformed packet of 4 bytes",
            "bytes that are not MQTT",
        ];
        for size in 1..all.len() {
            let (mut reader, mut told) = (PacketReader::default(), Vec::new());
            for piece in all.chunks(size) {
                reader.feed(piece, |packet| told.push(packet.to_string()));
            }
            assert_eq!(told, want, "in pieces of {size}");
        }
    }

    #[test]
    fn a_packet_too_large_is_passed_over_in_little_memory() {
        let (mut reader, mut told) = (PacketReader::default(), Vec::new());
        let start = [0x32, 0xff, 0xff, 0x7f, 0, 1, b't', 0, 7];
        let large = [&start[..], &vec![0; 2_097_151 - 5]].concat();
        let pingresp = [0xd0, 0];
        for piece in [&large, &pingresp[..]].concat().chunks(1000) {
            reader.feed(piece, |packet| {
                told.push((
                    packet.to_string(),
                    packet.publish().map(|it| it.topic.to_owned()),
                ));
            });
            assert!(reader.part.capacity() <= 2 * KEPT);
        }
        let large = "a packet of 2097155 bytes".to_owned();
        let pingresp = "PINGRESP".to_owned();
        assert_eq!(told, [(large, Some("t".to_owned())), (pingresp, None)]);
    }
}
