//! What one modem counts.

use super::packets::{Packets, Passed};
use super::{Layer, Metrics};
use mqmodem_core::{Failure, Instant, NetError, NetEvent};
use std::sync::Arc;

/// Publishes that are remembered until they are acknowledged; of more the time
/// is not measured.
const MOST: usize = 64;

/// What one modem adds to the metrics.
#[derive(Debug)]
pub(crate) struct Meter {
    metrics: Arc<Metrics>,
    from_net: Packets,
    to_net: Packets,
    /// When the link was asked for, until the broker has accepted.
    opening: Option<Instant>,
    /// Whether the broker has accepted.
    connected: bool,
    /// Whether the link was lost, or could not be opened, since it was last up.
    retrying: bool,
    /// Publishes without an answer, and when they went out.
    in_flight: Vec<(u16, Instant)>,
}

impl Meter {
    pub(crate) fn new(metrics: Arc<Metrics>) -> Self {
        metrics.modems.add(1);
        Self {
            metrics,
            from_net: Packets::default(),
            to_net: Packets::default(),
            opening: None,
            connected: false,
            retrying: false,
            in_flight: Vec::new(),
        }
    }

    /// The modem asks for its link.
    pub(crate) fn open(&mut self, now: Instant) {
        self.end();
        self.from_net = Packets::default();
        self.to_net = Packets::default();
        self.opening = Some(now);
        self.metrics.connects.add(1);
        if self.retrying {
            self.metrics.retries.add(1);
        }
    }

    /// The modem closes its link. One that was not up yet took too long.
    pub(crate) fn close(&mut self, why: Failure) {
        if self.opening.take().is_some() {
            self.fail(waited_for(why));
        }
        self.end();
    }

    /// Something happened to the link.
    pub(crate) fn event(&mut self, event: NetEvent) {
        let layer = match event {
            NetEvent::Opening(_) | NetEvent::Opened => return,
            NetEvent::Closed => Layer::Broker,
            NetEvent::Failed(error) => layer(error),
        };
        self.fail(layer);
        self.end();
    }

    fn fail(&mut self, layer: Layer) {
        let by_layer = if self.connected {
            &self.metrics.lost
        } else {
            &self.metrics.failed
        };
        if let Some(counter) = by_layer.get(layer as usize) {
            counter.add(1);
        }
        self.opening = None;
        self.retrying = true;
    }

    /// The link is no longer up.
    fn end(&mut self) {
        if std::mem::take(&mut self.connected) {
            self.metrics.connections.add(-1);
        }
        let unanswered = i64::try_from(self.in_flight.len());
        self.metrics.in_flight.add(-unanswered.unwrap_or_default());
        self.in_flight = Vec::new();
    }

    /// These bytes were written to the broker.
    pub(crate) fn net_heard(&mut self, now: Instant, bytes: &[u8]) {
        let (metrics, in_flight) = (&self.metrics, &mut self.in_flight);
        self.to_net.feed(bytes, |packet| {
            if packet.kind() != 3 {
                return;
            }
            if packet.first & 8 != 0 {
                metrics.resent.add(1);
            } else if let Some(counter) = metrics.sent.get(packet.qos()) {
                counter.add(1);
            }
            if packet.qos() > 0 && in_flight.len() < MOST {
                in_flight.push((packet.id, now));
                metrics.in_flight.add(1);
            }
        });
    }

    /// The modem took these bytes of the broker.
    pub(crate) fn net_said(&mut self, now: Instant, bytes: &[u8]) {
        let mut packets = std::mem::take(&mut self.from_net);
        packets.feed(bytes, |packet| self.heard(now, packet));
        self.from_net = packets;
    }

    fn heard(&mut self, now: Instant, packet: Passed) {
        match packet.kind() {
            2 => self.accepted(now, packet.code),
            3 => {
                if let Some(counter) = self.metrics.received.get(packet.qos()) {
                    counter.add(1);
                }
            }
            // PUBACK and PUBCOMP.
            4 | 7 => {
                let at = self.in_flight.iter().position(|(id, _)| *id == packet.id);
                if let Some(at) = at {
                    let (_, since) = self.in_flight.swap_remove(at);
                    self.metrics.in_flight.add(-1);
                    self.metrics.publish_time.observe(now.since(since));
                }
            }
            _ => {}
        }
    }

