//! PEM as hosts manage to send it (rule R12), made one form.

use crate::buffer::{Buf, Full};
use crate::modem::fail::Fail;

/// What a text of PEM is to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// One certificate or more.
    Certificates,
    /// One private key.
    Key,
}

/// The text is not PEM, or not of this content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PemError {
    /// It does not parse.
    Invalid,
    /// It does not fit the memory.
    Full,
}

impl From<Full> for PemError {
    fn from(Full: Full) -> Self {
        Self::Full
    }
}

impl From<PemError> for Fail {
    fn from(error: PemError) -> Self {
        match error {
            PemError::Invalid => Self::INCORRECT,
            PemError::Full => Self::MEMORY_FULL,
        }
    }
}

/// Where PEM goes.
pub trait Sink {
    /// Takes more of it.
    fn extend(&mut self, bytes: &[u8]) -> Result<(), Full>;
}

impl Sink for Buf<'_> {
    fn extend(&mut self, bytes: &[u8]) -> Result<(), Full> {
        Buf::extend(self, bytes)
    }
}

/// Nowhere: it is only looked at.
impl Sink for () {
    fn extend(&mut self, _: &[u8]) -> Result<(), Full> {
        Ok(())
    }
}

/// Characters of base64 on a line of PEM (RFC 7468 §2).
const LINE: usize = 64;
const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const DASHES: &[u8] = b"-----";

/// Whether `size` is one of the lengths a host may mean: of the text, of the
/// text with LF line ends, either without its last line break, or on the wire.
pub fn is_size(text: &[u8], wire_len: usize, size: usize) -> bool {
    let (mut breaks, mut width, mut last, mut rest) = (0, 0, 0, text);
    while !rest.is_empty() {
        let len = break_len(rest);
        breaks += usize::from(len > 0);
        width += len;
        last = len;
        rest = rest.get(len.max(1)..).unwrap_or_default();
    }
    let with_lf = text.len() - width + breaks;
    let without_last = with_lf.saturating_sub(usize::from(last > 0));
    [
        text.len(),
        with_lf,
        text.len() - last,
        without_last,
        wire_len,
    ]
    .contains(&size)
}

/// Length of the line break at the start of `text`, 0 if there is none.
fn break_len(text: &[u8]) -> usize {
    match text {
        [b'\\', b'r', b'\\', b'n', ..] => 4,
        [b'\r', b'\n', ..] | [b'\\', b'n', ..] => 2,
        [b'\n' | b'\r', ..] => 1,
        _ => 0,
    }
}

/// Whether `text` is PEM of this content.
pub fn is_pem(text: &[u8], content: Content) -> bool {
    normalize(text, content, &mut ()).is_ok()
}

/// Writes the blocks of this content in `text` to `out`, as PEM with LF line ends
/// and lines of 64 characters. Text around blocks explains them (RFC 7468 §2) and
/// is left out, as are blocks of other things, such as parameters of the key.
pub fn normalize(text: &[u8], content: Content, out: &mut impl Sink) -> Result<(), PemError> {
    let mut rest = text;
    let mut blocks = 0;
    while let Some((_, block)) = find(rest, BEGIN) {
        let (label, body, behind) = split_block(block)?;
        if let Some(label) = meant(label, content) {
            write_block(label, body, out)?;
            blocks += 1;
        }
        rest = behind;
    }
    match (content, blocks) {
        (_, 0) => Err(PemError::Invalid),
        (Content::Key, 2..) => Err(PemError::Invalid),
        _ => Ok(()),
    }
}

/// Label and body of a block, and what stands behind it.
type Parts<'t> = (&'t [u8], &'t [u8], &'t [u8]);

/// Takes a block apart, from its label on.
fn split_block(block: &[u8]) -> Result<Parts<'_>, PemError> {
    let (label, rest) = split_at(block, DASHES)?;
    let (body, rest) = split_at(rest, END)?;
    let rest = rest.strip_prefix(label).ok_or(PemError::Invalid)?;
    let behind = rest.strip_prefix(DASHES).ok_or(PemError::Invalid)?;
    Ok((label, body, behind))
}

fn write_block(label: &[u8], body: &[u8], out: &mut impl Sink) -> Result<(), PemError> {
    out.extend(BEGIN)?;
    out.extend(label)?;
    out.extend(b"-----\n")?;
    base64(body, out)?;
    out.extend(END)?;
    out.extend(label)?;
    out.extend(b"-----\n")?;
    Ok(())
}

/// The usual label of a block that is of this content.
fn meant(label: &[u8], content: Content) -> Option<&[u8]> {
    match (content, label) {
        // Older names (RFC 7468 §5.1).
        (Content::Certificates, b"CERTIFICATE" | b"X509 CERTIFICATE" | b"X.509 CERTIFICATE") => {
            Some(b"CERTIFICATE")
        }
        (Content::Key, b"PRIVATE KEY" | b"EC PRIVATE KEY" | b"RSA PRIVATE KEY") => Some(label),
        _ => None,
    }
}

/// What stands before and behind the first `mark`.
fn find<'t>(text: &'t [u8], mark: &[u8]) -> Option<(&'t [u8], &'t [u8])> {
    let at = text.windows(mark.len()).position(|window| window == mark)?;
    let (before, behind) = text.split_at(at);
    Some((before, behind.get(mark.len()..).unwrap_or_default()))
}

