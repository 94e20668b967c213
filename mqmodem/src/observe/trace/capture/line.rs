//! AT lines as Wireshark's own dissector `at` takes them.

use crate::observe::stream::{LineKind, TraceDirection, TraceLine};

const DISSECTOR: u16 = 12;
const FROM: u16 = 20;
const TO: u16 = 21;
const DIRECTION: u16 = 35;

/// A line with the tags before it that say what it is and whose.
pub(super) fn packet(modem: u32, line: &TraceLine) -> Vec<u8> {
    let host = [127, 0, 0, 1];
    let modem = (0x7F40_0001 + modem % (1 << 20)).to_be_bytes();
    let (from, to, direction) = match line.dir {
        TraceDirection::In => (host, modem, 0_u32),
        TraceDirection::Out => (modem, host, 1),
    };
    let mut packet = Vec::new();
    tag(DISSECTOR, b"at", &mut packet);
    tag(FROM, &from, &mut packet);
    tag(TO, &to, &mut packet);
    tag(DIRECTION, &direction.to_be_bytes(), &mut packet);
    tag(0, b"", &mut packet);
    packet.extend(line.wire().unwrap_or_else(|| framed(line)));
    packet
}

/// A line of which something is hidden, in the usual frame.
fn framed(line: &TraceLine) -> Vec<u8> {
    match line.kind {
        LineKind::Data => match &line.raw {
            Some(raw) => [raw, &b"***"[..]].concat(),
            None => line.text.clone().into_bytes(),
        },
        LineKind::Command | LineKind::Echo => format!("{}\r", line.text).into_bytes(),
        _ => format!("\r\n{}\r\n", line.text).into_bytes(),
    }
}

/// The length is that with what fills it up.
fn tag(tag: u16, value: &[u8], packet: &mut Vec<u8>) {
    let len = value.len().next_multiple_of(4);
    packet.extend(tag.to_be_bytes());
    packet.extend((len as u16).to_be_bytes());
    packet.extend(value);
    packet.resize(packet.len() + len - value.len(), 0);
}
