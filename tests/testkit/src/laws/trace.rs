//! What a modem did in a scenario.

use mqmodem_core::Slot;
use std::collections::BTreeMap;

/// What a modem did in a scenario.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// To the host.
    pub host: Vec<u8>,
    /// To the broker of each link.
    pub net: Vec<Vec<u8>>,
    /// What it asked for.
    pub actions: Vec<String>,
    /// Which of the records the modem began with it took.
    pub taken: Vec<bool>,
    /// What is durable in the end.
    pub disk: BTreeMap<Slot, Vec<u8>>,
}

impl Trace {
    /// Where two traces part, with a little of what came before.
    pub fn difference(&self, other: &Self) -> Option<String> {
        let actions = |trace: &Self| trace.actions.join("\n").into_bytes();
        let disk = |trace: &Self| format!("{:02x?}", trace.disk).into_bytes();
        let links = self.net.iter().zip(&other.net);
        let links = links.map(|(one, two)| ("to a broker", one.clone(), two.clone()));
        [
            ("to the host", self.host.clone(), other.host.clone()),
            ("actions", actions(self), actions(other)),
            ("disk", disk(self), disk(other)),
        ]
        .into_iter()
        .chain(links)
        .find_map(|(name, one, two)| Some(format!("{name}: {}", part(&one, &two)?)))
    }
}

fn part(one: &[u8], two: &[u8]) -> Option<String> {
    if one == two {
        return None;
    }
    let same = one
        .iter()
        .zip(two)
        .take_while(|(one, two)| one == two)
        .count();
    let around = |bytes: &[u8]| {
        let range = same.saturating_sub(80)..bytes.len().min(same + 80);
        bytes[range].escape_ascii().to_string()
    };
    Some(format!(
        "after {same} bytes\n  {}\n  {}",
        around(one),
        around(two)
    ))
}
