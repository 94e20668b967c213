//! What options of the configuration name in a modem's certificate store.

use super::options::text;
use crate::config::{Broker, Secret};
use mqmodem_core::modem::credential::{CONFIGURED_PSK, Credential, CredentialKind};
use mqmodem_core::modem::options::{CA, CERT, OPTIONS, PSK};
use mqmodem_core::{LinkId, Slot};

/// Certificates and keys, by the slots they are used in place of.
pub(super) type Files = Vec<(Slot, Secret)>;

/// What there is in place of a slot.
pub(super) fn find(files: &Files, slot: Slot) -> Option<&[u8]> {
    let found = files.iter().find(|(of, _)| *of == slot);
    found.map(|(_, pem)| pem.0.as_bytes())
}

/// An option that names an entry, and in place of what that is used.
struct Named {
    option: usize,
    kind: CredentialKind,
    words: &'static str,
    place: Slot,
}

const NAMED: [Named; 3] = [
    Named {
        option: CA,
        kind: CredentialKind::Roots,
        words: "root certificates",
        place: Slot::Root(LinkId::FIRST),
    },
    Named {
        option: CERT,
        kind: CredentialKind::Certificate,
        words: "certificate",
        place: Slot::Certificate(LinkId::FIRST),
    },
    Named {
        option: CERT,
        kind: CredentialKind::Key,
        words: "private key",
        place: Slot::Key(LinkId::FIRST),
    },
];

const NAMED_PSK: Named = Named {
    option: PSK,
    kind: CredentialKind::Psk,
    words: "pre-shared key",
    place: Slot::Credential(CONFIGURED_PSK),
};

/// Puts among the files what a modem that `stored` this would use in their place.
///
/// # Errors
/// Where the store has not what an option names.
pub(super) fn add(
    broker: &Broker,
    stored: &[(Slot, Vec<u8>)],
    files: &mut Files,
) -> Result<(), String> {
    let named = if text(broker, PSK).is_some() {
        std::slice::from_ref(&NAMED_PSK)
    } else {
        &NAMED
    };
    for named in named {
        if let Some(name) = text(broker, named.option) {
            let found = named
                .find(name, stored)
                .ok_or_else(|| named.missing(name))?;
            files.retain(|(slot, _)| *slot != named.place);
            files.push((named.place, found));
        }
    }
    Ok(())
}

impl Named {
    /// What is stored by this name, as a file would hold it.
    fn find(&self, name: &str, stored: &[(Slot, Vec<u8>)]) -> Option<Secret> {
        stored.iter().find_map(|(slot, record)| {
            let Slot::Credential(number) = *slot else {
                return None;
            };
            let entry = Credential::decode(number, record)?;
            let is_it = entry.name == name && entry.kind == self.kind;
            // A pre-shared key is kept with its name.
            let bytes = match self.kind {
                CredentialKind::Psk => record,
                _ => entry.content,
            };
            is_it.then(|| Secret(String::from_utf8_lossy(bytes).into_owned()))
        })
    }

    fn missing(&self, name: &str) -> String {
        let (option, words) = (OPTIONS[self.option].param.name, self.words);
        format!(
            "the certificate store has no {words} by the name \"{name}\": load it with \
             AT+MQTTCERT=\"{name}\",{},<length>, or change the option {option}",
            self.kind as u32
        )
    }
}
