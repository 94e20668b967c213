//! `cargo xtask bench parse`: instructions per command under callgrind.
//!
//! Counted is all a publish costs in the core: the line read byte by byte, split,
//! parsed, checked, dispatched; the packet built; the PUBACK read (QoS 1); the
//! answer written, and the calls that move these bytes. See `tests/bench/src/bin/parse.rs`.

use super::callgrind;
use super::table::Table;
use crate::setup;
use crate::sh::Result;

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
/// What the MQTT engine may add to send a message, and take its PUBACK.
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

/// Prints the table; an error if a load is over its limit.
pub fn run() -> Result {
    setup::run()?;
    let (table, over) = table()?;
    println!("{table}");
    if over.is_empty() {
        return Ok(());
    }
    Err(format!("over the limit: {}", over.join(", ")))
}

/// The table, and the loads that are over their limit.
pub fn table() -> Result<(Table, Vec<&'static str>)> {
    let program = callgrind::build(&["--bin", "parse"])?.join("parse");
    let mut table = Table::new(
        "Instructions per AT+MQTTPUB, from the first byte read to the last answered",
        &["counted", "limit", "C parser", "ratio"],
    );
    let mut over = Vec::new();
    for load in &LOADS {
        let counted = callgrind::each(&program, &[load.what])?;
        let ratio = load.c_parser as f64 / counted.max(1) as f64;
        let numbers = [counted, load.limit, load.c_parser].map(|number| number.to_string());
        let row = [load.about.to_owned()].into_iter().chain(numbers);
        table.row(row.chain([format!("{ratio:.1}x")]));
        if counted > load.limit {
            over.push(load.what);
        }
    }
    table.note(if over.is_empty() {
        "Met. The C parser parses, dispatches and answers the same line, without any MQTT."
            .to_owned()
    } else {
        format!("Not met: {}.", over.join(", "))
    });
    Ok((table, over))
}
