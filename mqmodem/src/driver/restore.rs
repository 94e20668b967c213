//! Gives a modem what is stored of it.

use crate::port::Label;
use crate::transport::check_client_certificate;
use mqmodem_core::modem::api::Credential;
use mqmodem_core::{LinkId, Modem, Slot};
use std::collections::BTreeSet;

/// Warns of a stored certificate with which a connect would fail.
fn warn_of_certificate(label: &Label, stored: &[&(Slot, Vec<u8>)]) {
    let find = |slot: Slot| {
        let found = stored.iter().find(|(of, _)| *of == slot);
        let pem = found.map(|(_, pem)| pem.as_slice());
        pem.filter(|pem| !pem.is_empty())
    };
    let links: BTreeSet<LinkId> = stored.iter().filter_map(|(slot, _)| slot.link()).collect();
    for link in links {
        let (certificate, key) = (find(Slot::Certificate(link)), find(Slot::Key(link)));
        if let Err(why) = check_client_certificate(certificate, key) {
            let number = link.0;
            tracing::warn!(port = %label, link = number, "{why}: load both again, or connects over TLS fail");
        }
    }
}

/// Gives a modem what is stored of it, and defaults where nothing is.
pub(crate) fn restore(
    modem: &mut Modem<'static>,
    label: &Label,
    stored: &[(Slot, Vec<u8>)],
    defaults: &[(Slot, Vec<u8>)],
) {
    let is_kept = |slot: Slot| stored.iter().any(|(stored, _)| *stored == slot);
    let defaults = defaults.iter().filter(|(slot, _)| !is_kept(*slot));
    let all: Vec<_> = stored.iter().chain(defaults).collect();
    warn_of_certificate(label, &all);
    for (slot, bytes) in all {
        // Empty stands for erased.
        if !bytes.is_empty()
            && let Err(error) = modem.restore(*slot, bytes)
        {
            let name = name(*slot, bytes);
            tracing::error!(port = %label, "left out of what was kept: {name}, {error:?}");
        }
    }
}

/// What was kept under a slot, as its owner knows it.
fn name(slot: Slot, bytes: &[u8]) -> String {
    let entry = match slot {
        Slot::Credential(number) => Credential::decode(number, bytes),
        _ => None,
    };
    match entry {
        Some(entry) => format!(
            "{:?} of {:?} in the certificate store",
            entry.kind, entry.name
        ),
        None => slot.to_string(),
    }
}
