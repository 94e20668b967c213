//! Packets as bytes, by version and clause.

pub(super) mod v311;
pub(super) mod v5;

use crate::mqtt::error::DecodeError;
use crate::mqtt::packet::Version;
use std::string::String;
use std::vec::Vec;

/// Clause, packet, line in the trace.
pub(in crate::mqtt::packet) type Vector = (&'static str, &'static str, &'static str);
/// Clause and why, packet, and what is wrong.
pub(in crate::mqtt::packet) type BadVector = (&'static str, &'static str, DecodeError);

/// What the standard allows, in the one form it is written in.
pub(super) fn good() -> impl Iterator<Item = (Version, &'static Vector)> {
    let old = v311::GOOD.iter().map(|vector| (Version::V311, vector));
    old.chain(v5::GOOD.iter().map(|vector| (Version::V5, vector)))
}

/// What the standard forbids: version, clause, packet.
pub(super) fn bad() -> impl Iterator<Item = (Version, &'static str, &'static str)> {
    let old = v311::BAD.iter();
    let old = old.map(|(clause, hex)| (Version::V311, *clause, *hex));
    let new = v5::BAD.iter();
    old.chain(new.map(|(clause, hex, _)| (Version::V5, *clause, *hex)))
}

/// Bytes from hex digits and `"text"`.
pub(super) fn bytes(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (place, part) in text.split('"').enumerate() {
        if place % 2 == 1 {
            bytes.extend(part.as_bytes());
            continue;
        }
        let digits: String = part.split_whitespace().collect();
        for pair in digits.as_bytes().chunks(2) {
            bytes.push(u8::from_str_radix(core::str::from_utf8(pair).unwrap(), 16).unwrap());
        }
    }
    bytes
}
