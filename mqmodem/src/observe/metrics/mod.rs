//! Numbers about the modems of a process, for Prometheus.

mod http;
mod meter;
mod packets;
mod page;

pub use http::serve;
pub(crate) use meter::Meter;

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

/// Upper ends of the buckets of latencies, in milliseconds.
const BUCKETS: [u64; 12] = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000];

/// What all modems count together. Counting takes no lock.
#[derive(Debug, Default)]
pub struct Metrics {
    modems: Gauge,
    connections: Gauge,
    in_flight: Gauge,
    connects: Counter,
    retries: Counter,
    resent: Counter,
    /// By QoS.
    sent: [Counter; 3],
    received: [Counter; 3],
    /// By [`LAYERS`].
    failed: [Counter; 6],
    lost: [Counter; 6],
    command_errors: Counter,
    connect_time: Histogram,
    publish_time: Histogram,
}

/// Where something fails.
#[derive(Clone, Copy, Debug)]
enum Layer {
    Name,
    Tcp,
    Tls,
    Mqtt,
    /// This machine itself.
    Modem,
    /// The broker closed the connection.
    Broker,
}

/// Names of the layers, in order.
const LAYERS: [&str; 6] = ["name", "tcp", "tls", "mqtt", "modem", "broker"];

#[derive(Debug, Default)]
struct Counter(AtomicU64);

impl Counter {
    fn add(&self, n: u64) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

#[derive(Debug, Default)]
struct Gauge(AtomicI64);

impl Gauge {
    fn add(&self, n: i64) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }

    fn get(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

#[derive(Debug, Default)]
struct Histogram {
    /// One for each of [`BUCKETS`]; what took longer is in none.
    buckets: [Counter; BUCKETS.len()],
    count: Counter,
    micros: Counter,
}

impl Histogram {
    fn observe(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let ends = BUCKETS.iter().map(|end| end * 1000);
        let fits = ends.zip(&self.buckets).find(|(end, _)| micros <= *end);
        if let Some((_, bucket)) = fits {
            bucket.add(1);
        }
        self.count.add(1);
        self.micros.add(micros);
    }
}
