//! A day of a modem, of messages in both directions, stopped at every write and
//! every sync of its store, started again and played to its end: nothing is lost
//! that was accepted, and with QoS 2 nothing is doubled.

use super::place::SimulatedPlace;
use super::world::{Stopped, StoreWorld, Trouble, Unsynced};
use mqmodem_core::Slot;
use mqmodem_core::mqtt::Qos;
use mqmodem_core::mqtt::session::RecordKey;
use mqmodem_testkit::block::{BlockDisk, DiskFault};

/// What happens in a day.
#[derive(Clone, Copy, Debug)]
enum Event {
    /// A setting.
    Set(&'static str),
    /// The host connects, or has connected.
    Connect,
    /// The host publishes this message, until it is accepted.
    Publish(u32, u8),
    /// The host publishes these messages at once, without echo, until all are accepted.
    Together([(u32, u8); 4]),
    /// The broker has a message for the host, who reads until all is taken over.
    Receive(u32, Qos),
    /// The host publishes a message while there is no connection.
    Queue(u32, u8),
}

/// The versions of MQTT before and after the day's pause; 0 is 5.0, else 3.1.1.
const VERSIONS: [[&str; 2]; 4] = [
    ["AT+MQTTOPT=\"version\",4", "AT+MQTTOPT=\"version\",4"],
    ["AT+MQTTOPT=\"version\",5", "AT+MQTTOPT=\"version\",4"],
    ["AT+MQTTOPT=\"version\",4", "AT+MQTTOPT=\"version\",5"],
    ["AT+MQTTOPT=\"version\",0", "AT+MQTTOPT=\"version\",5"],
];

/// What happens in a day; which versions, by the step at which its disk fails.
fn day(at: usize) -> [Event; 20] {
    let [before, after] = VERSIONS[at % VERSIONS.len()];
    [
        Event::Set("AT+MQTTOPT=\"pubmode\",1"),
        Event::Set("AT+MQTTOPT=\"recvmode\",1"),
        Event::Set("AT+MQTTOPT=\"queue\",10000"),
        Event::Set("AT+MQTTCONFIG=h,1883,c1,0,60"),
        Event::Set(before),
        Event::Connect,
        Event::Set("AT+MQTTSUB=\"in\",2"),
        Event::Publish(1, 1),
        Event::Publish(2, 2),
        Event::Receive(1, Qos::ExactlyOnce),
        Event::Queue(3, 2),
        Event::Queue(4, 1),
        Event::Set(after),
        Event::Receive(2, Qos::AtLeastOnce),
        Event::Publish(5, 2),
        Event::Receive(3, Qos::ExactlyOnce),
        Event::Connect,
        Event::Set("ATE0&W"),
        Event::Together([(6, 1), (7, 2), (8, 1), (9, 2)]),
        Event::Connect,
    ]
}

impl StoreWorld {
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
            Event::Together(messages) => {
                self.connect()?;
                self.commands(&messages.map(|(id, qos)| publish_line(id, qos)))
            }
            Event::Receive(number, qos) => {
                self.connect()?;
                self.receive(number, qos)
            }
        }
    }

    fn publish(&mut self, id: u32, qos: u8) -> Result<(), Stopped> {
        self.command(&publish_line(id, qos)).map(drop)
    }

    fn receive(&mut self, number: u32, qos: Qos) -> Result<(), Stopped> {
        if self.asked < number {
            self.asked = number;
            self.broker().send(qos, &format!("in {number} {qos:?}"));
            self.settle()?;
        }
        self.read_all()
    }

    fn judge(&mut self) {
        let singly = [(1, 1), (2, 2), (3, 2), (4, 1), (5, 2)];
        let together = [(6, 1), (7, 2), (8, 1), (9, 2)];
        for (id, qos) in singly.into_iter().chain(together) {
            let message = format!("out {id} {qos}");
            let received = self.broker().received().iter();
            let times = received.filter(|it| **it == message).count();
            assert!(times == 1 || (times > 1 && qos == 1), "{message}: {times}");
        }
        for (number, qos) in [(1, 2), (2, 1), (3, 2)] {
            let name = format!("in {number} ");
            let times = self.read.values().filter(|read| read.starts_with(&name));
            let times = times.count();
            assert!(times == 1 || (times > 1 && qos == 1), "{name}: {times}");
        }
        assert!(self.broker().is_done(), "{:?}", self.broker());
        for (slot, _) in self.stored() {
            let open = matches!(
                slot,
                Slot::Session(_, RecordKey::Outgoing(_) | RecordKey::Received(_))
            );
            assert!(!open, "{slot:?}");
        }
    }
}

fn publish_line(id: u32, qos: u8) -> String {
    format!("AT+MQTTPUB=\"out\",{qos},0,\"out {id} {qos}\",{id}")
}

/// Plays a day whose disk fails at this step; whether it went so far.
fn play(trouble: Trouble, at: usize) -> bool {
    let mut world = StoreWorld::new(trouble, at);
    let mut stopped = false;
    for event in day(at) {
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
    let taken = world.disk().taken();
    // Once more, and nothing happens: it was all over.
    let got = world.broker().received().len();
    let bytes = world.disk().bytes();
    world.start(bytes);
    world.connect().unwrap();
    world.read_all().unwrap();
    assert_eq!(world.broker().received().len(), got);
    world.judge();
    stopped || at < taken
}

fn everywhere(trouble: Trouble) {
    let new = BlockDisk::default();
    drop(SimulatedPlace::new(&new).persistence());
    // A file that cannot even be made is another tale.
    let mut at = match trouble.fault {
        DiskFault::Stop => 0,
        _ => new.taken(),
    };
    // The days of some versions are longer than those of others.
    let mut over = 0;
    while over < VERSIONS.len() {
        over = if play(trouble, at) { 0 } else { over + 1 };
        at += 1;
    }
    assert!(at > 150, "{at}");
}

const STOP: Trouble = Trouble {
    fault: DiskFault::Stop,
    length: usize::MAX,
    unsynced: Unsynced::Dropped,
    eager: true,
};

#[test]
fn a_day_stopped_anywhere_loses_and_doubles_nothing() {
    everywhere(STOP);
}

#[test]
fn a_day_stopped_anywhere_with_a_torn_disk_loses_and_doubles_nothing() {
    everywhere(Trouble {
        unsynced: Unsynced::Torn,
        ..STOP
    });
}

#[test]
fn a_day_killed_anywhere_loses_and_doubles_nothing() {
    everywhere(Trouble {
        unsynced: Unsynced::Written,
        ..STOP
    });
}

#[test]
fn a_day_stopped_before_its_bytes_left_loses_and_doubles_nothing() {
    everywhere(Trouble {
        eager: false,
        ..STOP
    });
}

#[test]
fn a_day_whose_disk_fails_anywhere_loses_and_doubles_nothing() {
    for length in [1, 4] {
        everywhere(Trouble {
            fault: DiskFault::Full,
            length,
            ..STOP
        });
    }
}
