//! Events as lines for people.

use crate::observe::stream::{
    LineKind, LossReason, TraceDirection, TraceEvent, TraceLine, TraceLink, TraceLost, TracePort,
    TraceSwitch, TraceWhat,
};
use crate::observe::trace::stamp;

/// An event as a line, where people are told it.
pub(super) fn line(event: &TraceEvent) -> Option<String> {
    let (side, text) = match &event.what {
        TraceWhat::Line(line) => spoken(line)?,
        TraceWhat::Packet(packet) => {
            let arrow = match packet.dir {
                TraceDirection::In => '>',
                TraceDirection::Out => '<',
            };
            (broker(packet.link, arrow), packet.text())
        }
        TraceWhat::Link(link) => (broker(link.link, '-'), linked(link)),
        TraceWhat::Port(port) => ("host   -".to_owned(), at_port(port)),
        TraceWhat::Fault(fault) => (modem(), fault.to_string()),
        TraceWhat::Power(what) => (modem(), format!("power {}", switched(*what))),
        TraceWhat::Radio(what) => (modem(), format!("radio {}", switched(*what))),
        TraceWhat::Store(store) => (modem(), format!("store {}: {}", store.what, store.slot)),
        TraceWhat::Note { text } => (modem(), format!("note: {text}")),
        _ => return None,
    };
    let label = one_line(event.modem.as_str());
    Some(format!(
        "{} {label} {side} {}\n",
        stamp::of(event.t),
        one_line(&text)
    ))
}

/// What is missing, as a line.
pub(super) fn missing(lost: &TraceLost) -> String {
    let modem = lost.modem.as_ref().map(|it| one_line(it.as_str()));
    let whose = modem.map(|it| format!(" of {it}")).unwrap_or_default();
    let why = match lost.why {
        LossReason::Reader => "its reader did not keep up",
        LossReason::Disk => "the disk did not take them",
    };
    format!("- {} events{whose} are missing: {why}\n", lost.count)
}

fn modem() -> String {
    "modem  -".to_owned()
}

fn broker(link: u8, arrow: char) -> String {
    match link {
        0 => format!("broker {arrow}"),
        number => format!("broker.{number} {arrow}"),
    }
}

/// A line, where it is no echo.
fn spoken(line: &TraceLine) -> Option<(String, String)> {
    let arrow = match line.dir {
        TraceDirection::In => '>',
        TraceDirection::Out => '<',
    };
    let text = match line.kind {
        LineKind::Echo => return None,
        LineKind::Data if line.hidden > 0 => format!("*** ({} bytes of data)", line.bytes),
        _ => line.text.clone(),
    };
    Some((format!("host   {arrow}"), text))
}

fn linked(link: &TraceLink) -> String {
    let [to, transport] = [&link.to, &link.transport].map(|it| it.as_deref().unwrap_or("?"));
    let mut text = match (&*link.what, &link.by) {
        ("opening", _) => format!("opening {to} over {transport}"),
        (what, Some(by)) => format!("{what} by the {by}"),
        (what, None) => what.to_owned(),
    };
    if let Some(why) = &link.text {
        text = format!("{text}: {why}");
    }
    match link.code {
        Some(code) => format!("{text} ({code})"),
        None => text,
    }
}

fn at_port(port: &TracePort) -> String {
    let what = match &*port.what {
        "host-there" => "host is there",
        "host-gone" => "host is gone",
        "stray" => "bytes that begin no line: they are not AT",
        "unended" => "not ended",
        other => other,
    };
    match port.text.as_ref().or(port.lines.as_ref()) {
        Some(text) => format!("{what}: {text}"),
        None => what.to_owned(),
    }
}

fn switched(what: TraceSwitch) -> &'static str {
    match what {
        TraceSwitch::On => "on",
        TraceSwitch::Off => "off",
    }
}

/// A text may hold anything, and a line is one line.
fn one_line(text: &str) -> String {
    let shown = |c: char| -> String {
        if c.is_control() {
            c.escape_default().to_string()
        } else {
            c.to_string()
        }
    };
    text.chars().map(shown).collect()
}
