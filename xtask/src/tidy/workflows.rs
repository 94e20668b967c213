//! The workflows run what one can run by hand: verbs of `cargo xtask`, behind
//! actions that set a machine up.

use crate::help::HELP;
use crate::sh::{self, Result};

/// Actions that fetch the sources, a compiler or a tool, or restore a cache.
const SET_UP: [&str; 4] = [
    "actions/checkout@",
    "dtolnay/rust-toolchain@",
    "Swatinem/rust-cache@",
    "taiki-e/install-action@",
];

/// Steps of workflows that do anything else.
pub fn check() -> Result<Vec<String>> {
    let root = sh::root();
    let mut findings = Vec::new();
    for path in sh::files(&root.join(".github/workflows"), "yml") {
        let name = path.strip_prefix(&root).unwrap_or(&path);
        findings.extend(steps(&name.to_string_lossy(), &sh::read(&path)?));
    }
    Ok(findings)
}

fn steps(name: &str, text: &str) -> Vec<String> {
    let mut findings = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        let step = text.trim().trim_start_matches("- ");
        let wrong = match step.split_once(':') {
            Some(("run", command)) => !is_verb(command.trim()),
            Some(("uses", action)) => !SET_UP.iter().any(|name| action.trim().starts_with(name)),
            _ => false,
        };
        if wrong {
            findings.push(format!(
                "{name}:{line}: neither a verb of cargo xtask nor a set-up: {step}"
            ));
        }
    }
    findings
}

/// Whether this is `cargo xtask` with a verb there is.
fn is_verb(command: &str) -> bool {
    let verb = command
        .strip_prefix("cargo xtask ")
        .and_then(|rest| rest.split(' ').next());
    let known = |verb: &str| {
        HELP.lines().any(|line| {
            line.strip_prefix("  ")
                .and_then(|line| line.split(' ').next())
                == Some(verb)
        })
    };
    verb.is_some_and(|verb| !verb.is_empty() && known(verb))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_and_set_up_pass() {
        let text = "jobs:\n  a:\n    steps:\n      - uses: actions/checkout@v4\n      - run: cargo xtask test\n      \
                    - run: cargo xtask fuzz --seconds 9\n";
        assert!(steps("ci.yml", text).is_empty());
    }

    #[test]
    fn anything_else_is_found() {
        for step in [
            "- run: cargo test",
            "- run: |",
            "run: cargo xtask",
            "- run: cargo xtask no-such-verb",
            "- uses: somebody/else@v1",
        ] {
            assert_eq!(steps("ci.yml", step).len(), 1, "{step}");
        }
    }
}
