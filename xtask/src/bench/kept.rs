//! `cargo xtask bench kept`: QoS 1 that outlives the program, beside the same
//! without a store.

use super::contest::{client, run as contest};
use super::host::{Host, Load};
use super::options::Options;
use super::programs::Programs;
use super::table::Table;
use crate::sh::{self, Result};

/// One modem.
pub fn run(programs: &Programs, options: &Options) -> Result<Vec<Table>> {
    let broker = programs.acks()?;
    let n = options.messages(1_000);
    let load = Load {
        qos: 1,
        n,
        bytes: 64,
    };
    let folder = sh::target().join("bench/kept/disk");
    let folder = folder.to_string_lossy();
    let host = |name, words: &[&str]| {
        let mut host = Host::unset(programs, name, words)?;
        host.connect(broker.port, 0)?;
        Ok::<_, String>(host)
    };
    let mut kept = host("kept", &["--state-dir", &folder])?;
    let mut lost = host("lost", &[])?;
    let clients = vec![
        client("--state-dir, tracked, 20", || kept.tracked(load)),
        client("no store, tracked, 20", || lost.tracked(load)),
    ];
    let scores = contest(options.repeats, n, clients);
    let tracked = scores.table("Durable QoS 1, 64 bytes, 20 outstanding, one modem");
    let clients = vec![
        client("--state-dir, one at a time", || kept.trips(load)),
        client("no store, one at a time", || lost.trips(load)),
    ];
    let scores = contest(options.repeats, n, clients);
    let trips = scores.table("Durable QoS 1, 64 bytes, one at a time, one modem");
    Ok(vec![tracked, trips].into_iter().map(reported).collect())
}

fn reported(mut table: Table) -> Table {
    table.note(
        "No target: each message is on disk before it is sent, so the time is that of the disk.",
    );
    table
}
