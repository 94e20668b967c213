//! `cargo xtask bench engine`: instructions and allocations of an MQTT session alone,
//! for one stored publish of QoS 1 and its PUBACK, in either version of MQTT, beside
//! other clients that do no I/O. See `tests/bench/src/bin/engine.rs`.

use super::callgrind;
use super::table::Table;
use crate::sh::{self, Result};
use std::path::Path;

/// The most instructions it may take.
const LIMIT: u64 = 700;
/// How many more it may take in MQTT 5, without properties.
const MQTT5: u64 = 40;

const RIVALS: [(&str, &str); 2] = [
    ("mqtt-protocol-core", "mqtt-protocol-core"),
    ("rumqttc", "rumqttc's MqttState"),
];

/// Counts ours and the others'.
pub fn run() -> Result<Vec<Table>> {
    let head = ["instructions", "allocations", "times ours"];
    let mut table = Table::new("The engine alone: one stored QoS 1 publish, PUBACK", &head);
    let folder = callgrind::build(&["--features", "rivals"])?;
    let engine = folder.join("engine");
    let own = measure(&engine, &["3.1.1"])?;
    let newer = measure(&engine, &["5"])?;
    table.row(row("mqmodem-core's Session", own, own.0));
    table.row(row("the same in MQTT 5", newer, own.0));
    for (name, about) in RIVALS {
        match measure(&folder.join("engine-rivals"), &[name]) {
            Ok(cost) => table.row(row(about, cost, own.0)),
            Err(why) => table.row([about.to_owned(), why]),
        }
    }
    let in_time = own.0 <= LIMIT && newer.0 <= own.0 + MQTT5;
    let met = if in_time && own.1 + newer.1 == 0.0 {
        "Met"
    } else {
        "Not met"
    };
    table.note(format!(
        "{met}: at most {LIMIT} instructions, {MQTT5} more in MQTT 5, and no allocation. Of rumqttc only the state behind its \
         event loop is measured, driven as the loop drives it."
    ));
    Ok(vec![table])
}

fn row(name: &str, cost: (u64, f64), own: u64) -> [String; 4] {
    let (instructions, allocations) = cost;
    let ratio = instructions as f64 / own as f64;
    [
        name.to_owned(),
        instructions.to_string(),
        format!("{allocations:.1}"),
        format!("{ratio:.1}x"),
    ]
}

/// Instructions and allocations of each message.
fn measure(program: &Path, words: &[&str]) -> Result<(u64, f64)> {
    const N: u32 = 1_000;
    let instructions = callgrind::each(program, words)?;
    let mut command = sh::program(program, words.iter().copied());
    let said = sh::output(command.arg(N.to_string()))?;
    let count = said.trim().strip_prefix("allocations ");
    let count = count.and_then(|count| count.parse::<f64>().ok());
    let count = count.ok_or_else(|| format!("no count of allocations: {said}"))?;
    Ok((instructions, count / f64::from(N)))
}
