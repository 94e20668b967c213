//! `cargo xtask bench websocket`: what the frames cost, beside TCP and beside another
//! client over WebSocket.

use super::contest::{Scores, child, client, run as contest};
use super::host::{Host, Load};
use super::options::Options;
use super::peers;
use super::programs::Programs;
use super::table::{Table, met};
use crate::sh::Result;
use std::cell::RefCell;

/// The most processor time of a message, in times of what it takes over TCP.
const LIMIT: f64 = 2.0;

const OWN: &str = "mqmodem";
const TCP: &str = "mqmodem, TCP";

/// QoS 0 as fast as it goes, until a subscriber over TCP has every message.
pub fn run(programs: &Programs, options: &Options) -> Result<Vec<Table>> {
    let (mut broker, port) = Programs::mosquitto_websocket()?;
    let load = Load {
        qos: 0,
        n: options.messages(100_000),
        bytes: 64,
    };
    let subscriber = RefCell::new(broker.subscriber()?);
    let mut plain = Host::new(programs, broker.port)?;
    let mut host = Host::unset(programs, "websocket", &[])?;
    host.connect_to("ws://127.0.0.1", port, 1)?;
    let wait = || subscriber.borrow_mut().wait(load.n, load.bytes);
    let clients = vec![
        client(OWN, || host.publish(load, &mut subscriber.borrow_mut())),
        client(TCP, || plain.publish(load, &mut subscriber.borrow_mut())),
        client("rumqttc", || {
            child(
                peers::rumqttc(programs, "websocket", port, load, false),
                wait,
            )
        }),
    ];
    let scores = contest(options.repeats, load.n, clients);
    let mut table = scores.table("QoS 0, 64 bytes, Mosquitto over WebSocket");
    table.note(reading(&scores)?);
    Ok(vec![table])
}

fn reading(scores: &Scores) -> Result<String> {
    let of = |name: &str| scores.of(name).ok_or(format!("{name} could not take part"));
    let ratio = of(OWN)?.cpu / of(TCP)?.cpu;
    Ok(format!(
        "{}: at most {LIMIT} times the processor time that a message takes over TCP; it is {ratio:.2} times.",
        met(ratio <= LIMIT)
    ))
}
