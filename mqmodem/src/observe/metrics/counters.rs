//! What all modems count together.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

/// Upper ends of the buckets of latencies, in milliseconds.
pub(super) const BUCKETS: [u64; 12] = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000];

/// What all modems count together. Counting takes no lock.
#[derive(Debug, Default)]
pub struct Metrics {
    pub(super) modems: Gauge,
    pub(super) connections: Gauge,
    pub(super) in_flight: Gauge,
    pub(super) connects: Counter,
    pub(super) retries: Counter,
    pub(super) resent: Counter,
    /// By QoS.
    pub(super) sent: [Counter; 3],
    pub(super) received: [Counter; 3],
    /// By [`LAYERS`].
    pub(super) failed: [Counter; 6],
    pub(super) lost: [Counter; 6],
    pub(super) command_errors: Counter,
    pub(super) connect_time: Histogram,
    pub(super) publish_time: Histogram,
}

/// Where something fails.
#[derive(Clone, Copy, Debug)]
pub(super) enum FailureLayer {
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
pub(super) const LAYERS: [&str; 6] = ["name", "tcp", "tls", "mqtt", "modem", "broker"];

#[derive(Debug, Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    pub(super) fn add(&self, n: u64) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }

    pub(super) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

#[derive(Debug, Default)]
pub(super) struct Gauge(AtomicI64);

impl Gauge {
    pub(super) fn add(&self, n: i64) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }

    pub(super) fn get(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

#[derive(Debug, Default)]
pub(super) struct Histogram {
    /// One for each of [`BUCKETS`]; what took longer is in none.
    pub(super) buckets: [Counter; BUCKETS.len()],
    pub(super) count: Counter,
    pub(super) micros: Counter,
}

impl Histogram {
    pub(super) fn observe(&self, took: Duration) {
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
