//! Lengths, words that panic, and the lints each published crate obeys.

use super::source::{Files, PUBLISHED, words};
use crate::sh::{self, Result};

/// Lines of a source file, tests included.
const MAX_LINES: usize = 400;
/// Lines of a README.
const MAX_README: usize = 150;
/// These panic where the stream is full or closed.
const PRINTING: [&str; 5] = ["print", "println", "eprint", "eprintln", "dbg"];

/// Files that are too long.
pub fn lengths(files: &Files) -> Vec<String> {
    let lines = files
        .iter()
        .map(|(path, file)| (path, file.text.lines().count()));
    let long = lines.filter(|(_, lines)| *lines > MAX_LINES);
    long.map(|(path, lines)| format!("{path}: {lines} lines, at most {MAX_LINES}: split it"))
        .collect()
}

/// READMEs that are too long or not there.
pub fn readmes() -> Vec<String> {
    let mut findings = Vec::new();
    for name in ["README.md", "README.zh-CN.md"] {
        let Ok(text) = sh::read(&sh::root().join(name)) else {
            findings.push(format!("{name} is missing"));
            continue;
        };
        let lines = text.lines().count();
        if lines > MAX_README {
            findings.push(format!("{name}: {lines} lines, at most {MAX_README}"));
        }
    }
    findings
}

/// Words that may not stand in the published crates.
pub fn forbidden(files: &Files) -> Vec<String> {
    let mut findings = Vec::new();
    let published = |path: &str| {
        PUBLISHED
            .iter()
            .any(|name| path.starts_with(&format!("{name}/src/")))
    };
    for (path, file) in files.iter().filter(|(path, _)| published(path)) {
        for (word, next) in words(&file.tokens) {
            let at = format!("{path}:{}", word.span().start().line);
            if word == "unsafe" {
                findings.push(format!("{at}: unsafe"));
            }
            if next == Some('!') && PRINTING.iter().any(|name| word == name) {
                findings.push(format!("{at}: {word}! panics where the stream is closed"));
            }
        }
    }
    findings
}

/// Every published crate obeys the lints of the workspace, `unsafe_code =
/// "forbid"` among them.
pub fn lints() -> Result<Vec<String>> {
    let mut findings = Vec::new();
    let workspace = sh::read(&sh::root().join("Cargo.toml"))?;
    if !workspace.contains("unsafe_code = \"forbid\"") {
        findings.push("Cargo.toml: unsafe_code is not forbidden".to_owned());
    }
    for name in PUBLISHED {
        let manifest = sh::read(&sh::root().join(name).join("Cargo.toml"))?;
        // The core builds alone, and says them itself; a test of its own compares them.
        let own = name == "core" && manifest.contains("unsafe_code = \"forbid\"");
        if !own && !manifest.contains("[lints]\nworkspace = true") {
            findings.push(format!(
                "{name}/Cargo.toml: the workspace's lints are not on"
            ));
        }
    }
    Ok(findings)
}

/// Only tests build on what tests are made of.
pub fn testkit() -> Result<Vec<String>> {
    let manifests = PUBLISHED.map(|name| format!("{name}/Cargo.toml"));
    let mut findings = Vec::new();
    for name in manifests {
        let text = sh::read(&sh::root().join(&name))?;
        if builds_on_testkit(&text) {
            findings.push(format!("{name}: builds on testkit, not only its tests"));
        }
    }
    Ok(findings)
}

fn builds_on_testkit(manifest: &str) -> bool {
    let sections = manifest.split("\n[");
    let others = sections.filter(|section| !section.starts_with("dev-dependencies"));
    others
        .into_iter()
        .any(|section| section.contains("testkit"))
}

#[cfg(test)]
mod tests {
    use super::super::source::files;
    use super::*;

    #[test]
    fn long_files_are_found() {
        assert!(lengths(&files(&[("a.rs", &"//\n".repeat(MAX_LINES))])).is_empty());
        assert_eq!(
            lengths(&files(&[("a.rs", &"//\n".repeat(MAX_LINES + 1))])).len(),
            1
        );
    }

    #[test]
    fn words_that_panic_are_found() {
        let text =
            "fn f() { println!(\"x\"); }\nunsafe fn g() {}\nfn h(w: W) { w.print(\"print!\") }";
        let found = [
            "core/src/a.rs:1: println! panics where the stream is closed",
            "core/src/a.rs:2: unsafe",
        ];
        assert_eq!(forbidden(&files(&[("core/src/a.rs", text)])), found);
        assert!(forbidden(&files(&[("xtask/src/a.rs", text)])).is_empty());
    }

    #[test]
    fn testkit_is_for_tests() {
        let tests = "[dependencies]\na = \"1\"\n\n[dev-dependencies]\nmqmodem-testkit = \"1\"\n";
        assert!(!builds_on_testkit(tests));
        assert!(builds_on_testkit(
            "[package]\n\n[dependencies]\nmqmodem-testkit = \"1\"\n"
        ));
    }
}
