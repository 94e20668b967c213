//! A broker that answers everything at once.

use mqmodem_core::mqtt::Packet;

/// A broker with at most one session.
#[derive(Debug, Default)]
pub(crate) struct Broker {
    /// What the modem has sent of a packet that is not complete yet.
    part: Vec<u8>,
    /// Whether it was asked to keep the session.
    keeps: bool,
}

impl Broker {
    /// A new connection.
    pub(crate) fn reset(&mut self) {
        self.part.clear();
    }

    /// Takes bytes of the modem and returns the answers.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.part.extend(bytes);
        let mut answers = Vec::new();
        while let Some((header, whole)) = measure(&self.part) {
            let packet: Vec<u8> = self.part.drain(..whole).collect();
            let legal = Packet::decode(&packet);
            assert!(legal.is_ok(), "not a packet: {packet:02x?}");
            answers.extend(self.answer(packet[0], &packet[header..]));
        }
        answers
    }

    fn answer(&mut self, first: u8, body: &[u8]) -> Vec<u8> {
        match first >> 4 {
            1 => self.connack(body),
            3 => acknowledge(first >> 1 & 3, body),
            5 => [&[0x62, 2], &body[..2]].concat(),
            6 => [&[0x70, 2], &body[..2]].concat(),
            8 => [&[0x90, 3], &body[..2], &[1]].concat(),
            10 => [&[0xb0, 2], &body[..2]].concat(),
            12 => vec![0xd0, 0],
            4 | 7 | 14 => Vec::new(),
            _ => panic!("no client sends a packet that starts with {first:02x}"),
        }
    }

    /// It has the session it was asked to keep the last time.
    fn connack(&mut self, body: &[u8]) -> Vec<u8> {
        let keeps = body[7] & 2 == 0;
        let had = std::mem::replace(&mut self.keeps, keeps);
        vec![0x20, 2, u8::from(had && keeps), 0]
    }
}

/// Length of the header and of the whole packet, once it is there.
fn measure(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut len = 0;
    for at in 1..5 {
        let byte = bytes.get(at)?;
        len += usize::from(byte & 0x7f) << (7 * (at - 1));
        if byte & 0x80 == 0 {
            let whole = at + 1 + len;
            return (bytes.len() >= whole).then_some((at + 1, whole));
        }
    }
    panic!("the modem sent a packet without a length: {bytes:02x?}");
}

fn acknowledge(qos: u8, body: &[u8]) -> Vec<u8> {
    let topic = usize::from(u16::from_be_bytes([body[0], body[1]]));
    let id = body.get(2 + topic..4 + topic).unwrap_or_default();
    match qos {
        0 => Vec::new(),
        1 => [&[0x40, 2], id].concat(),
        _ => [&[0x50, 2], id].concat(),
    }
}
