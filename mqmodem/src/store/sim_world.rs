//! A modem with its store on a simulated disk, its host and its broker, for tests.

use super::batch::{ChangeAnswer, ModemChange, Request};
use super::keeper::Keeper;
use super::sim_broker::SimBroker;
use super::sim_disk::{Fault, Left, SimDisk};
use super::sim_place::SimPlace;
use super::{StoredState, disk};
use mqmodem_core::{Action, Config, ConnId, Instant, LinkId, Memory, Modem, NetEvent, Slot};
use std::collections::BTreeMap;
use std::sync::Arc;

const NAME: &str = "one";

/// Of a modem that has asked for none.
const NO_CONN: ConnId = ConnId {
    link: LinkId(0),
    number: 0,
};

/// The power is gone.
#[derive(Debug)]
pub(super) struct Stopped;

/// What a stop leaves of what was not synced.
#[derive(Clone, Copy, Debug)]
pub(super) enum Unsynced {
    /// Nothing.
    Dropped,
    /// Any sectors of it.
    Torn,
    /// All of it, as after kill -9.
    StoredState,
}

/// How the disk fails, how it is left by a stop, and when bytes leave the modem.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way {
    pub(super) fault: Fault,
    /// How many steps fail.
    pub(super) length: usize,
    /// What becomes of what was not synced.
    pub(super) unsynced: Unsynced,
    /// Whether bytes leave before the disk is written, else after.
    pub(super) eager: bool,
}

pub(super) struct World {
    pub(super) way: Way,
    pub(super) modem: Modem<'static>,
    pub(super) disk: SimDisk,
    pub(super) left: Left,
    pub(super) keeper: Option<Keeper>,
    pub(super) broker: SimBroker,
    pub(super) said: Vec<u8>,
    /// The connection the modem asked for last.
    conn: ConnId,
    pub(super) is_connected: bool,
    pub(super) now: Instant,
    /// By its number, what the host has read.
    pub(super) read: BTreeMap<String, String>,
    /// The messages the broker was asked to send.
    pub(super) asked: u32,
    /// Commands that did not end with OK.
    pub(super) failures: usize,
}

impl World {
    pub(super) fn new(way: Way, stop: usize) -> Self {
        let disk = SimDisk::default();
        disk.fail(way.fault, stop..stop.saturating_add(way.length));
        Self::on(disk, way)
    }

    /// A world whose modem keeps on this disk.
    pub(super) fn on(disk: SimDisk, way: Way) -> Self {
        Self {
            way,
            modem: modem(&[]),
            keeper: Some(SimPlace::new(&disk).keeper()),
            disk,
            left: Left::default(),
            broker: SimBroker::default(),
            said: Vec::new(),
            conn: NO_CONN,
            is_connected: false,
            now: Instant::ZERO,
            read: BTreeMap::new(),
            asked: 0,
            failures: 0,
        }
    }

    /// Starts the modem again on what is left of the disk.
    pub(super) fn restart(&mut self, seed: u64) {
        for step in self.disk.steps() {
            self.left.step(&step);
        }
        let image = match self.way.unsynced {
            Unsynced::Dropped => self.left.synced(),
            Unsynced::Torn => self.left.some(seed),
            Unsynced::StoredState => self.disk.bytes(),
        };
        self.start(image);
    }

    pub(super) fn start(&mut self, image: Vec<u8>) {
        self.broker.disconnect();
        self.is_connected = false;
        self.said.clear();
        std::mem::forget(self.keeper.take());
        self.left = Left::of(image.clone());
        let mut disk = SimDisk::of(image);
        let mut keeper = SimPlace::new(&disk).keeper();
        if !keeper.is_open() {
            // Stopped while it was made: put aside.
            disk = SimDisk::default();
            keeper = SimPlace::new(&disk).keeper();
        }
        self.disk = disk;
        self.keeper = Some(keeper);
        self.modem = modem(&self.kept());
    }

    /// Moves everything that moves.
    pub(super) fn rest(&mut self) -> Result<(), Stopped> {
        let mut moved = true;
        while moved {
            if self.way.eager {
                self.deliver();
            }
            moved = self.act()?;
            moved |= self.deliver();
            let bytes = std::mem::take(&mut self.broker.to_client);
            if !bytes.is_empty() {
                assert_eq!(
                    self.modem.handle_net_data(self.now, self.conn, &bytes),
                    bytes.len()
                );
                moved = true;
            }
        }
        Ok(())
    }

    /// What the modem says leaves it.
    pub(super) fn deliver(&mut self) -> bool {
        let said = self.modem.host_out().to_vec();
        self.modem.host_sent(self.now, said.len());
        self.said.extend(&said);
        let net = self.modem.net_out(self.conn).to_vec();
        self.modem.net_sent(self.now, self.conn, net.len());
        self.broker.take(&net);
        !said.is_empty() || !net.is_empty()
    }

