//! Files of pre-shared keys.

use super::error::ConfigError;
use super::secret::Secret;
use super::text;
use mqmodem_core::modem::credential::{CONFIGURED_PSK, Credential, CredentialKind, Psk};
use mqmodem_core::modem::options::{OPTIONS, OptionValue, PSK};
use mqmodem_core::{Buf, LinkId, Slot};
use std::path::Path;

/// The name in the certificate store of the key that a configuration gives.
const NAME: &str = "config";

/// The entry of the certificate store for the key in a file.
pub(super) fn record(path: &Path) -> Result<Secret, ConfigError> {
    let line = text::password(path)?;
    let content = line.0.as_bytes();
    if Psk::parse(content).is_none() {
        return Err(ConfigError::new(format!(
            "{} holds no pre-shared key: write one line, <identity>:<key in hex>, with 16 to 64 \
             bytes of key",
            path.display()
        )));
    }
    let entry = Credential {
        name: NAME,
        kind: CredentialKind::Psk,
        content,
    };
    let mut made = Buf::heap(1024);
    let too_long = |_| ConfigError::new(format!("{} is too long", path.display()));
    entry.encode(&mut made).map_err(too_long)?;
    let made = String::from_utf8_lossy(made.as_slice());
    Ok(Secret(made.into_owned()))
}

/// The option of a link that uses it.
pub(super) fn option() -> (Slot, Vec<u8>) {
    let mut record = Buf::heap(NAME.len());
    // The name fits.
    let _ = OPTIONS[PSK].encode(OptionValue::Text(NAME), &mut record);
    let slot = Slot::Option(LinkId(0), PSK as u8);
    (slot, record.as_slice().to_vec())
}

/// The key in such an entry.
pub(crate) fn key(record: &[u8]) -> Option<Psk<'_>> {
    Psk::parse(Credential::decode(CONFIGURED_PSK, record)?.content)
}
