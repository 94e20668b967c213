//! Rewriting what a chat expects by what came.

use crate::check::{asked, host_lines, wanted};
use crate::packet;
use crate::player::{Output, Played};
use crate::script::{Expect, Script, Step};
use mqmodem_core::mqtt::Version;

/// The text of a chat with its expectations as they were `played`. Comments,
/// order and expectations that were met stay as they are.
pub fn updated(text: &str, script: &Script, played: &Played) -> String {
    let mut lines: Vec<Vec<String>> = text.lines().map(|line| vec![line.into()]).collect();
    let mut version = Version::default();
    for (step, output) in script.steps.iter().zip(&played.output) {
        for change in changes(version, step, output) {
            change.apply(step, &mut lines);
        }
        version = packet::version_after(version, &output.broker);
    }
    let mut text = lines.concat().join("\n");
    text.push('\n');
    text
}

/// Other lines for one of the sides the modem speaks to.
struct Change {
    side: fn(&Expect) -> bool,
    lines: Vec<String>,
}

fn changes(version: Version, step: &Step, output: &Output) -> Vec<Change> {
    let (host, broker, net) = wanted(step);
    let mut changes = Vec::new();
    if broker != output.broker {
        changes.push(Change {
            side: |what| matches!(what, Expect::Broker(_) | Expect::Silent),
            lines: packet::lines(version, &output.broker),
        });
    }
    if net != asked(&net, output) {
        changes.push(Change {
            side: |what| matches!(what, Expect::Asked(_)),
            lines: asked(&net, output),
        });
    }
    if host != output.host {
        changes.push(Change {
            side: |what| matches!(what, Expect::Host(_) | Expect::Silent),
            lines: host_lines(&step.echo, &output.host),
        });
    }
    changes
}

impl Change {
    /// Puts the new lines where the first old one was, or behind the step.
    fn apply(self, step: &Step, lines: &mut [Vec<String>]) {
        let mut old = step.expected.iter().filter(|e| (self.side)(&e.what));
        let first = old.next();
        if let Some(first) = first {
            lines[first.line - 1].clear();
        }
        for other in old {
            lines[other.line - 1].clear();
        }
        let at = first.map_or(step.line, |first| first.line).max(1) - 1;
        lines[at].extend(self.lines);
    }
}
