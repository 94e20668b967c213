//! `cargo xtask fuzz`: both sides of the modem under cargo-fuzz, and a short form
//! that needs neither nightly nor cargo-fuzz.

use crate::sh::{self, Result, cargo};
use std::path::Path;
use std::process::Command;

const TARGET: &str = "both_sides";
const HOW: &str = "Get it: cargo install cargo-fuzz --locked";
const HOW_NIGHTLY: &str = "cargo-fuzz needs the nightly compiler. Get it: \
                           rustup toolchain install nightly --profile minimal";

/// Runs the fuzz target for so many seconds.
pub fn run(seconds: u32) -> Result {
    sh::need("cargo-fuzz", HOW)?;
    let nightly = Command::new("rustup")
        .args(["run", "nightly", "rustc", "--version"])
        .output();
    if !nightly.is_ok_and(|output| output.status.success()) {
        return Err(HOW_NIGHTLY.to_owned());
    }
    let corpus = sh::root().join("fuzz/corpus").join(TARGET);
    println!("{} seeds from the chats", seed(&corpus)?);
    let time = format!("-max_total_time={seconds}");
    let words = [
        "run",
        "nightly",
        "cargo",
        "fuzz",
        "run",
        TARGET,
        "--",
        &time,
        "-timeout=10",
    ];
    let mut command = sh::program("rustup", words);
    // Else the toolchain we run in would be the one it takes.
    command.env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO");
    sh::run(&mut command)
}

/// Ten seconds of random sessions with the tests' own compiler and code.
pub fn short() -> Result {
    let seed = std::process::id().to_string();
    println!("CHAOS_SEED={seed}");
    let words = ["test", "--quiet", "--workspace", "--test", "laws"];
    let only = ["--", "--ignored", "--nocapture", "of_sessions_for_a_while"];
    let mut command = cargo(words.into_iter().chain(only));
    sh::run(command.env("CHAOS_SECONDS", "10").env("CHAOS_SEED", seed))
}

/// What hosts say in the chats, as sessions (see `Session::decode`).
fn seed(corpus: &Path) -> Result<usize> {
    let chats = sh::files(&sh::root().join("chat/chats"), "chat");
    for (i, chat) in chats.iter().enumerate() {
        let session = session(&sh::read(chat)?);
        sh::write(&corpus.join(format!("chat-{i}")), &session)?;
    }
    Ok(chats.len())
}

/// A chat's host lines: the largest memory, not strict, each line an op of its own.
fn session(chat: &str) -> Vec<u8> {
    let mut session = vec![5, 0];
    for line in chat.lines().filter_map(|line| line.strip_prefix("> ")) {
        for piece in line.as_bytes().chunks(200) {
            session.extend([0, piece.len() as u8]);
            session.extend(piece);
        }
        session.extend([0, 1, b'\r']);
        // A broker that answers connects in between.
        session.extend([16, 1]);
    }
    session
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_chat_becomes_a_session() {
        let session = super::session("> AT\n< OK\n");
        assert_eq!(
            session,
            [&[5, 0, 0, 2][..], b"AT", &[0, 1, 13, 16, 1]].concat()
        );
    }
}
