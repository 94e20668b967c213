//! A session with memory and an output buffer, for tests.

use mqmodem_core::mqtt::packet::{Ack, AckKind, Connack, Publish, Unsuback};
use mqmodem_core::mqtt::{
    Connect, Frame, Packet, PacketId, Properties, Qos, SendError, Session, SessionEvent, Version,
    Violation, frame,
};
use mqmodem_core::{Buf, Instant};

pub(crate) const Q0: Qos = Qos::AtMostOnce;
pub(crate) const Q1: Qos = Qos::AtLeastOnce;
pub(crate) const Q2: Qos = Qos::ExactlyOnce;

pub(crate) const CLEAN: Connect<'static> = Connect {
    version: Version::V311,
    client_id: "x",
    clean_session: true,
    keep_alive: 60,
    username: None,
    password: None,
    properties: Properties::NONE,
    will: None,
};
pub(crate) const KEPT: Connect<'static> = Connect {
    clean_session: false,
    ..CLEAN
};

pub(crate) fn id(number: u16) -> PacketId {
    PacketId::new(number).unwrap()
}

pub(crate) fn at(seconds: u64) -> Instant {
    Instant::from_micros(seconds * 1_000_000)
}

/// Memory for as long as the test runs.
pub(crate) fn memory(size: usize) -> Buf<'static> {
    Buf::lent(vec![0; size].leak())
}

pub(crate) fn encode(packet: Packet<'_>) -> Vec<u8> {
    let mut bytes = vec![0; 70_000];
    let mut out = Buf::lent(&mut bytes);
    packet.encode(&mut out).unwrap();
    out.as_slice().to_vec()
}

pub(crate) fn ack(kind: AckKind, number: u16) -> Vec<u8> {
    let id = id(number);
    encode(Packet::Ack(Ack::new(kind, id)))
}

/// What a session says of a message of its own that the broker has.
pub(crate) fn published(number: u16) -> SessionEvent<'static> {
    SessionEvent::Published {
        id: id(number),
        tracked: None,
        code: 0,
    }
}

pub(crate) fn puback(number: u16) -> Vec<u8> {
    ack(AckKind::Puback, number)
}

pub(crate) fn pubrec(number: u16) -> Vec<u8> {
    ack(AckKind::Pubrec, number)
}

pub(crate) fn pubrel(number: u16) -> Vec<u8> {
    ack(AckKind::Pubrel, number)
}

pub(crate) fn pubcomp(number: u16) -> Vec<u8> {
    ack(AckKind::Pubcomp, number)
}

pub(crate) fn unsuback(number: u16) -> Vec<u8> {
    encode(Packet::Unsuback(Unsuback::new(id(number), &[])))
}

pub(crate) fn connack(session_present: bool, code: u8) -> Vec<u8> {
    encode(Packet::Connack(Connack::new(session_present, code)))
}

/// A message from the broker; id 0 with QoS 0.
pub(crate) fn message(qos: Qos, dup: bool, number: u16, payload: &[u8]) -> Vec<u8> {
    encode(Packet::Publish(Publish {
        dup,
        qos,
        retain: false,
        topic: "in",
        id: PacketId::new(number),
        properties: Properties::NONE,
        payload,
    }))
}

/// The packets in `bytes`, which must be whole ones.
pub(crate) fn packets(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut packets = Vec::new();
    while !bytes.is_empty() {
        let Frame::Whole { len } = frame(bytes) else {
            panic!("not a packet: {bytes:x?}");
        };
        let (packet, rest) = bytes.split_at(len);
        packets.push(packet);
        bytes = rest;
    }
    packets
}

pub(crate) struct Client {
    pub(crate) session: Session<'static>,
    pub(crate) out: Buf<'static>,
    pub(crate) now: Instant,
}

impl Client {
    pub(crate) fn new() -> Self {
        Self::with(4096, 64, 1024, 4096)
    }

    pub(crate) fn with(
        in_flight: usize,
        received: usize,
        subscriptions: usize,
        out: usize,
    ) -> Self {
        let (received, subscriptions) = (memory(received), memory(subscriptions));
        Self {
            session: Session::new(memory(in_flight), received, subscriptions, 1),
            out: memory(out),
            now: at(0),
        }
    }

