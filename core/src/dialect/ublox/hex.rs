//! Payloads in hexadecimal digits.

use crate::buffer::{Buf, Full};

/// Whether a text is pairs of hexadecimal digits.
pub(super) fn is_hex(text: &str) -> bool {
    text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The bytes such digits stand for.
pub(super) fn decode(digits: &[u8], into: &mut Buf) -> Result<(), Full> {
    let value = |digit: u8| char::from(digit).to_digit(16).unwrap_or(0) as u8;
    let mut pairs = digits.chunks(2);
    pairs.try_for_each(|pair| into.push(pair.iter().fold(0, |byte, it| byte << 4 | value(*it))))
}