    /// Carries out what the modem asks for; changes are written together.
    pub(super) fn act(&mut self) -> Result<bool, Stopped> {
        let mut batch = Vec::new();
        let mut slots = Vec::new();
        let mut moved = false;
        let mut opened = false;
        while let Some(action) = self.modem.poll_action() {
            moved = true;
            let change = match action {
                Action::Open { conn, .. } => {
                    self.conn = conn;
                    opened = true;
                    continue;
                }
                Action::Close { .. } => {
                    self.broker.disconnect();
                    continue;
                }
                Action::Store { slot, bytes } => super::StoreChange::Put { slot, bytes },
                Action::Erase { slot } => super::StoreChange::Erase { slot },
                Action::Forget { link } => super::StoreChange::Forget { link },
                _ => continue,
            };
            slots.push(change.slot());
            batch.push(request(change));
        }
        if opened {
            self.modem.handle_net(self.now, self.conn, NetEvent::Opened);
        }
        if !batch.is_empty() {
            self.write(&mut batch)?;
        }
        for (slot, request) in slots.into_iter().zip(&batch) {
            self.modem.handle_stored(self.now, slot, request.answer.ok);
        }
        Ok(moved)
    }

    pub(super) fn write(&mut self, batch: &mut [Request]) -> Result<(), Stopped> {
        self.keeper.as_mut().unwrap().write(batch);
        let all = batch.iter().all(|request| request.answer.ok);
        if !all && self.disk.is_stopped() {
            return Err(Stopped);
        }
        Ok(())
    }

    /// Lets time pass until the modem wants it.
    pub(super) fn wait(&mut self) -> Result<(), Stopped> {
        if let Some(due) = self.modem.poll_timeout() {
            self.now = self.now.max(due);
            self.modem.handle_timeout(self.now);
        }
        self.rest()
    }

    /// What a command says before OK; it is tried until that is said.
    pub(super) fn command(&mut self, line: &str) -> Result<Vec<String>, Stopped> {
        loop {
            let lines = self.try_command(line)?;
            if lines.iter().any(|line| line == "OK") {
                return Ok(lines);
            }
            assert!(self.way.fault != Fault::Stop, "{line}: {lines:?}");
            self.failures += 1;
            assert!(self.failures < 20, "{line}: {lines:?}");
            self.wait()?;
        }
    }

    pub(super) fn try_command(&mut self, line: &str) -> Result<Vec<String>, Stopped> {
        self.said.clear();
        let line = format!("{line}\r");
        self.modem.handle_host(self.now, line.as_bytes());
        self.rest()?;
        for _ in 0..10 {
            let lines = self.lines();
            if lines.iter().any(|line| line == "OK" || line == "ERROR") {
                return Ok(lines);
            }
            self.wait()?;
        }
        panic!("{line}: {:?}", self.lines());
    }

    /// What was said since the last command.
    pub(super) fn lines(&self) -> Vec<String> {
        let said = std::str::from_utf8(&self.said).unwrap();
        let lines = said.lines().filter(|line| !line.is_empty());
        lines.map(str::to_owned).collect()
    }

    pub(super) fn connect(&mut self) -> Result<(), Stopped> {
        if !self.is_connected {
            self.command("AT+MQTTCONNECT")?;
            self.is_connected = true;
        }
        Ok(())
    }

    pub(super) fn disconnect(&mut self) -> Result<(), Stopped> {
        if self.is_connected {
            self.command("AT+MQTTDISCONNECT")?;
            self.is_connected = false;
        }
        Ok(())
    }

    /// Reads and takes over until nothing waits.
    pub(super) fn read_all(&mut self) -> Result<(), Stopped> {
        loop {
            let lines = self.command("AT+MQTTREAD")?;
            let found = lines
                .iter()
                .find_map(|line| line.strip_prefix("+MQTTREAD:"));
            let Some((number, rest)) = found.and_then(|line| line.split_once(',')) else {
                return Ok(());
            };
            let payload = rest.rsplit_once(',').unwrap().1.to_owned();
            let before = self.read.insert(number.to_owned(), payload.clone());
            assert!(before.is_none_or(|before| before == payload));
            self.command(&format!("AT+MQTTACK={number}"))?;
        }
    }

    /// What is on the disk.
    pub(super) fn kept(&mut self) -> Vec<(Slot, Vec<u8>)> {
        let keeper = self.keeper.as_mut().unwrap();
        StoredState::sort(keeper.content()).take(NAME)
    }
}

fn modem(kept: &[(Slot, Vec<u8>)]) -> Modem<'static> {
    let mut modem = Modem::new(Config::default(), Memory::heap(), Instant::ZERO);
    for (slot, bytes) in kept.iter().filter(|(_, bytes)| !bytes.is_empty()) {
        modem.restore(*slot, bytes).unwrap();
    }
    modem
}

fn request(change: super::StoreChange<'_>) -> Request {
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
