//! `cargo xtask docs`: the generated manual, and the transcripts that are played.

use crate::sh::{self, Result, cargo};
use crate::transcript::{self, Block};
use std::path::{Path, PathBuf};

/// What `mqmodem commands` prints, kept for readers.
const MANUAL: &str = "docs/commands/native.md";
const PLAYED: [&str; 2] = ["README.md", "README.zh-CN.md"];

/// Writes the manual.
pub fn write() -> Result {
    let text = manual(&program()?)?;
    sh::write(&sh::root().join(MANUAL), text.as_bytes())?;
    println!("wrote {MANUAL}");
    Ok(())
}

/// The manual is current and every transcript of the READMEs holds.
pub fn check() -> Result {
    let program = program()?;
    let kept = sh::read(&sh::root().join(MANUAL))?;
    if kept != manual(&program)? {
        return Err(format!(
            "{MANUAL} is not what `mqmodem commands` prints; run: cargo xtask docs"
        ));
    }
    println!("{MANUAL} is current");
    PLAYED.iter().try_for_each(|name| play(name, &program))
}

/// The program as the tests built it.
fn program() -> Result<PathBuf> {
    sh::run(&mut cargo(["build", "--quiet", "--workspace", "--bins"]))?;
    Ok(sh::target().join("debug/mqmodem"))
}

fn manual(program: &Path) -> Result<String> {
    sh::output(&mut sh::program(program, ["commands", "--format", "md"]))
}

/// Plays every transcript of a document; one without any was forgotten.
fn play(name: &str, program: &Path) -> Result {
    let blocks = transcript::blocks(&sh::read(&sh::root().join(name))?);
    let mut played = 0;
    for block in &blocks {
        let result = match block.kind.as_str() {
            "console" => transcript::play(block, program),
            "chat" => chat(block),
            _ => continue,
        };
        result.map_err(|why| format!("{name}:{}: {why}", block.line))?;
        played += 1;
    }
    println!("{name}: {played} transcripts hold");
    if played == 0 {
        return Err(format!(
            "{name} shows no transcript (a block marked `console`)"
        ));
    }
    Ok(())
}

/// Plays a conversation with the player of `chat/`.
fn chat(block: &Block) -> Result {
    let file = sh::target().join("xtask/block.chat");
    sh::write(&file, block.text.as_bytes())?;
    let path = file.to_string_lossy();
    sh::run(&mut cargo([
        "run",
        "--quiet",
        "--package",
        "mqmodem-chat",
        "--",
        &path,
    ]))
}
