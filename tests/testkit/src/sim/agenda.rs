//! What is going to happen, by time.

use mqmodem_core::Instant;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::BinaryHeap;
use std::fmt;

/// A connection: of which link, and the so manieth of that link since the world began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Conn {
    pub(crate) link: usize,
    pub(crate) number: usize,
}

impl fmt::Display for Conn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.link, self.number)
    }
}

/// Something that is going to happen.
#[derive(Debug)]
pub(crate) enum Event {
    /// The transport is up, or was refused.
    Opened { conn: Conn, refused: bool },
    /// Bytes arrive at the broker.
    AtBroker { conn: Conn, bytes: Vec<u8> },
    /// Bytes arrive at the modem.
    AtModem { conn: Conn, bytes: Vec<u8> },
    /// The modem learns that the connection is gone.
    ModemLearnsEnd { conn: Conn },
    /// The broker learns it.
    BrokerLearnsEnd { conn: Conn },
    /// The disk has done some of what it was asked.
    Disk,
    /// The host comes back.
    HostBack,
    /// Somebody publishes a message that a link has asked for.
    Incoming { link: usize },
    /// Another client of the same name connects.
    TakenOver { conn: Conn },
    /// Something goes wrong.
    Fault(Fault),
    /// What is stuck may move on.
    Move,
    /// From now on nothing goes wrong.
    Calm,
    /// Long enough: everything must be done by now.
    End,
}

/// What goes wrong at a time, beside connections that break.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// The modem is switched off and on.
    Power,
    /// The host dies.
    Host,
    /// The broker restarts.
    Broker,
    /// The broker restarts and has forgotten the session.
    Forget,
}

/// Events in the order they are due; those due at once in any order.
#[derive(Debug, Default)]
pub(crate) struct Agenda {
    order: BinaryHeap<Reverse<(Instant, u64, u64)>>,
    events: BTreeMap<u64, Event>,
    count: u64,
}

impl Agenda {
    /// `tie` decides between events due at the same time.
    pub(crate) fn add(&mut self, at: Instant, tie: usize, event: Event) {
        self.count += 1;
        self.order.push(Reverse((at, tie as u64, self.count)));
        self.events.insert(self.count, event);
    }

    /// When the next one is due.
    pub(crate) fn next_at(&self) -> Option<Instant> {
        self.order.peek().map(|Reverse((at, ..))| *at)
    }

    pub(crate) fn take(&mut self) -> Option<Event> {
        let Reverse((.., number)) = self.order.pop()?;
        self.events.remove(&number)
    }
}
