//! Payloads as hexadecimal digits.

use crate::at::reply::Reply;

/// The bytes that digits stand for, in `memory`.
pub(super) fn decode<'m>(digits: &[u8], memory: &'m mut [u8]) -> Option<&'m [u8]> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let count = digits.len() / 2;
    let place = memory
        .get_mut(..count)
        .filter(|_| digits.len() == 2 * count)?;
    for (byte, pair) in place.iter_mut().zip(digits.chunks_exact(2)) {
        let [high, low] = pair else {
            return None;
        };
        *byte = (digit(high)? << 4 | digit(low)?) as u8;
    }
    memory.get(..count)
}

/// Writes bytes as digits.
pub(super) fn write(bytes: &[u8], line: &mut Reply) {
    for byte in bytes {
        const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
        let digit = |value: u8| DIGITS.get(usize::from(value)).copied().unwrap_or(b'0');
        line.bytes(&[digit(byte >> 4), digit(byte & 15)]);
    }
}
