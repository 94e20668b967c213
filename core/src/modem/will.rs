//! The will of a link as it is kept: fields behind a version.

use crate::buffer::{Buf, Full};
use crate::mqtt::carrier::Carrier;
use crate::mqtt::packet::Will;
use crate::mqtt::{Properties, Qos};

/// The form of the record; another one is refused.
const VERSION: u8 = 1;
const RETAIN: u8 = 4;

/// Bytes before the topic: version, flags, lengths of topic and properties.
const HEADER: usize = 6;

/// Writes the record that is kept under [`Slot::Will`](crate::modem::api::Slot).
pub fn encode(will: &Will<'_>, into: &mut Buf) -> Result<(), Full> {
    let retain = if will.retain { RETAIN } else { 0 };
    let properties = will.properties.as_bytes();
    into.extend(&[VERSION, will.qos.level() | retain])?;
    for len in [will.topic.len(), properties.len()] {
        let len = u16::try_from(len).map_err(|_| Full)?;
        into.extend(&len.to_be_bytes())?;
    }
    into.extend(will.topic.as_bytes())?;
    into.extend(properties)?;
    into.extend(will.message)
}

/// Bytes of the record of a will.
pub(crate) fn len(topic: &str, properties: Properties<'_>, payload: usize) -> usize {
    HEADER + topic.len() + properties.as_bytes().len() + payload
}

/// Reads a record; `None` if it is damaged or of another version.
pub fn decode(record: &[u8]) -> Option<Will<'_>> {
    let (&[version, flags, t0, t1, p0, p1], rest) = record.split_first_chunk::<HEADER>()?;
    let (topic, rest) = rest.split_at_checked(u16::from_be_bytes([t0, t1]).into())?;
    let (properties, message) = rest.split_at_checked(u16::from_be_bytes([p0, p1]).into())?;
    let will = Will {
        topic: core::str::from_utf8(topic).ok()?,
        message,
        qos: Qos::new(flags & !RETAIN)?,
        retain: flags & RETAIN != 0,
        properties: Properties::parse(Carrier::Will, properties).ok()?,
    };
    (version == VERSION && will.is_valid()).then_some(will)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_what_no_broker_takes_is_not() {
        let mut memory = [0; 64];
        for (topic, properties, message, qos, retain) in [
            (
                "pump/7",
                &b"\x01\x01"[..],
                &b"gone"[..],
                Qos::AtLeastOnce,
                true,
            ),
            ("t", b"", b"", Qos::ExactlyOnce, false),
        ] {
            let will = Will {
                topic,
                message,
                qos,
                retain,
                properties: Properties::parse(Carrier::Will, properties).unwrap(),
            };
            let mut record = Buf::lent(&mut memory);
            encode(&will, &mut record).unwrap();
            assert_eq!(decode(record.as_slice()), Some(will));
        }
        for damaged in [
            &b""[..],
            b"\x01\x00\0\0\0",
            b"\x02\x00\0\x01\0\0t",
            b"\x01\x03\0\x01\0\0t",
            b"\x01\x08\0\x01\0\0t",
            b"\x01\x00\0\x02\0\0t",
            b"\x01\x00\0\x01\0\0#",
            b"\x01\x00\0\0\0\0m",
            b"\x01\x00\0\x01\0\x01t\x01",
        ] {
            assert_eq!(decode(damaged), None, "{}", damaged.escape_ascii());
        }
    }
}
