//! Bytes to words. Only what a client sends is worded.

use crate::escape::quoted;
use std::fmt::Write;

/// Bytes up to the end of the packet at the front of `bytes`; all of them if
/// it is not there whole.
pub(super) fn length(bytes: &[u8]) -> usize {
    let mut length = 0;
    for (at, byte) in bytes.iter().enumerate().skip(1).take(4) {
        length |= usize::from(byte & 0x7F) << (7 * (at - 1));
        if byte & 0x80 == 0 {
            return (at + 1 + length).min(bytes.len());
        }
    }
    bytes.len()
}

/// The words for one packet; they may leave something out.
pub(super) fn decode(packet: &[u8]) -> Option<String> {
    let first = *packet.first()?;
    let head = 1 + packet.iter().skip(1).position(|byte| byte & 0x80 == 0)? + 1;
    let mut body = Reader(packet.get(head..)?);
    let words = match first >> 4 {
        1 => connect(&mut body)?,
        3 => publish(first, &mut body)?,
        4 => format!("PUBACK id={}", body.number()?),
        5 => format!("PUBREC id={}", body.number()?),
        6 => format!("PUBREL id={}", body.number()?),
        7 => format!("PUBCOMP id={}", body.number()?),
        8 => subscribe(&mut body)?,
        10 => unsubscribe(&mut body)?,
        12 => "PINGREQ".into(),
        14 => "DISCONNECT".into(),
        _ => return None,
    };
    Some(words)
}

struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    fn take(&mut self, n: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    fn number(&mut self) -> Option<u16> {
        self.take(2).map(|b| u16::from_be_bytes([b[0], b[1]]))
    }

    fn text(&mut self) -> Option<String> {
        let length = self.number()?;
        self.take(usize::from(length)).map(quoted)
    }
}

fn connect(body: &mut Reader) -> Option<String> {
    body.take(7)?;
    let flags = body.byte()?;
    let keep_alive = body.number()?;
    let client = body.text()?;
    let clean = flags >> 1 & 1;
    let mut words = format!("CONNECT client={client} clean={clean} keepalive={keep_alive}");
    if flags & 0x04 != 0 {
        write!(words, " will={}", body.text()?).ok()?;
        for (name, value) in [("willqos", flags >> 3 & 3), ("willretain", flags >> 5 & 1)] {
            if value != 0 {
                write!(words, " {name}={value}").ok()?;
            }
        }
        write!(words, " willpayload={}", body.text()?).ok()?;
    }
    for (flag, name) in [(0x80, "user"), (0x40, "password")] {
        if flags & flag != 0 {
            write!(words, " {name}={}", body.text()?).ok()?;
        }
    }
    Some(words)
}

fn publish(first: u8, body: &mut Reader) -> Option<String> {
    let topic = body.text()?;
    let qos = first >> 1 & 3;
    let mut words = String::from("PUBLISH");
    if qos > 0 {
        write!(words, " qos={qos} id={}", body.number()?).ok()?;
    }
    for (flag, name) in [(8, "dup"), (1, "retain")] {
        if first & flag != 0 {
            write!(words, " {name}=1").ok()?;
        }
    }
    write!(words, " topic={topic} payload={}", quoted(body.0)).ok()?;
    Some(words)
}

fn subscribe(body: &mut Reader) -> Option<String> {
    let mut words = format!("SUBSCRIBE id={}", body.number()?);
    while !body.0.is_empty() {
        let topic = body.text()?;
        write!(words, " topic={topic} qos={}", body.byte()?).ok()?;
    }
    Some(words)
}

fn unsubscribe(body: &mut Reader) -> Option<String> {
    let mut words = format!("UNSUBSCRIBE id={}", body.number()?);
    while !body.0.is_empty() {
        write!(words, " topic={}", body.text()?).ok()?;
    }
    Some(words)
}
