//! The events of one modem, and what is asked about them.

use super::speech::Speech;
use crate::observe::stream::{
    LineKind, TraceDirection, TraceEvent, TraceLine, TraceLink, TraceSwitch, TraceWhat,
};
use mqmodem_core::{Failure, Stage};

/// Microseconds for which a pause is nothing.
pub(super) const SHORT: u64 = 600_000;

/// The stages at which a link may be late, but for TCP, which is where it is without a word.
const STAGES: [(&str, Stage); 5] = [
    ("turn", Stage::Turn),
    ("name", Stage::Name),
    ("tls", Stage::Tls),
    ("proxy", Stage::Proxy),
    ("websocket", Stage::WebSocket),
];

/// The events of one modem in their order.
#[derive(Clone, Debug)]
pub(super) struct Timeline {
    pub(super) events: Vec<TraceEvent>,
}

impl Timeline {
    /// The whole second in which it begins, in microseconds since 1970.
    pub(super) fn begin(&self) -> u64 {
        let first = self.events.first().map_or(0, |event| event.t);
        first / 1_000_000 * 1_000_000
    }

    /// How the modem was made, as lines with `set` have it.
    pub(super) fn set(&self) -> &[String] {
        let setup = self.events.iter().find_map(|event| match &event.what {
            TraceWhat::Setup(setup) => Some(&setup.set[..]),
            _ => None,
        });
        setup.unwrap_or_default()
    }

    /// Whether the first command line came back; not known where there is none.
    pub(super) fn begins_with_echo(&self) -> Option<bool> {
        let first = self.lines().find(|line| {
            let begins = line
                .text
                .get(..2)
                .is_some_and(|it| it.eq_ignore_ascii_case("AT"));
            line.kind == LineKind::Command && begins
        })?;
        let mut echoes = self.lines().filter(|line| line.kind == LineKind::Echo);
        Some(echoes.any(|line| line.command == first.command))
    }

    fn lines(&self) -> impl Iterator<Item = &TraceLine> {
        self.events.iter().filter_map(|event| match &event.what {
            TraceWhat::Line(line) => Some(line),
            _ => None,
        })
    }

    /// How the command of this number ended.
    pub(super) fn result_of(&self, command: Option<u64>) -> Option<&str> {
        command?;
        let mut lines = self.lines();
        let result = |line: &&TraceLine| {
            let ends = matches!(line.kind, LineKind::Result | LineKind::Prompt);
            ends && line.command == command
        };
        lines.find(result).map(|line| line.text.as_str())
    }

    /// The last result of the command of this number.
    pub(super) fn end_of(&self, command: Option<u64>) -> Option<&str> {
        command?;
        let result = |line: &TraceLine| line.kind == LineKind::Result && line.command == command;
        let results = self.lines().filter(|line| result(line));
        results.last().map(|line| line.text.as_str())
    }

    /// All that the modem said up to the event of this index.
    pub(super) fn speech(&self) -> Speech {
        let mut said = Speech::default();
        self.events.iter().for_each(|event| said.recorded(event));
        said
    }

    /// The first thing done to the modem behind this index.
    pub(super) fn next_input(&self, behind: usize) -> usize {
        let rest = self.events.get(behind + 1..).unwrap_or_default();
        let next = rest.iter().position(|event| is_input(&event.what));
        next.map_or(self.events.len(), |at| behind + 1 + at)
    }

    /// The opening of a link from this index on up to the other.
    pub(super) fn openings(&self, from: usize, to: usize) -> impl Iterator<Item = (usize, u8)> {
        let to = to.min(self.events.len());
        let part = self.events.get(from.min(to)..to).unwrap_or_default();
        let events = (from..).zip(part);
        events.filter_map(|(at, event)| match &event.what {
            TraceWhat::Link(link) if link.what == "opening" => Some((at, link.link)),
            _ => None,
        })
    }

    /// Whether the link that is asked for at this index comes up at once.
    pub(super) fn opens_at_once(&self, at: usize) -> bool {
        let (Some(event), Some((t, link))) = (self.events.get(at), self.outcome(at)) else {
            return true;
        };
        link.what == "open" && t.saturating_sub(event.t) <= SHORT
    }

    /// Where the link that is asked for at this index is late, where the modem gives up.
    pub(super) fn late_at(&self, at: usize) -> Option<(&'static str, Stage)> {
        let (_, link) = self.outcome(at)?;
        if link.by.as_deref() != Some("modem") {
            return None;
        }
        let late = |stage: Stage| Failure::late(stage).to_string();
        let mut stages = STAGES.into_iter();
        stages.find(|(_, stage)| link.text.as_deref() == Some(&late(*stage)))
    }

    /// What becomes of the link that is asked for at this index, and when.
    fn outcome(&self, at: usize) -> Option<(u64, &TraceLink)> {
        let TraceWhat::Link(asked) = &self.events.get(at)?.what else {
            return None;
        };
        let rest = self.events.get(at + 1..)?;
        rest.iter().find_map(|event| match &event.what {
            TraceWhat::Link(link) if link.link == asked.link => Some((event.t, link)),
            _ => None,
        })
    }

    /// Whether what is stored next, before the other index, is refused.
    pub(super) fn store_fails(&self, from: usize, to: usize) -> Option<bool> {
        let part = self.events.get(from..to.min(self.events.len()))?;
        part.iter().find_map(|event| match &event.what {
            TraceWhat::Store(store) if store.what == "failed" => Some(true),
            TraceWhat::Store(store) if store.what == "done" => Some(false),
            _ => None,
        })
    }

    /// How often the modem is switched on.
    pub(super) fn starts(&self) -> usize {
        let on = |event: &&TraceEvent| matches!(event.what, TraceWhat::Power(TraceSwitch::On));
        self.events.iter().filter(on).count()
    }

    /// Whether the modem is switched on again behind this index.
    pub(super) fn comes_back(&self, behind: usize) -> bool {
        let rest = self.events.get(behind + 1..).unwrap_or_default();
        let mut rest = rest.iter();
        rest.any(|event| matches!(event.what, TraceWhat::Power(TraceSwitch::On)))
    }
}

/// Whether it is something done to the modem.
fn is_input(what: &TraceWhat) -> bool {
    match what {
        TraceWhat::Line(line) => line.dir == TraceDirection::In,
        TraceWhat::Packet(packet) => packet.dir == TraceDirection::In,
        TraceWhat::Link(link) => match &*link.what {
            "opening" => false,
            "closed" => link.by.as_deref() == Some("broker"),
            _ => true,
        },
        TraceWhat::Port(port) => port.what.starts_with("host-") || port.what == "break",
        TraceWhat::Power(_) => true,
        _ => false,
    }
}
