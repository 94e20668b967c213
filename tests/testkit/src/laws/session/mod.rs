//! A session on its own: any packets in any state, and a disk that answers when it
//! is told to. What it writes must be allowed by what is durable then.

mod checks;

use super::phrases;
use super::reader::Reader;
use mqmodem_chat::StorageMode;
use mqmodem_chat::environment::{RecordDisk, WriteOutcome};
use mqmodem_core::mqtt::packet::{Connect, Publish};
use mqmodem_core::mqtt::session::{Acceptance, ROOM, RecordKey, SessionChange, WINDOW};
use mqmodem_core::mqtt::{Packet, PacketId, Properties, Qos, Session, SessionEvent, Version};
use mqmodem_core::{Action, Buf, Instant, LinkId, Slot};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

const LINK: LinkId = LinkId(0);
/// How often power may fail.
const CUTS: usize = 8;
/// More changes than anything a few hundred operations can ask for.
const PATIENCE: usize = 20_000;

/// Plays the operations that a string of bytes is.
pub fn play(bytes: &[u8]) {
    let mut reader = Reader::new(bytes);
    let size = [64, 300, 1024, 4096][usize::from(reader.byte() % 4)];
    let mut lent = vec![[const { Vec::new() }; 4]; CUTS + 1];
    for buf in lent.iter_mut().flatten() {
        buf.resize(size.max(ROOM), 0);
    }
    let spare = lent.iter_mut().map(<[Vec<u8>; 4]>::each_mut);
    let how = reader.byte();
    let first_id = if how & 8 == 0 { 1 } else { 0xfffa };
    let mut bench = Bench::new(spare.collect(), first_id);
    bench.stores = how % 8 != 7;
    bench.begin();
    while !reader.is_empty() {
        bench.step(&mut reader);
        bench.rest();
    }
}

