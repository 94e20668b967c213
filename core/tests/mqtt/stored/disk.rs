//! A session and its disk, which answers when it is told to.

use crate::client::{Client, KEPT, Q1, at};
use mqmodem_core::mqtt::packet::Publish;
use mqmodem_core::mqtt::session::{Acceptance, Accepted, RecordKey, SessionChange, Stored};
use mqmodem_core::mqtt::{Properties, Qos, SendError};
use std::collections::{BTreeMap, VecDeque};

/// The broker the sessions belong to.
pub(crate) const BROKER: u64 = 7;

pub(crate) const PROMISE: Acceptance = Acceptance {
    tracked: true,
    host_id: 0,
    limit: usize::MAX,
    drop_oldest: false,
};

pub(crate) type Records = BTreeMap<RecordKey, Vec<u8>>;

pub(crate) struct Kept {
    pub(crate) client: Client,
    pub(crate) disk: Records,
    /// What the disk has not answered; without bytes it is to be erased.
    asked: VecDeque<(RecordKey, Option<Vec<u8>>)>,
    sizes: [usize; 4],
}

impl Kept {
    /// A session with an empty disk.
    pub(crate) fn new() -> Self {
        Self::with([4096, 256, 1024, 4096])
    }

    /// With so much memory for messages in flight, received ones, subscriptions
    /// and output.
    pub(crate) fn with(sizes: [usize; 4]) -> Self {
        let mut client = Client::with(sizes[0], sizes[1], sizes[2], sizes[3]);
        client.session.persist();
        Self {
            client,
            disk: Records::new(),
            asked: VecDeque::new(),
            sizes,
        }
    }

    /// Connected with clean session 0; everything is on disk, nothing to send.
    pub(crate) fn connected() -> Self {
        let mut kept = Self::new();
        kept.open(false);
        kept.client.raw();
        kept
    }

    /// A new connection with clean session 0, everything being on disk.
    pub(crate) fn open(&mut self, session_present: bool) {
        self.client.session.bind(BROKER, "x");
        self.client.open(&KEPT, session_present);
        self.settle();
    }

    /// What is asked of the disk now.
    pub(crate) fn ask(&mut self) -> Vec<String> {
        let mut asked = Vec::new();
        while let Some(change) = self.client.session.poll_change() {
            let (word, record, bytes) = match change {
                SessionChange::Put(record, bytes) => ("put", record, Some(bytes.to_vec())),
                SessionChange::Erase(record) => ("erase", record, None),
                SessionChange::Forget => ("forget", RecordKey::Identity, None),
            };
            asked.push(format!("{word} {record:?}"));
            self.asked.push_back((record, bytes));
        }
        assert!(!self.client.session.has_changes());
        asked
    }

    /// The disk does the oldest thing it was asked, or fails to.
    pub(crate) fn answer(&mut self, ok: bool) -> Option<Stored> {
        let (record, bytes) = self.asked.pop_front()?;
        if ok {
            match bytes {
                Some(bytes) => drop(self.disk.insert(record, bytes)),
                None if record == RecordKey::Identity => self.disk.clear(),
                None => drop(self.disk.remove(&record)),
            }
        }
        let Client { session, out, .. } = &mut self.client;
        Some(session.stored(record, ok, out))
    }

    /// The disk does whatever it is asked, until it is asked for nothing.
    pub(crate) fn settle(&mut self) {
        for _ in 0..10_000 {
            self.ask();
            if self.asked.is_empty() {
                return;
            }
            while self.answer(true).is_some() {}
        }
        panic!("change after change");
    }

    /// The disk fails to do anything it was asked.
    pub(crate) fn fail(&mut self) -> Vec<Stored> {
        self.ask();
        std::iter::from_fn(|| self.answer(false)).collect()
    }

    /// A new session that finds what is on disk now.
    pub(crate) fn restart(&self) -> Self {
        let mut kept = Self::with(self.sizes);
        for (record, bytes) in &self.disk {
            let taken = kept.client.session.restore(*record, bytes);
            assert!(taken, "{record:?} is what was kept");
        }
        kept.disk = self.disk.clone();
        kept
    }

    /// A new session; which of these records it takes.
    pub(crate) fn take(records: &[(RecordKey, Vec<u8>)]) -> (Self, Vec<RecordKey>) {
        let mut kept = Self::new();
        let session = &mut kept.client.session;
        let taken = records
            .iter()
            .filter(|(record, bytes)| session.restore(*record, bytes));
        let taken = taken.map(|(record, _)| *record).collect();
        (kept, taken)
    }

    /// Accepts a message of the host.
    pub(crate) fn accept(
        &mut self,
        qos: Qos,
        payload: &[u8],
        acceptance: Acceptance,
    ) -> Result<Accepted, SendError> {
        let publish = Publish {
            dup: false,
            qos,
            retain: false,
            topic: "out",
            id: None,
            properties: Properties::NONE,
            payload,
        };
        let Client { session, out, .. } = &mut self.client;
        session.accept(&publish, acceptance, out)
    }

    /// Accepts so many messages that all have the same size.
    pub(crate) fn accept_many(&mut self, count: usize) -> Vec<Accepted> {
        let accept = |i| {
            self.accept(Q1, format!("{i:04}").as_bytes(), PROMISE)
                .unwrap()
        };
        (0..count).map(accept).collect()
    }

    pub(crate) fn feed(&mut self, packet: &[u8]) -> bool {
        self.client.now = at(0);
        self.client.delivers(packet)
    }

    /// Feeds a packet, and settles; what was written.
    pub(crate) fn hears(&mut self, packet: &[u8]) -> Vec<String> {
        self.feed(packet);
        self.settle();
        self.client.sent()
    }

    /// The packet identifiers in what was written, in order.
    pub(crate) fn sent_ids(&mut self) -> Vec<u16> {
        let id = |line: &String| line.split("id=").nth(1)?.split(' ').next()?.parse().ok();
        self.client.sent().iter().filter_map(id).collect()
    }
}

/// A message the host gave this identifier.
pub(crate) fn named(host_id: u32) -> Acceptance {
    Acceptance { host_id, ..PROMISE }
}
