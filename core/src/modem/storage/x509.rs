//! What a certificate says of itself.

use super::pem::{blocks, first_der};
use crate::modem::credential::{Credential, CredentialKind, Psk};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{Display, Write};
use sha2::{Digest, Sha256};
use x509_cert::certificate::{CertificateInner, Raw};
use x509_cert::der::Decode;

/// What an entry of the certificate store is. Where a certificate cannot be read, its texts
/// are empty, but for the SHA-256.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Described {
    /// How many certificates it has. The rest is about the first one.
    pub certificates: usize,
    /// The SHA-256 of its DER, in capital hexadecimal digits.
    pub sha256: String,
    /// When it begins to be valid, as `2027-03-01T00:00:00Z`.
    pub not_before: String,
    /// When that ends.
    pub not_after: String,
    /// Who it is of (RFC 4514); the identity of a pre-shared key.
    pub subject: String,
    /// Who signed it (RFC 4514).
    pub issuer: String,
}

/// What an entry is; nothing of a private key.
pub fn describe(entry: &Credential<'_>) -> Option<Described> {
    match entry.kind {
        CredentialKind::Roots | CredentialKind::Certificate => Some(certificates(entry.content)),
        CredentialKind::Key => None,
        CredentialKind::Psk => Some(Described {
            subject: text(Psk::parse(entry.content)?.identity()),
            ..Described::default()
        }),
    }
}

fn certificates(pem: &[u8]) -> Described {
    let der: Vec<u8> = first_der(pem).collect();
    let described = Described {
        certificates: blocks(pem).count(),
        sha256: hexadecimal(&Sha256::digest(&der)),
        ..Described::default()
    };
    // As lenient as the standard lets a reader be: the host shall see what it has.
    let Ok(read) = CertificateInner::<Raw>::from_der(&der) else {
        return described;
    };
    let read = read.tbs_certificate();
    Described {
        not_before: text(read.validity().not_before.to_date_time()),
        not_after: text(read.validity().not_after.to_date_time()),
        subject: text(read.subject()),
        issuer: text(read.issuer()),
        ..described
    }
}

/// In words, as far as there are any: a name that cannot be shown ends there.
fn text(shown: impl Display) -> String {
    let mut text = String::new();
    let _ = write!(text, "{shown}");
    text
}

fn hexadecimal(bytes: &[u8]) -> String {
    let mut digits = String::new();
    for byte in bytes {
        let _ = write!(digits, "{byte:02X}");
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(kind: CredentialKind, content: &[u8]) -> Option<Described> {
        let name = "a";
        describe(&Credential {
            name,
            kind,
            content,
        })
    }

    #[test]
    fn what_cannot_be_read_has_its_count_and_fingerprint() {
        let pem = b"-----BEGIN CERTIFICATE-----\naGk=\n-----END CERTIFICATE-----\n".repeat(2);
        let shown = described(CredentialKind::Roots, &pem).unwrap();
        assert_eq!((shown.certificates, shown.subject.as_str()), (2, ""));
        // SHA-256 of "hi".
        assert!(shown.sha256.starts_with("8F434346648F6B96"), "{shown:?}");
    }

    #[test]
    fn of_keys_nothing_is_said_but_an_identity() {
        assert_eq!(described(CredentialKind::Key, b"secret"), None);
        let psk = [&b"pump-7:"[..], &[b'0'; 32]].concat();
        let shown = described(CredentialKind::Psk, &psk).unwrap();
        assert_eq!((shown.certificates, shown.subject.as_str()), (0, "pump-7"));
        assert_eq!(shown.sha256, "");
    }
}
