//! A day of a modem, of messages in both directions, stopped at every write and
//! every sync of its store, started again and played to its end: nothing is lost
//! that was accepted, and with QoS 2 nothing is doubled.

use super::sim_broker::SimBroker;
use super::sim_disk::{Fault, Left, SimDisk};
use super::tables::{self, Change};
use super::writer::{self, Answer, Request};
use super::{Kept, disk, file};
use mqmodem_core::mqtt::Qos;
use mqmodem_core::mqtt::session::Record;
use mqmodem_core::{Action, Config, Instant, LinkId, Memory, Modem, NetEvent, Slot};
use redb::Database;
use std::collections::BTreeMap;
use std::sync::Arc;

const NAME: &str = "one";
const LINK: LinkId = LinkId(0);

/// What happens in a day.
#[derive(Clone, Copy, Debug)]
enum Event {
    /// A setting.
    Set(&'static str),
    /// The host connects, or has connected.
    Connect,
    /// The host publishes this message, until it is accepted.
    Publish(u32, u8),
    /// The broker has a message for the host, who reads until all is taken over.
    Receive(u32, Qos),
    /// The host publishes a message while there is no connection.
    Queue(u32, u8),
}

const DAY: [Event; 15] = [
    Event::Set("AT+MQTTOPT=\"pubmode\",1"),
    Event::Set("AT+MQTTOPT=\"recvmode\",1"),
    Event::Set("AT+MQTTOPT=\"queue\",10000"),
    Event::Set("AT+MQTTCONFIG=h,1883,c1,0,60"),
    Event::Connect,
    Event::Set("AT+MQTTSUB=\"in\",2"),
    Event::Publish(1, 1),
    Event::Publish(2, 2),
    Event::Receive(1, Qos::ExactlyOnce),
    Event::Queue(3, 2),
    Event::Queue(4, 1),
    Event::Receive(2, Qos::AtLeastOnce),
    Event::Publish(5, 2),
    Event::Receive(3, Qos::ExactlyOnce),
    Event::Connect,
];

/// The power is gone.
#[derive(Debug)]
struct Stopped;

/// How the disk fails, how it is left by a stop, and when bytes leave the modem.
#[derive(Clone, Copy, Debug)]
struct Way {
    fault: Fault,
    /// How many steps fail.
    length: usize,
    /// Whether what was not synced is gone, else any part of it is.
    dropped: bool,
    /// Whether bytes leave before the disk is written, else after.
    eager: bool,
}

struct World {
    way: Way,
    modem: Modem<'static>,
    disk: SimDisk,
    left: Left,
    database: Option<Database>,
    broker: SimBroker,
    said: Vec<u8>,
    is_connected: bool,
    now: Instant,
    /// By its number, what the host has read.
    read: BTreeMap<String, String>,
    /// The messages the broker was asked to send.
    asked: u32,
    /// Commands that did not end with OK.
    failures: usize,
}

impl World {
    fn new(way: Way, stop: usize) -> Self {
        let disk = SimDisk::default();
        disk.fail(way.fault, stop..stop.saturating_add(way.length));
        Self {
            way,
            modem: modem(&[]),
            database: file::on(disk.clone()).ok(),
            disk,
            left: Left::default(),
            broker: SimBroker::default(),
            said: Vec::new(),
            is_connected: false,
            now: Instant::ZERO,
            read: BTreeMap::new(),
            asked: 0,
            failures: 0,
        }
    }

    /// Starts the modem again on what is left of the disk.
    fn restart(&mut self, seed: u64) {
        for step in self.disk.steps() {
            self.left.step(&step);
        }
        let image = if self.way.dropped {
            self.left.synced()
        } else {
            self.left.some(seed)
        };
        self.start(image);
    }

    fn start(&mut self, image: Vec<u8>) {
        self.broker.disconnect();
        self.is_connected = false;
        self.said.clear();
        std::mem::forget(self.database.take());
        self.left = Left::of(image.clone());
        let mut disk = SimDisk::of(image);
        let database = file::on(disk.clone()).unwrap_or_else(|_| {
            // Stopped while it was made: put aside.
            disk = SimDisk::default();
            file::on(disk.clone()).unwrap()
        });
        let content = tables::content(&database).unwrap();
        self.modem = modem(&Kept::sort(content).take(NAME));
        self.disk = disk;
        self.database = Some(database);
    }

