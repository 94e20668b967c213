//! Where a packet in a stream of bytes ends (clause 2.2).

use super::rules::Rules;
use crate::mqtt::Version;
use crate::mqtt::error::DecodeError::{self, Malformed};

/// What the first bytes of a stream are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame {
    /// Not yet a whole packet.
    Incomplete {
        /// Bytes the whole packet will have, if that is known yet.
        total: Option<usize>,
    },
    /// A whole packet.
    Whole {
        /// Bytes it has.
        len: usize,
    },
    /// Not MQTT: a packet type or flags that do not exist `[MQTT-2.2.2-2]`, or a
    /// length in more bytes than needed.
    Malformed,
}

/// Where the packet at the start of `bytes` ends, as 3.1.1 has it.
pub fn frame(bytes: &[u8]) -> Frame {
    frame_by(Rules::Strict, bytes)
}

/// Where the packet of 3.1.1 at the start of `bytes` ends.
#[inline]
pub fn frame_by(rules: Rules, bytes: &[u8]) -> Frame {
    frame_as(Version::V311, rules, bytes)
}

/// Where the packet at the start of `bytes` ends.
#[inline]
pub fn frame_as(version: Version, rules: Rules, bytes: &[u8]) -> Frame {
    match header(version, rules, bytes) {
        Err(_) => Frame::Malformed,
        Ok(None) => Frame::Incomplete { total: None },
        Ok(Some((start, remaining))) => match start + remaining {
            len if len <= bytes.len() => Frame::Whole { len },
            len => Frame::Incomplete { total: Some(len) },
        },
    }
}

/// Length of the fixed header and remaining length, none if bytes are missing.
pub(super) fn header(
    version: Version,
    rules: Rules,
    bytes: &[u8],
) -> Result<Option<(usize, usize)>, DecodeError> {
    let rules = rules.under(version);
    let Some((&first, rest)) = bytes.split_first() else {
        return Ok(None);
    };
    if !is_first_byte(first) && !rules.forgive_first_byte(first) && !is_auth(version, first) {
        return Err(Malformed);
    }
    // Most packets are short.
    if let Some(&length @ 0..=0x7f) = rest.first() {
        return Ok(Some((2, length.into())));
    }
    let mut remaining = 0;
    for (place, &byte) in rest.iter().take(4).enumerate() {
        remaining |= usize::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            // A final 0 says nothing the byte before it had not said.
            let overlong = place > 0 && byte == 0 && rules == Rules::Strict;
            return if overlong {
                Err(Malformed)
            } else {
                Ok(Some((place + 2, remaining)))
            };
        }
    }
    if rest.len() < 4 {
        Ok(None)
    } else {
        Err(Malformed)
    }
}

/// The flags each type of packet may have (table 2.2): bit 0 for none of them, and
/// so on. Of PUBLISH neither those of QoS 3 nor DUP with QoS 0.
const FLAGS: [u16; 16] = {
    let mut flags = [1; 16];
    flags[0] = 0;
    flags[3] = 0b0011_1100_0011_1111;
    (flags[6], flags[8], flags[10]) = (1 << 2, 1 << 2, 1 << 2);
    flags[15] = 0;
    flags
};

/// Whether a packet can begin with this type and these flags.
fn is_first_byte(first: u8) -> bool {
    let flags = FLAGS.get(usize::from(first >> 4));
    flags.is_some_and(|flags| flags >> (first & 0x0f) & 1 == 1)
}

/// AUTH is the one packet that is in MQTT 5 alone.
fn is_auth(version: Version, first: u8) -> bool {
    version == Version::V5 && first == 0xf0
}
