//! `cargo xtask bench publish`: QoS 0 as fast as it goes. A turn lasts until a
//! subscriber has every message.

use super::contest::{Scores, child, client, run as contest};
use super::host::{Host, Load};
use super::options::Options;
use super::peers;
use super::programs::{Broker, Programs};
use super::table::{Table, met};
use crate::sh::Result;
use std::cell::RefCell;
use std::fmt::Write;

/// The most processor time a short message may cost.
const CPU_LIMIT: f64 = 1.5;
/// Mosquitto is the limit: what is within this of the best is as fast.
const TIE: f64 = 0.75;

/// What the table calls another build of mqmodem.
const BESIDE: &str = "mqmodem, build beside";

/// Two sizes, two brokers.
pub fn run(programs: &Programs, options: &Options) -> Result<Vec<Table>> {
    let mut tables = Vec::new();
    for mut broker in programs.brokers()? {
        for (bytes, n) in [(64, 100_000), (1024, 50_000)] {
            let n = options.messages(n);
            let load = Load { qos: 0, n, bytes };
            tables.push(table(programs, options, &mut broker, load)?);
        }
    }
    Ok(tables)
}

fn table(programs: &Programs, options: &Options, broker: &mut Broker, load: Load) -> Result<Table> {
    let subscriber = RefCell::new(broker.subscriber()?);
    let mut host = Host::new(programs, broker.port)?;
    let wait = || subscriber.borrow_mut().wait(load.n, load.bytes);
    let port = broker.port;
    let beside = options.beside.as_deref().map(|path| programs.with(path));
    let mut clients = vec![
        client("mqmodem", || {
            host.publish(load, &mut subscriber.borrow_mut())
        }),
        client("raw socket", || {
            child(peers::raw(programs, "publish", port, load), wait)
        }),
        client("mosquitto_pub -l", || {
            child(peers::mosquitto_pub(port, load)?, wait)
        }),
        client("rumqttc", || {
            child(peers::rumqttc(programs, "publish", port, load, false), wait)
        }),
        client("paho-mqtt", || {
            child(peers::paho(programs, port, load)?, wait)
        }),
    ];
    if let Some(other) = beside {
        let mut host = Host::new(&other, broker.port)?;
        let subscriber = &subscriber;
        clients.push(client(BESIDE, move || {
            host.publish(load, &mut subscriber.borrow_mut())
        }));
    }
    let scores = contest(options.repeats, load.n, clients);
    let mut table = scores.table(format!("QoS 0, {} bytes, into {}", load.bytes, broker.name));
    table.note(reading(&scores, load)?);
    Ok(table)
}

fn reading(scores: &Scores, load: Load) -> Result<String> {
    let own = scores.of("mqmodem").ok_or("mqmodem could not take part")?;
    let raw = scores.of("raw socket").map_or(f64::NAN, |raw| raw.rate);
    let others = scores
        .others()
        .filter(|(name, _)| !["raw socket", BESIDE].contains(name));
    let best = others.max_by(|a, b| a.1.rate.total_cmp(&b.1.rate));
    let (best, rate) = best.map_or(("nobody", own.rate), |(name, score)| (name, score.rate));
    let percent = |rate: f64| 100.0 * own.rate / rate;
    let mut text = format!(
        "{}: as many messages a second as the best other client, {best} ({:.0} % of its rate; 25 % less still \
         counts as equal). {}: as many as the socket that only writes prepared packets ({:.0} %).",
        met(own.rate >= rate * TIE),
        percent(rate),
        met(own.rate >= raw * TIE),
        percent(raw)
    );
    if load.bytes == 64 {
        let _ = write!(
            text,
            " {}: at most {CPU_LIMIT} us of processor time for a message; it takes {:.2} us.",
            met(own.cpu <= CPU_LIMIT),
            own.cpu
        );
    }
    Ok(text)
}