    /// Connected, with nothing left to send.
    pub(crate) fn connected(connect: &Connect<'_>) -> Self {
        let mut client = Self::new();
        client.open(connect, false);
        client.raw();
        client
    }

    /// A new connection on which the broker says whether it knows the session.
    pub(crate) fn open(&mut self, connect: &Connect<'_>, session_present: bool) {
        self.session.lost();
        self.out.clear();
        self.session
            .connect(self.now, connect, &mut self.out)
            .unwrap();
        assert_eq!(self.sent().len(), 1);
        let connack = connack(session_present, 0);
        let event = self.feed(&connack);
        assert_eq!(event, Ok(SessionEvent::Connected { session_present }));
    }

    pub(crate) fn feed<'p>(&mut self, packet: &'p [u8]) -> Result<SessionEvent<'p>, Violation> {
        self.session.handle(self.now, packet, &mut self.out)
    }

    pub(crate) fn publish(
        &mut self,
        qos: Qos,
        payload: &[u8],
    ) -> Result<Option<PacketId>, SendError> {
        self.session
            .publish("out", qos, false, payload, &mut self.out)
    }

    /// Feeds a packet; whether it was a message.
    pub(crate) fn delivers(&mut self, packet: &[u8]) -> bool {
        matches!(self.feed(packet), Ok(SessionEvent::Message { .. }))
    }

    /// Publishes; the number of the packet identifier.
    pub(crate) fn publish_id(&mut self, qos: Qos, payload: &[u8]) -> u16 {
        self.publish(qos, payload).unwrap().unwrap().get()
    }

    pub(crate) fn subscribe(&mut self, filter: &str, qos: Qos) -> Result<PacketId, SendError> {
        self.session.subscribe(filter, qos, &mut self.out)
    }

    pub(crate) fn unsubscribe(&mut self, filter: &str) -> Result<PacketId, SendError> {
        self.session.unsubscribe(filter, &mut self.out)
    }

    /// What was written since the last look.
    pub(crate) fn raw(&mut self) -> Vec<u8> {
        let bytes = self.out.as_slice().to_vec();
        self.out.clear();
        bytes
    }

    /// What was written since the last look, a line for each packet.
    pub(crate) fn sent(&mut self) -> Vec<String> {
        let bytes = self.raw();
        let line = |packet: &&[u8]| Packet::decode(packet).unwrap().to_string();
        packets(&bytes).iter().map(line).collect()
    }

    pub(crate) fn dropped(&mut self) -> Vec<u16> {
        core::iter::from_fn(|| self.session.poll_dropped())
            .filter_map(|dropped| dropped.id.map(PacketId::get))
            .collect()
    }

    pub(crate) fn subscriptions(&self) -> Vec<(String, u8)> {
        let list = self.session.subscriptions();
        list.map(|(filter, qos)| (filter.to_string(), qos.level()))
            .collect()
    }
}

/// The broker grants what the SUBSCRIBE `number` asked for.
pub(crate) fn suback(number: u16, code: u8) -> Vec<u8> {
    let [high, low] = number.to_be_bytes();
    vec![0x90, 3, high, low, code]
}

/// What a broker answers to a packet as [`Client::sent`] shows it; nothing that
/// counts where there is nothing to be answered.
pub(crate) fn answer(line: &str) -> Vec<u8> {
    let number = line.split("id=").nth(1).and_then(|it| it.split(' ').next());
    let number = number.and_then(|number| number.parse().ok()).unwrap_or(0);
    match line.split(' ').next() {
        Some("PUBLISH") if line.contains(" q1 ") => puback(number),
        Some("PUBLISH") if line.contains(" q2 ") => pubrec(number),
        Some("PUBREL") => pubcomp(number),
        Some("PUBREC") => pubrel(number),
        Some("SUBSCRIBE") => suback(number, 1),
        Some("UNSUBSCRIBE") => unsuback(number),
        _ => vec![0xd0, 0],
    }
}
