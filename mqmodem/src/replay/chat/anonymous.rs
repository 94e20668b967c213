//! Names in a recording, replaced by others of the same length.

use crate::observe::stream::{PacketText, TraceEvent, TraceWhat};
use std::collections::BTreeMap;

/// What numbers of devices begin with that are nobody's: those of the test network.
const TEST: &str = "00101";

/// Names that are shorter could be parts of anything.
const SHORTEST: usize = 3;

/// Replaces hosts, client ids, user names and numbers of devices wherever they stand, each
/// always by the same.
pub(super) fn make(events: &mut [TraceEvent]) {
    let names = names(events);
    for event in events {
        let replaced = |text: &mut String| *text = replace(text, &names);
        match &mut event.what {
            TraceWhat::Line(line) => {
                replaced(&mut line.text);
                if let Some(raw) = &mut line.raw {
                    replace_in(raw, &names);
                }
            }
            TraceWhat::Packet(packet) => {
                if let PacketText::Words(words) = &mut packet.content {
                    words.change_texts(|text| replace_in(text, &names));
                    packet.raw = None;
                }
            }
            TraceWhat::Note { text } => replaced(text),
            TraceWhat::Fault(fault) => replaced(&mut fault.words),
            _ => {}
        }
    }
}

/// What is replaced, and by what.
fn names(events: &[TraceEvent]) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut add = |stem: &'static str, name: &str| {
        let is_local = name == "localhost" || name.starts_with("127.");
        if name.len() < SHORTEST || is_local || names.contains_key(name) {
            return;
        }
        let count = counts.entry(stem).or_default();
        *count += 1;
        names.insert(name.to_owned(), stand_in(stem, *count, name.len()));
    };
    for event in events {
        match &event.what {
            TraceWhat::Link(link) => {
                let to = link.to.as_deref().unwrap_or_default();
                let host = to.rsplit_once(':').map_or(to, |(host, _)| host);
                add("broker", host);
            }
            TraceWhat::Packet(packet) => {
                if let PacketText::Words(words) = &packet.content {
                    let text = |name| words.text(name).map(String::from_utf8_lossy);
                    for stem in ["client", "user"] {
                        if let Some(name) = text(stem) {
                            add(stem, &name);
                        }
                    }
                }
            }
            TraceWhat::Line(line) => {
                let digits = line.text.split(|c: char| !c.is_ascii_digit());
                let is_device = |it: &&str| (14..=20).contains(&it.len()) && !it.starts_with(TEST);
                let devices = digits.filter(is_device);
                devices.for_each(|it| add("9", it));
            }
            _ => {}
        }
    }
    names
}

/// A name of this length.
fn stand_in(stem: &str, count: usize, len: usize) -> String {
    if stem == "9" {
        return format!("{count:0len$}");
    }
    let count = count.to_string();
    let front = len.saturating_sub(count.len()).min(stem.len());
    format!(
        "{:x<len$}",
        format!("{}{count}", stem.get(..front).unwrap_or_default())
    )
}

/// The same with bytes, where they are a text.
fn replace_in(bytes: &mut Vec<u8>, names: &BTreeMap<String, String>) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        *bytes = replace(text, names).into_bytes();
    }
}

/// The text with names in place of names, where they do not stand within a longer word.
fn replace(text: &str, names: &BTreeMap<String, String>) -> String {
    let mut replaced = String::new();
    let mut rest = text;
    let mut before = None;
    while let Some(c) = rest.chars().next() {
        let starts = !before.is_some_and(char::is_alphanumeric);
        let found = names.iter().filter(|(name, _)| {
            let behind = rest.strip_prefix(name.as_str());
            let ends = behind.and_then(|it| it.chars().next());
            behind.is_some() && !ends.is_some_and(char::is_alphanumeric)
        });
        let found = found.max_by_key(|(name, _)| name.len());
        if let Some((name, other)) = found.filter(|_| starts) {
            replaced.push_str(other);
            rest = rest.get(name.len()..).unwrap_or_default();
            before = name.chars().last();
        } else {
            replaced.push(c);
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
            before = Some(c);
        }
    }
    replaced
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_replaced_as_whole_words_and_keep_their_length() {
        let names = [
            ("pump-7", stand_in("client", 1, 6)),
            ("broker.example", stand_in("broker", 2, 14)),
        ];
        let names = names.map(|(a, b)| (a.to_owned(), b)).into();
        let text = replace("AT+X=broker.example,\"pump-7\",pump-77,t/pump-7/x", &names);
        assert_eq!(text, "AT+X=broker2xxxxxxx,\"clien1\",pump-77,t/clien1/x");
        assert_eq!(stand_in("9", 3, 15), "000000000000003");
    }
}
