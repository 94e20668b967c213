//! Many lives of one session: a broker that keeps its half, a host, connections
//! that break and power that fails at any moment, a disk that is late or fails.
//! In the end everything promised has arrived, and what may come once came once.

use super::disk::*;
use crate::client::*;
use mqmodem_core::mqtt::session::Stored;
use mqmodem_core::mqtt::{Frame, Packet, PacketId, Qos, SessionEvent, frame};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The broker's half of the session.
#[derive(Default)]
struct Broker {
    /// Payloads as they were passed on.
    passed: Vec<Vec<u8>>,
    /// QoS 2 identifiers that are not released.
    held: BTreeSet<u16>,
    /// Messages for the client by identifier: QoS, payload, whether released.
    out: BTreeMap<u16, (Qos, Vec<u8>, bool)>,
    /// On their way to the client.
    wire: VecDeque<Vec<u8>>,
    next: u16,
}

impl Broker {
    fn connected(&mut self) {
        let mut wire = VecDeque::new();
        for (id, (qos, payload, released)) in &self.out {
            wire.push_back(match released {
                true => pubrel(*id),
                false => message(*qos, true, *id, payload),
            });
        }
        self.wire = wire;
    }

    fn send(&mut self, qos: Qos, payload: Vec<u8>) {
        self.next += 1;
        let (id, packet) = (self.next, message(qos, false, self.next, &payload));
        self.out.insert(id, (qos, payload, false));
        self.wire.push_back(packet);
    }

    fn take(&mut self, packet: &[u8]) {
        let line = Packet::decode(packet).unwrap().to_string();
        match Packet::decode(packet).unwrap() {
            Packet::Publish(publish) => {
                let id = publish.id.map_or(0, PacketId::get);
                let twice = publish.qos == Q2 && !self.held.insert(id);
                if !twice {
                    self.passed.push(publish.payload.to_vec());
                }
            }
            Packet::Ack(ack) if line.starts_with("PUBREL") => {
                self.held.remove(&ack.id.get());
            }
            Packet::Ack(ack) if line.starts_with("PUBREC") => {
                if let Some((qos, _, released)) = self.out.get_mut(&ack.id.get()) {
                    assert_eq!(*qos, Q2, "{line}");
                    *released = true;
                }
            }
            Packet::Ack(ack) => {
                let ended = self.out.remove(&ack.id.get());
                let legal =
                    ended.is_none_or(|(qos, ..)| (qos == Q2) == line.starts_with("PUBCOMP"));
                assert!(legal, "{line}");
            }
            _ => {}
        }
        self.wire.push_back(answer(&line));
    }
}

struct World {
    kept: Kept,
    broker: Broker,
    /// What the modem said is accepted, and what it said is not.
    accepted: BTreeSet<Vec<u8>>,
    refused: BTreeSet<Vec<u8>>,
    /// Messages whose fate is open, by number.
    open: BTreeMap<u64, Vec<u8>>,
    /// What the host may read, what it has said it took, and what it took over.
    held: BTreeMap<u32, Vec<u8>>,
    taking: BTreeMap<u32, Vec<u8>>,
    taken: Vec<Vec<u8>>,
    /// What the broker sent, and what of it the host has asked to take over.
    sent: Vec<Vec<u8>>,
    asked: BTreeSet<Vec<u8>>,
    count: u32,
}

impl World {
    fn new() -> Self {
        let mut kept = Kept::with([600, 256, 64, 300]);
        kept.client.session.set_deferring(true);
        Self {
            kept,
            broker: Broker::default(),
            accepted: BTreeSet::new(),
            refused: BTreeSet::new(),
            open: BTreeMap::new(),
            held: BTreeMap::new(),
            taking: BTreeMap::new(),
            taken: Vec::new(),
            sent: Vec::new(),
            asked: BTreeSet::new(),
            count: 0,
        }
    }

    fn payload(&mut self, what: &str) -> Vec<u8> {
        self.count += 1;
        format!("{what} {}", self.count).into_bytes()
    }

    fn step(&mut self, pick: u64) {
        let qos = if pick >> 8 & 1 == 0 { Q1 } else { Q2 };
        match pick % 32 {
            0..=3 => self.publish(qos),
            4..=5 if self.broker.out.len() < 20 => {
                let payload = self.payload(if qos == Q2 { "once" } else { "down" });
                if self.kept.client.session.is_connected() {
                    self.sent.push(payload.clone());
                    self.broker.send(qos, payload);
                }
            }
            6..=11 => self.answer(true),
            12..=17 => self.up(),
            18..=23 => self.down(),
            24..=26 => self.host_takes(),
            27 => self.lost(),
            28 | 29 => self.connect(),
            30 if pick >> 8 & 7 < 2 => self.fail(),
            31 if pick >> 8 & 7 < 2 => self.power_cut(),
            _ => {}
        }
        self.look();
    }

