//! A file that a host keeps on the modem.

use super::storage::pem::holds_key;
use crate::buffer::{Buf, Full};
use core::fmt;

/// The longest name, in bytes.
pub const MAX_NAME: usize = 108;
/// How many files there may be.
pub const MOST: u16 = 32;

/// A file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct StoredFile<'f> {
    /// Its name, 1 to 108 bytes without control characters.
    pub name: &'f str,
    /// Any bytes.
    pub content: &'f [u8],
}

/// Without the content: it may be a key.
impl fmt::Debug for StoredFile<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("StoredFile");
        shown.field("name", &self.name);
        shown.field("len", &self.content.len()).finish()
    }
}

impl<'f> StoredFile<'f> {
    /// The file in a record, if it is one.
    pub fn decode(record: &'f [u8]) -> Option<Self> {
        let (len, rest) = record.split_first()?;
        let (name, content) = rest.split_at_checked((*len).into())?;
        let name = core::str::from_utf8(name).ok()?;
        is_name(name).then_some(Self { name, content })
    }

    /// Whether a private key is in it, PEM or DER: then it is never read back.
    pub fn holds_key(&self) -> bool {
        holds_key(self.content)
    }
}

/// Writes what stands before the content in a record.
pub(crate) fn encode_name(name: &str, record: &mut Buf<'_>) -> Result<(), Full> {
    record.push(u8::try_from(name.len()).map_err(|_| Full)?)?;
    record.extend(name.as_bytes())
}

/// Bytes of a record before the content.
pub(crate) const fn around(name: &str) -> usize {
    1 + name.len()
}

/// Whether a text can be the name of a file.
pub fn is_name(text: &str) -> bool {
    (1..=MAX_NAME).contains(&text.len()) && !text.contains(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;

    #[test]
    fn a_file_is_read_from_its_record_and_its_content_is_not_shown() {
        let file = StoredFile::decode(b"\x05a.pem-----BEGIN RSA PRIVATE KEY-----").unwrap();
        assert_eq!(file.name, "a.pem");
        assert!(file.holds_key());
        assert!(!format!("{file:?}").contains("RSA"));
        let empty = StoredFile::decode(b"\x01x").unwrap();
        assert!(empty.content.is_empty() && !empty.holds_key());
        for bad in [&b""[..], b"\x00", b"\x02a", b"\x01\r"] {
            assert_eq!(StoredFile::decode(bad), None, "{bad:?}");
        }
    }
}
