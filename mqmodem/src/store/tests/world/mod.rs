//! A modem with its store on a simulated disk, its host and its broker.

mod host;

use super::place::SimulatedPlace;
use crate::store::batch::{ChangeAnswer, ModemChange, Request};
use crate::store::persistence::Persistence;
use crate::store::{StoreChange, StoredState, disk};
use mqmodem_chat::environment::{Environment, Feed, Notice, Sender, settle};
use mqmodem_core::{Action, Config, ConnId, Instant, LinkId, Memory, Modem, NetEvent, Slot};
use mqmodem_testkit::block::{BlockDisk, DiskFault, Medium};
use mqmodem_testkit::broker::SingleBroker;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

const NAME: &str = "one";

/// Of a modem that has asked for none.
const NO_CONN: ConnId = ConnId {
    link: LinkId(0),
    number: 0,
};

/// The power is gone.
#[derive(Debug)]
pub(in crate::store) struct Stopped;

/// What a stop leaves of what was not synced.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) enum Unsynced {
    /// Nothing.
    Dropped,
    /// Any sectors of it.
    Torn,
    /// All of it, as after kill -9.
    Written,
}

/// How the disk fails, how it is left by a stop, and when bytes leave the modem.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) struct Trouble {
    pub(in crate::store) fault: DiskFault,
    /// How many steps fail.
    pub(in crate::store) length: usize,
    /// What becomes of what was not synced.
    pub(in crate::store) unsynced: Unsynced,
    /// Whether bytes leave before the disk is written, else after.
    pub(in crate::store) eager: bool,
}

/// What surrounds the modem.
struct Surroundings {
    trouble: Trouble,
    disk: BlockDisk,
    persistence: Option<Persistence>,
    broker: SingleBroker,
    host: Feed,
    /// What the modem has written to the host since the last command.
    written: Vec<u8>,
    from_broker: Feed,
    /// The connection the modem asked for last.
    conn: ConnId,
    now: Instant,
    /// Changes that the modem has asked for and the disk was not.
    batch: Vec<(Slot, Request)>,
    /// Whether the batch is written now; see [`Trouble::eager`].
    writes: bool,
    notices: VecDeque<Notice>,
    stopped: bool,
}

/// A modem and what surrounds it.
pub(in crate::store) struct StoreWorld {
    modem: Modem<'static>,
    around: Surroundings,
    left: Medium,
    is_connected: bool,
    /// By its number, what the host has read.
    pub(in crate::store) read: BTreeMap<String, String>,
    /// The messages the broker was asked to send.
    pub(in crate::store) asked: u32,
    /// Commands that did not end with OK.
    failures: usize,
}

impl Environment for Surroundings {
    fn now(&self) -> Instant {
        self.now
    }

    fn set_now(&mut self, now: Instant) {
        self.now = now;
    }

    fn act(&mut self, action: Action<'_>) -> Result<(), String> {
        let change = match action {
            Action::Open { conn, .. } => {
                self.conn = conn;
                self.notices.push_back(Notice::Net(conn, NetEvent::Opened));
                return Ok(());
            }
            Action::Close { .. } => {
                self.disconnect();
                return Ok(());
            }
            Action::Store { slot, bytes } => StoreChange::Put { slot, bytes },
            Action::Erase { slot } => StoreChange::Erase { slot },
            Action::Forget { link } => StoreChange::Forget { link },
            _ => return Ok(()),
        };
        self.batch.push((change.slot(), request(change)));
        Ok(())
    }

    fn poll_notice(&mut self) -> Option<Notice> {
        if self.notices.is_empty() && !self.batch.is_empty() && self.is_writing() {
            self.write();
        }
        self.notices.pop_front()
    }

    fn conn(&self, _: LinkId) -> Option<ConnId> {
        Some(self.conn)
    }

    fn input(&mut self, from: Sender) -> Option<&mut Feed> {
        if self.stopped {
            return None;
        }
        if from == Sender::Host {
            return Some(&mut self.host);
        }
        let bytes = self.broker.take_output();
        self.from_broker.extend(&bytes);
        Some(&mut self.from_broker)
    }

    fn host_reads(&mut self, bytes: &[u8]) -> Result<usize, String> {
        if self.stopped {
            return Ok(0);
        }
        self.written.extend(bytes);
        Ok(bytes.len())
    }

    fn peer_reads(&mut self, _: ConnId, bytes: &[u8]) -> Result<usize, String> {
        if self.stopped {
            return Ok(0);
        }
        self.broker.receive(bytes)?;
        Ok(bytes.len())
    }

    /// What is asked for in a round is written in the next, once its bytes have left.
    fn goes_on(&mut self, moved: bool) -> bool {
        self.writes = !self.batch.is_empty();
        (moved || self.writes) && !self.stopped
    }
}

impl Surroundings {
    fn is_writing(&self) -> bool {
        (self.writes || !self.trouble.eager) && !self.stopped
    }

