//! `cargo xtask docs`: the generated manual, and the transcripts that are played.

use crate::conformance;
use crate::links;
use crate::sh::{self, Result, cargo};
use crate::transcript::{self, Block};
use std::path::{Path, PathBuf};

/// What `mqmodem commands` prints, kept for readers.
const MANUAL: &str = "docs/commands/native.md";
/// The page `mqmodem chat --format` prints, which the crate holds, and its copy for readers.
const FORMAT: [&str; 2] = ["chat/src/format.md", "docs/chat.md"];
const PLAYED: [&str; 10] = [
    "README.md",
    "README.zh-CN.md",
    "docs/at-language.md",
    "docs/chat.md",
    "docs/command-line.md",
    "docs/fleet.md",
    "docs/gateway.md",
    "docs/mqtt5.md",
    "docs/reliability.md",
    "docs/testing-firmware.md",
];

/// Writes the manual.
pub fn write() -> Result {
    let text = manual(&program()?)?;
    sh::write(&sh::root().join(MANUAL), text.as_bytes())?;
    let [from, to] = FORMAT.map(|path| sh::root().join(path));
    sh::write(&to, sh::read(&from)?.as_bytes())?;
    println!("wrote {MANUAL} and {}", FORMAT[1]);
    Ok(())
}

/// Links lead somewhere, the page of conformance holds, the manual is current and every
/// transcript holds.
pub fn check() -> Result {
    links::check()?;
    conformance::check()?;
    let program = program()?;
    let kept = sh::read(&sh::root().join(MANUAL))?;
    if kept != manual(&program)? {
        return Err(format!(
            "{MANUAL} is not what `mqmodem commands` prints; run: cargo xtask docs"
        ));
    }
    let [page, copy] = FORMAT.map(|path| sh::read(&sh::root().join(path)));
    if page? != copy.unwrap_or_default() {
        return Err(format!(
            "{} is not {}; run: cargo xtask docs",
            FORMAT[1], FORMAT[0]
        ));
    }
    println!("{MANUAL} and {} are current", FORMAT[1]);
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

fn manual(program: &Path) -> Result<String> {
    sh::output(&mut sh::program(program, ["commands", "--format", "md"]))
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