    fn accepted(&mut self, now: Instant, code: u8) {
        let since = self.opening.take();
        if code != 0 {
            return self.fail(Layer::Mqtt);
        }
        if !std::mem::replace(&mut self.connected, true) {
            self.metrics.connections.add(1);
        }
        self.retrying = false;
        if let Some(since) = since {
            self.metrics.connect_time.observe(now.since(since));
        }
    }

    /// These bytes were written to the host: errors are counted. A payload that
    /// looks like one is taken for one.
    pub(crate) fn host_heard(&mut self, bytes: &[u8]) {
        for error in [&b"\r\nERROR\r\n"[..], b"\r\n+CME ERROR"] {
            let found = bytes.windows(error.len()).filter(|it| *it == error);
            self.metrics.command_errors.add(found.count() as u64);
        }
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.end();
        self.metrics.modems.add(-1);
    }
}

/// The layer that did not answer in time.
fn waited_for(why: Failure) -> Layer {
    match why.layer {
        "name" => Layer::Name,
        "tls" => Layer::Tls,
        "mqtt" => Layer::Mqtt,
        _ => Layer::Tcp,
    }
}

fn layer(error: NetError) -> Layer {
    match error {
        NetError::NameNotFound => Layer::Name,
        NetError::Refused | NetError::Unreachable | NetError::TimedOut | NetError::Broken => {
            Layer::Tcp
        }
        NetError::NoLocalAddress | NetError::NoFileHandle | NetError::NoNameServer => Layer::Modem,
        NetError::TlsUntrusted
        | NetError::TlsName
        | NetError::TlsExpired
        | NetError::TlsClientCertificate
        | NetError::TlsUnsupported
        | NetError::TlsOther => Layer::Tls,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_link_is_counted_through_its_life() {
        let metrics = Arc::new(Metrics::default());
        let mut meter = Meter::new(metrics.clone());
        let at = |millis| Instant::ZERO + Duration::from_millis(millis);
        meter.open(at(0));
        meter.event(NetEvent::Failed(NetError::Refused));
        meter.open(at(1000));
        meter.event(NetEvent::Opened);
        meter.net_said(at(1004), &[0x20, 2, 0, 0]);
        assert_eq!((metrics.connections.get(), metrics.retries.get()), (1, 1));
        // QoS 1, DUP and QoS 0.
        meter.net_heard(
            at(2000),
            &[
                0x32, 5, 0, 1, b't', 0, 7, 0x3a, 5, 0, 1, b't', 0, 8, 0x30, 3, 0, 1, b't',
            ],
        );
        assert_eq!(metrics.in_flight.get(), 2);
        meter.net_said(at(2030), &[0x40, 2, 0, 7, 0x34, 5, 0, 1, b't', 0, 1]);
        assert_eq!(metrics.in_flight.get(), 1);
        meter.host_heard(b"\r\nOK\r\n\r\nERROR\r\n\r\n+CME ERROR: 3\r\n");
        meter.event(NetEvent::Closed);
        let by_qos = |counters: &[super::super::Counter; 3]| {
            counters.each_ref().map(super::super::Counter::get)
        };
        assert_eq!(by_qos(&metrics.sent), [1, 1, 0]);
        assert_eq!(by_qos(&metrics.received), [0, 0, 1]);
        assert_eq!((metrics.resent.get(), metrics.command_errors.get()), (1, 2));
        assert_eq!(metrics.failed[Layer::Tcp as usize].get(), 1);
        assert_eq!(metrics.lost[Layer::Broker as usize].get(), 1);
        assert_eq!((metrics.connections.get(), metrics.in_flight.get()), (0, 0));
        drop(meter);
        let page = metrics.page();
        for line in [
            "mqmodem_modems 0",
            "mqmodem_messages_total{direction=\"out\",qos=\"1\"} 1",
            "mqmodem_connect_failures_total{layer=\"tcp\"} 1",
            "mqmodem_connect_seconds_bucket{le=\"0.005\"} 1",
            "mqmodem_publish_seconds_bucket{le=\"0.025\"} 0",
            "mqmodem_publish_seconds_bucket{le=\"+Inf\"} 1",
            "mqmodem_publish_seconds_sum 0.030000",
        ] {
            assert!(
                page.lines().any(|it| it == line),
                "{line} is not in\n{page}"
            );
        }
    }
}
