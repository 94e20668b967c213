//! Files of certificates and keys.

use super::error::ConfigError;
use super::secret::Secret;
use mqmodem_core::Buf;
use mqmodem_core::modem::pem::{Content, PemError, normalize};
use std::path::Path;

/// What a modem has room for under one slot.
pub(super) const ROOM: usize = 60 * 1024;

/// What a modem takes of a PEM file, read as what a host sends.
pub(super) fn pem(path: &Path, content: Content) -> Result<Secret, ConfigError> {
    let text = std::fs::read(path).map_err(|error| ConfigError::unreadable(path, &error))?;
    let mut made = Buf::heap(ROOM);
    match normalize(&text, content, &mut made) {
        Ok(()) => Ok(Secret(
            String::from_utf8_lossy(made.as_slice()).into_owned(),
        )),
        Err(PemError::Full) => Err(ConfigError::new(format!(
            "{} is larger than the {ROOM} bytes a modem holds; give only the certificates that are needed",
            path.display()
        ))),
        Err(PemError::Invalid) => Err(ConfigError::new(format!(
            "{} holds {}",
            path.display(),
            lack(&text, content)
        ))),
    }
}

/// What is wrong with a PEM file, and what to do about it.
fn lack(text: &[u8], content: Content) -> &'static str {
    let holds = |mark: &[u8]| text.windows(mark.len()).any(|window| window == mark);
    match content {
        Content::Certificates => "no PEM certificate; check what it is",
        Content::Key if holds(b"ENCRYPTED") => {
            "an encrypted private key; take its password away with: openssl pkey -in FILE -out FILE"
        }
        Content::Key if holds(b"OPENSSH PRIVATE KEY") => {
            "a private key of OpenSSH; make one with: openssl genpkey"
        }
        Content::Key => "no PEM private key, or more than one; check what it is",
    }
}
