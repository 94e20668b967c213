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
pub use words::{FieldValue, PacketField, PacketWords};

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
        Some(words) if words.is_of(version, packet) => format!("broker < {words}"),
        _ => format!("broker << {}", to_hex(packet)),
    }
}

impl PacketWords<'_> {
    /// The words for one packet on a connection of this version, whoever sends it; none
    /// for what is no packet. They may leave something out: see [`is_of`](Self::is_of).
    pub fn of(version: Version, packet: &[u8]) -> Option<PacketWords<'static>> {
        decode::decode(version, packet)
    }

    /// Whether they say everything about the packet.
    pub fn is_of(&self, version: Version, packet: &[u8]) -> bool {
        self.encode(version).as_deref() == Ok(packet)
    }

    /// The packet they stand for, on a connection of this version.
    pub fn encode(&self, version: Version) -> Result<Vec<u8>, String> {
        encode::encode_words(version, self.clone())
    }

    /// Whether a field of theirs is a property of MQTT 5.
    pub fn is_property(&self, field: &PacketField<'_>) -> bool {
        properties::is_property(&self.name, field)
    }

    /// Puts `***` in place of what must reach no log: passwords, authentication data, and
    /// the values of user properties in CONNECT, which may be tokens. Whether there were any.
    pub fn hide_secrets(&mut self) -> bool {
        let is_connect = self.name == "CONNECT";
        let mut hidden = false;
        for (field, value) in &mut self.fields {
            let secret = match (&**field, value) {
                ("password" | "authdata", FieldValue::Bytes(secret)) => secret,
                ("user", FieldValue::Pair(_, secret)) if is_connect => secret,
                _ => continue,
            };
            *secret = HIDDEN.to_vec();
            hidden = true;
        }
        hidden
    }
}

/// What stands for a secret.
const HIDDEN: &[u8] = b"***";

#[cfg(test)]
mod tests;
