//! `cargo xtask sim`: a modem, a host and a broker in virtual time, a seed
//! deciding what goes wrong between them.

use crate::sh::{self, Result, cargo};

/// Seeds of `cargo xtask test`.
const SEEDS: u64 = 10_000;
/// Seeds with three links, each of which plays as much as three others.
const SEEDS_OF_THREE: u64 = 3_000;

/// `--all` goes on where a seed fails and lists the laws that are broken;
/// `--seeds N` plays so many, `--from S` from that one on, `--seed S` that one
/// alone with all that happens in it.
pub fn run(words: &[&str]) -> Result {
    let mut settings = vec![("SIM_SEEDS", SEEDS)];
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let name = match *word {
            "--all" => {
                settings.push(("SIM_ALL", 1));
                continue;
            }
            "--seeds" => "SIM_SEEDS",
            "--from" => "SIM_FROM",
            "--seed" => "SIM_SEED",
            other => return Err(format!("sim: no such option: {other}")),
        };
        let value = words.next().and_then(|value| value.parse().ok());
        let value = value.ok_or_else(|| format!("sim: a number must follow {word}"))?;
        settings.push((name, value));
    }
    play(&settings)
}

/// The seeds that must pass before a change lands.
pub fn short() -> Result {
    play(&[("SIM_SEEDS", SEEDS)])
}

/// Laws and seeds on a modem of three links.
pub fn three_links() -> Result {
    let package = "test --quiet --release --package mqmodem-testkit --features three-links";
    for only in ["--test laws", "--test sim"] {
        let mut command = cargo(package.split(' ').chain(only.split(' ')));
        command.env("SIM_SEEDS", SEEDS_OF_THREE.to_string());
        sh::run(&mut command)?;
    }
    Ok(())
}

fn play(settings: &[(&str, u64)]) -> Result {
    let words = [
        "test",
        "--quiet",
        "--release",
        "--package",
        "mqmodem-testkit",
    ];
    let only = ["--test", "sim", "--", "--nocapture", "nothing_is_lost"];
    let mut command = cargo(words.into_iter().chain(only));
    for (name, value) in settings {
        command.env(name, value.to_string());
    }
    sh::run(&mut command)
}