struct Bench<'a> {
    session: Session<'a>,
    out: Buf<'a>,
    /// How much of `out` was looked at.
    looked: usize,
    spare: Vec<[&'a mut Vec<u8>; 4]>,
    disk: RecordDisk,
    storage: StorageMode,
    stores: bool,
    clean: bool,
    now: Instant,
    /// QoS 2 sent on this connection.
    sent: BTreeSet<PacketId>,
    /// The QoS of the broker's messages, and what it used with both: that makes
    /// two messages of one record, which no broker may do `[MQTT-2.3.1-4]`.
    levels: BTreeMap<PacketId, Qos>,
    mixed: BTreeSet<PacketId>,
    /// What came on this connection without PUBREC: nothing may be released.
    arrived: BTreeSet<PacketId>,
    /// Whose session it is, and whether what is on disk may be another's.
    whose: (u64, &'static str),
    moved: bool,
    /// What may be taken over.
    held: Vec<u32>,
    /// Numbers that cannot be given again.
    numbers: BTreeSet<u64>,
}

fn new(parts: [&mut Vec<u8>; 4], first_id: u16) -> (Session<'_>, Buf<'_>) {
    let [in_flight, received, subscriptions, out] = parts.map(|part| Buf::lent(part));
    let session = Session::new(in_flight, received, subscriptions, first_id);
    (session, out)
}

impl<'a> Bench<'a> {
    fn new(mut spare: Vec<[&'a mut Vec<u8>; 4]>, first_id: u16) -> Self {
        let (session, out) = new(spare.pop().expect("memory for a session"), first_id);
        Self {
            session,
            out,
            looked: 0,
            spare,
            disk: RecordDisk::default(),
            storage: StorageMode::Works,
            stores: true,
            clean: true,
            now: Instant::ZERO,
            sent: BTreeSet::new(),
            levels: BTreeMap::new(),
            mixed: BTreeSet::new(),
            arrived: BTreeSet::new(),
            whose: (0, ""),
            moved: false,
            held: Vec::new(),
            numbers: BTreeSet::new(),
        }
    }

    fn begin(&mut self) {
        if self.stores {
            self.session.persist();
        }
    }

    fn step(&mut self, reader: &mut Reader<'_>) {
        let out = &mut self.out;
        match reader.byte() % 32 {
            0..=2 => self.connect(reader.byte()),
            3..=8 => self.feed(&phrases::net(reader.byte(), reader.byte() % 24)),
            9 | 10 => self.feed(&phrases::net(reader.byte(), reader.byte())),
            11 => self.feed(&reader.bytes()),
            12 | 13 => self.publish(reader.byte()),
            14 | 15 => self.accept(reader.byte(), reader.byte()),
            16 => drop(
                self.session
                    .subscribe(filter(reader.byte()), Qos::ExactlyOnce, out),
            ),
            17 => drop(self.session.unsubscribe(filter(reader.byte()), out)),
            18 => self.end(),
            19 => {
                let written = self.session.disconnect(out).is_ok();
                self.look();
                if written || !self.session.is_connected() {
                    self.end();
                }
            }
            20 => self.time(reader.byte()),
            21 => {
                let any = u32::from(reader.byte());
                let number = self.held.pop().filter(|_| any > 15).unwrap_or(any);
                self.session.take_over(number, out);
            }
            22 => self.session.set_deferring(reader.flag()),
            23 => self.session.set_renewing(reader.flag()),
            24 => {
                if let Some(id) = PacketId::new(u16::from(reader.byte()).wrapping_sub(6)) {
                    self.session.give_up(id);
                }
            }
            25 | 26 => self.send(usize::from(reader.byte())),
            27 => self.storage = StorageMode::Holds,
            28 => {
                self.storage = [StorageMode::Works, StorageMode::Fails][usize::from(reader.flag())];
                self.answer(usize::MAX);
            }
            29 => self.answer(usize::from(reader.byte() % 4)),
            30 => self.session.try_changes_again(),
            _ => self.power_cut(reader.byte()),
        }
        self.look();
    }

    fn connect(&mut self, how: u8) {
        self.end();
        let client_id = if how & 2 == 0 { "me" } else { "you" };
        let whose = (u64::from(how / 32), client_id);
        let other = std::mem::replace(&mut self.whose, whose) != whose;
        self.moved |= other && !self.disk.is_blank();
        self.session.bind(whose.0, client_id);
        let connect = Connect {
            version: Version::V311,
            client_id,
            clean_session: how & 5 == 5,
            keep_alive: u16::from(how),
            username: None,
            password: None,
            properties: Properties::NONE,
            will: None,
        };
        if self
            .session
            .connect(self.now, &connect, &mut self.out)
            .is_err()
        {
            return;
        }
        self.clean = connect.clean_session;
        self.look();
        if how & 8 != 0 {
            let present = u8::from(how & 16 != 0 && !self.clean);
            self.feed(&[0x20, 2, present, 0]);
        }
    }

    /// The connection is gone, and with it what was not sent.
    fn end(&mut self) {
        self.session.lost();
        self.out.clear();
        self.looked = 0;
        self.sent.clear();
        self.arrived.clear();
    }

    /// A packet comes, as soon as there is room for an answer.
    fn feed(&mut self, packet: &[u8]) {
        if self.out.free() < ROOM {
            self.send(usize::MAX);
        }
        if let Ok(Packet::Publish(Publish {
            qos, id: Some(id), ..
        })) = Packet::decode(packet)
        {
            self.arrived.insert(id);
            if self.levels.insert(id, qos).is_some_and(|old| old != qos) {
                self.mixed.insert(id);
            }
        }
        let event = self.session.handle(self.now, packet, &mut self.out);
        match event {
            Err(_) | Ok(SessionEvent::Refused { .. }) => self.end(),
            Ok(SessionEvent::Message { number, .. }) => {
                self.held.push(number);
                self.given(number.into());
            }
            Ok(_) => {}
        }
    }

    fn publish(&mut self, how: u8) {
        let qos = Qos::new(how % 3).expect("a QoS");
        let payload = vec![b'p'; usize::from(how / 4)];
        let out = &mut self.out;
        let _ = self.session.publish("t", qos, false, &payload, out);
    }

    fn accept(&mut self, how: u8, id: u8) {
        let qos = Qos::new(how % 3).expect("a QoS");
        let publish = Publish {
            dup: false,
            qos,
            retain: how & 4 != 0,
            topic: "a",
            id: None,
            properties: Properties::NONE,
            payload: &vec![id; usize::from(how / 8)],
        };
        let promise = Acceptance {
            tracked: how & 8 != 0,
            host_id: u32::from(id % 8),
            limit: [usize::MAX, 100, 400, 1000][usize::from(how / 64)],
            drop_oldest: how & 16 != 0,
        };
        self.session.set_time(how.into());
        let known = self.session.known(promise.host_id).is_some();
        if known && promise.host_id > 0 {
            return;
        }
        if let Ok(accepted) = self.session.accept(&publish, promise, &mut self.out) {
            assert!(
                !self.numbers.contains(&accepted.number),
                "{accepted:?} again"
            );
            self.given(accepted.number);
        }
    }

    /// A number was given to a message: for good, if that is durable.
    fn given(&mut self, number: u64) {
        let identity = self
            .disk
            .durable()
            .get(&Slot::Session(LINK, RecordKey::Identity));
        let reserved = identity.and_then(|bytes| Some(*bytes.get(17..)?.first_chunk()?));
        if number > 0 && reserved.is_some_and(|it| number < u64::from_le_bytes(it)) {
            self.numbers.insert(number);
        }
    }

    fn time(&mut self, seconds: u8) {
        self.now = self.now + Duration::from_secs(seconds.into());
        let out = &mut self.out;
        if self.session.handle_timeout(self.now, false, out).is_err() {
            self.end();
        }
        let next = self.session.poll_timeout();
        assert!(
            next.is_none_or(|at| at > self.now),
            "a time-out in the past"
        );
    }

    fn send(&mut self, most: usize) {
        let count = most.min(self.out.len());
        self.out.consume(count);
        self.looked -= count;
        self.session.sent(self.now);
        self.session.poll_send(&mut self.out);
        self.look();
    }

    fn power_cut(&mut self, how: u8) {
        let Some(parts) = self.spare.pop() else {
            return;
        };
        self.end();
        (self.session, self.out) = new(parts, 1);
        self.disk.cut_power();
        self.begin();
        if self.disk.durable().is_empty() {
            // All was forgotten, also which numbers were given.
            self.numbers.clear();
        }
        for (slot, bytes) in self.disk.durable() {
            let Slot::Session(_, record) = *slot else {
                panic!("{slot:?} is none of a session");
            };
            let taken = self.session.restore(record, bytes);
            assert!(taken, "{slot:?} is what was kept: {bytes:02x?}");
        }
        self.session.set_deferring(how & 1 != 0);
    }

    /// Whatever is to be done now; afterwards nothing is left to do.
    fn rest(&mut self) {
        for _ in 0..PATIENCE {
            while self.session.poll_dropped().is_some() {}
            if !self.ask() {
                assert!(!self.session.has_changes());
                assert!(self.session.in_flight() <= WINDOW);
                return;
            }
            if self.storage != StorageMode::Holds {
                self.answer(usize::MAX);
            }
        }
        panic!("change after change");
    }

    fn ask(&mut self) -> bool {
        let slot = |record| Slot::Session(LINK, record);
        let action = match self.session.poll_change() {
            None => return false,
            Some(SessionChange::Put(record, bytes)) => {
                assert!(!bytes.is_empty(), "nothing is kept as {record:?}");
                let slot = slot(record);
                Action::Store { slot, bytes }
            }
            Some(SessionChange::Erase(record)) => Action::Erase { slot: slot(record) },
            Some(SessionChange::Forget) => Action::Forget { link: LINK },
        };
        self.disk.submit(&action)
    }

    fn answer(&mut self, most: usize) {
        for _ in 0..most {
            let outcome = match self.storage {
                StorageMode::Fails => WriteOutcome::Failed,
                StorageMode::Works | StorageMode::Holds => WriteOutcome::Durable,
            };
            let Some((Slot::Session(_, record), ok)) = self.disk.answer(outcome) else {
                return;
            };
            self.moved &= !self.disk.durable().is_empty();
            self.session.stored(record, ok, &mut self.out);
            self.look();
        }
    }
}

fn filter(which: u8) -> &'static str {
    ["a", "a/#", "b/+", "#", "", "a#"][usize::from(which) % 6]
}
