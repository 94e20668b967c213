//! The part of a recording that led to one of its events.

use super::timeline::SHORT;
use crate::observe::stream::{LineKind, TraceDirection, TraceEvent, TraceLine, TraceWhat};
use std::collections::BTreeMap;

/// Microseconds behind the event that belong to it at most.
const AFTER: u64 = 5_000_000;

/// The events from the connection in which the one of this number happened, up to the end of
/// the command it belongs to; before them what was set up to then.
pub(super) fn part_around(events: &[TraceEvent], seq: u64) -> Result<Vec<TraceEvent>, String> {
    let at = events.iter().position(|event| event.seq == seq);
    let at = at.ok_or_else(|| {
        let first = events.first().map_or(0, |event| event.seq);
        let last = events.last().map_or(0, |event| event.seq);
        format!(
            "there is no event {seq} of this modem in it; they have the numbers {first} to {last}"
        )
    })?;
    let from = begin(events, at);
    let to = end(events, at);
    let start = events.get(from).map_or(0, |event| event.t);
    let before = events.get(..from).unwrap_or_default();
    let mut part: Vec<_> = settings(before).into_iter().cloned().collect();
    for event in &mut part {
        event.t = start;
    }
    part.extend(events.get(from..to).unwrap_or_default().iter().cloned());
    Ok(part)
}

/// The command line behind which the last link before this event was asked for.
fn begin(events: &[TraceEvent], at: usize) -> usize {
    let before = events.get(..=at).unwrap_or_default();
    let is_opening = |event: &TraceEvent| match &event.what {
        TraceWhat::Link(link) => link.what == "opening",
        _ => false,
    };
    let opening = before.iter().rposition(is_opening).unwrap_or(at);
    let before = events.get(..=opening).unwrap_or_default();
    let command = before.iter().rposition(|event| command(event).is_some());
    command.unwrap_or(0)
}

/// Behind the result of the command that runs then.
fn end(events: &[TraceEvent], at: usize) -> usize {
    let t = events.get(at).map_or(0, |event| event.t);
    let before = events.get(..=at).unwrap_or_default();
    let number = before
        .iter()
        .rev()
        .find_map(command)
        .and_then(|line| line.command);
    let rest = events.get(at..).unwrap_or_default();
    let ends = |event: &TraceEvent| match &event.what {
        TraceWhat::Line(line) => line.kind == LineKind::Result && line.command == number,
        _ => false,
    };
    let in_time = |event: &&TraceEvent| event.t <= t + AFTER;
    let most = rest.iter().take_while(in_time).count();
    let Some(result) = rest.iter().take(most).position(ends) else {
        return at + most;
    };
    // With what came of it.
    let ended = rest.get(result).map_or(t, |event| event.t);
    let behind = rest.get(result + 1..).unwrap_or_default().iter();
    let more = behind.take_while(|it| command(it).is_none() && it.t <= ended + SHORT);
    at + result + 1 + more.count()
}

fn command(event: &TraceEvent) -> Option<&TraceLine> {
    match &event.what {
        TraceWhat::Line(line) if line.kind == LineKind::Command => Some(line),
        _ => None,
    }
}

/// How the modem was made, and the last of each command that set something and was all
/// between host and modem, with its data and answers.
fn settings(events: &[TraceEvent]) -> Vec<&TraceEvent> {
    let mut last: BTreeMap<String, u64> = BTreeMap::new();
    let mut outside = None;
    for event in events {
        match &event.what {
            TraceWhat::Line(line) if line.kind == LineKind::Command => {
                outside = line.command.zip(name(&line.text));
            }
            TraceWhat::Line(line) if line.kind == LineKind::Result => {
                let ended = outside
                    .take()
                    .filter(|(number, _)| Some(*number) == line.command);
                if let Some((number, name)) = ended.filter(|_| line.text == "OK") {
                    last.insert(name, number);
                }
            }
            TraceWhat::Packet(packet) if packet.dir == TraceDirection::Out => outside = None,
            TraceWhat::Link(_) => outside = None,
            _ => {}
        }
    }
    let kept = |event: &&TraceEvent| match &event.what {
        TraceWhat::Setup(_) => true,
        TraceWhat::Line(line) => line
            .command
            .is_some_and(|it| last.values().any(|n| *n == it)),
        _ => false,
    };
    events.iter().filter(kept).collect()
}

/// What a command line sets: its name, and its first value where that is a text; none where it
/// asks.
fn name(text: &str) -> Option<String> {
    if text.ends_with('?') || !text.get(..2)?.eq_ignore_ascii_case("AT") {
        return None;
    }
    let (name, values) = text.split_once('=').unwrap_or((text, ""));
    let first = values.split(',').next().unwrap_or_default();
    let first = if first.starts_with('"') { first } else { "" };
    Some(format!("{}={first}", name.to_uppercase()))
}
