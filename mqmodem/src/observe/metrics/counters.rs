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
    /// By [`VERSIONS`].
    pub(super) accepted: [Counter; 2],
    pub(super) reasons: Reasons,
    pub(super) connect_time: Histogram,
    pub(super) publish_time: Histogram,
}

/// Names of the versions of MQTT, in order.
pub(super) const VERSIONS: [&str; 2] = ["3.1.1", "5.0"];

/// The lowest reason code that is one of failure.
const LOWEST: u8 = 0x80;

/// How often brokers gave each reason of MQTT 5 to refuse something.
#[derive(Debug)]
pub(super) struct Reasons([Counter; 128]);

impl Default for Reasons {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Counter::default()))
    }
}

impl Reasons {
    /// A broker gave this reason; one of success counts for nothing.
    pub(super) fn add(&self, code: u8) {
        let at = code.checked_sub(LOWEST).map(usize::from);
        if let Some(counter) = at.and_then(|at| self.0.get(at)) {
            counter.add(1);
        }
    }

    /// Those that were given.
    pub(super) fn given(&self) -> impl Iterator<Item = (u8, u64)> {
        let counts = (LOWEST..=u8::MAX).zip(&self.0);
        let counts = counts.map(|(code, counter)| (code, counter.get()));
        counts.filter(|(_, count)| *count > 0)
    }
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
