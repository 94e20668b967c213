//! What a modem said, in each direction as one sequence, and how two of these differ.

use crate::observe::stream::{LineKind, TraceDirection, TraceEvent, TracePacket, TraceWhat};
use mqmodem_chat::{Output, PacketWords};
use std::collections::{BTreeMap, BTreeSet};

/// What stands for something hidden.
const HIDDEN: &str = "***";

/// More pairs of lines are not compared with each other.
const MOST_PAIRS: usize = 4_000_000;

/// Texts of a packet that may be recorded in part.
const PAYLOADS: [&str; 2] = ["payload", "willpayload"];

/// All that a modem said.
#[derive(Debug, Default)]
pub(super) struct Speech {
    host: Vec<String>,
    brokers: BTreeMap<u8, Vec<SaidPacket>>,
}

/// A packet that a modem sent.
#[derive(Clone, Debug)]
struct SaidPacket {
    text: String,
    /// Not all of its payload was recorded.
    partial: bool,
}

impl Speech {
    /// How many lines and packets there are.
    pub(super) fn counts(&self) -> (usize, usize) {
        (self.host.len(), self.brokers.values().map(Vec::len).sum())
    }

    /// Adds what an event says.
    pub(super) fn recorded(&mut self, event: &TraceEvent) {
        match &event.what {
            TraceWhat::Line(line)
                if line.dir == TraceDirection::Out && line.kind != LineKind::Echo =>
            {
                self.host.extend(pieces(&line.text));
            }
            TraceWhat::Packet(packet) if packet.dir == TraceDirection::Out => self.sent(packet),
            _ => {}
        }
    }

    fn sent(&mut self, packet: &TracePacket) {
        let said = SaidPacket {
            text: packet.text(),
            partial: packet.payload_bytes.is_some(),
        };
        self.brokers.entry(packet.link).or_default().push(said);
    }

    /// Adds what was played, without the echo of what was `typed`.
    pub(super) fn played(&mut self, typed: &[u8], output: &Output, lines: &[String]) {
        let host = without_echo(typed, &output.host);
        self.host.extend(pieces(&String::from_utf8_lossy(host)));
        for line in lines {
            let Some((link, text)) = packet_of(line) else {
                continue;
            };
            let said = SaidPacket {
                text,
                partial: false,
            };
            self.brokers.entry(link).or_default().push(said);
        }
    }

    /// How `played` differs from this, a line for each difference.
    pub(super) fn differences(&self, played: &Self) -> Vec<String> {
        let same = |a: &String, b: &String| is_same_line(a, b);
        let mut all = differences("host  ", &self.host, &played.host, same, String::clone);
        let links = self.brokers.keys().chain(played.brokers.keys());
        let links: BTreeSet<_> = links.collect();
        for link in links {
            let of = |said: &Self| said.brokers.get(link).cloned().unwrap_or_default();
            let name = match link {
                0 => "broker".to_owned(),
                number => format!("broker.{number}"),
            };
            let shown = |packet: &SaidPacket| packet.text.clone();
            all.extend(differences(
                &name,
                &of(self),
                &of(played),
                is_same_packet,
                shown,
            ));
        }
        all
    }
}

/// The lines of a text, without frames.
fn pieces(text: &str) -> Vec<String> {
    let lines = text.split(['\r', '\n']).map(str::trim_end);
    lines
        .filter(|it| !it.is_empty())
        .map(str::to_owned)
        .collect()
}

/// What came without the echo of what was typed; of a long line not all is echoed.
fn without_echo<'o>(typed: &[u8], output: &'o [u8]) -> &'o [u8] {
    let line = typed.trim_ascii_end();
    if line.is_empty() {
        return output;
    }
    let common = line.iter().zip(output).take_while(|(a, b)| a == b).count();
    let is_echo = common == line.len() || (common >= 128 && output.get(common) == Some(&b'\r'));
    if is_echo {
        let rest = output.get(common..).unwrap_or_default();
        return rest.strip_prefix(b"\r").unwrap_or(rest);
    }
    output
}

/// The link and the words of `broker.1 < WORDS`, without secrets.
fn packet_of(written: &str) -> Option<(u8, String)> {
    let (name, rest) = written.split_once(' ')?;
    let link = match name.split_once('.') {
        Some(("broker", number)) => number.parse().ok()?,
        _ if name == "broker" => 0,
        _ => return None,
    };
    let text = match rest.strip_prefix("< ") {
        Some(words) => match PacketWords::parse(words) {
            Ok(mut words) => {
                words.hide_secrets();
                words.to_string()
            }
            Err(_) => words.to_owned(),
        },
        None => rest.to_owned(),
    };
    Some((link, text))
}

fn is_same_line(recorded: &String, played: &String) -> bool {
    match recorded.split_once(HIDDEN) {
        None => recorded == played,
        Some((before, behind)) => {
            let rest = played.strip_prefix(before);
            rest.is_some_and(|rest| rest.ends_with(behind))
        }
    }
}

