//! The will of a link as it is kept: fields behind a version.

use crate::buffer::{Buf, Full};
use crate::mqtt::packet::Will;
use crate::mqtt::{Properties, Qos};

/// The form of the record; another one is refused.
const VERSION: u8 = 1;
const RETAIN: u8 = 4;

/// Writes the record that is kept under [`Slot::Will`](crate::modem::api::Slot).
pub fn encode(will: &Will<'_>, into: &mut Buf) -> Result<(), Full> {
    let retain = if will.retain { RETAIN } else { 0 };
    let len = u16::try_from(will.topic.len()).map_err(|_| Full)?;
    into.extend(&[VERSION, will.qos.level() | retain])?;
    into.extend(&len.to_be_bytes())?;
    into.extend(will.topic.as_bytes())?;
    into.extend(will.message)
}

/// Bytes of the record of a will.
pub(crate) fn len(topic: &str, payload: usize) -> usize {
    4 + topic.len() + payload
}

/// Reads a record; `None` if it is damaged or of another version.
pub fn decode(record: &[u8]) -> Option<Will<'_>> {
    let (&[version, flags, high, low], rest) = record.split_first_chunk::<4>()?;
    let (topic, message) = rest.split_at_checked(u16::from_be_bytes([high, low]).into())?;
    let will = Will {
        topic: core::str::from_utf8(topic).ok()?,
        message,
        qos: Qos::new(flags & !RETAIN)?,
        retain: flags & RETAIN != 0,
        properties: Properties::NONE,
    };
    (version == VERSION && will.is_valid()).then_some(will)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_what_no_broker_takes_is_not() {
        let mut memory = [0; 64];
        for (topic, message, qos, retain) in [
            ("pump/7", &b"gone"[..], Qos::AtLeastOnce, true),
            ("t", b"", Qos::ExactlyOnce, false),
        ] {
            let will = Will {
                topic,
                message,
                qos,
                retain,
                properties: Properties::NONE,
            };
            let mut record = Buf::lent(&mut memory);
            encode(&will, &mut record).unwrap();
            assert_eq!(decode(record.as_slice()), Some(will));
        }
        for damaged in [
            &b""[..],
            b"\x01\x00\0",
            b"\x02\x00\0\x01t",
            b"\x01\x03\0\x01t",
            b"\x01\x08\0\x01t",
            b"\x01\x00\0\x02t",
            b"\x01\x00\0\x01#",
            b"\x01\x00\0\0m",
        ] {
            assert_eq!(decode(damaged), None, "{}", damaged.escape_ascii());
        }
    }
}
