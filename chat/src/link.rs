//! Which link a line about a broker or the network is about.

use crate::packet;
use mqmodem_core::mqtt::Version;
use mqmodem_core::{LinkId, MOST_LINKS};
use std::collections::BTreeMap;

/// The version of MQTT that each link speaks.
#[derive(Clone, Debug, Default)]
pub struct Versions(BTreeMap<LinkId, Version>);

impl Versions {
    /// That of a link.
    pub fn of(&self, link: LinkId) -> Version {
        self.0.get(&link).copied().unwrap_or_default()
    }

    /// The modem sent these bytes to the broker of a link.
    pub fn follow(&mut self, link: LinkId, bytes: &[u8]) {
        let version = packet::version_after(self.of(link), bytes);
        self.0.insert(link, version);
    }
}

/// What a line about the broker or the network of a link begins with.
pub(crate) fn name_of(word: &str, link: LinkId) -> String {
    match link {
        LinkId::FIRST => word.to_owned(),
        LinkId(number) => format!("{word}.{number}"),
    }
}

/// The first word of a line, and the link whose number stands behind it: of the broker and
/// the network of any but the first.
pub(crate) fn of_link(word: &str) -> Result<(&str, LinkId), String> {
    let Some((name @ ("broker" | "net"), number)) = word.split_once('.') else {
        return Ok((word, LinkId::FIRST));
    };
    let number = number.parse().ok();
    match number.filter(|number| (1..MOST_LINKS).contains(number)) {
        Some(number) => Ok((name, LinkId(number))),
        None => Err(format!(
            "behind `{name}.` comes the number of a link, 1 to 15"
        )),
    }
}