fn split_at<'t>(text: &'t [u8], mark: &[u8]) -> Result<(&'t [u8], &'t [u8]), PemError> {
    find(text, mark).ok_or(PemError::Invalid)
}

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
fn base64(body: &[u8], out: &mut impl Sink) -> Result<(), PemError> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;

    /// A SEQUENCE of one INTEGER 7.
    const GOOD: &str = "-----BEGIN CERTIFICATE-----\nMAMCAQc=\n-----END CERTIFICATE-----\n";

    fn form(text: &str, content: Content) -> Result<String, PemError> {
        let mut memory = [0; 256];
        let mut out = Buf::lent(&mut memory);
        normalize(text.as_bytes(), content, &mut out)?;
        Ok(String::from_utf8(out.as_slice().to_vec()).unwrap())
    }

    #[test]
    fn every_form_of_line_break_is_accepted() {
        for text in [
            String::from(GOOD),
            GOOD.replace('\n', "\r\n"),
            GOOD.replace('\n', "\\n"),
            GOOD.replace('\n', "\\r\\n"),
            GOOD.replace('\n', ""),
            GOOD.replace("MAMC", "MA\nMC"),
            GOOD.replace('\n', "\t\n"),
            std::format!("\n{GOOD}\n\n"),
        ] {
            assert_eq!(
                form(&text, Content::Certificates).as_deref(),
                Ok(GOOD),
                "{text:?}"
            );
        }
        let chain = GOOD.repeat(2);
        assert_eq!(form(&chain, Content::Certificates), Ok(chain.clone()));
        let key = GOOD.replace("CERTIFICATE", "EC PRIVATE KEY");
        assert_eq!(form(&key, Content::Key), Ok(key.clone()));
    }

    #[test]
    fn text_and_other_blocks_around_are_left_out() {
        let key = GOOD.replace("CERTIFICATE", "EC PRIVATE KEY");
        let parameters = GOOD.replace("CERTIFICATE", "EC PARAMETERS");
        let bag = "Bag Attributes\n    localKeyID: 01 02\nsubject=CN = x\n";
        for around in ["\u{feff}", "text", "junk -----END X", &parameters, bag] {
            for text in [
                std::format!("{around}{GOOD}"),
                std::format!("{GOOD}{around}"),
                std::format!("{around}\n{key}{GOOD}{around}\n{key}"),
            ] {
                let got = form(&text, Content::Certificates);
                assert_eq!(got.as_deref(), Ok(GOOD), "{text:?}");
            }
            let text = std::format!("{around}{GOOD}{around}{key}{around}");
            assert_eq!(form(&text, Content::Key), Ok(key.clone()), "{text:?}");
        }
        let old = GOOD.replace("CERTIFICATE", "X509 CERTIFICATE");
        assert_eq!(form(&old, Content::Certificates).as_deref(), Ok(GOOD));
        for other in ["ENCRYPTED PRIVATE KEY", "OPENSSH PRIVATE KEY", "PUBLIC KEY"] {
            let text = GOOD.replace("CERTIFICATE", other);
            assert_eq!(form(&text, Content::Key), Err(PemError::Invalid));
        }
    }

    #[test]
    fn text_that_is_no_certificate_is_refused() {
        for text in [
            "",
            "-----BEGIN CERTIFICATE-----......",
            "MAMCAQc=",
            &GOOD.replace("MAMCAQc=", "MAMCAQcA"),
            &GOOD.replace("MAMCAQc=", "MAMCAQ=="),
            &GOOD.replace("MAMCAQc=", "MAM=AQcA"),
            &GOOD.replace("MAMCAQc=", "MAMCAQc"),
            &GOOD.replace("MAMCAQc=", "AgEH"),
            &GOOD.replace("MAMCAQc=", "MAMC!Qc="),
            &GOOD.replace("-----END CERTIFICATE-----", "-----END X-----"),
            &GOOD.replace("CERTIFICATE", "PRIVATE KEY"),
            &std::format!("{GOOD}-----BEGIN X-----\n"),
            &std::format!("-----BEGIN X-----\n{GOOD}"),
        ] {
            assert_eq!(
                form(text, Content::Certificates),
                Err(PemError::Invalid),
                "{text:?}"
            );
        }
        let keys = GOOD.replace("CERTIFICATE", "PRIVATE KEY").repeat(2);
        assert_eq!(form(&keys, Content::Key), Err(PemError::Invalid));
    }

    #[test]
    fn a_size_may_count_line_breaks_in_any_form() {
        for (text, accepted) in [
            (&b"a\r\nb\r\n"[..], &[3, 4, 6, 9][..]),
            (b"a\\nb\\n", &[3, 4, 6, 9]),
            (b"a\\r\\nb", &[3, 6, 9]),
            (b"a\nb\n", &[3, 4, 9]),
            (b"", &[0, 9]),
        ] {
            let sizes = (0..12).filter(|&size| is_size(text, 9, size));
            assert!(sizes.eq(accepted.iter().copied()), "{text:?}");
        }
    }
}