fn is_same_packet(recorded: &SaidPacket, played: &SaidPacket) -> bool {
    if !recorded.partial {
        return recorded.text == played.text;
    }
    let rest = |text: &str| {
        let mut words = PacketWords::parse(text).ok()?.into_owned();
        for name in PAYLOADS {
            words.take_text(name);
        }
        Some(words.to_string())
    };
    rest(&recorded.text) == rest(&played.text)
}

/// The differences of two sequences: `-` for what was only recorded, `+` for what was only
/// played.
fn differences<T>(
    name: &str,
    recorded: &[T],
    played: &[T],
    same: impl Fn(&T, &T) -> bool,
    shown: impl Fn(&T) -> String,
) -> Vec<String> {
    let pairs = recorded.iter().zip(played);
    let front = pairs.take_while(|(a, b)| same(a, b)).count();
    let recorded = recorded.get(front..).unwrap_or_default();
    let played = played.get(front..).unwrap_or_default();
    let pairs = recorded.iter().rev().zip(played.iter().rev());
    let back = pairs.take_while(|(a, b)| same(a, b)).count();
    let recorded = recorded.get(..recorded.len() - back).unwrap_or_default();
    let played = played.get(..played.len() - back).unwrap_or_default();
    let kept = if recorded.len() * played.len() > MOST_PAIRS {
        Vec::new()
    } else {
        common(recorded, played, same)
    };
    let (mut a, mut b) = (recorded.iter(), played.iter());
    let (mut seen, mut all) = ((0, 0), Vec::new());
    let ends = kept.into_iter().chain([(recorded.len(), played.len())]);
    for (to_a, to_b) in ends {
        let lost = a.by_ref().take(to_a - seen.0);
        all.extend(lost.map(|it| format!("{name} - {}", shown(it))));
        let new = b.by_ref().take(to_b - seen.1);
        all.extend(new.map(|it| format!("{name} + {}", shown(it))));
        let _ = (a.next(), b.next());
        seen = (to_a + 1, to_b + 1);
    }
    all
}

/// The places of the longest sequence that is common to both.
fn common<T>(a: &[T], b: &[T], same: impl Fn(&T, &T) -> bool) -> Vec<(usize, usize)> {
    let width = b.len() + 1;
    let mut longest = vec![0_u32; (a.len() + 1) * width];
    let at = |x: usize, y: usize| x * width + y;
    let get = |longest: &[u32], x, y| longest.get(at(x, y)).copied().unwrap_or(0);
    for (x, one) in a.iter().enumerate().rev() {
        for (y, other) in b.iter().enumerate().rev() {
            let best = if same(one, other) {
                get(&longest, x + 1, y + 1) + 1
            } else {
                get(&longest, x + 1, y).max(get(&longest, x, y + 1))
            };
            if let Some(place) = longest.get_mut(at(x, y)) {
                *place = best;
            }
        }
    }
    let (mut x, mut y, mut places) = (0, 0, Vec::new());
    while let (Some(one), Some(other)) = (a.get(x), b.get(y)) {
        if same(one, other) {
            places.push((x, y));
            (x, y) = (x + 1, y + 1);
        } else if get(&longest, x + 1, y) >= get(&longest, x, y + 1) {
            x += 1;
        } else {
            y += 1;
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(host: &[&str]) -> Speech {
        Speech {
            host: host.iter().map(|&it| it.to_owned()).collect(),
            brokers: BTreeMap::new(),
        }
    }

    #[test]
    fn differences_are_told_in_their_order() {
        let recorded = said(&["OK", "+X:***,1", "ERROR", "OK"]);
        assert!(
            recorded
                .differences(&said(&["OK", "+X:secret,1", "ERROR", "OK"]))
                .is_empty()
        );
        let differ = recorded.differences(&said(&["OK", "RDY", "+X:a,2", "ERROR", "OK", "OK"]));
        let want = [
            "host   - +X:***,1",
            "host   + RDY",
            "host   + +X:a,2",
            "host   + OK",
        ];
        assert_eq!(differ, want);
        assert_eq!(said(&["A"]).differences(&said(&[])), ["host   - A"]);
    }

    #[test]
    fn an_echo_is_nothing_that_was_said() {
        for (typed, output, rest) in [
            ("AT\r", "AT\r\r\nOK\r\n", "\r\nOK\r\n"),
            ("AT\r", "\r\nOK\r\n", "\r\nOK\r\n"),
            ("", "\r\nOK\r\n", "\r\nOK\r\n"),
            ("37", "37\r\nOK\r\n", "\nOK\r\n"),
        ] {
            assert_eq!(
                without_echo(typed.as_bytes(), output.as_bytes()),
                rest.as_bytes()
            );
        }
    }
}
