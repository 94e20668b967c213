//! Whether the modem said what was expected of it.

use crate::link::{Versions, name_of};
use crate::packet;
use crate::player::{Output, Played};
use crate::script::{Expect, Script, Step};
use mqmodem_core::LinkId;
use mqmodem_faults::escape::escape;
use std::collections::BTreeMap;
use std::fmt;

/// Bytes to the broker of each link that sent some.
type Brokers = BTreeMap<LinkId, Vec<u8>>;

/// A step after which the modem said something else than expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// The chat.
    pub file: String,
    /// The line to look at, counted from 1.
    pub line: usize,
    /// In which mode the chat was played.
    pub mode: String,
    /// What went wrong.
    pub what: Box<Difference>,
}

/// What went wrong in a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// The modem said something else than expected; both as lines of a chat.
    Output {
        /// What the chat says.
        expected: Vec<String>,
        /// What came.
        got: Vec<String>,
    },
    /// The step could not be carried out.
    Stopped(String),
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: (played {}) ", self.file, self.line, self.mode)?;
        match &*self.what {
            Difference::Stopped(why) => f.write_str(why),
            Difference::Output { expected, got } => {
                let same = common(expected, got);
                f.write_str("the modem said something else\n  expected:")?;
                side(f, expected, same)?;
                f.write_str("\n  got:")?;
                side(f, got, same)
            }
        }
    }
}

/// The lines of one side, with an arrow at the first that differs.
fn side(f: &mut fmt::Formatter<'_>, lines: &[String], same: usize) -> fmt::Result {
    for (at, line) in lines.iter().enumerate() {
        let mark = if at == same { "->" } else { "  " };
        write!(f, "\n  {mark}  {line}")?;
    }
    if same >= lines.len() {
        f.write_str("\n  ->  (nothing)")?;
    }
    Ok(())
}

impl std::error::Error for Mismatch {}

/// How many lines at the front are the same.
fn common(a: &[String], b: &[String]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

/// The first step that did not go as the chat says.
pub fn check(script: &Script, record: &Played, mode: &str) -> Result<(), Mismatch> {
    for (step, output) in script.steps.iter().zip(&record.output) {
        if !agrees(step, output) {
            return Err(mismatch(script, step, output, mode));
        }
    }
    let Some(why) = &record.stopped else {
        return Ok(());
    };
    let last = record.output.len().saturating_sub(1);
    Err(Mismatch {
        file: script.file.clone(),
        line: script.steps.get(last).map_or(0, |step| step.line),
        mode: mode.into(),
        what: Box::new(Difference::Stopped(why.clone())),
    })
}

/// Whether all of the output in a step was expected, and all that was expected came.
pub(crate) fn agrees(step: &Step, output: &Output) -> bool {
    let (host, brokers, net) = wanted(step);
    host == output.host && brokers == output.brokers && net == asked(&net, output)
}

/// What a step expects to the host, to the brokers and of the network.
pub(crate) fn wanted(step: &Step) -> (Vec<u8>, Brokers, Vec<String>) {
    let (mut host, mut brokers, mut net) = (step.echo.clone(), Brokers::new(), Vec::new());
    for expected in &step.expected {
        match &expected.what {
            Expect::Host(bytes) => host.extend(bytes),
            Expect::Broker(bytes) => brokers.entry(expected.link).or_default().extend(bytes),
            Expect::Asked(asked) => net.push(asked.clone()),
            Expect::Silent => {}
        }
    }
    (host, brokers, net)
}

/// Bytes to the brokers as lines of a chat.
pub fn broker_lines(versions: &Versions, brokers: &BTreeMap<LinkId, Vec<u8>>) -> Vec<String> {
    let lines = brokers.iter().flat_map(|(link, bytes)| {
        let name = name_of("broker", *link);
        let lines = packet::lines(versions.of(*link), bytes).into_iter();
        lines.map(move |line| line.replacen("broker", &name, 1))
    });
    lines.collect()
}

pub(crate) fn mismatch(script: &Script, step: &Step, output: &Output, mode: &str) -> Mismatch {
    let (host, brokers, net) = wanted(step);
    let mut expected = host_lines(&step.echo, &host);
    let mut got = host_lines(&step.echo, &output.host);
    expected.extend(broker_lines(&step.versions, &brokers));
    got.extend(broker_lines(&step.versions, &output.brokers));
    got.extend(asked(&net, output));
    expected.extend(net);
    if expected == got {
        // The frames differ in a way the lines do not show.
        expected = vec![format!("<< {}", escape(&host))];
        got = vec![format!("<< {}", escape(&output.host))];
    }
    Mismatch {
        file: script.file.clone(),
        line: step.line,
        mode: mode.into(),
        what: Box::new(Difference::Output { expected, got }),
    }
}

/// What was asked of the network and the port, as lines of a chat, as far as
/// the step cares: one that says nothing of a side does not.
pub(crate) fn asked(wanted: &[String], output: &Output) -> Vec<String> {
    let side = |line: &String| line.split(' ').next().unwrap_or_default().to_string();
    let cares = |line: &&String| wanted.iter().any(|wanted| side(wanted) == side(line));
    output.asked.iter().filter(cares).cloned().collect()
}

/// Bytes to the host as lines of a chat; the echo goes without saying.
pub(crate) fn host_lines(echo: &[u8], bytes: &[u8]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = bytes.strip_prefix(echo).unwrap_or(bytes);
    while !rest.is_empty() {
        if let Some((text, after)) = frame(rest) {
            lines.push(format!("< {text}"));
            rest = after;
            continue;
        }
        let framed = |at: &usize| frame(&rest[*at..]).is_some();
        let end = (1..rest.len()).find(framed).unwrap_or(rest.len());
        lines.push(format!("<< {}", escape(&rest[..end])));
        rest = &rest[end..];
    }
    lines
}

/// A line framed as in V1 that reads back as it is, and what follows it.
fn frame(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let rest = bytes.strip_prefix(b"\r\n")?;
    let end = rest.windows(2).position(|pair| pair == b"\r\n")?;
    let text = std::str::from_utf8(&rest[..end]).ok()?;
    let plain = !text.is_empty() && text == text.trim() && !text.contains(char::is_control);
    plain.then(|| (text, &rest[end + 2..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_bytes_become_lines() {
        let lines = host_lines(b"AT\r", b"AT\r\r\n+X:1\r\n\r\nOK\r\n");
        assert_eq!(lines, ["< +X:1", "< OK"]);
        assert_eq!(host_lines(b"", b"0\r"), ["<< 0\\r"]);
        assert_eq!(host_lines(b"", b"AT\r\r\nOK\r\n"), ["<< AT\\r", "< OK"]);
        assert_eq!(host_lines(b"", b"\r\n\r\n"), ["<< \\r\\n\\r\\n"]);
        assert_eq!(host_lines(b"AT\r", b"\r\nOK\r\n"), ["< OK"]);
    }

    #[test]
    fn a_mismatch_points_at_the_first_difference() {
        let mismatch = Mismatch {
            file: "a.chat".into(),
            line: 3,
            mode: "whole".into(),
            what: Box::new(Difference::Output {
                expected: vec!["< A".into(), "< OK".into()],
                got: vec!["< A".into()],
            }),
        };
        let text = mismatch.to_string();
        assert!(text.starts_with("a.chat:3: (played whole)"));
        assert!(text.contains("->  < OK") && text.contains("->  (nothing)"));
    }
}
