//! `cargo xtask bench tracked`: QoS 1 with 20 messages on their way.

use super::contest::{Scores, child, client, run as contest};
use super::host::{Host, Load};
use super::options::Options;
use super::peers;
use super::programs::{Broker, Programs};
use super::table::{Table, met};
use crate::sh::Result;

/// Two brokers.
pub fn run(programs: &Programs, options: &Options) -> Result<Vec<Table>> {
    let n = options.messages(20_000);
    let load = Load {
        qos: 1,
        n,
        bytes: 64,
    };
    let brokers = programs.brokers()?;
    brokers
        .iter()
        .map(|broker| table(programs, options, broker, load))
        .collect()
}

fn table(programs: &Programs, options: &Options, broker: &Broker, load: Load) -> Result<Table> {
    let mut host = Host::new(programs, broker.port)?;
    let port = broker.port;
    let done = || Ok(());
    let clients = vec![
        client("mqmodem", || host.tracked(load)),
        client("rumqttc", || {
            child(peers::rumqttc(programs, "window", port, load, false), done)
        }),
        client("rumqttc, 10 at once", || {
            child(peers::rumqttc(programs, "narrow", port, load, false), done)
        }),
        client("raw socket", || {
            child(peers::raw(programs, "publish", port, load), done)
        }),
    ];
    let scores = contest(options.repeats, load.n, clients);
    let mut table = scores.table(format!("QoS 1, 64 bytes, 20 outstanding, {}", broker.name));
    table.note(ahead(&scores));
    table.note(
        "The host of mqmodem has 20 messages outstanding. mqmodem itself has at most 10 in flight, since a \
         common broker drops clients with more than 16. The others have 20 in flight, and rumqttc in one row 10.",
    );
    Ok(table)
}

/// Whether we cost less than rumqttc and are as fast.
pub fn ahead(scores: &Scores) -> String {
    let (Some(own), Some(rival)) = (scores.of("mqmodem"), scores.of("rumqttc")) else {
        return "Not compared.".to_owned();
    };
    format!(
        "{}: less processor time than rumqttc ({:.2} us; rumqttc {:.2} us). {}: as many messages a second \
         ({:.0} % of its rate; 25 % less still counts as equal).",
        met(own.cpu < rival.cpu),
        own.cpu,
        rival.cpu,
        met(own.rate >= 0.75 * rival.rate),
        100.0 * own.rate / rival.rate
    )
}
