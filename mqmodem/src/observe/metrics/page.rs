//! The metrics as Prometheus reads them.

use super::counters::{BUCKETS, Counter, Histogram, LAYERS, Metrics, VERSIONS};
use std::fmt::{Display, Write};

/// A page that grows. A string takes everything.
struct Page(String);

impl Page {
    fn head(&mut self, name: &str, kind: &str, about: &str) {
        let _ = writeln!(self.0, "# HELP {name} {about}\n# TYPE {name} {kind}");
    }

    fn one(&mut self, name: &str, kind: &str, about: &str, value: impl Display) {
        self.head(name, kind, about);
        let _ = writeln!(self.0, "{name} {value}");
    }

    fn by_layer(&mut self, name: &str, about: &str, counters: &[Counter]) {
        self.head(name, "counter", about);
        for (layer, counter) in LAYERS.iter().zip(counters) {
            let _ = writeln!(self.0, "{name}{{layer=\"{layer}\"}} {}", counter.get());
        }
    }

    fn messages(&mut self, name: &str, direction: &str, counters: &[Counter]) {
        for (qos, counter) in counters.iter().enumerate() {
            let labels = format_args!("direction=\"{direction}\",qos=\"{qos}\"");
            let _ = writeln!(self.0, "{name}{{{labels}}} {}", counter.get());
        }
    }

    fn histogram(&mut self, name: &str, about: &str, histogram: &Histogram) {
        self.head(name, "histogram", about);
        let mut below = 0;
        for (end, bucket) in BUCKETS.iter().zip(&histogram.buckets) {
            below += bucket.get();
            let (seconds, millis) = (end / 1000, end % 1000);
            let end = format!("{seconds}.{millis:03}");
            let end = end.trim_end_matches('0').trim_end_matches('.');
            let _ = writeln!(self.0, "{name}_bucket{{le=\"{end}\"}} {below}");
        }
        // Another thread may count meanwhile; what is in a bucket is counted.
        let count = histogram.count.get().max(below);
        let micros = histogram.micros.get();
        let sum = format_args!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
        let _ = writeln!(
            self.0,
            "{name}_bucket{{le=\"+Inf\"}} {count}\n{name}_sum {sum}\n{name}_count {count}"
        );
    }
}

impl Metrics {
    /// All metrics in Prometheus' text format.
    pub fn page(&self) -> String {
        let mut page = Page(String::new());
        self.links(&mut page);
        self.traffic(&mut page);
        page.0
    }

    fn links(&self, page: &mut Page) {
        let gauge = "gauge";
        page.one(
            "mqmodem_modems",
            gauge,
            "Modems that run.",
            self.modems.get(),
        );
        let about = "Links a broker has accepted.";
        page.one("mqmodem_connections", gauge, about, self.connections.get());
        let about = "Attempts to connect.";
        page.one(
            "mqmodem_connects_total",
            "counter",
            about,
            self.connects.get(),
        );
        let about = "Attempts to connect after one that failed or a link that was lost.";
        page.one(
            "mqmodem_retries_total",
            "counter",
            about,
            self.retries.get(),
        );
        let about = "Attempts to connect that failed, by layer.";
        page.by_layer("mqmodem_connect_failures_total", about, &self.failed);
        let about = "Connections that were lost, by layer.";
        page.by_layer("mqmodem_links_lost_total", about, &self.lost);
        let name = "mqmodem_accepted_total";
        page.head(
            name,
            "counter",
            "Connections a broker has accepted, by version of MQTT.",
        );
        for (version, counter) in VERSIONS.iter().zip(&self.accepted) {
            let _ = writeln!(page.0, "{name}{{version=\"{version}\"}} {}", counter.get());
        }
        let name = "mqmodem_reasons_total";
        page.head(
            name,
            "counter",
            "Refusals of brokers, by reason code of MQTT 5.",
        );
        for (code, count) in self.reasons.given() {
            let _ = writeln!(page.0, "{name}{{code=\"{code}\"}} {count}");
        }
        let about = "From the attempt until the broker has accepted.";
        page.histogram("mqmodem_connect_seconds", about, &self.connect_time);
    }

    fn traffic(&self, page: &mut Page) {
        let name = "mqmodem_messages_total";
        page.head(name, "counter", "Messages, each counted once.");
        page.messages(name, "out", &self.sent);
        page.messages(name, "in", &self.received);
        let about = "Messages sent again, with DUP.";
        page.one("mqmodem_resent_total", "counter", about, self.resent.get());
        let about = "Messages sent and not acknowledged yet.";
        page.one("mqmodem_in_flight", "gauge", about, self.in_flight.get());
        let about = "From a message of QoS 1 or 2 until it is acknowledged.";
        page.histogram("mqmodem_publish_seconds", about, &self.publish_time);
        let about = "Command lines answered with an error.";
        page.one(
            "mqmodem_command_errors_total",
            "counter",
            about,
            self.command_errors.get(),
        );
    }
}
