//! `cargo xtask bench publish`: messages a second into a local Mosquitto and the
//! processor time each costs the client, through a modem on TCP, beside
//! `mosquitto_pub -l` and the rumqttc crate. The clients take turns; a run lasts until
//! a subscriber has every message; medians count.
//!
//! A modem carries out one command after the other and OK to QoS 1 means PUBACK, so
//! it has one message in flight where the others have many: the price of knowing.

use super::contest::{self, Host, Load, Sample};
use super::subscriber::Subscriber;
use crate::server;
use crate::sh::{self, Result, cargo};
use std::path::PathBuf;

const ROUNDS: usize = 5;
const BYTES: usize = 64;
const LOADS: [Load; 2] = [
    Load {
        qos: 0,
        n: 200_000,
        bytes: BYTES,
    },
    Load {
        qos: 1,
        n: 20_000,
        bytes: BYTES,
    },
];
const CLIENTS: [&str; 3] = ["mqmodem", "mosquitto_pub", "rumqttc"];

/// Runs the contest and prints its table.
pub fn run() -> Result {
    let (program, rival) = build()?;
    let broker = server::free_port()?;
    let _mosquitto = server::mosquitto(broker)?;
    let mut subscriber = Subscriber::new(server::connect(broker)?)?;
    let port = server::free_port()?;
    let modem = contest::modem(&program, port)?;
    let mut host = Host::new(&modem, port, broker)?;
    println!("{ROUNDS} rounds, {BYTES} bytes a message, medians");
    for load in LOADS {
        let mut samples = [const { Vec::new() }; 3];
        for _ in 0..ROUNDS {
            samples[0].push(host.publish(load, &mut subscriber)?);
            let client = contest::mosquitto_pub(broker, load)?;
            samples[1].push(contest::run(client, load, &mut subscriber)?);
            let client = contest::rumqttc(&rival, broker, load);
            samples[2].push(contest::run(client, load, &mut subscriber)?);
        }
        print_table(load, &samples);
    }
    Ok(())
}

fn build() -> Result<(PathBuf, PathBuf)> {
    let release = ["build", "--quiet", "--release"];
    sh::run(&mut cargo(
        release.into_iter().chain(["--package", "mqmodem"]),
    ))?;
    let bench = ["--package", "mqmodem-bench", "--features", "rivals"];
    sh::run(&mut cargo(release.into_iter().chain(bench)))?;
    let dir = sh::target().join("release");
    Ok((dir.join("mqmodem"), dir.join("rumqttc-pub")))
}

fn print_table(load: Load, samples: &[Vec<Sample>]) {
    println!("\nQoS {}, {} messages", load.qos, load.n);
    println!(
        "{:14} {:>10} {:>14} {:>8} {:>8}",
        "", "msg/s", "CPU us/msg", "speed", "CPU"
    );
    let n = f64::from(u32::try_from(load.n).unwrap_or(u32::MAX));
    let rate = |of: &[Sample]| n / median(of.iter().map(|sample| sample.seconds));
    let cpu = |of: &[Sample]| median(of.iter().map(|sample| sample.cpu_micros)) / n;
    let (own_rate, own_cpu) = (rate(&samples[0]), cpu(&samples[0]));
    for (name, of) in CLIENTS.iter().zip(samples) {
        let (rate, cpu) = (rate(of), cpu(of));
        let (speed, cost) = (own_rate / rate, own_cpu / cpu);
        println!("{name:14} {rate:>10.0} {cpu:>14.2} {speed:>7.2}x {cost:>7.2}x");
    }
    println!("(speed and CPU: mqmodem's divided by that client's)");
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
