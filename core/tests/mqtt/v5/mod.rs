//! Tests of statements of MQTT 5 that bind a client, each named after its number.

mod connect;
mod fields;
mod packets;
mod round_trips;

use mqmodem_core::Buf;
use mqmodem_core::mqtt::{DecodeError, EncodeError, Packet, Rules, Version};

const MALFORMED: Result<Packet<'static>, DecodeError> = Err(DecodeError::Malformed);
const PROTOCOL: Result<Packet<'static>, DecodeError> = Err(DecodeError::Protocol);
/// Text that is ill-formed: a surrogate.
const SURROGATE: &[u8] = &[0, 3, 0xed, 0xa0, 0x80];

/// A packet of less than 128 bytes.
fn wire(first: u8, body: &[&[u8]]) -> Vec<u8> {
    let body = body.concat();
    let len = u8::try_from(body.len()).unwrap();
    assert!(len < 0x80);
    [&[first, len], &body[..]].concat()
}

/// A PUBLISH to `t` with this block of properties.
fn publish(block: &[&[u8]]) -> Vec<u8> {
    let block = block.concat();
    wire(0x30, &[&[0, 1, b't'], &[block.len() as u8], &block])
}

/// As the modem reads what a broker sends, by either rules.
fn decode(bytes: &[u8]) -> Result<Packet<'_>, DecodeError> {
    let decoded = Packet::decode_as(Version::V5, Rules::Strict, bytes);
    let lenient = Packet::decode_as(Version::V5, Rules::Lenient, bytes);
    assert_eq!(lenient, decoded, "nothing is forgiven");
    decoded
}

fn encode(packet: &Packet<'_>) -> Result<Vec<u8>, EncodeError> {
    let mut memory = vec![0; 70_000];
    let mut out = Buf::lent(&mut memory);
    packet.encode_as(Version::V5, &mut out)?;
    Ok(out.as_slice().to_vec())
}

/// The reason codes with which a packet is read, of all there could be.
fn codes(packet: impl Fn(u8) -> Vec<u8>) -> Vec<u8> {
    let accepted = |code: &u8| match decode(&packet(*code)) {
        Ok(_) => true,
        Err(why) => {
            assert_eq!(why, DecodeError::Malformed, "{code}");
            false
        }
    };
    (0..=0xff).filter(accepted).collect()
}
