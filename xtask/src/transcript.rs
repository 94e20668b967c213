//! Transcripts in a document that are played, so that they stay true.
//!
//! * A fenced block marked `console` holds commands (`$ …`) and what they print.
//!   They run in a shell at the root of the repository with `mqmodem` on the path;
//!   `cargo run --release --` stands for it, in the profile that is built already.
//!   `...` in a line stands for any text, `...` alone for any number of lines. A
//!   command must end well within a minute.
//! * A fenced block marked `chat` is a conversation as in `chat/`.
//! * Anything else that is shown and not played is marked otherwise: `sh`, `text`.

use crate::sh::{self, Result};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How a document tells the user to start the program.
const CARGO_RUN: [&str; 2] = ["cargo run --release -- ", "cargo run -r -- "];
const PATIENCE: Duration = Duration::from_mins(1);

/// A fenced block of a document.
pub struct Block {
    /// What is written behind the opening fence.
    pub kind: String,
    /// The line of the opening fence, from 1.
    pub line: usize,
    /// What is between the fences.
    pub text: String,
}

/// A command and the lines it must print.
struct Run<'a> {
    command: &'a str,
    expected: Vec<&'a str>,
}

/// The fenced blocks of a document.
pub fn blocks(document: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open = false;
    for (i, line) in document.lines().enumerate() {
        if let Some(kind) = line.trim_start().strip_prefix("```") {
            open = !open;
            if open {
                let kind = kind.trim().to_owned();
                blocks.push(Block {
                    kind,
                    line: i + 1,
                    text: String::new(),
                });
            }
        } else if let Some(block) = blocks.last_mut().filter(|_| open) {
            block.text.push_str(line);
            block.text.push('\n');
        }
    }
    blocks
}

/// Plays a `console` block with the program at `mqmodem`.
pub fn play(block: &Block, mqmodem: &Path) -> Result {
    for run in runs(&block.text)? {
        println!("$ {}", run.command);
        let printed = execute(run.command, mqmodem)?;
        compare(&run.expected, &printed).map_err(|why| format!("`{}`: {why}", run.command))?;
    }
    Ok(())
}

fn runs(text: &str) -> Result<Vec<Run<'_>>> {
    let mut runs: Vec<Run<'_>> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix("$ "), runs.last_mut()) {
            (Some(command), _) => runs.push(Run {
                command,
                expected: Vec::new(),
            }),
            (None, Some(run)) => run.expected.push(line),
            (None, None) => return Err("a console block starts with `$ `".to_owned()),
        }
    }
    Ok(runs)
}

/// Runs a command in a shell and returns what it printed.
fn execute(command: &str, mqmodem: &Path) -> Result<String> {
    let mut line = command.to_owned();
    for cargo_run in CARGO_RUN {
        line = line.replace(cargo_run, "mqmodem ");
    }
    if line.contains("cargo ") {
        return Err(format!("`{command}` builds something: mark the block `sh`"));
    }
    let child = shell(&line, mqmodem)?;
    let id = child.id();
    let (done, waiter) = std::sync::mpsc::channel();
    std::thread::spawn(move || done.send(child.wait_with_output()));
    let Ok(output) = waiter.recv_timeout(PATIENCE) else {
        sh::stop_group(id);
        return Err(format!("`{command}` did not end within {PATIENCE:?}"));
    };
    let output = output.map_err(|e| format!("`{command}`: {e}"))?;
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(printed);
    }
    let status = output.status;
    Err(format!(
        "`{command}` ended with {status} after printing\n{printed}"
    ))
}

fn shell(line: &str, mqmodem: &Path) -> Result<Child> {
    use std::os::unix::process::CommandExt;
    let dir = mqmodem.parent().unwrap_or(mqmodem).to_owned();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::iter::once(dir).chain(std::env::split_paths(&path));
    let path = std::env::join_paths(path).map_err(|e| e.to_string())?;
    Command::new("sh")
        .args(["-c", line])
        .current_dir(sh::root())
        .env("PATH", path)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        // A group of its own, so that it can be ended with all its children.
        .process_group(0)
        .spawn()
        .map_err(|e| format!("sh: {e}"))
}

