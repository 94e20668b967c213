//! `cargo xtask fuzz`: the targets of `tests/fuzz/` under cargo-fuzz, and a short form that
//! needs neither nightly nor cargo-fuzz.

use crate::sh::{self, Result, cargo};
use std::process::Command;

/// The targets of `tests/fuzz/Cargo.toml`.
const TARGETS: [&str; 4] = ["both_sides", "properties", "stored_records", "wire"];
/// A session is also played byte by byte, which for longer ones takes seconds.
const LIMITS: [&str; 2] = ["-max_len=65536", "-timeout=20"];
const HOW: &str = "Get it: cargo install cargo-fuzz --locked";
const HOW_NIGHTLY: &str = "cargo-fuzz needs the nightly compiler. Get it: \
                           rustup toolchain install nightly --profile minimal";

/// What was asked for: one target or all, and for how long each.
#[derive(Debug, PartialEq, Eq)]
struct Choice<'w> {
    targets: Vec<&'w str>,
    seconds: u32,
}

/// Runs one target after the other.
pub fn run(words: &[&str]) -> Result {
    let choice = choice(words)?;
    sh::need("cargo-fuzz", HOW)?;
    let nightly = Command::new("rustup")
        .args(["run", "nightly", "rustc", "--version"])
        .output();
    if !nightly.is_ok_and(|output| output.status.success()) {
        return Err(HOW_NIGHTLY.to_owned());
    }
    seed()?;
    for target in choice.targets {
        println!("fuzz {target}: {} s", choice.seconds);
        fuzz(target, choice.seconds)?;
    }
    Ok(())
}

fn choice<'w>(words: &[&'w str]) -> Result<Choice<'w>> {
    let mut choice = Choice {
        targets: TARGETS.to_vec(),
        seconds: 60,
    };
    for pair in words.chunks(2) {
        match *pair {
            ["--seconds", n] => {
                choice.seconds = n.parse().map_err(|_| format!("not a number: {n}"))?;
            }
            ["--target", name] if TARGETS.contains(&name) => choice.targets = vec![name],
            ["--target", name] => {
                let known = TARGETS.join(", ");
                return Err(format!("fuzz: no target `{name}`; there are: {known}"));
            }
            _ => return Err(format!("fuzz: what is `{}`?", pair.join(" "))),
        }
    }
    Ok(choice)
}

fn fuzz(target: &str, seconds: u32) -> Result {
    let time = format!("-max_total_time={seconds}");
    let words = ["run", "nightly", "cargo", "fuzz", "run", target];
    let options = ["--fuzz-dir", "tests/fuzz", "--", &time];
    let words = words.into_iter().chain(options).chain(LIMITS);
    let mut command = sh::program("rustup", words);
    // Else the toolchain we run in would be the one it takes.
    command.env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO");
    sh::run(&mut command)
}

/// What is said and kept in the chats, as the targets read it.
fn seed() -> Result {
    let words = ["run", "--quiet", "--package", "mqmodem-testkit"];
    let seeds = [
        "--example",
        "seeds",
        "--",
        "chat/chats",
        "tests/fuzz/corpus",
    ];
    sh::run(&mut cargo(words.into_iter().chain(seeds)))
}

/// Ten seconds of random sessions with the tests' own compiler and code.
pub fn short() -> Result {
    let seed = std::process::id().to_string();
    println!("CHAOS_SEED={seed}");
    let words = [
        "test",
        "--quiet",
        "--package",
        "mqmodem-testkit",
        "--test",
        "laws",
    ];
    let only = [
        "--",
        "--ignored",
        "--nocapture",
        "random_scenarios_keep_the_laws",
    ];
    let mut command = cargo(words.into_iter().chain(only));
    sh::run(command.env("CHAOS_SECONDS", "10").env("CHAOS_SEED", seed))
}

#[cfg(test)]
mod tests {
    use super::{TARGETS, choice};

    #[test]
    fn one_target_or_all() {
        let all = choice(&[]).unwrap();
        assert_eq!((all.targets, all.seconds), (TARGETS.to_vec(), 60));
        let one = choice(&["--target", "wire", "--seconds", "5"]).unwrap();
        assert_eq!((one.targets, one.seconds), (vec!["wire"], 5));
        for wrong in [&["--target", "no"][..], &["--seconds", "x"], &["wire"]] {
            assert!(choice(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn every_target_is_known() {
        let manifest = include_str!("../../tests/fuzz/Cargo.toml");
        for target in TARGETS {
            assert!(manifest.contains(&format!("name = \"{target}\"")));
        }
        assert_eq!(manifest.matches("[[bin]]").count(), TARGETS.len());
    }
}
