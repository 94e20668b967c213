//! What one modem counts.

use super::counters::{FailureLayer, Metrics};
use crate::observe::event::{HostEvent, LinkEvent, Observer, ObserverSource};
use crate::observe::packets::{PacketContent, WirePacket};
use crate::port::Label;
use crate::runtime::short_list::add;
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
    /// Those of its links that were used.
    links: Box<[(LinkId, LinkMeter)]>,
}

/// What one link adds to them.
#[derive(Debug)]
struct LinkMeter {
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
    fn host(&mut self, _now: Instant, event: &HostEvent<'_>) {
        if let HostEvent::Answer(line) = event
            && line.is_error()
        {
            self.metrics.command_errors.add(1);
        }
    }

    fn link(&mut self, now: Instant, link: LinkId, event: &LinkEvent<'_>) {
        self.meter(link).count(now, event);
    }
}

impl Meter {
    fn new(metrics: Arc<Metrics>) -> Self {
        metrics.modems.add(1);
        let links = Box::default();
        Self { metrics, links }
    }

    fn meter(&mut self, link: LinkId) -> &mut LinkMeter {
        let at = self.links.iter().position(|(of, _)| *of == link);
        let at = at.unwrap_or_else(|| {
            let meter = LinkMeter::new(self.metrics.clone());
            add(&mut self.links, (link, meter))
        });
        &mut self.links[at].1
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.metrics.modems.add(-1);
    }
}

impl LinkMeter {
    fn count(&mut self, now: Instant, event: &LinkEvent<'_>) {
        match event {
            LinkEvent::Opening(_) => self.open(now),
            LinkEvent::Closing(why) => self.close(*why),
            LinkEvent::Opened { .. } => {}
            LinkEvent::Net(event) => self.event(*event),
            LinkEvent::Received(packet) => self.received(now, packet),
            LinkEvent::Sent(packet) => {
                if let PacketContent::Whole(Packet::Connect(connect)) = packet.content {
                    self.version = connect.version;
                }
                if let Some(publish) = packet.publish() {
                    self.sent(now, publish);
                }
            }
        }
    }

    fn new(metrics: Arc<Metrics>) -> Self {
        Self {
            metrics,
            opening: None,
            connected: false,
            retrying: false,
            version: Version::V311,
            in_flight: Vec::new(),
        }
    }

    /// The modem asks for the link.
    fn open(&mut self, now: Instant) {
        self.end();
        self.opening = Some(now);
        self.metrics.connects.add(1);
        if self.retrying {
            self.metrics.retries.add(1);
        }
    }

    /// The modem closes the link. One that was not up yet took too long.
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
        if let PacketContent::Whole(packet) = &packet.content {
            self.reasons(packet);
        }
        match &packet.content {
            PacketContent::Whole(Packet::Connack(connack)) => self.accepted(now, connack.code),
            // Refused: there is nothing more to come.
            PacketContent::Whole(Packet::Ack(ack))
                if ack.kind == AckKind::Pubrec && ack.code >= 0x80 =>
            {
                self.acknowledged(now, ack.id);
            }
            PacketContent::Whole(Packet::Ack(Ack {
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

impl Drop for LinkMeter {
    fn drop(&mut self) {
        self.end();
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
        NetError::Protocol => FailureLayer::Mqtt,
    }
}

#[cfg(test)]
mod tests;
