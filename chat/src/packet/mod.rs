//! Packets of MQTT 3.1.1 and 5 in words.
//!
//! Written apart from the codec of the modem on purpose: the chats hold that
//! codec to account, so they must not share its mistakes.

mod bytes;
mod decode;
mod encode;
mod properties;
mod words;

pub(crate) use encode::encode;

use mqmodem_core::mqtt::Version;
use mqmodem_faults::escape::to_hex;

/// The bytes a modem sent to the broker on a connection of this version, one line of a
/// chat a packet; what is no packet of a client comes in hex.
pub(crate) fn lines(mut version: Version, bytes: &[u8]) -> Vec<String> {
    let mut lines = Vec::new();
    for packet in packets(bytes) {
        version = Version::of_connect(packet).unwrap_or(version);
        lines.push(line(version, packet));
    }
    lines
}

/// The version of the connection after these bytes of the modem: that of the last
/// CONNECT.
pub(crate) fn version_after(version: Version, bytes: &[u8]) -> Version {
    packets(bytes)
        .filter_map(Version::of_connect)
        .last()
        .unwrap_or(version)
}

fn packets(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (packet, after) = rest.split_at(decode::length(rest));
        rest = after;
        (!packet.is_empty()).then_some(packet)
    })
}

/// Words only where they say everything about the packet.
fn line(version: Version, packet: &[u8]) -> String {
    match decode::decode(version, packet) {
        Some(words) if encode(version, &words).as_deref() == Ok(packet) => {
            format!("broker < {words}")
        }
        _ => format!("broker << {}", to_hex(packet)),
    }
}

#[cfg(test)]
mod tests;
