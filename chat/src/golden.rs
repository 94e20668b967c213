//! Playing chats: one in every mode, and whole folders of them.

use crate::check::{Mismatch, check};
use crate::memory::{Further, heap, lent};
use crate::parse::parse_with;
use crate::player::{Played, play, step_in};
use crate::script::{Input, Script};
use crate::sim::{PLAY_MODES, PlayMode, Sim};
use crate::update::updated;
use mqmodem_core::Slot;
use mqmodem_core::modem::dialect::Dialect;
use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// Plays a chat in virtual time, in every one of [`PLAY_MODES`]: however the bytes
/// are cut, the modem must say the same at the same moment.
pub fn run(script: &Script) -> Result<(), Mismatch> {
    for mode in PLAY_MODES {
        check(script, &play_in(script, mode), &mode.to_string())?;
    }
    Ok(())
}

/// Plays a chat in virtual time in one mode.
pub fn play_in(script: &Script, mode: PlayMode) -> Played {
    with_sim(script, mode, |sim| play(script, sim))
}

/// What is durable after each step of a chat, as far as it got.
pub fn stored_in(script: &Script) -> Vec<BTreeMap<Slot, Vec<u8>>> {
    with_sim(script, PlayMode::Whole, |sim| {
        let mut steps = script.steps.iter();
        let kept = || {
            let step = steps.next()?;
            step_in(step, sim).ok()?;
            Some(sim.stored().clone())
        };
        std::iter::from_fn(kept).collect()
    })
}

fn with_sim<T>(script: &Script, mode: PlayMode, act: impl FnOnce(&mut Sim<'_>) -> T) -> T {
    let on = |step: &&_| is_power_on(step);
    let times = script.steps.iter().filter(on).count();
    let sizes = script.setup.memory;
    let mut arenas: Vec<[Vec<u8>; 11]> = Vec::new();
    if mode == PlayMode::LentMemory {
        arenas.resize_with(times, || sizes.bytes.map(|size| vec![0; size]));
    }
    let mut further: Vec<Further<'_>> = Vec::new();
    further.resize_with(arenas.len(), Further::new);
    let memory = if mode == PlayMode::LentMemory {
        let all = arenas.iter_mut().zip(&mut further);
        all.map(|(arena, further)| lent(arena, further)).collect()
    } else {
        (0..times).map(|_| heap(sizes)).collect()
    };
    act(&mut Sim::new(script.setup, mode, memory))
}

fn is_power_on(step: &crate::script::Step) -> bool {
    step.input == Input::PowerOn
}

/// How the chats of a folder went.
#[derive(Debug, Default)]
pub struct Report {
    /// Each chat by its name, and what was wrong with it.
    pub chats: Vec<(String, Option<String>)>,
}

impl Report {
    /// How many chats did not go as they say.
    pub fn failed(&self) -> usize {
        self.chats
            .iter()
            .filter(|(_, wrong)| wrong.is_some())
            .count()
    }

    /// Whether there were chats at all, and each went as it says.
    pub fn is_ok(&self) -> bool {
        !self.chats.is_empty() && self.failed() == 0
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, wrong) in &self.chats {
            let result = if wrong.is_some() { "FAILED" } else { "ok" };
            writeln!(f, "chat {name} ... {result}")?;
        }
        for wrong in self.chats.iter().filter_map(|(_, wrong)| wrong.as_ref()) {
            writeln!(f, "\n{wrong}")?;
        }
        let failed = self.failed();
        let passed = self.chats.len() - failed;
        let chats = if passed == 1 { "chat" } else { "chats" };
        write!(f, "\n{passed} {chats} passed, {failed} failed")?;
        if self.chats.is_empty() {
            write!(f, ": there is no *.chat file to play")?;
        }
        Ok(())
    }
}

/// Plays every `*.chat` below `folder` whose name contains `filter`. With
/// `update`, expectations that were not met are rewritten first.
///
/// # Errors
/// Where the folder or a file in it cannot be read or written.
pub fn run_dir(folder: &Path, filter: &str, update: bool) -> std::io::Result<Report> {
    run_dir_with(&[], folder, filter, update)
}

/// Plays the chats of a folder as [`run_dir`] does. They may choose one of `more`
/// dialects, too.
///
/// # Errors
/// Where the folder or a file in it cannot be read or written.
pub fn run_dir_with(
    more: &[&'static Dialect],
    folder: &Path,
    filter: &str,
    update: bool,
) -> std::io::Result<Report> {
    let mut files = Vec::new();
    find(folder, &mut files)?;
    let mut report = Report::default();
    for file in files {
        let path = file.strip_prefix(folder).unwrap_or(&file);
        let name = path.with_extension("").display().to_string();
        if name.contains(filter) {
            let wrong = run_file(more, &file, update)?;
            report.chats.push((name, wrong));
        }
    }
    Ok(report)
}

/// Adds the chat at `path` to `files`, or every `*.chat` below it, in order.
///
/// # Errors
/// Where it is not there or a folder cannot be read.
pub fn find(path: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if !fs::metadata(path)?.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let entries: std::io::Result<Vec<_>> = fs::read_dir(path)?.collect();
    let mut below: Vec<_> = entries?.iter().map(fs::DirEntry::path).collect();
    below.sort();
    for path in below {
        if path.is_dir() || path.extension().is_some_and(|end| end == "chat") {
            find(&path, files)?;
        }
    }
    Ok(())
}

/// What is wrong with the chat in `file`, if anything is.
fn run_file(
    more: &[&'static Dialect],
    file: &Path,
    update: bool,
) -> std::io::Result<Option<String>> {
    let name = file.display().to_string();
    let text = fs::read_to_string(file)?;
    if update && let Some(text) = rewritten(more, &name, &text) {
        fs::write(file, text)?;
    }
    let text = fs::read_to_string(file)?;
    // A panic in the modem spoils one chat, not the report.
    let played = catch_unwind(AssertUnwindSafe(|| played(more, &name, &text)));
    Ok(played
        .unwrap_or_else(|_| Err(format!("{name}: the modem panicked")))
        .err())
}

fn played(more: &[&'static Dialect], name: &str, text: &str) -> Result<(), String> {
    let script = parse_with(more, name, text).map_err(|error| error.to_string())?;
    run(&script).map_err(|mismatch| mismatch.to_string())
}

fn rewritten(more: &[&'static Dialect], name: &str, text: &str) -> Option<String> {
    let script = parse_with(more, name, text).ok()?;
    let play = || play_in(&script, PLAY_MODES[0]);
    let played = catch_unwind(AssertUnwindSafe(play)).ok()?;
    let new = updated(text, &script, &played);
    (new != text).then_some(new)
}