    fn publish(&mut self, qos: Qos) {
        let payload = self.payload("up");
        self.kept.client.session.bind(BROKER, "x");
        if let Ok(accepted) = self.kept.accept(qos, &payload, PROMISE) {
            self.open.insert(accepted.number, payload);
        }
    }

    fn answer(&mut self, ok: bool) {
        self.kept.ask();
        if let Some(Stored::Refused { number, .. }) = self.kept.answer(ok) {
            self.refused.extend(self.open.remove(&number));
        }
    }

    /// The disk fails, and is tried again.
    fn fail(&mut self) {
        for stored in self.kept.fail() {
            if let Stored::Refused { number, .. } = stored {
                self.refused.extend(self.open.remove(&number));
            }
        }
        self.kept.client.session.try_changes_again();
    }

    /// One packet to the broker.
    fn up(&mut self) {
        let out = &mut self.kept.client.out;
        if let Frame::Whole { len } = frame(out.as_slice()) {
            let packet = out.as_slice()[..len].to_vec();
            out.consume(len);
            self.broker.take(&packet);
        }
        let client = &mut self.kept.client;
        client.session.poll_send(&mut client.out);
    }

    /// One packet from the broker, where there is room for an answer.
    fn down(&mut self) {
        let client = &mut self.kept.client;
        if client.out.free() < 64 || !client.session.is_connected() {
            return;
        }
        let Some(packet) = self.broker.wire.pop_front() else {
            return;
        };
        let event = client.feed(&packet).unwrap();
        if let SessionEvent::Message {
            number, payload, ..
        } = event
        {
            self.held.insert(number, payload.to_vec());
        }
    }

    /// The host takes the oldest message it can read.
    fn host_takes(&mut self) {
        if let Some((number, payload)) = self.held.pop_first() {
            let client = &mut self.kept.client;
            client.session.take_over(number, &mut client.out);
            self.asked.insert(payload.clone());
            self.taking.insert(number, payload);
        }
    }

    fn lost(&mut self) {
        self.kept.client.session.lost();
        self.kept.client.out.clear();
    }

    fn connect(&mut self) {
        if self.kept.client.session.is_connected() {
            return;
        }
        let client = &mut self.kept.client;
        client.out.clear();
        client.session.bind(BROKER, "x");
        client
            .session
            .connect(at(0), &KEPT, &mut client.out)
            .unwrap();
        client.out.clear();
        // The first time there is none, and nothing that would have been lost.
        client.feed(&connack(true, 0)).unwrap();
        self.broker.connected();
    }

    fn power_cut(&mut self) {
        self.kept = self.kept.restart();
        self.kept.client.session.set_deferring(true);
        // What was not answered may be there or not.
        self.open.clear();
        self.held.clear();
        self.taking.clear();
    }

    /// What the host learns by now.
    fn look(&mut self) {
        let session = &mut self.kept.client.session;
        assert_eq!(session.poll_dropped(), None);
        let (known, open) = std::mem::take(&mut self.open)
            .into_iter()
            .partition(|(number, _)| session.is_accepted(*number));
        self.open = open;
        self.accepted.extend(BTreeMap::into_values(known));
        let (done, taking) = std::mem::take(&mut self.taking)
            .into_iter()
            .partition(|(number, _)| session.is_taken_over(*number));
        self.taking = taking;
        self.taken.extend(BTreeMap::into_values(done));
    }

    /// Everything goes well for long enough.
    fn end(&mut self) {
        for _ in 0..2000 {
            self.connect();
            self.answer(true);
            self.up();
            self.down();
            self.host_takes();
            self.look();
        }
        self.kept.settle();
    }

    fn check(&self) {
        let times = |list: &[Vec<u8>], payload| list.iter().filter(|it| *it == payload).count();
        for payload in &self.accepted {
            let text = payload.escape_ascii();
            assert!(
                times(&self.broker.passed, payload) > 0,
                "{text} never arrived"
            );
        }
        for payload in &self.refused {
            let text = payload.escape_ascii();
            assert_eq!(times(&self.broker.passed, payload), 0, "{text} was refused");
        }
        for payload in &self.sent {
            let text = payload.escape_ascii();
            assert!(self.asked.contains(payload), "{text} never came");
            let once = payload.starts_with(b"once") && times(&self.taken, payload) > 1;
            assert!(!once, "{text} came twice");
        }
        assert_eq!(self.kept.client.session.backlog().messages, 0);
        assert!(self.broker.out.is_empty(), "{:?}", self.broker.out);
    }
}

fn next(seed: &mut u64) -> u64 {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    *seed >> 11
}

#[test]
fn every_promised_message_arrives() {
    let mut count = 0;
    for start in 1..=150 {
        let mut seed = 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(start);
        let mut world = World::new();
        for _ in 0..600 {
            world.step(next(&mut seed));
        }
        world.end();
        world.check();
        count += world.taken.len() + world.accepted.len();
    }
    assert!(count > 5000, "only {count} messages");
}
