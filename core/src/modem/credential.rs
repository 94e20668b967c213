//! An entry of the certificate store.

use crate::buffer::{Buf, Full};
use core::fmt;

/// The longest name, in bytes.
pub const MAX_NAME: usize = 32;
/// The longest entry a host may send, in bytes.
pub const MAX_ENTRY: usize = 32 * 1024;
/// How many names a host may give.
pub const NAMES: u16 = 16;
/// The number of the pre-shared key that a configuration gives; no host's entry has it.
pub const CONFIGURED_PSK: u16 = number(NAMES, CredentialKind::Psk);

/// The names under which `+MQTTCERT?` lists what `+MQTTTLS` loaded.
pub const RESERVED: [&str; 3] = [".root", ".cert", ".key"];

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CredentialKind {
    /// Certificates of roots to trust.
    Roots = 0,
    /// A certificate of the client and its chain.
    Certificate = 1,
    /// A private key of the client.
    Key = 2,
    /// A pre-shared key.
    Psk = 3,
}

impl CredentialKind {
    /// Every kind, by its number.
    pub const ALL: [Self; 4] = [Self::Roots, Self::Certificate, Self::Key, Self::Psk];

    /// The kind of this number.
    pub fn of(number: u32) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|kind| *kind as u32 == number)
    }
}

/// An entry: PEM with LF line ends, or `<identity>:<key in hex>` of a pre-shared key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Credential<'c> {
    /// Its name, 1 to 32 bytes.
    pub name: &'c str,
    /// What it is.
    pub kind: CredentialKind,
    /// What it holds.
    pub content: &'c [u8],
}

/// Without the content: it may be a key.
impl fmt::Debug for Credential<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Credential");
        shown.field("name", &self.name).field("kind", &self.kind);
        shown.field("len", &self.content.len()).finish()
    }
}

impl<'c> Credential<'c> {
    /// The entry in the record of this number, if it is one.
    pub fn decode(number: u16, record: &'c [u8]) -> Option<Self> {
        let kind = CredentialKind::of(u32::from(number) % KINDS).filter(|_| number < NUMBERS)?;
        let (len, rest) = record.split_first()?;
        let (name, content) = rest.split_at_checked((*len).into())?;
        let name = core::str::from_utf8(name).ok()?;
        let valid = is_name(name) && !name.is_empty() && !content.is_empty();
        valid.then_some(Self {
            name,
            kind,
            content,
        })
    }

    /// Writes the record.
    pub fn encode(&self, record: &mut Buf<'_>) -> Result<(), Full> {
        encode_name(self.name, record)?;
        record.extend(self.content)
    }
}

/// Writes what stands before the content in a record.
pub(crate) fn encode_name(name: &str, record: &mut Buf<'_>) -> Result<(), Full> {
    record.push(name.len() as u8)?;
    record.extend(name.as_bytes())
}

const KINDS: u32 = CredentialKind::ALL.len() as u32;
/// Numbers below this are those of entries.
const NUMBERS: u16 = CONFIGURED_PSK + 1;

/// The number of an entry, by the place of its name.
pub(crate) const fn number(place: u16, kind: CredentialKind) -> u16 {
    place * KINDS as u16 + kind as u16
}

/// The place of the name of an entry, by its number.
pub(crate) const fn place(number: u16) -> u16 {
    number / KINDS as u16
}

/// Whether a text is empty or could be a name: `A-Z a-z 0-9 . _ -`.
pub fn is_name(text: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    text.bytes().all(good)
}

/// A pre-shared key: `<identity>:<key in hex>`, the line that brokers have in their file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Psk<'c> {
    identity: &'c str,
    /// Hexadecimal digits.
    key: &'c str,
}

/// Without the key.
impl fmt::Debug for Psk<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Psk({:?}, ***)", self.identity)
    }
}

impl<'c> Psk<'c> {
    /// The most bytes of an identity.
    const MAX_IDENTITY: usize = 128;

    /// The key in a line, if there is one: an identity of 1 to 128 bytes without control
    /// characters, and 16 to 64 bytes.
    pub fn parse(line: &'c [u8]) -> Option<Self> {
        let line = core::str::from_utf8(line).ok()?;
        let (identity, key) = line.trim_end_matches(['\r', '\n']).split_once(':')?;
        let named = (1..=Self::MAX_IDENTITY).contains(&identity.len());
        let sized = (32..=128).contains(&key.len()) && key.len().is_multiple_of(2);
        let digits = key.bytes().all(|digit| digit.is_ascii_hexdigit());
        let valid = named && !identity.contains(char::is_control) && sized && digits;
        valid.then_some(Self { identity, key })
    }

    /// Who the client is to the broker.
    pub fn identity(&self) -> &'c str {
        self.identity
    }

    /// The bytes of the key.
    pub fn key(&self) -> impl Iterator<Item = u8> + 'c {
        let digit = |digit: &u8| char::from(*digit).to_digit(16).unwrap_or(0) as u8;
        let pairs = self.key.as_bytes().chunks(2);
        pairs.map(move |pair| pair.iter().fold(0, |byte, it| byte << 4 | digit(it)))
    }

    /// Writes the line.
    pub(crate) fn encode(&self, record: &mut Buf<'_>) -> Result<(), Full> {
        record.extend(self.identity.as_bytes())?;
        record.push(b':')?;
        record.extend(self.key.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{format, string::String, vec::Vec};

    #[test]
    fn a_pre_shared_key_is_a_line_of_a_broker() {
        let key = "0f".repeat(16);
        let psk = Psk::parse(b"pump-7:0F1e2d3c4b5a69788796a5b4c3d2e1f0\r\n").unwrap();
        assert_eq!(psk.identity(), "pump-7");
        assert_eq!(psk.key().take(3).collect::<Vec<_>>(), [0x0f, 0x1e, 0x2d]);
        assert_eq!(format!("{psk:?}"), "Psk(\"pump-7\", ***)");
        let long = "i".repeat(128);
        for (line, good) in [
            (format!("{long}:{key}"), true),
            (format!("{long}i:{key}"), false),
            (format!("a:{}", "00".repeat(64)), true),
            (format!("a:{}", "00".repeat(65)), false),
            (format!("a:{}", "00".repeat(15)), false),
            (format!("a:{key}0"), false),
            (format!("a:{key}0g"), false),
            (format!("a:b:{key}"), false),
            (format!("a\0:{key}"), false),
            (format!(":{key}"), false),
            (key.clone(), false),
            (String::new(), false),
        ] {
            assert_eq!(Psk::parse(line.as_bytes()).is_some(), good, "{line}");
        }
        assert_eq!(
            Psk::parse(format!("a\u{e9}:{key}").as_bytes()).map(|it| it.identity()),
            Some("a\u{e9}")
        );
        assert!(Psk::parse(b"\xff:00000000000000000000000000000000").is_none());
    }

    #[test]
    fn records_that_are_none_are_refused() {
        let mut memory = [0; 64];
        let mut record = Buf::lent(&mut memory);
        let entry = Credential {
            name: "pump7",
            kind: CredentialKind::Key,
            content: b"secret",
        };
        entry.encode(&mut record).unwrap();
        let number = number(3, CredentialKind::Key);
        assert_eq!(Credential::decode(number, record.as_slice()), Some(entry));
        assert!(!format!("{entry:?}").contains("secret"));
        for bad in [&b""[..], b"\x02ab", b"\x00a", b"\x01/a", b"\x09ab"] {
            assert_eq!(Credential::decode(number, bad), None, "{bad:?}");
        }
        assert_eq!(Credential::decode(NUMBERS, record.as_slice()), None);
    }
}
