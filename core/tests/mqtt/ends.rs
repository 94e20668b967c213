//! A session and a model of a broker at the two ends of a network that breaks
//! anywhere: nothing acknowledged is lost, nothing of QoS 2 comes twice.

use crate::client::*;
use mqmodem_core::mqtt::packet::{Ack, AckKind, Connack, Publish};
use mqmodem_core::mqtt::session::ROOM;
use mqmodem_core::mqtt::{Frame, Packet, PacketId, Qos, SendError, SessionEvent, frame};
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::{BTreeSet, VecDeque};

/// A message with its number as payload.
fn publish(qos: Qos, dup: bool, id: PacketId, number: u32) -> Vec<u8> {
    message(qos, dup, id.get(), &number.to_be_bytes())
}

fn number(payload: &[u8]) -> u32 {
    u32::from_be_bytes(payload.try_into().unwrap())
}

/// What the broker has in flight to the client.
struct Outgoing {
    id: PacketId,
    qos: Qos,
    number: u32,
    released: bool,
}

/// A broker that keeps its session over every cut.
struct Broker {
    known: bool,
    /// Answers and messages not yet on the wire.
    wire: VecDeque<u8>,
    /// Bytes of a packet that is not whole yet.
    partial: Vec<u8>,
    unreleased: BTreeSet<PacketId>,
    delivered: Vec<(Qos, u32)>,
    flight: VecDeque<Outgoing>,
    next: PacketId,
    connected: bool,
}

impl Broker {
    fn new() -> Self {
        Self {
            known: false,
            wire: VecDeque::new(),
            partial: Vec::new(),
            unreleased: BTreeSet::new(),
            delivered: Vec::new(),
            flight: VecDeque::new(),
            next: id(1),
            connected: false,
        }
    }

    fn send(&mut self, packet: Packet<'_>) {
        self.wire.extend(encode(packet));
    }

    fn ack(&mut self, kind: AckKind, id: PacketId) {
        self.send(Packet::Ack(Ack::new(kind, id)));
    }

    fn publish(&mut self, qos: Qos, number: u32) -> bool {
        // Identifiers come round soon: 1 to 15.
        let used = self.flight.iter().any(|message| message.id == self.next);
        if !self.connected || used {
            return false;
        }
        let id = self.next;
        self.next = PacketId::new(self.next.get() % 15 + 1).unwrap();
        self.wire.extend(publish(qos, false, id, number));
        self.flight.push_back(Outgoing {
            id,
            qos,
            number,
            released: false,
        });
        true
    }

    fn cut(&mut self) {
        self.wire.clear();
        self.partial.clear();
        self.connected = false;
    }

    fn receive(&mut self, bytes: &[u8]) {
        self.partial.extend(bytes);
        while let Frame::Whole { len } = frame(&self.partial) {
            let packet: Vec<u8> = self.partial.drain(..len).collect();
            self.handle(Packet::decode(&packet).unwrap());
        }
    }

    fn handle(&mut self, packet: Packet<'_>) {
        match packet {
            Packet::Connect(_) => self.accept(),
            Packet::Publish(publish) => self.take(&publish),
            Packet::Ack(Ack { kind, id, .. }) => self.acknowledged(kind, id),
            other => panic!("{other}"),
        }
    }

    fn accept(&mut self) {
        let session_present = std::mem::replace(&mut self.known, true);
        self.connected = true;
        self.send(Packet::Connack(Connack::new(session_present, 0)));
        for message in std::mem::take(&mut self.flight) {
            if message.released {
                self.ack(AckKind::Pubrel, message.id);
            } else {
                let again = publish(message.qos, true, message.id, message.number);
                self.wire.extend(again);
            }
            self.flight.push_back(message);
        }
    }

    fn take(&mut self, publish: &Publish<'_>) {
        let id = publish.id.unwrap();
        let new = publish.qos == Q1 || self.unreleased.insert(id);
        assert!(new || publish.dup, "a re-delivery without DUP");
        if new {
            self.delivered.push((publish.qos, number(publish.payload)));
        }
        let kind = if publish.qos == Q1 {
            AckKind::Puback
        } else {
            AckKind::Pubrec
        };
        self.ack(kind, id);
    }

    fn acknowledged(&mut self, kind: AckKind, id: PacketId) {
        let place = self.flight.iter().position(|message| message.id == id);
        match (kind, place) {
            (AckKind::Pubrel, _) => {
                self.unreleased.remove(&id);
                self.ack(AckKind::Pubcomp, id);
            }
            (AckKind::Pubrec, Some(place)) => {
                self.flight[place].released = true;
                self.ack(AckKind::Pubrel, id);
            }
            (AckKind::Puback | AckKind::Pubcomp, Some(place)) => {
                self.flight.remove(place);
            }
            (kind, _) => panic!("{kind:?} of nothing"),
        }
    }
}

#[derive(Clone, Debug)]
enum Step {
    Publish(Qos),
    Deliver(Qos),
    Up(usize),
    Down(usize),
    Cut,
}

