//! The slots by what they are called on disk.

use mqmodem_core::modem::options;
use mqmodem_core::{LinkId, Slot};

/// Stands before an option's own name.
const OPTION: &str = "option:";

/// Stands before the number of an entry of the certificate store.
const CREDENTIAL: &str = "credential ";

/// Stands before the number of a file of the host.
const FILE: &str = "file ";

/// Stands before the number of something a dialect keeps.
const DIALECT: &str = "dialect ";

/// The slot of a name.
pub(super) fn slot(name: &str) -> Option<Slot> {
    if name == "profile" {
        return Some(Slot::Profile);
    }
    if let Some(number) = name.strip_prefix(CREDENTIAL) {
        return Some(Slot::Credential(number.parse().ok()?));
    }
    if let Some(number) = name.strip_prefix(DIALECT) {
        return Some(Slot::Dialect(number.parse().ok()?));
    }
    if let Some(number) = name.strip_prefix(FILE) {
        return Some(Slot::File(number.parse().ok()?));
    }
    let (kind, link) = name.split_once(' ')?;
    let link = LinkId(link.parse().ok()?);
    if let Some(option) = kind.strip_prefix(OPTION) {
        return Some(Slot::Option(link, options::find(option)? as u8));
    }
    Some(match kind {
        "settings" => Slot::Settings(link),
        "tls" => Slot::Tls(link),
        "root" => Slot::Root(link),
        "certificate" => Slot::Certificate(link),
        "key" => Slot::Key(link),
        "will" => Slot::Will(link),
        "connect-properties" => Slot::ConnectProperties(link),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use mqmodem_core::modem::options::OPTIONS;

    #[test]
    fn every_slot_is_found_by_its_name() {
        let link = LinkId(3);
        for slot in [
            Slot::Settings(link),
            Slot::Tls(link),
            Slot::Root(link),
            Slot::Certificate(link),
            Slot::Key(link),
            Slot::Will(link),
            Slot::ConnectProperties(link),
            Slot::Profile,
            Slot::Credential(67),
            Slot::Dialect(2),
            Slot::File(31),
            Slot::Option(link, 0),
            Slot::Option(link, OPTIONS.len() as u8 - 1),
        ] {
            let name = slot.to_string();
            assert_eq!(super::slot(&name), Some(slot), "{name}");
        }
        for other in [
            "",
            "root",
            "root x",
            "root 300",
            "toor 1",
            "option:nosuch 0",
        ] {
            assert_eq!(slot(other), None, "{other}");
        }
    }
}
