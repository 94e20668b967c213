//! PEM as hosts manage to send it (rule R12), made one form.

mod base64;
mod der;
mod sink;
#[cfg(test)]
mod tests;

use crate::buffer::Buf;
use crate::modem::fail::Fail;

pub use sink::{PemError, Sink};

/// What a text of PEM is to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// One certificate or more.
    Certificates,
    /// One private key.
    Key,
}

impl From<PemError> for Fail {
    fn from(error: PemError) -> Self {
        match error {
            PemError::Invalid => Self::INCORRECT,
            PemError::Full => Self::MEMORY_FULL,
        }
    }
}

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
            write_block(label, out, |out| base64::copy(body, out))?;
            blocks += 1;
        }
        rest = behind;
    }
    enough(content, blocks)
}

/// Whether so many blocks are what is to be there.
fn enough(content: Content, blocks: usize) -> Result<(), PemError> {
    match (content, blocks) {
        (_, 0) => Err(PemError::Invalid),
        (Content::Key, 2..) => Err(PemError::Invalid),
        _ => Ok(()),
    }
}

/// Writes what a host gave, PEM or DER by its first byte, as [`normalize`] does, and checks
/// that each block holds what its label says.
pub(crate) fn convert(given: &[u8], content: Content, out: &mut Buf) -> Result<(), PemError> {
    let start = out.len();
    match given.first() {
        Some(&der::SEQUENCE) => write_der(given, content, out)?,
        _ => normalize(given, content, out)?,
    }
    let written = out.behind(start).unwrap_or_default();
    let holds = |(label, body)| der::label(base64::decode(body)) == Some(label);
    if blocks(written).all(holds) {
        Ok(())
    } else {
        Err(PemError::Invalid)
    }
}

/// Whether a private key is in what a host gave, PEM or DER by its first byte, whatever
/// stands behind it.
pub(crate) fn holds_key(given: &[u8]) -> bool {
    const MARK: &[u8] = b"PRIVATE KEY-----";
    let first = der::split(given).and_then(|(one, _)| der::label(one.iter().copied()));
    first.is_some_and(|label| label.ends_with(b"PRIVATE KEY"))
        || given.windows(MARK.len()).any(|part| part == MARK)
}

/// Writes each structure of DER as a block.
fn write_der(given: &[u8], content: Content, out: &mut Buf) -> Result<(), PemError> {
    let (mut rest, mut blocks) = (given, 0);
    while !rest.is_empty() {
        let (one, behind) = der::split(rest).ok_or(PemError::Invalid)?;
        let label = der::label(one.iter().copied());
        let label = label.and_then(|label| meant(label, content));
        let label = label.ok_or(PemError::Invalid)?;
        write_block(label, out, |out| base64::encode(one, out))?;
        rest = behind;
        blocks += 1;
    }
    enough(content, blocks)
}

/// The content of the first block in a text, but for parameters of a key.
#[cfg(feature = "first-der")]
pub(crate) fn first_der(text: &[u8]) -> impl Iterator<Item = u8> {
    let first = blocks(text).find(|(label, _)| !label.ends_with(b"PARAMETERS"));
    first.into_iter().flat_map(|(_, body)| base64::decode(body))
}

/// Label and body of each block in a text.
pub(crate) fn blocks(text: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = text;
    core::iter::from_fn(move || {
        let (_, block) = find(rest, BEGIN)?;
        let (label, body, behind) = split_block(block).ok()?;
        rest = behind;
        Some((label, body))
    })
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

/// Writes a block whose body `write` writes.
fn write_block<S: Sink>(
    label: &[u8],
    out: &mut S,
    write: impl FnOnce(&mut S) -> Result<(), PemError>,
) -> Result<(), PemError> {
    out.extend(BEGIN)?;
    out.extend(label)?;
    out.extend(b"-----\n")?;
    write(out)?;
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