/// Whether what was printed is what the document shows.
fn compare(expected: &[&str], printed: &str) -> Result {
    let printed: Vec<&str> = printed.lines().collect();
    match first_difference(expected, &printed) {
        None => Ok(()),
        Some((shown, Some(real))) => Err(format!(
            "the document shows\n  {shown}\nbut it prints\n  {real}"
        )),
        Some((shown, None)) => Err(format!(
            "the document shows\n  {shown}\nbut it prints no more"
        )),
    }
}

/// The first line shown that was not printed, and what was instead.
fn first_difference<'a>(
    shown: &[&'a str],
    printed: &[&'a str],
) -> Option<(&'a str, Option<&'a str>)> {
    match (shown, printed) {
        ([], []) => None,
        ([], [line, ..]) => Some(("(nothing more)", Some(line))),
        (["...", rest @ ..], _) => {
            let mut starts = (0..=printed.len()).map(|n| first_difference(rest, &printed[n..]));
            // Whatever the gap swallows: the deepest complaint is the one about its end.
            if starts.any(|difference| difference.is_none()) {
                return None;
            }
            Some((rest.first().copied().unwrap_or("..."), None))
        }
        ([line, ..], []) => Some((line, None)),
        ([line, more @ ..], [real, rest @ ..]) => {
            if !fits(line.trim_end(), real.trim_end()) {
                return Some((line, Some(real)));
            }
            first_difference(more, rest)
        }
    }
}

/// Whether a line fits a pattern in which `...` stands for any text.
fn fits(pattern: &str, line: &str) -> bool {
    let Some((start, rest)) = pattern.split_once("...") else {
        return pattern == line;
    };
    let Some(line) = line.strip_prefix(start) else {
        return false;
    };
    let ends = (0..=line.len()).filter(|at| line.is_char_boundary(*at));
    ends.into_iter().any(|at| fits(rest, &line[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found() {
        let found = blocks("x\n```sh\na\n```\n\n```console\n$ b\nc\n```\n");
        let found: Vec<_> = found.iter().map(|b| (&*b.kind, b.line, &*b.text)).collect();
        assert_eq!(found, [("sh", 2, "a\n"), ("console", 6, "$ b\nc\n")]);
    }

    #[test]
    fn dots_in_a_pattern_fit_any_text() {
        for (pattern, line, right) in [
            ("abc", "abc", true),
            ("abc", "abcd", false),
            ("a...c", "abbc", true),
            ("a...c", "abbd", false),
            ("...", "", true),
            ("port ... of ...", "port 4711 of 3", true),
        ] {
            assert_eq!(fits(pattern, line), right, "{pattern} {line}");
        }
    }

    #[test]
    fn lines_may_be_left_out() {
        assert!(compare(&["a", "...", "d"], "a\nb\nc\nd\n").is_ok());
        assert!(compare(&["a", "..."], "a\n").is_ok());
        assert!(compare(&["a", "...", "d"], "a\nb\nc\n").is_err());
        assert!(compare(&["a"], "a\nb\n").is_err());
        assert!(compare(&["a", "b"], "a\n").is_err());
    }

    #[test]
    fn a_console_block_is_run() {
        let text = "$ echo one; echo two\none\n...\n$ echo cargo run --release -- x\nmqmodem x\n";
        let block = |text: &str| Block {
            kind: String::new(),
            line: 1,
            text: text.to_owned(),
        };
        let nowhere = Path::new("/nowhere/mqmodem");
        assert_eq!(play(&block(text), nowhere), Ok(()));
        assert!(play(&block("$ echo one\ntwo\n"), nowhere).is_err());
        assert!(play(&block("$ false\n"), nowhere).is_err());
        assert!(play(&block("$ cargo build\n"), nowhere).is_err());
    }
}
