//! Base64 as it stands in PEM.

use super::sink::{PemError, Sink};

/// Characters of base64 on a line of PEM (RFC 7468 §2).
const LINE: usize = 64;

/// A line break at the start of `text`, also one that was escaped twice.
fn line_break(text: &[u8]) -> Option<&[u8]> {
    match text {
        [b'\t'..=b'\r' | b' ', rest @ ..] | [b'\\', b'r' | b'n', rest @ ..] => Some(rest),
        _ => None,
    }
}

fn skip_breaks(mut text: &[u8]) -> &[u8] {
    while let Some(rest) = line_break(text) {
        text = rest;
    }
    text
}

/// Copies base64 in lines, checking that it is one whole DER sequence.
pub(super) fn copy(body: &[u8], out: &mut impl Sink) -> Result<(), PemError> {
    let mut der = Der::default();
    let mut rest = skip_breaks(body);
    while let Some((&symbol, behind)) = rest.split_first() {
        der.push(symbol)?;
        out.extend(&[symbol])?;
        rest = skip_breaks(behind);
        if der.symbols.is_multiple_of(LINE) && !rest.is_empty() {
            out.extend(b"\n")?;
        }
    }
    out.extend(b"\n")?;
    der.finish()
}

/// Counts base64 and keeps the head of the DER in it.
#[derive(Default)]
struct Der {
    symbols: usize,
    padding: usize,
    bits: u32,
    /// The first six bytes: tag and length.
    head: [u8; 6],
    bytes: usize,
}

impl Der {
    fn push(&mut self, symbol: u8) -> Result<(), PemError> {
        self.symbols += 1;
        if symbol == b'=' {
            self.padding += 1;
            return Ok(());
        }
        let value = sextet(symbol).filter(|_| self.padding == 0);
        self.bits = self.bits << 6 | u32::from(value.ok_or(PemError::Invalid)?);
        let phase = self.symbols % 4;
        if phase != 1 {
            let shift = (4 - phase) % 4 * 2;
            if let Some(place) = self.head.get_mut(self.bytes) {
                *place = (self.bits >> shift) as u8;
            }
            self.bytes += 1;
        }
        Ok(())
    }

    /// Whether it was one SEQUENCE that ends where the text does.
    fn finish(&self) -> Result<(), PemError> {
        let [tag, length, more @ ..] = self.head;
        let (header, content) = match length {
            0..=0x7f => (2, usize::from(length)),
            0x81..=0x84 => {
                let count = usize::from(length & 0x7f);
                let bytes = more.iter().take(count);
                (
                    2 + count,
                    bytes.fold(0, |sum, byte| sum << 8 | usize::from(*byte)),
                )
            }
            _ => return Err(PemError::Invalid),
        };
        let whole = self.symbols.is_multiple_of(4) && self.padding <= 2;
        let sequence = tag == 0x30 && content.checked_add(header) == Some(self.bytes);
        if whole && sequence {
            Ok(())
        } else {
            Err(PemError::Invalid)
        }
    }
}

fn sextet(symbol: u8) -> Option<u8> {
    match symbol {
        b'A'..=b'Z' => Some(symbol - b'A'),
        b'a'..=b'z' => Some(symbol - b'a' + 26),
        b'0'..=b'9' => Some(symbol - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

fn symbol(sextet: u8) -> u8 {
    match sextet {
        0..=25 => b'A' + sextet,
        26..=51 => b'a' + (sextet - 26),
        52..=61 => b'0' + (sextet - 52),
        62 => b'+',
        _ => b'/',
    }
}

/// The bytes that a text of base64 holds; what is no symbol of it is passed over.
pub(super) fn decode(text: &[u8]) -> impl Iterator<Item = u8> {
    let sextets = text.iter().filter_map(|symbol| sextet(*symbol));
    let bytes = sextets.scan((0_u32, 0_u32), |(bits, count), sextet| {
        *bits = *bits << 6 | u32::from(sextet);
        *count += 6;
        let whole = *count >= 8;
        *count -= if whole { 8 } else { 0 };
        Some(whole.then(|| (*bits >> *count) as u8))
    });
    bytes.flatten()
}

/// Writes bytes in lines of base64.
pub(super) fn encode(bytes: &[u8], out: &mut impl Sink) -> Result<(), PemError> {
    for line in bytes.chunks(LINE / 4 * 3) {
        for group in line.chunks(3) {
            out.extend(&quartet(group))?;
        }
        out.extend(b"\n")?;
    }
    Ok(())
}

/// The four symbols of up to three bytes.
fn quartet(group: &[u8]) -> [u8; 4] {
    let byte = |at| u32::from(group.get(at).copied().unwrap_or(0));
    let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
    core::array::from_fn(|at| {
        if at > group.len() {
            return b'=';
        }
        let shift = 18 - 6 * at as u32;
        symbol((bits >> shift) as u8 & 0x3f)
    })
}
