//! What one modem counts.

use super::counters::{FailureLayer, Metrics};
use crate::observe::event::{HostEvent, LinkEvent, Observer, ObserverSource};
use crate::observe::packets::WirePacket;
use crate::port::Label;
use mqmodem_core::mqtt::packet::{Ack, AckKind, Packet, Publish};
use mqmodem_core::mqtt::{PacketId, Version};
use mqmodem_core::{Failure, Instant, LinkId, NetError, NetEvent};
use std::sync::Arc;

/// Publishes that are remembered until they are acknowledged; of more the time
/// is not measured.
const MOST: usize = 64;

/// What one modem adds to the metrics.
#[derive(Debug)]
struct Meter {
    metrics: Arc<Metrics>,
    /// When the link was asked for, until the broker has accepted.
    opening: Option<Instant>,
    /// Whether the broker has accepted.
    connected: bool,
    /// Whether the link was lost, or could not be opened, since it was last up.
    retrying: bool,
    /// The version that was asked for.
    version: Version,
    /// Publishes without an answer, and when they went out.
    in_flight: Vec<(PacketId, Instant)>,
}

impl ObserverSource for Metrics {
    fn observer(self: Arc<Self>, _modem: &Label) -> Box<dyn Observer> {
        Box::new(Meter::new(self))
    }
}

impl Observer for Meter {
    /// A line of a payload that reads like an error is taken for one.
    fn host(&mut self, _now: Instant, event: &HostEvent<'_>) {
        if let HostEvent::Answer(line) = event
            && line.is_error()
        {
            self.metrics.command_errors.add(1);
        }
    }

    fn link(&mut self, now: Instant, _link: LinkId, event: &LinkEvent<'_>) {
        match event {
            LinkEvent::Opening(_) => self.open(now),
            LinkEvent::Closing(why) => self.close(*why),
            LinkEvent::Net(event) => self.event(*event),
            LinkEvent::Received(packet) => self.received(now, packet),
            LinkEvent::Sent(packet) => {
                if let WirePacket::Whole(Packet::Connect(connect)) = packet {
                    self.version = connect.version;
                }
                if let Some(publish) = packet.publish() {
                    self.sent(now, publish);
                }
            }
        }
    }
}

impl Meter {
    fn new(metrics: Arc<Metrics>) -> Self {
        metrics.modems.add(1);
        Self {
            metrics,
            opening: None,
            connected: false,
            retrying: false,
            version: Version::V311,
            in_flight: Vec::new(),
        }
    }

    /// The modem asks for its link.
    fn open(&mut self, now: Instant) {
        self.end();
        self.opening = Some(now);
        self.metrics.connects.add(1);
        if self.retrying {
            self.metrics.retries.add(1);
        }
    }

    /// The modem closes its link. One that was not up yet took too long.
    fn close(&mut self, why: Failure) {
        if self.opening.take().is_some() {
            self.fail(waited_for(why));
        }
        self.end();
    }

    /// Something happened to the link.
    fn event(&mut self, event: NetEvent) {
        let layer = match event {
            NetEvent::Opening(_) | NetEvent::Opened => return,
            NetEvent::Closed => FailureLayer::Broker,
            NetEvent::Failed(error) => layer(error),
        };
        self.fail(layer);
        self.end();
    }

