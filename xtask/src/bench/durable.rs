//! `cargo xtask bench durable`: QoS 1 that is on disk before it is sent, with one
//! modem and a thousand: of the whole program, and of the store alone beside what
//! the disk below `target/` does.

use super::contest::{client, run as contest};
use super::crowd::Template;
use super::host::{Host, Load};
use super::options::Options;
use super::programs::Programs;
use super::table::{Table, met};
use crate::server;
use crate::sh::{self, Result, cargo};
use std::process::Command;
use std::time::Duration;

/// How long each is looked at.
const WINDOW: Duration = Duration::from_secs(5);

/// How many times the rate of one at a time lines that wait reach.
const TARGET: f64 = 5.0;

/// The program, then the store.
pub fn run(programs: &Programs, options: &Options) -> Result<Vec<Table>> {
    Ok(vec![
        lines(programs, options)?,
        program(programs)?,
        store()?,
    ])
}

/// One modem: a host that waits for each OK, and one with lines that wait.
fn lines(programs: &Programs, options: &Options) -> Result<Table> {
    let broker = programs.acks()?;
    let n = options.messages(2_000);
    let load = Load {
        qos: 1,
        n,
        bytes: 64,
    };
    let host = |name: &str| {
        let folder = sh::target().join("bench").join(name).join("disk");
        let words = ["--state-dir", &folder.to_string_lossy()];
        let mut host = Host::unset(programs, name, &words)?;
        host.connect(broker.port, 0)?;
        Ok::<_, String>(host)
    };
    let (mut waiting, mut single) = (host("waiting")?, host("single")?);
    let [together, alone] = ["20 lines wait, pubmode 1", "one at a time"];
    let clients = vec![
        client(together, || waiting.tracked(load)),
        client(alone, || single.trips(load)),
    ];
    let scores = contest(options.repeats, n, clients);
    let mut table = scores.table("Durable QoS 1, 64 bytes, one modem, --state-dir");
    let rate = |name| scores.of(name).map_or(f64::NAN, |score| score.rate);
    let ratio = rate(together) / rate(alone);
    let is_met = met(ratio >= TARGET);
    table.note(format!(
        "{is_met}: lines that wait reach {TARGET} times the rate of one at a time: {ratio:.1} times."
    ));
    Ok(table)
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
