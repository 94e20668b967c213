//! `cargo xtask bench receive`: messages from the broker to the host.

use super::contest::{child, client, run as contest};
use super::host::{Host, Load};
use super::options::Options;
use super::peers::{self, Peer};
use super::programs::{Broker, Programs};
use super::subscriber::TOPIC;
use super::table::{Table, met};
use crate::sh::Result;
use std::cell::RefCell;

/// Two qualities, two brokers.
pub fn run(programs: &Programs, options: &Options) -> Result<Vec<Table>> {
    let mut tables = Vec::new();
    for broker in programs.brokers()? {
        let broker = RefCell::new(broker);
        for (qos, n) in [(0, 100_000), (1, 20_000)] {
            let n = options.messages(n);
            let load = Load { qos, n, bytes: 64 };
            tables.push(table(programs, options, &broker, load)?);
        }
    }
    Ok(tables)
}

fn table(
    programs: &Programs,
    options: &Options,
    broker: &RefCell<Broker>,
    load: Load,
) -> Result<Table> {
    let port = broker.borrow().port;
    let mut host = Host::new(programs, port)?;
    let publish = || child(peers::raw(programs, "publish", port, load), || Ok(())).map(drop);
    let subscribed = || broker.borrow_mut().wait_subscribed();
    let others = |peer: Peer| child(peer, || subscribed().and_then(|()| publish()));
    let own = || {
        host.command(&format!("AT+MQTTSUB=\"{TOPIC}\",{}", load.qos))?;
        subscribed()?;
        let sample = host.receive(load, publish)?;
        host.command(&format!("AT+MQTTUNSUB=\"{TOPIC}\""))?;
        Ok(sample)
    };
    let clients = vec![
        client("mqmodem", own),
        client("mosquitto_sub", || {
            others(peers::mosquitto_sub(port, load)?)
        }),
        client("rumqttc", || {
            others(peers::rumqttc(programs, "receive", port, load, false))
        }),
    ];
    let scores = contest(options.repeats, load.n, clients);
    let name = broker.borrow().name;
    let mut table = scores.table(format!("Receiving QoS {}, 64 bytes, from {name}", load.qos));
    let own = scores.of("mqmodem").ok_or("mqmodem could not take part")?;
    let cheapest = scores
        .others()
        .map(|(_, score)| score.cpu)
        .fold(f64::INFINITY, f64::min);
    table.note(format!(
        "{}: less processor time than each other client ({:.2} us; the best other {cheapest:.2} us).",
        met(own.cpu < cheapest),
        own.cpu
    ));
    Ok(table)
}
