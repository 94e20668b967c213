//! `cargo xtask docs`: the generated manual, and the transcripts that are played.

use crate::conformance;
use crate::links;
use crate::sh::{self, Result, cargo};
use crate::transcript::{self, Block};
use std::path::{Path, PathBuf};

/// Where what `mqmodem commands` prints of each dialect is kept for readers.
const MANUALS: &str = "docs/commands";
/// The page `mqmodem chat --format` prints, which the crate holds, and its copy for readers.
const FORMAT: [&str; 2] = ["chat/src/format.md", "docs/chat.md"];
const PLAYED: [&str; 16] = [
    "README.md",
    "README.zh-CN.md",
    "docs/at-language.md",
    "docs/chat.md",
    "docs/command-line.md",
    "docs/dialects.md",
    "docs/dialects/esp-at.md",
    "docs/dialects/quectel.md",
    "docs/faults.md",
    "docs/fleet.md",
    "docs/gateway.md",
    "docs/inspector.md",
    "docs/mqtt5.md",
    "docs/reliability.md",
    "docs/testing-firmware.md",
    "docs/trace.md",
];

/// Writes the manuals.
pub fn write() -> Result {
    let program = program()?;
    for dialect in dialects(&program)? {
        sh::write(
            &manual_file(&dialect),
            manual(&program, &dialect)?.as_bytes(),
        )?;
    }
    let [from, to] = FORMAT.map(|path| sh::root().join(path));
    sh::write(&to, sh::read(&from)?.as_bytes())?;
    println!("wrote {MANUALS} and {}", FORMAT[1]);
    Ok(())
}

/// Links lead somewhere, the page of conformance holds, the manuals are current and every
/// transcript holds.
pub fn check() -> Result {
    links::check()?;
    conformance::check()?;
    let program = program()?;
    for dialect in dialects(&program)? {
        let kept = sh::read(&manual_file(&dialect)).unwrap_or_default();
        if kept != manual(&program, &dialect)? {
            return Err(format!(
                "{MANUALS}/{dialect}.md is not what `mqmodem commands` prints; run: cargo xtask docs"
            ));
        }
    }
    let [page, copy] = FORMAT.map(|path| sh::read(&sh::root().join(path)));
    if page? != copy.unwrap_or_default() {
        return Err(format!(
            "{} is not {}; run: cargo xtask docs",
            FORMAT[1], FORMAT[0]
        ));
    }
    println!("{MANUALS} and {} are current", FORMAT[1]);
    PLAYED.iter().try_for_each(|name| play(name, &program))
}

/// The program as the tests built it.
pub fn program() -> Result<PathBuf> {
    let everything = ["--workspace", "--bins", "--examples"];
    sh::run(&mut cargo(
        ["build", "--quiet"].into_iter().chain(everything),
    ))?;
    Ok(sh::target().join("debug/mqmodem"))
}

/// The names of the dialects, each once.
fn dialects(program: &Path) -> Result<Vec<String>> {
    let listed = sh::output(&mut sh::program(program, ["commands", "--dialects"]))?;
    let names = listed
        .lines()
        .filter_map(|line| line.split([' ', ':']).next());
    let mut names: Vec<_> = names.map(str::to_owned).collect();
    names.dedup();
    Ok(names)
}

fn manual_file(dialect: &str) -> PathBuf {
    sh::root().join(MANUALS).join(format!("{dialect}.md"))
}

/// What the usual model of a dialect speaks.
fn manual(program: &Path, dialect: &str) -> Result<String> {
    sh::output(&mut sh::program(
        program,
        ["commands", "--dialect", dialect],
    ))
}

/// Plays every transcript of a document; one without any was forgotten.
fn play(name: &str, program: &Path) -> Result {
    let blocks = transcript::blocks(&sh::read(&sh::root().join(name))?);
    let consoles = blocks.iter().filter(|block| block.kind == "console");
    let chats: Vec<&Block> = blocks.iter().filter(|block| block.kind == "chat").collect();
    let mut played = chats.len();
    for block in consoles {
        let result = transcript::play(block, program);
        result.map_err(|why| format!("{name}:{}: {why}", block.line))?;
        played += 1;
    }
    if !chats.is_empty() {
        play_chats(name, &chats)?;
    }
    println!("{name}: {played} transcripts hold");
    if played == 0 {
        return Err(format!(
            "{name} shows no transcript (a block marked `console`)"
        ));
    }
    Ok(())
}

/// Plays conversations with the player of `chat/`.
fn play_chats(name: &str, chats: &[&Block]) -> Result {
    let folder = sh::target().join("xtask/chats").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    for block in chats {
        let file = folder.join(format!("line-{}.chat", block.line));
        sh::write(&file, block.text.as_bytes())?;
    }
    let player = sh::target().join("debug/examples/play");
    sh::run(&mut sh::program(player, [&*folder.to_string_lossy()]))
        .map_err(|_| format!("{name}: a chat in it does not hold, see above"))
}
