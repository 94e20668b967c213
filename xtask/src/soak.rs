//! `cargo xtask soak`: numbered messages through modems that are killed, over
//! connections that are cut.

use crate::docs;
use crate::sh::{self, Result, cargo};
use std::path::Path;

/// What the goal asks for: an hour or two.
const FULL: [&str; 8] = [
    "--messages",
    "1000000",
    "--cuts",
    "10000",
    "--kills",
    "1000",
    "--modems",
    "20",
];

/// Builds modem and soak for release and runs it with these options.
pub fn run(words: &[&str]) -> Result {
    let build = ["build", "--release", "--quiet"];
    let packages = ["--package", "mqmodem", "--package", "mqmodem-soak"];
    sh::run(&mut cargo(build.into_iter().chain(packages)))?;
    soak(&sh::target().join("release"), words)
}

/// Both forms, short, with what the tests built.
pub fn short() -> Result {
    let program = docs::program()?;
    let built = program.parent().unwrap_or(&program);
    soak(
        built,
        &["--messages", "4000", "--cuts", "80", "--kills", "20"],
    )?;
    let mosquitto = ["--mosquitto", "--restarts", "4"];
    let rest = ["--messages", "1000", "--cuts", "20", "--kills", "5"];
    soak(built, &[&mosquitto[..], &rest].concat())
}

/// Runs the soak of this directory against the modem there.
fn soak(built: &Path, words: &[&str]) -> Result {
    let mut command = sh::program(built.join("mqmodem-soak"), []);
    command.arg("--modem").arg(built.join("mqmodem"));
    command.arg("--dir").arg(sh::target().join("soak"));
    for word in words {
        match *word {
            "--full" => command.args(FULL),
            "--mosquitto" => {
                let program = sh::need("mosquitto", "Get it: cargo xtask setup")?;
                command.arg("--mosquitto").arg(program)
            }
            word => command.arg(word),
        };
    }
    sh::run(&mut command)
}
