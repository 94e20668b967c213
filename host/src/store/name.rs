//! What the slots are called on disk.

use mqmodem_core::{LinkId, Slot};

/// The name of a slot; `None` for one this version does not know.
pub(super) fn of(slot: Slot) -> Option<String> {
    let (kind, link) = match slot {
        Slot::Settings(link) => ("settings", link),
        Slot::Tls(link) => ("tls", link),
        Slot::Root(link) => ("root", link),
        Slot::Certificate(link) => ("certificate", link),
        Slot::Key(link) => ("key", link),
        Slot::Profile => return Some("profile".to_owned()),
        _ => return None,
    };
    Some(format!("{kind} {}", link.0))
}

/// The slot of a name.
pub(super) fn slot(name: &str) -> Option<Slot> {
    if name == "profile" {
        return Some(Slot::Profile);
    }
    let (kind, link) = name.split_once(' ')?;
    let link = LinkId(link.parse().ok()?);
    Some(match kind {
        "settings" => Slot::Settings(link),
        "tls" => Slot::Tls(link),
        "root" => Slot::Root(link),
        "certificate" => Slot::Certificate(link),
        "key" => Slot::Key(link),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_slot_is_found_by_its_name() {
        let link = LinkId(3);
        for slot in [
            Slot::Settings(link),
            Slot::Tls(link),
            Slot::Root(link),
            Slot::Certificate(link),
            Slot::Key(link),
            Slot::Profile,
        ] {
            let name = of(slot).unwrap();
            assert_eq!(super::slot(&name), Some(slot), "{name}");
        }
        for other in ["", "root", "root x", "root 300", "toor 1"] {
            assert_eq!(slot(other), None, "{other}");
        }
    }
}
