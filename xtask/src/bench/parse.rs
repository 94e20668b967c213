//! `cargo xtask bench parse`: instructions per command under callgrind.
//!
//! Counted is all a publish costs in the core: the line read byte by byte, split,
//! parsed, checked, dispatched; the packet built; the PUBACK read (QoS 1); the
//! answer written, and the calls that move these bytes. See `bench/src/bin/parse.rs`.

use crate::setup;
use crate::sh::{self, Result, cargo};
use std::path::Path;

/// A load, the most it may take, and what the best C parser of this kind takes to
/// parse, dispatch and answer the same line, without any MQTT.
struct Load {
    what: &'static str,
    about: &'static str,
    limit: u64,
    c_parser: u64,
}

const fn load(what: &'static str, about: &'static str, limit: u64, c_parser: u64) -> Load {
    Load {
        what,
        about,
        limit,
        c_parser,
    }
}

/// The line parsed, dispatched and answered: the work of the C parser.
const LIMIT: u64 = 3_000;
/// What the MQTT engine may add to keep a message and take its PUBACK.
const ENGINE: u64 = 700;

const LOADS: [Load; 5] = [
    load("refused", "34 bytes, not connected", LIMIT, 26_225),
    load("short-0", "34 bytes, QoS 0", LIMIT + ENGINE, 26_225),
    load(
        "short-1",
        "34 bytes, QoS 1, acknowledged",
        LIMIT + ENGINE,
        26_225,
    ),
    load("bulk-0", "1 KiB payload, QoS 0", 15_000, 161_602),
    load(
        "bulk-1",
        "1 KiB payload, QoS 1, acknowledged",
        15_000,
        161_602,
    ),
];

/// Two run lengths: their difference has no start-up in it.
const RUNS: (u64, u64) = (200, 1_200);

/// Prints the table; an error if a load is over its limit.
pub fn run() -> Result {
    setup::run()?;
    sh::run(&mut cargo([
        "build",
        "--quiet",
        "--profile",
        "bench",
        "--package",
        "mqmodem-bench",
    ]))?;
    let program = sh::target().join("release/parse");
    println!("instructions per AT+MQTTPUB, from the first byte read to the last answered:");
    println!(
        "{:36} {:>8} {:>8} {:>10} {:>7}",
        "", "counted", "limit", "C parser", "ratio"
    );
    let mut over = Vec::new();
    for load in &LOADS {
        let counted = per_command(&program, load.what)?;
        let Load {
            about,
            limit,
            c_parser,
            ..
        } = load;
        let ratio = tenths(c_parser * 10 / counted.max(1));
        println!("{about:36} {counted:>8} {limit:>8} {c_parser:>10} {ratio:>7}");
        if counted > *limit {
            over.push(load.what);
        }
    }
    if over.is_empty() {
        return Ok(());
    }
    Err(format!("over the limit: {}", over.join(", ")))
}

fn tenths(n: u64) -> String {
    format!("{}.{}x", n / 10, n % 10)
}

fn per_command(program: &Path, what: &str) -> Result<u64> {
    let (few, many) = RUNS;
    let (few_cost, many_cost) = (count(program, what, few)?, count(program, what, many)?);
    Ok((many_cost.saturating_sub(few_cost)).div_ceil(many - few))
}

/// Instructions of a whole run, as callgrind collects them.
fn count(program: &Path, what: &str, n: u64) -> Result<u64> {
    let log = sh::target().join("xtask/callgrind.log");
    sh::write(&log, b"")?;
    let log_file = format!("--log-file={}", log.display());
    let words = [
        "--tool=callgrind",
        "--callgrind-out-file=/dev/null",
        &log_file,
    ];
    let mut command = sh::program("valgrind", words);
    sh::run(command.arg(program).args([what, &n.to_string()]))?;
    let text = sh::read(&log)?;
    let number = text
        .lines()
        .find_map(|line| line.split_once("Collected : "));
    let number = number.and_then(|(_, number)| number.trim().parse().ok());
    number.ok_or_else(|| format!("callgrind did not say what it collected:\n{text}"))
}
