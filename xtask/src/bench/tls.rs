//! `cargo xtask bench tls`: messages and connections over TLS, into a Mosquitto that
//! is left as it comes, with Nagle's algorithm on.

use super::contest::{child, client, run as contest};
use super::host::{Host, Load};
use super::options::Options;
use super::programs::Programs;
use super::table::{Table, met};
use super::{peers, tracked};
use crate::sh::{self, Result};

/// Without `TCP_QUICKACK` a connection waits this long for a delayed acknowledgement.
const STALL_MICROS: f64 = 40_000.0;

/// Messages and connects.
pub fn run(programs: &Programs, options: &Options) -> Result<Vec<Table>> {
    let (_broker, port) = Programs::mosquitto_tls()?;
    let mut host = Host::unset(programs, "tls", &[])?;
    let root = sh::read(&Programs::root_certificate())?;
    host.command(&format!("AT+MQTTTLS=1,0,\"{root}\",{}", root.len()))?;
    host.connect(port, 1)?;
    Ok(vec![
        messages(programs, options, &mut host, port),
        connects(programs, options, &mut host, port),
    ])
}

fn messages(programs: &Programs, options: &Options, host: &mut Host, port: u16) -> Table {
    let n = options.messages(20_000);
    let load = Load {
        qos: 1,
        n,
        bytes: 64,
    };
    let done = || Ok(());
    let clients = vec![
        client("mqmodem", || host.tracked(load)),
        client("rumqttc", || {
            child(peers::rumqttc(programs, "window", port, load, true), done)
        }),
    ];
    let scores = contest(options.repeats, load.n, clients);
    let mut table = scores.table("QoS 1, 64 bytes, 20 outstanding, Mosquitto over TLS");
    table.note(tracked::ahead(&scores));
    table
}

fn connects(programs: &Programs, options: &Options, host: &mut Host, port: u16) -> Table {
    let n = options.messages(200).min(200);
    let load = Load {
        qos: 0,
        n,
        bytes: 0,
    };
    let done = || Ok(());
    let clients = vec![
        client("mqmodem", || host.connects(n)),
        client("rumqttc", || {
            let peer = peers::rumqttc(programs, "connects", port, load, true);
            let mut sample = child(peer, done)?;
            sample.seconds = sample.trips.iter().sum::<u64>() as f64 / 1e9;
            Ok(sample)
        }),
    ];
    let scores = contest(options.repeats, n, clients);
    let mut table =
        scores.table("Connects over TLS, one after the other (msg = connect), Mosquitto");
    table.note(reading(&scores));
    table
}

fn reading(scores: &super::contest::Scores) -> String {
    let (Some(own), Some(rival)) = (scores.of("mqmodem"), scores.of("rumqttc")) else {
        return "Not compared.".to_owned();
    };
    format!(
        "{}: more connects a second than rumqttc. {}: no stall of 42 ms (p99 {:.1} ms; rumqttc's {:.1} ms).",
        met(own.rate > rival.rate),
        met(own.p99 < STALL_MICROS),
        own.p99 / 1_000.0,
        rival.p99 / 1_000.0
    )
}
