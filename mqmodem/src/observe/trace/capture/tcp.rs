//! TCP made up around the bytes of MQTT, so that Wireshark shows them by its own means.

use crate::observe::stream::TraceDirection;
use std::net::Ipv4Addr;

const FIN: u8 = 1;
const SYN: u8 = 2;
const RST: u8 = 4;
const PUSH: u8 = 8;
const ACK: u8 = 16;

/// The port by which Wireshark knows MQTT.
const MQTT: u16 = 1883;

/// Bytes of a segment at most.
const MOST: usize = 32 * 1024;

/// A connection.
#[derive(Debug)]
pub(super) struct TcpConnection {
    modem: (Ipv4Addr, u16),
    broker: Ipv4Addr,
    /// The next number of the modem, and of the broker.
    next: [u32; 2],
}

/// A packet of IP, and how many bytes it has with those that are missing.
pub(super) type IpPacket = (Vec<u8>, usize);

impl TcpConnection {
    /// The connection of this number of a modem to a broker.
    pub(super) fn new(modem: u32, broker: u32, number: u16) -> Self {
        let address = |first: Ipv4Addr, at: u32| Ipv4Addr::from_bits(first.to_bits() + at);
        Self {
            modem: (
                address(Ipv4Addr::new(127, 64, 0, 1), modem % (1 << 20)),
                49_152 + number % 16_384,
            ),
            broker: address(Ipv4Addr::new(127, 1, 0, 1), broker % (1 << 20)),
            next: [0, 0],
        }
    }

    /// It begins.
    pub(super) fn open(&mut self) -> Vec<IpPacket> {
        vec![
            self.control(TraceDirection::Out, SYN),
            self.control(TraceDirection::In, SYN | ACK),
            self.control(TraceDirection::Out, ACK),
        ]
    }

    /// The broker does not want it.
    pub(super) fn refuse(&mut self) -> Vec<IpPacket> {
        vec![
            self.control(TraceDirection::Out, SYN),
            self.control(TraceDirection::In, RST | ACK),
        ]
    }

    /// One side ends it.
    pub(super) fn close(&mut self, by: TraceDirection) -> Vec<IpPacket> {
        let other = match by {
            TraceDirection::In => TraceDirection::Out,
            TraceDirection::Out => TraceDirection::In,
        };
        vec![
            self.control(by, FIN | ACK),
            self.control(other, FIN | ACK),
            self.control(by, ACK),
        ]
    }

    /// It breaks.
    pub(super) fn reset(&mut self) -> Vec<IpPacket> {
        vec![self.control(TraceDirection::In, RST | ACK)]
    }

    /// Nothing but an acknowledgement.
    pub(super) fn nothing(&mut self, dir: TraceDirection) -> IpPacket {
        self.control(dir, ACK)
    }

    /// Bytes of MQTT, of which only the first `known` are.
    pub(super) fn data(
        &mut self,
        dir: TraceDirection,
        bytes: &[u8],
        known: usize,
    ) -> Vec<IpPacket> {
        let mut packets = Vec::new();
        for (at, part) in (0..).step_by(MOST).zip(bytes.chunks(MOST)) {
            let there = known.saturating_sub(at).min(part.len());
            let header = self.header(dir, PUSH | ACK, part.len());
            let total = header.len() + part.len();
            let part_known = part.get(..there).unwrap_or(part);
            if there > 0 {
                packets.push(([&header, part_known].concat(), total));
            }
            self.pass(dir, part.len() as u32);
        }
        packets
    }

    fn control(&mut self, dir: TraceDirection, flags: u8) -> IpPacket {
        let header = self.header(dir, flags, 0);
        if flags & (SYN | FIN) != 0 {
            self.pass(dir, 1);
        }
        let total = header.len();
        (header, total)
    }

    fn pass(&mut self, dir: TraceDirection, bytes: u32) {
        let [modem, broker] = &mut self.next;
        let next = match dir {
            TraceDirection::Out => modem,
            TraceDirection::In => broker,
        };
        *next = next.wrapping_add(bytes);
    }

    /// IP and TCP before so many bytes. Checksums are 0, which is none.
    fn header(&self, dir: TraceDirection, flags: u8, len: usize) -> Vec<u8> {
        let (modem, broker) = (self.modem, (self.broker, MQTT));
        let [sent, heard] = self.next;
        let (from, to, number, other) = match dir {
            TraceDirection::Out => (modem, broker, sent, heard),
            TraceDirection::In => (broker, modem, heard, sent),
        };
        let acknowledged = if flags & ACK == 0 { 0 } else { other };
        let total = (40 + len) as u16;
        let mut header = vec![0x45, 0];
        header.extend(total.to_be_bytes());
        header.extend([0, 0, 0x40, 0, 64, 6, 0, 0]);
        header.extend(from.0.octets());
        header.extend(to.0.octets());
        header.extend(from.1.to_be_bytes());
        header.extend(to.1.to_be_bytes());
        header.extend(number.to_be_bytes());
        header.extend(acknowledged.to_be_bytes());
        header.extend([0x50, flags, 0xFF, 0xFF, 0, 0, 0, 0]);
        header
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Number, acknowledgement, flags, bytes that are there and bytes it has.
    fn told(packets: &[IpPacket]) -> Vec<(u32, u32, u8, usize, usize)> {
        let number =
            |packet: &[u8], at: usize| u32::from_be_bytes(packet[at..at + 4].try_into().unwrap());
        let told = |(packet, total): &IpPacket| {
            let (seq, ack) = (number(packet, 24), number(packet, 28));
            assert_eq!(u16::from_be_bytes([packet[2], packet[3]]) as usize, *total);
            (seq, ack, packet[33], packet.len() - 40, total - 40)
        };
        packets.iter().map(told).collect()
    }

    #[test]
    fn numbers_follow_each_other_in_both_directions() {
        let mut tcp = TcpConnection::new(1, 0, 0);
        let want = [
            (0, 0, SYN, 0, 0),
            (0, 1, SYN | ACK, 0, 0),
            (1, 1, ACK, 0, 0),
        ];
        assert_eq!(told(&tcp.open()), want);
        let sent = tcp.data(TraceDirection::Out, &[0; 10], 10);
        assert_eq!(told(&sent), [(1, 1, PUSH | ACK, 10, 10)]);
        let answer = tcp.data(TraceDirection::In, &[0; 4], 4);
        assert_eq!(told(&answer), [(1, 11, PUSH | ACK, 4, 4)]);
        let end = told(&tcp.close(TraceDirection::Out));
        assert_eq!(end[0], (11, 5, FIN | ACK, 0, 0));
        assert_eq!(end[2], (12, 6, ACK, 0, 0));
    }

    #[test]
    fn what_is_missing_of_a_large_packet_has_its_numbers() {
        let mut tcp = TcpConnection::new(1, 0, 0);
        let sent = tcp.data(TraceDirection::Out, &vec![0; 3 * MOST], MOST + 5);
        let want = [
            (0, 0, PUSH | ACK, MOST, MOST),
            (MOST as u32, 0, PUSH | ACK, 5, MOST),
        ];
        assert_eq!(told(&sent), want);
        let next = tcp.data(TraceDirection::Out, &[0], 1);
        assert_eq!(told(&next)[0].0, 3 * MOST as u32);
    }
}