    /// Moves everything that moves.
    fn rest(&mut self) -> Result<(), Stopped> {
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
                    self.modem.handle_net_data(self.now, LINK, &bytes),
                    bytes.len()
                );
                moved = true;
            }
        }
        Ok(())
    }

    /// What the modem says leaves it.
    fn deliver(&mut self) -> bool {
        let said = self.modem.host_out().to_vec();
        self.modem.host_sent(self.now, said.len());
        self.said.extend(&said);
        let net = self.modem.net_out(LINK).to_vec();
        self.modem.net_sent(self.now, LINK, net.len());
        self.broker.take(&net);
        !said.is_empty() || !net.is_empty()
    }

    /// Carries out what the modem asks for; changes are written together.
    fn act(&mut self) -> Result<bool, Stopped> {
        let mut batch = Vec::new();
        let mut slots = Vec::new();
        let mut moved = false;
        let mut opened = false;
        while let Some(action) = self.modem.poll_action() {
            moved = true;
            let change = match action {
                Action::Open { .. } => {
                    opened = true;
                    continue;
                }
                Action::Close { .. } => {
                    self.broker.disconnect();
                    continue;
                }
                Action::Store { slot, bytes } => super::Change::Put { slot, bytes },
                Action::Erase { slot } => super::Change::Erase { slot },
                Action::Forget { link } => super::Change::Forget { link },
                _ => continue,
            };
            slots.push(change.slot());
            batch.push(request(change));
        }
        if opened {
            self.modem.handle_net(self.now, LINK, NetEvent::Opened);
        }
        let ok = batch.is_empty() || self.write(&batch)?;
        for slot in slots {
            self.modem.handle_stored(self.now, slot, ok);
        }
        Ok(moved)
    }

    fn write(&mut self, batch: &[Request]) -> Result<bool, Stopped> {
        let disk = self.disk.clone();
        let again = move || file::on_doubtful(disk.clone()).map_err(|error| error.to_string());
        let mut reopen: writer::Reopen = Box::new(again);
        match writer::write(&mut self.database, &mut reopen, batch) {
            Err(_) if self.disk.is_stopped() => Err(Stopped),
            written => Ok(written.is_ok()),
        }
    }

    /// Lets time pass until the modem wants it.
    fn wait(&mut self) -> Result<(), Stopped> {
        if let Some(due) = self.modem.poll_timeout() {
            self.now = self.now.max(due);
            self.modem.handle_timeout(self.now);
        }
        self.rest()
    }

    /// What a command says before OK; it is tried until that is said.
    fn command(&mut self, line: &str) -> Result<Vec<String>, Stopped> {
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

    fn try_command(&mut self, line: &str) -> Result<Vec<String>, Stopped> {
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
    fn lines(&self) -> Vec<String> {
        let said = std::str::from_utf8(&self.said).unwrap();
        let lines = said.lines().filter(|line| !line.is_empty());
        lines.map(str::to_owned).collect()
    }

    fn connect(&mut self) -> Result<(), Stopped> {
        if !self.is_connected {
            self.command("AT+MQTTCONNECT")?;
            self.is_connected = true;
        }
        Ok(())
    }

    fn disconnect(&mut self) -> Result<(), Stopped> {
        if self.is_connected {
            self.command("AT+MQTTDISCONNECT")?;
            self.is_connected = false;
        }
        Ok(())
    }

    fn play(&mut self, event: Event) -> Result<(), Stopped> {
        match event {
            Event::Set(line) => {
                if line.contains("SUB") {
                    self.connect()?;
                }
                self.command(line).map(drop)
            }
            Event::Connect => self.connect(),
            Event::Publish(id, qos) => {
                self.connect()?;
                self.publish(id, qos)
            }
            Event::Queue(id, qos) => {
                self.disconnect()?;
                self.publish(id, qos)
            }
            Event::Receive(number, qos) => {
                self.connect()?;
                self.receive(number, qos)
            }
        }
    }

    fn publish(&mut self, id: u32, qos: u8) -> Result<(), Stopped> {
        let line = format!("AT+MQTTPUB=\"out\",{qos},0,\"out {id} {qos}\",{id}");
        self.command(&line).map(drop)
    }

    fn receive(&mut self, number: u32, qos: Qos) -> Result<(), Stopped> {
        if self.asked < number {
            self.asked = number;
            self.broker.send(qos, &format!("in {number} {qos:?}"));
            self.rest()?;
        }
        self.read_all()
    }

    /// Reads and takes over until nothing waits.
    fn read_all(&mut self) -> Result<(), Stopped> {
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

    fn judge(&self) {
        for (id, qos) in [(1, 1), (2, 2), (3, 2), (4, 1), (5, 2)] {
            let message = format!("out {id} {qos}");
            let times = self
                .broker
                .got
                .iter()
                .filter(|got| **got == message)
                .count();
            assert!(times == 1 || (times > 1 && qos == 1), "{message}: {times}");
        }
        for (number, qos) in [(1, 2), (2, 1), (3, 2)] {
            let name = format!("in {number} ");
            let times = self.read.values().filter(|read| read.starts_with(&name));
            let times = times.count();
            assert!(times == 1 || (times > 1 && qos == 1), "{name}: {times}");
        }
        assert!(self.broker.is_done(), "{:?}", self.broker);
        let content = tables::content(self.database.as_ref().unwrap()).unwrap();
        for (slot, _) in Kept::sort(content).take(NAME) {
            let open = matches!(
                slot,
                Slot::Session(_, Record::Outgoing(_) | Record::Received(_))
            );
            assert!(!open, "{slot:?}");
        }
    }
}

fn modem(kept: &[(Slot, Vec<u8>)]) -> Modem<'static> {
    let mut modem = Modem::new(Config::default(), Memory::heap(), Instant::ZERO);
    for (slot, bytes) in kept.iter().filter(|(_, bytes)| !bytes.is_empty()) {
        modem.restore(*slot, bytes).unwrap();
    }
    modem
}

fn request(change: super::Change<'_>) -> Request {
    let (to, _) = tokio::sync::mpsc::unbounded_channel();
    Request {
        change: Change {
            modem: NAME.into(),
            what: disk::what(change),
        },
        answer: Answer {
            to,
            broken: Arc::default(),
            ok: false,
        },
    }
}

/// Plays a day whose disk fails at this step; whether it went so far.
fn play(way: Way, at: usize) -> bool {
    let mut world = World::new(way, at);
    let mut stopped = false;
    for event in DAY {
        while world.play(event).is_err() {
            assert!(!stopped, "it stops once");
            stopped = true;
            world.restart(at as u64);
        }
    }
    // What could not be written is tried again after a while.
    for _ in 0..3 {
        world.read_all().unwrap();
        world.wait().unwrap();
    }
    world.judge();
    let taken = world.disk.taken();
    // Once more, and nothing happens: it was all over.
    let got = world.broker.got.len();
    let bytes = world.disk.bytes();
    world.start(bytes);
    world.connect().unwrap();
    world.read_all().unwrap();
    assert_eq!(world.broker.got.len(), got);
    world.judge();
    stopped || at < taken
}

fn everywhere(way: Way) {
    let new = SimDisk::default();
    drop(file::on(new.clone()));
    // A file that cannot even be made is another tale.
    let mut at = match way.fault {
        Fault::Stop => 0,
        _ => new.taken(),
    };
    while play(way, at) {
        at += 1;
    }
    assert!(at > 150, "{at}");
}

const STOP: Way = Way {
    fault: Fault::Stop,
    length: usize::MAX,
    dropped: true,
    eager: true,
};

#[test]
fn a_day_stopped_anywhere_loses_and_doubles_nothing() {
    everywhere(STOP);
}

#[test]
fn a_day_stopped_anywhere_with_a_torn_disk_loses_and_doubles_nothing() {
    everywhere(Way {
        dropped: false,
        ..STOP
    });
}

#[test]
fn a_day_stopped_before_its_bytes_left_loses_and_doubles_nothing() {
    everywhere(Way {
        eager: false,
        ..STOP
    });
}

#[test]
fn a_day_whose_disk_fails_anywhere_loses_and_doubles_nothing() {
    for length in [1, 4] {
        everywhere(Way {
            fault: Fault::Full,
            length,
            ..STOP
        });
    }
}
