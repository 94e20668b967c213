//! Instructions of a load, whatever else the machine does.

use crate::sh::{self, Result, cargo};
use std::path::{Path, PathBuf};

/// Two run lengths: their difference has no start-up in it.
const RUNS: (u64, u64) = (200, 1_200);

/// Builds loads as callgrind wants them; where they are.
pub fn build(words: &[&str]) -> Result<PathBuf> {
    let build = [
        "build",
        "--quiet",
        "--profile",
        "bench",
        "--package",
        "mqmodem-bench",
    ];
    sh::run(&mut cargo(build.iter().chain(words).copied()))?;
    Ok(sh::target().join("release"))
}

/// Instructions of each of what the load does `n` times.
pub fn each(program: &Path, words: &[&str]) -> Result<u64> {
    let (few, many) = RUNS;
    let (few_cost, many_cost) = (count(program, words, few)?, count(program, words, many)?);
    Ok((many_cost.saturating_sub(few_cost)).div_ceil(many - few))
}

/// Instructions of a whole run, as callgrind collects them.
fn count(program: &Path, words: &[&str], n: u64) -> Result<u64> {
    let log = sh::target().join("xtask/callgrind.log");
    sh::write(&log, b"")?;
    let log_file = format!("--log-file={}", log.display());
    let tool = [
        "--tool=callgrind",
        "--callgrind-out-file=/dev/null",
        &log_file,
    ];
    let mut command = sh::program("valgrind", tool);
    sh::output(command.arg(program).args(words).arg(n.to_string()))?;
    let text = sh::read(&log)?;
    let number = text
        .lines()
        .find_map(|line| line.split_once("Collected : "));
    let number = number.and_then(|(_, number)| number.trim().parse().ok());
    number.ok_or_else(|| format!("callgrind did not say what it collected:\n{text}"))
}