fn step() -> impl Strategy<Value = Step> {
    let qos = || prop_oneof![1 => Just(Q1), 3 => Just(Q2)];
    prop_oneof![
        4 => qos().prop_map(Step::Publish),
        4 => qos().prop_map(Step::Deliver),
        6 => (1..40_usize).prop_map(Step::Up),
        6 => (1..40_usize).prop_map(Step::Down),
        1 => Just(Step::Cut),
    ]
}

struct Ends {
    client: Client,
    partial: Vec<u8>,
    broker: Broker,
    /// What each side gave, in order.
    published: Vec<(Qos, u32, u16)>,
    sent: Vec<(Qos, u32)>,
    /// What the client's side was told.
    told: Vec<u16>,
    received: Vec<(Qos, u32)>,
}

impl Ends {
    fn new() -> Self {
        let mut ends = Self {
            client: Client::with(440, 128, 0, 160),
            partial: Vec::new(),
            broker: Broker::new(),
            published: Vec::new(),
            sent: Vec::new(),
            told: Vec::new(),
            received: Vec::new(),
        };
        ends.connect();
        ends
    }

    fn connect(&mut self) {
        let Client { session, out, now } = &mut self.client;
        session.lost();
        out.clear();
        self.partial.clear();
        self.broker.cut();
        session.connect(*now, &KEPT, out).unwrap();
    }

    fn step(&mut self, step: &Step) {
        match *step {
            Step::Publish(qos) => self.publish(qos),
            Step::Deliver(qos) => {
                let number = self.sent.len() as u32;
                if self.broker.publish(qos, number) {
                    self.sent.push((qos, number));
                }
            }
            Step::Up(n) => self.up(n),
            Step::Down(n) => self.down(n),
            Step::Cut => self.connect(),
        }
    }

    fn publish(&mut self, qos: Qos) {
        let number = self.published.len() as u32;
        match self.client.publish(qos, &number.to_be_bytes()) {
            Ok(id) => self.published.push((qos, number, id.unwrap().get())),
            Err(error) => assert_ne!(error, SendError::Invalid),
        }
    }

    /// `n` bytes reach the broker.
    fn up(&mut self, n: usize) {
        let Client { session, out, .. } = &mut self.client;
        let n = n.min(out.len());
        self.broker.receive(&out.as_slice()[..n]);
        out.consume(n);
        session.poll_send(out);
    }

    /// `n` bytes reach the client, which takes a packet only with room to answer.
    fn down(&mut self, n: usize) {
        let n = n.min(self.broker.wire.len());
        self.partial.extend(self.broker.wire.drain(..n));
        while let Frame::Whole { len } = frame(&self.partial) {
            let Client { session, out, now } = &mut self.client;
            if out.free() < ROOM {
                return;
            }
            let packet: Vec<u8> = self.partial.drain(..len).collect();
            match session.handle(*now, &packet, out).unwrap() {
                SessionEvent::Message { qos, payload, .. } => {
                    self.received.push((qos, number(payload)));
                }
                SessionEvent::Published { id, .. } => self.told.push(id.get()),
                _ => {}
            }
        }
    }

    /// Until nothing moves any more.
    fn settle(&mut self) {
        for _ in 0..10_000 {
            self.up(64);
            self.down(64);
            let still = self.client.out.is_empty() && self.broker.wire.is_empty();
            if still && self.partial.is_empty() {
                return;
            }
        }
        panic!("does not settle");
    }
}

/// What came, of one QoS.
fn of(qos: Qos, list: &[(Qos, u32)]) -> Vec<u32> {
    let same = list.iter().filter(|(q, _)| *q == qos);
    same.map(|(_, number)| *number).collect()
}

/// The first time each came.
fn firsts(list: Vec<u32>) -> Vec<u32> {
    let mut seen = BTreeSet::new();
    list.into_iter().filter(|n| seen.insert(*n)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..Default::default() })]

    #[test]
    fn a_kept_session_delivers_over_any_cuts(steps in vec(step(), 0..400)) {
        let mut ends = Ends::new();
        for step in &steps {
            ends.step(step);
        }
        ends.settle();

        let published: Vec<_> = ends.published.iter().map(|(q, n, _)| (*q, *n)).collect();
        prop_assert_eq!(of(Q2, &ends.broker.delivered), of(Q2, &published));
        prop_assert_eq!(of(Q2, &ends.received), of(Q2, &ends.sent));
        prop_assert_eq!(firsts(of(Q1, &ends.broker.delivered)), of(Q1, &published));
        prop_assert_eq!(firsts(of(Q1, &ends.received)), of(Q1, &ends.sent));

        let mut ids: Vec<_> = ends.published.iter().map(|(_, _, id)| *id).collect();
        ids.sort_unstable();
        ends.told.sort_unstable();
        prop_assert_eq!(ends.told, ids);
        prop_assert_eq!(ends.client.session.in_flight(), 0);
        prop_assert_eq!(ends.client.session.ignored_acks(), 0);
        prop_assert_eq!(ends.client.dropped(), []);
    }
}
