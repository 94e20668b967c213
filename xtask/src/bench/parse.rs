//! `cargo xtask bench parse`: instructions per command under callgrind.
//!
//! Counted is all a publish costs in the core: the line read byte by byte, split,
//! parsed, checked, dispatched; the packet built; the PUBACK read (QoS 1); the
//! answer written, and the calls that move these bytes. See `tests/bench/src/bin/parse.rs`.
//!
//! The second table has a publish with QoS 1 in the words of each dialect beside the native
//! one. It counts all lines of it: a Quectel host sends two, a `SIMCom` host five.

use super::callgrind;
use super::table::Table;
use crate::setup;
use crate::sh::Result;
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

/// A dialect, and the most that a publish may take in it, short and of 1 KiB: what was
/// reached. The aim is [`AIM`].
struct Spoken {
    dialect: &'static str,
    limits: [u64; 2],
}

const fn spoken(dialect: &'static str, limits: [u64; 2]) -> Spoken {
    Spoken { dialect, limits }
}

/// Instructions of a dialect's publish for one of the native command set.
const AIM: f64 = 1.3;

/// Bytes of payload that the dialects publish.
const PAYLOADS: [(&str, &str); 2] = [("7", "7 bytes"), ("1024", "1 KiB")];

const SPOKEN: [Spoken; 8] = [
    spoken("esp-at", [5_100, 7_260]),
    spoken("luat", [5_100, 7_220]),
    spoken("nordic", [5_530, 7_280]),
    spoken("quectel", [11_350, 12_100]),
    spoken("simcom", [20_700, 21_650]),
    spoken("simcom-sm", [6_800, 7_420]),
    spoken("ublox", [6_050, 7_830]),
    spoken("ublox:sara-r410m", [5_620, 7_360]),
];

/// Prints the tables; an error if a load is over its limit.
pub fn run() -> Result {
    setup::run()?;
    let (tables, over) = tables()?;
    for table in &tables {
        println!("{table}");
    }
    if over.is_empty() {
        return Ok(());
    }
    Err(format!("over the limit: {}", over.join(", ")))
}

/// Both tables, and the loads that are over their limit.
pub fn tables() -> Result<(Vec<Table>, Vec<&'static str>)> {
    let program = callgrind::build(&["--bin", "parse"])?.join("parse");
    let (native, mut over) = native(&program)?;
    let (dialects, over_too) = dialects(&program)?;
    over.extend(over_too);
    Ok((vec![native, dialects], over))
}

/// The table of the dialects, and those that are over their limit.
fn dialects(program: &Path) -> Result<(Table, Vec<&'static str>)> {
    let mut table = Table::new(
        "Instructions per publish with QoS 1 in each dialect, gap 0",
        &["counted", "limit", "native", "ratio"],
    );
    let mut over = Vec::new();
    for (at, (length, about)) in PAYLOADS.iter().enumerate() {
        let native = callgrind::each(program, &["native", length])?;
        for Spoken { dialect, limits } in &SPOKEN {
            let counted = callgrind::each(program, &[dialect, length])?;
            let ratio = counted as f64 / native.max(1) as f64;
            let numbers = [counted, limits[at], native].map(|number| number.to_string());
            let row = [format!("{dialect}, {about}")].into_iter().chain(numbers);
            table.row(row.chain([format!("{ratio:.2}x")]));
            if counted > limits[at] {
                over.push(*dialect);
            }
        }
    }
    table.note(format!("The aim is {AIM}x; a limit is what was reached."));
    Ok((table, over))
}

/// The table of the native command set, and the loads that are over their limit.
fn native(program: &Path) -> Result<(Table, Vec<&'static str>)> {
    let mut table = Table::new(
        "Instructions per AT+MQTTPUB, from the first byte read to the last answered",
        &["counted", "limit", "C parser", "ratio"],
    );
    let mut over = Vec::new();
    for load in &LOADS {
        let counted = callgrind::each(program, &[load.what])?;
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
