//! `cargo xtask bench durable`: QoS 1 that is on disk before it is sent, with one
//! modem and a thousand: of the whole program, and of the store alone beside what
//! the disk below `target/` does.

use super::crowd::Template;
use super::options::Options;
use super::programs::Programs;
use super::table::Table;
use crate::server;
use crate::sh::{self, Result, cargo};
use std::process::Command;
use std::time::Duration;

/// How long each is looked at.
const WINDOW: Duration = Duration::from_secs(5);

/// The program, then the store.
pub fn run(programs: &Programs, _: &Options) -> Result<Vec<Table>> {
    Ok(vec![program(programs)?, store()?])
}

fn program(programs: &Programs) -> Result<Table> {
    let head = ["msg/s", "CPU us/msg"];
    let title = "Durable QoS 1: hosts that wait for each OK, Mosquitto";
    let mut table = Table::new(title, &head);
    let port = server::free_port()?;
    let _broker = server::mosquitto(port)?;
    for (modems, persistent) in [(1, true), (1, false), (1_000, true), (1_000, false)] {
        let template = Template::new(programs, port, None)?.persistent(persistent);
        let mut fleet = template.start(modems, Some(0.0))?;
        fleet.wait_for(modems)?;
        let (rate, cpu) = fleet.publishes(WINDOW)?;
        let how = if persistent {
            "--state-dir"
        } else {
            "no store"
        };
        let name = format!("modems: {modems}, {how}");
        table.row([name, format!("{rate:.0}"), format!("{cpu:.1}")]);
    }
    table.note("No target: the time of a sync is that of the disk, and all messages that wait share one sync.");
    Ok(table)
}

fn store() -> Result<Table> {
    let build = "build --quiet --release --package mqmodem-bench --features store";
    sh::run(&mut cargo(build.split(' ')))?;
    let directory = sh::target().join("bench/durable");
    let _ = std::fs::remove_dir_all(&directory);
    std::fs::create_dir_all(&directory).map_err(|e| e.to_string())?;
    let mut load = Command::new(sh::target().join("release/durable"));
    let said = sh::output(load.arg(&directory))?;
    let mut table = Table::new("The store alone, 120 bytes a message", &["a second"]);
    for line in said.lines() {
        let cells = line.split('\t').map(str::to_owned);
        table.row(cells);
    }
    table.note(
        "Each message is stored durably, and erased in the commit of the next. Each row takes 5 s.",
    );
    Ok(table)
}
