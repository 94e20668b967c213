//! `docs/benchmarks.md`: what a full run came to, and on what.

use super::programs::Programs;
use super::table::Table;
use crate::sh::{self, Result};
use std::fmt::Write;
use std::path::Path;
use std::process::Command;

const HEAD: &str = "\
# Benchmarks

`cargo xtask bench` writes this page; do not edit it. `cargo xtask bench publish` runs one group of rows.

Throughput into Mosquitto is limited by Mosquitto, and good clients reach the same figure there. What distinguishes clients
is the processor time that a message costs: the user and system time of the client's process, divided by its messages.
The host of a modem, the broker and the subscriber are not counted; all share the machine. Plain rows also run against a
broker of the bench that only acknowledges, so that the broker is not the limit. The clients take turns, and the tables show
the median of the turns. `ours: speed` and `ours: CPU` are the numbers of mqmodem divided by those of the row: more is better
for speed, less for CPU. A client that could not run is marked in its row.
";

/// Writes the page.
pub fn write(programs: &Programs, rounds: usize, tables: &[Table]) -> Result {
    let mut page = HEAD.to_owned();
    let _ = write!(page, "\n{}, {rounds} rounds.\n", machine()?);
    let _ = writeln!(page, "{}", versions(programs)?);
    for table in tables {
        let _ = write!(page, "\n{}", table.markdown());
    }
    let path = sh::root().join("docs/benchmarks.md");
    sh::write(&path, page.as_bytes())?;
    println!("\nwritten: {}", path.display());
    Ok(())
}

fn machine() -> Result<String> {
    let cpus = sh::read(Path::new("/proc/cpuinfo"))?;
    let model = cpus
        .lines()
        .find_map(|line| line.strip_prefix("model name"));
    let model = model.map_or("unknown", |model| {
        model.trim_start_matches([' ', '\t', ':'])
    });
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let kernel = sh::read(Path::new("/proc/sys/kernel/osrelease"))?;
    Ok(format!(
        "Machine: {model}, {cores} cores, Linux {}",
        kernel.trim()
    ))
}

fn versions(programs: &Programs) -> Result<String> {
    let lock = sh::read(&sh::root().join("Cargo.lock"))?;
    let of = |name: &str| {
        let at = format!("name = \"{name}\"\nversion = \"");
        let version = lock
            .split_once(&at)
            .and_then(|(_, rest)| rest.split('"').next());
        format!("{name} {}", version.unwrap_or("unknown"))
    };
    let ours = Command::new(&programs.mqmodem).arg("--version").output();
    let ours = ours.map_err(|e| e.to_string())?.stdout;
    let mosquitto = sh::need("mosquitto", "Get it: cargo xtask setup")?;
    let mosquitto = Command::new(mosquitto)
        .arg("-h")
        .output()
        .map_err(|e| e.to_string())?;
    let mosquitto = String::from_utf8_lossy(&mosquitto.stdout).into_owned();
    let paho = sh::read(&sh::root().join("tests/bench/requirements.txt"))?;
    let paho = paho.lines().find_map(|line| {
        line.split_whitespace()
            .next()
            .filter(|word| word.contains("=="))
    });
    Ok(format!(
        "Versions: {}, {}, {}, {}, {}.",
        String::from_utf8_lossy(&ours)
            .lines()
            .next()
            .unwrap_or("mqmodem"),
        mosquitto.lines().next().unwrap_or("mosquitto"),
        of("rumqttc-v4-next"),
        of("mqtt-protocol-core"),
        paho.unwrap_or("paho-mqtt").replace("==", " ")
    ))
}
