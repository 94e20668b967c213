//! The packets of both sides, as bytes and back.

use mqmodem_core::Buf;
use mqmodem_core::mqtt::{Frame, Packet, Rules, Version, frame, frame_as, frame_by};

/// Wherever bytes are cut, `frame` says the same of what is there; a packet that
/// is decoded is encoded to the same bytes.
pub fn check(bytes: &[u8]) {
    let whole = frame(bytes);
    let lenient = frame_by(Rules::Lenient, bytes);
    assert!(
        whole == Frame::Malformed || whole == lenient,
        "{bytes:02x?}"
    );
    for len in 0..bytes.len() {
        let part = frame(&bytes[..len]);
        let agrees = match (part, whole) {
            (Frame::Incomplete { total: None }, _) => len < 5,
            (Frame::Incomplete { total: Some(total) }, Frame::Whole { len: end }) => {
                total == end && len < end
            }
            (Frame::Whole { len: end }, _) => whole == part && end <= len,
            (part, whole) => part == whole,
        };
        assert!(
            agrees,
            "{part:?} of {len} bytes, {whole:?} of all: {bytes:02x?}"
        );
    }
    match whole {
        Frame::Whole { len } => same(&bytes[..len]),
        _ => assert!(Packet::decode(bytes).is_err(), "{bytes:02x?}"),
    }
}

/// Every packet of a stream, taken for either version.
pub fn check_stream(mut bytes: &[u8]) {
    check_stream_5(bytes);
    while let Frame::Whole { len } = frame(bytes) {
        same(&bytes[..len]);
        bytes = &bytes[len..];
    }
    check(&bytes[..bytes.len().min(300)]);
}

fn same(bytes: &[u8]) {
    let lenient = Packet::decode_by(Rules::Lenient, bytes);
    let Ok(packet) = Packet::decode(bytes) else {
        return;
    };
    assert_eq!(lenient, Ok(packet), "the lenient rules read all of it");
    let mut memory = vec![0; bytes.len()];
    let mut out = Buf::lent(&mut memory);
    assert_eq!(packet.encode(&mut out), Ok(()), "{packet:?}");
    assert_eq!(out.as_slice(), bytes, "{packet:?}");
    assert!(!packet.to_string().is_empty());
}

fn check_stream_5(mut bytes: &[u8]) {
    while let Frame::Whole { len } = frame_as(Version::V5, Rules::Strict, bytes) {
        means_the_same(&bytes[..len]);
        bytes = &bytes[len..];
    }
}

/// MQTT 5 lets something be left out: what is written is never longer, and is read as the
/// same packet.
fn means_the_same(bytes: &[u8]) {
    let decode = |bytes| Packet::decode_as(Version::V5, Rules::Strict, bytes);
    let lenient = Packet::decode_as(Version::V5, Rules::Lenient, bytes);
    assert_eq!(lenient.ok(), decode(bytes).ok(), "nothing is forgiven");
    let Ok(packet) = decode(bytes) else {
        return;
    };
    let mut memory = vec![0; bytes.len()];
    let mut out = Buf::lent(&mut memory);
    assert_eq!(
        packet.encode_as(Version::V5, &mut out),
        Ok(()),
        "{packet:?}"
    );
    assert_eq!(decode(out.as_slice()), Ok(packet));
    assert!(!packet.to_string().is_empty());
}
