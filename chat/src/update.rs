//! Rewriting what a chat expects by what came.

use crate::check::{asked, broker_lines, host_lines, wanted};
use crate::link::Versions;
use crate::player::{Output, Played};
use crate::script::{Expect, Script, Step};

/// The text of a chat with its expectations as they were `played`. Comments,
/// order and expectations that were met stay as they are.
pub fn updated(text: &str, script: &Script, played: &Played) -> String {
    let mut lines: Vec<Vec<String>> = text.lines().map(|line| vec![line.into()]).collect();
    let mut versions = Versions::default();
    for (step, output) in script.steps.iter().zip(&played.output) {
        for change in changes(&versions, step, output) {
            change.apply(step, &mut lines);
        }
        for (link, bytes) in &output.brokers {
            versions.follow(*link, bytes);
        }
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

fn changes(versions: &Versions, step: &Step, output: &Output) -> Vec<Change> {
    let (host, brokers, net) = wanted(step);
    let mut changes = Vec::new();
    if brokers != output.brokers {
        changes.push(Change {
            side: |what| matches!(what, Expect::Broker(_) | Expect::Silent),
            lines: broker_lines(versions, &output.brokers),
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