    /// Writes all that was asked for together.
    fn write(&mut self) {
        let batch = std::mem::take(&mut self.batch);
        let (slots, mut batch): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
        self.persistence.as_mut().unwrap().write(&mut batch);
        let all = batch.iter().all(|request| request.answer.ok);
        self.stopped = !all && self.disk.is_stopped();
        if self.stopped {
            return;
        }
        let answers = slots.into_iter().zip(&batch);
        let notice = |(slot, request): (Slot, &Request)| Notice::Stored(slot, request.answer.ok);
        self.notices.extend(answers.map(notice));
    }

    fn disconnect(&mut self) {
        self.broker.disconnect();
        self.from_broker.clear();
    }

    /// The modem is stopped.
    fn reset(&mut self) {
        self.disconnect();
        self.host.clear();
        self.written.clear();
        self.batch.clear();
        self.notices.clear();
        self.stopped = false;
        std::mem::forget(self.persistence.take());
    }

    /// What is on the disk.
    fn stored(&mut self) -> Vec<(Slot, Vec<u8>)> {
        let persistence = self.persistence.as_mut().unwrap();
        StoredState::sort(persistence.content()).take(NAME)
    }
}

impl StoreWorld {
    pub(in crate::store) fn new(trouble: Trouble, stop: usize) -> Self {
        let disk = BlockDisk::default();
        disk.fail(trouble.fault, stop..stop.saturating_add(trouble.length));
        Self::on(disk, trouble)
    }

    /// A world whose modem stores on this disk.
    pub(in crate::store) fn on(disk: BlockDisk, trouble: Trouble) -> Self {
        Self {
            modem: modem(&[]),
            around: Surroundings {
                trouble,
                persistence: Some(SimulatedPlace::new(&disk).persistence()),
                disk,
                broker: SingleBroker::default(),
                host: Feed::default(),
                written: Vec::new(),
                from_broker: Feed::default(),
                conn: NO_CONN,
                now: Instant::ZERO,
                batch: Vec::new(),
                writes: false,
                notices: VecDeque::new(),
                stopped: false,
            },
            left: Medium::default(),
            is_connected: false,
            read: BTreeMap::new(),
            asked: 0,
            failures: 0,
        }
    }

    pub(in crate::store) fn disk(&self) -> &BlockDisk {
        &self.around.disk
    }

    pub(in crate::store) fn broker(&mut self) -> &mut SingleBroker {
        &mut self.around.broker
    }

    /// What is on the disk.
    pub(in crate::store) fn stored(&mut self) -> Vec<(Slot, Vec<u8>)> {
        self.around.stored()
    }

    /// Starts the modem again on what is left of the disk.
    pub(in crate::store) fn restart(&mut self, seed: u64) {
        for step in self.disk().steps() {
            self.left.step(&step);
        }
        let image = match self.around.trouble.unsynced {
            Unsynced::Dropped => self.left.synced(),
            Unsynced::Torn => self.left.some(seed),
            Unsynced::Written => self.disk().bytes(),
        };
        self.start(image);
    }

    pub(in crate::store) fn start(&mut self, image: Vec<u8>) {
        self.around.reset();
        self.is_connected = false;
        self.left = Medium::of(image.clone());
        let mut disk = BlockDisk::of(image);
        let mut persistence = SimulatedPlace::new(&disk).persistence();
        if !persistence.is_open() {
            // Stopped while it was made: put aside.
            disk = BlockDisk::default();
            persistence = SimulatedPlace::new(&disk).persistence();
        }
        self.around.disk = disk;
        self.around.persistence = Some(persistence);
        self.modem = modem(&self.around.stored());
    }

    /// Moves everything that moves.
    pub(in crate::store) fn settle(&mut self) -> Result<(), Stopped> {
        settle(&mut self.modem, &mut self.around).unwrap();
        if self.around.stopped {
            return Err(Stopped);
        }
        Ok(())
    }

    /// Lets time pass until the modem wants it.
    pub(in crate::store) fn wait(&mut self) -> Result<(), Stopped> {
        if let Some(due) = self.modem.poll_timeout() {
            self.around.now = self.around.now.max(due);
        }
        self.settle()
    }
}

fn modem(stored: &[(Slot, Vec<u8>)]) -> Modem<'static> {
    let mut modem = Modem::new(Config::default(), Memory::heap(), Instant::ZERO);
    for (slot, bytes) in stored.iter().filter(|(_, bytes)| !bytes.is_empty()) {
        modem.restore(*slot, bytes).unwrap();
    }
    modem
}

fn request(change: StoreChange<'_>) -> Request {
    let (to, _) = tokio::sync::mpsc::unbounded_channel();
    Request {
        change: ModemChange {
            modem: NAME.into(),
            what: disk::what(change),
        },
        answer: ChangeAnswer {
            to,
            broken: Arc::default(),
            ok: false,
        },
    }
}
