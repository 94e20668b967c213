//! The outer members of DER: they tell a certificate from a key, and both from anything
//! else.

/// The tag of a SEQUENCE, and so the first byte of whatever is taken.
pub(super) const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;

/// Members of an RSA key of two primes (RFC 8017 §A.1.2).
const RSA_MEMBERS: usize = 9;

/// What stands before the content of a structure.
struct Header {
    tag: u8,
    /// Its own length.
    len: usize,
    /// That of the content.
    content: usize,
}

impl Header {
    fn read(bytes: &mut impl Iterator<Item = u8>) -> Option<Self> {
        let (tag, first) = (bytes.next()?, bytes.next()?);
        let (count, mut content) = match first {
            0..=0x7f => (0, usize::from(first)),
            0x81..=0x84 => (usize::from(first & 0x7f), 0_usize),
            _ => return None,
        };
        for _ in 0..count {
            content = content
                .checked_mul(256)?
                .checked_add(bytes.next()?.into())?;
        }
        let len = 2 + count;
        Some(Self { tag, len, content })
    }

    fn whole(&self) -> Option<usize> {
        self.len.checked_add(self.content)
    }
}

/// The first structure in `bytes`, and what stands behind it.
pub(super) fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let header = Header::read(&mut bytes.iter().copied())?;
    bytes.split_at_checked(header.whole()?)
}

/// The label of PEM (RFC 7468, RFC 5915) for what `bytes` hold: a certificate, or a private
/// key of PKCS #8, PKCS #1 or SEC 1; nothing else has one.
pub(super) fn label(bytes: impl Iterator<Item = u8>) -> Option<&'static [u8]> {
    let (tags, count) = members(bytes)?;
    match tags {
        [SEQUENCE, SEQUENCE, BIT_STRING] if count == 3 => Some(b"CERTIFICATE"),
        [INTEGER, SEQUENCE, OCTET_STRING] => Some(b"PRIVATE KEY"),
        [INTEGER, INTEGER, INTEGER] if count >= RSA_MEMBERS => Some(b"RSA PRIVATE KEY"),
        [INTEGER, OCTET_STRING, _] => Some(b"EC PRIVATE KEY"),
        _ => None,
    }
}

/// The tags of the first members of a SEQUENCE, and how many members it has, if they and
/// nothing else fill `bytes`.
fn members(mut bytes: impl Iterator<Item = u8>) -> Option<([u8; 3], usize)> {
    let outer = Header::read(&mut bytes)?;
    let (mut left, mut tags, mut count) = (outer.content, [0; 3], 0);
    while left > 0 {
        let member = Header::read(&mut bytes)?;
        left = left.checked_sub(member.whole()?)?;
        if let Some(last) = member.content.checked_sub(1) {
            bytes.nth(last)?;
        }
        if let Some(place) = tags.get_mut(count) {
            *place = member.tag;
        }
        count += 1;
    }
    let is_whole = outer.tag == SEQUENCE && bytes.next().is_none();
    is_whole.then_some((tags, count))
}