    fn fail(&mut self, layer: FailureLayer) {
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

    /// A message was written to the broker.
    fn sent(&mut self, now: Instant, publish: &Publish<'_>) {
        if publish.dup {
            self.metrics.resent.add(1);
        } else if let Some(counter) = self.metrics.sent.get(usize::from(publish.qos.level())) {
            counter.add(1);
        }
        if let Some(id) = publish.id
            && self.in_flight.len() < MOST
        {
            self.in_flight.push((id, now));
            self.metrics.in_flight.add(1);
        }
    }

    /// The modem took a packet of the broker.
    fn received(&mut self, now: Instant, packet: &WirePacket<'_>) {
        if let Some(publish) = packet.publish()
            && let Some(counter) = self.metrics.received.get(usize::from(publish.qos.level()))
        {
            counter.add(1);
        }
        if let WirePacket::Whole(packet) = packet {
            self.reasons(packet);
        }
        match packet {
            WirePacket::Whole(Packet::Connack(connack)) => self.accepted(now, connack.code),
            // Refused: there is nothing more to come.
            WirePacket::Whole(Packet::Ack(ack))
                if ack.kind == AckKind::Pubrec && ack.code >= 0x80 =>
            {
                self.acknowledged(now, ack.id);
            }
            WirePacket::Whole(Packet::Ack(Ack {
                kind: AckKind::Puback | AckKind::Pubcomp,
                id,
                ..
            })) => self.acknowledged(now, *id),
            _ => {}
        }
    }

    /// Counts what the broker gives as its reasons.
    fn reasons(&self, packet: &Packet<'_>) {
        let reasons = &self.metrics.reasons;
        match packet {
            Packet::Connack(connack) => reasons.add(connack.code),
            Packet::Ack(ack) => reasons.add(ack.code),
            Packet::Suback(suback) => suback.codes.iter().for_each(|code| reasons.add(*code)),
            Packet::Unsuback(unsuback) => {
                unsuback.codes.iter().for_each(|code| reasons.add(*code));
            }
            Packet::Disconnect(disconnect) => reasons.add(disconnect.code),
            _ => {}
        }
    }

    fn acknowledged(&mut self, now: Instant, id: PacketId) {
        let at = self.in_flight.iter().position(|(sent, _)| *sent == id);
        if let Some(at) = at {
            let (_, since) = self.in_flight.swap_remove(at);
            self.metrics.in_flight.add(-1);
            self.metrics.publish_time.observe(now.since(since));
        }
    }

    fn accepted(&mut self, now: Instant, code: u8) {
        let since = self.opening.take();
        if code != 0 {
            return self.fail(FailureLayer::Mqtt);
        }
        if !std::mem::replace(&mut self.connected, true) {
            self.metrics.connections.add(1);
            let [older, newer] = &self.metrics.accepted;
            match self.version {
                Version::V311 => older.add(1),
                Version::V5 => newer.add(1),
            }
        }
        self.retrying = false;
        if let Some(since) = since {
            self.metrics.connect_time.observe(now.since(since));
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
fn waited_for(why: Failure) -> FailureLayer {
    match why.layer {
        "name" => FailureLayer::Name,
        "tls" => FailureLayer::Tls,
        "mqtt" => FailureLayer::Mqtt,
        _ => FailureLayer::Tcp,
    }
}

fn layer(error: NetError) -> FailureLayer {
    match error {
        NetError::NameNotFound => FailureLayer::Name,
        NetError::Refused
        | NetError::Unreachable
        | NetError::TimedOut
        | NetError::Broken
        | NetError::WebSocket { .. }
        | NetError::Proxy { .. } => FailureLayer::Tcp,
        NetError::NoLocalAddress | NetError::NoFileHandle | NetError::NoNameServer => {
            FailureLayer::Modem
        }
        NetError::TlsUntrusted
        | NetError::TlsName
        | NetError::TlsExpired
        | NetError::TlsClientCertificate
        | NetError::TlsUnsupported
        | NetError::TlsOther => FailureLayer::Tls,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::Observers;
    use crate::observe::metrics::counters::Counter;
    use mqmodem_core::{Config, Endpoint, Memory, Modem};
    use std::time::Duration;

    const LINK: LinkId = LinkId(0);

    #[test]
    fn versions_and_reasons_of_mqtt_5_are_counted() {
        let metrics = Arc::new(Metrics::default());
        let meter = metrics.clone().observer(&Label::new("m"));
        let mut observers = Observers::new(vec![meter]);
        let now = Instant::ZERO;
        let to = Endpoint {
            host: "h",
            port: 1,
            tls: None,
            websocket: None,
            deadline: now,
        };
        let connect = b"\x10\x0e\0\x04MQTT\x05\x02\0\x3c\0\0\x01x";
        for connack in [&[0x20, 3, 0, 0x87, 0][..], &[0x20, 3, 0, 0, 0]] {
            observers.opening(now, LINK, &to);
            observers.net_sent(now, LINK, connect);
            observers.net_received(now, LINK, connack);
        }
        observers.net_sent(now, LINK, &[0x34, 6, 0, 1, b't', 0, 7, 0]);
        assert_eq!(metrics.in_flight.get(), 1);
        observers.net_received(now, LINK, &[0x50, 3, 0, 7, 0x87]);
        observers.net_received(now, LINK, &[0x90, 4, 0, 8, 0, 0x9e, 0xe0, 1, 0x8e]);
        assert_eq!(metrics.in_flight.get(), 0);
        let page = metrics.page();
        for line in [
            "mqmodem_accepted_total{version=\"3.1.1\"} 0",
            "mqmodem_accepted_total{version=\"5.0\"} 1",
            "mqmodem_reasons_total{code=\"135\"} 2",
            "mqmodem_reasons_total{code=\"158\"} 1",
            "mqmodem_reasons_total{code=\"142\"} 1",
        ] {
            assert!(
                page.lines().any(|it| it == line),
                "{line} is not in\n{page}"
            );
        }
        assert!(
            !page.contains("code=\"16"),
            "what was not given is left out"
        );
    }

    #[test]
    fn a_link_is_counted_through_its_life() {
        let metrics = Arc::new(Metrics::default());
        let meter = metrics.clone().observer(&Label::new("m"));
        let mut observers = Observers::new(vec![meter]);
        let at = |millis| Instant::ZERO + Duration::from_millis(millis);
        let to = Endpoint {
            host: "h",
            port: 1,
            tls: None,
            websocket: None,
            deadline: at(5000),
        };
        observers.opening(at(0), LINK, &to);
        observers.net(at(0), LINK, NetEvent::Failed(NetError::Refused));
        observers.opening(at(1000), LINK, &to);
        observers.net(at(1000), LINK, NetEvent::Opened);
        observers.net_received(at(1004), LINK, &[0x20, 2, 0, 0]);
        assert_eq!((metrics.connections.get(), metrics.retries.get()), (1, 1));
        // QoS 1, DUP and QoS 0.
        observers.net_sent(
            at(2000),
            LINK,
            &[
                0x32, 5, 0, 1, b't', 0, 7, 0x3a, 5, 0, 1, b't', 0, 8, 0x30, 3, 0, 1, b't',
            ],
        );
        assert_eq!(metrics.in_flight.get(), 2);
        observers.net_received(at(2030), LINK, &[0x40, 2, 0, 7, 0x34, 5, 0, 1, b't', 0, 1]);
        assert_eq!(metrics.in_flight.get(), 1);
        let mut modem = Modem::new(Config::default(), Memory::heap(), at(2030));
        let lines = b"AT\rAT+NO\rAT+CMEE=1\rAT+MQTTPUB=1\r";
        assert_eq!(observers.receive(&mut modem, at(2030), lines), lines.len());
        observers.net(at(2030), LINK, NetEvent::Closed);
        let by_qos = |counters: &[Counter; 3]| counters.each_ref().map(Counter::get);
        assert_eq!(by_qos(&metrics.sent), [1, 1, 0]);
        assert_eq!(by_qos(&metrics.received), [0, 0, 1]);
        assert_eq!((metrics.resent.get(), metrics.command_errors.get()), (1, 2));
        assert_eq!(metrics.failed[FailureLayer::Tcp as usize].get(), 1);
        assert_eq!(metrics.lost[FailureLayer::Broker as usize].get(), 1);
        assert_eq!((metrics.connections.get(), metrics.in_flight.get()), (0, 0));
        drop(observers);
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
