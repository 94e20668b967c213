//! `cargo xtask bench roundtrip`: QoS 1 and 2, one message at a time.

use super::contest::{child, client, run as contest};
use super::host::{Host, Load};
use super::options::Options;
use super::peers;
use super::programs::{Broker, Programs};
use super::table::{Table, met};
use crate::sh::Result;

/// What may be added to the raw socket's time and that of a line.
const LIMIT: f64 = 1.15;

/// Two qualities, two brokers.
pub fn run(programs: &Programs, options: &Options) -> Result<Vec<Table>> {
    let mut tables = Vec::new();
    for mut broker in programs.brokers()? {
        for qos in [1, 2] {
            let n = options.messages(5_000);
            let load = Load { qos, n, bytes: 64 };
            tables.push(table(programs, options, &mut broker, load)?);
        }
    }
    Ok(tables)
}

fn table(programs: &Programs, options: &Options, broker: &mut Broker, load: Load) -> Result<Table> {
    let mut host = Host::new(programs, broker.port)?;
    let acks = programs.acks()?;
    let port = broker.port;
    let done = || Ok(());
    let line = Load { qos: 0, ..load };
    let clients = vec![
        client("mqmodem", || host.trips(load)),
        client("raw socket", || {
            child(peers::raw(programs, "trips", port, load), done)
        }),
        client("rumqttc", || {
            child(peers::rumqttc(programs, "trips", port, load, false), done)
        }),
        client("a line there and back", || {
            child(peers::raw(programs, "trips", acks.port, line), done)
        }),
    ];
    let scores = contest(options.repeats, load.n, clients);
    let title = format!("QoS {}, 64 bytes, one at a time, {}", load.qos, broker.name);
    let mut table = scores.table(title);
    let p50 = |name| scores.of(name).map(|score| score.p50);
    if let (Some(own), Some(raw), Some(line)) = (
        p50("mqmodem"),
        p50("raw socket"),
        p50("a line there and back"),
    ) {
        let limit = LIMIT * raw + line;
        table.note(format!(
            "{}: p50 is at most {LIMIT} times that of the raw socket, plus that of a line there and back on \
             loopback: {limit:.0} us. It is {own:.0} us.",
            met(own <= limit)
        ));
    }
    Ok(table)
}
