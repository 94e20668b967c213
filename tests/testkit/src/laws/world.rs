//! What surrounds the modem of a scenario.

use super::broker::PoliteBroker;
use super::variation::Variation;
use crate::links::LINKS;
use crate::random::Random;
use mqmodem_chat::StorageMode;
use mqmodem_chat::environment::{
    Disturbance, Environment, Feed, Notice, RecordDisk, Sender, WriteOutcome, next_conn,
};
use mqmodem_core::{Action, ConnId, Instant, LinkId, NetEvent};

/// A link and the broker at its end.
#[derive(Debug)]
pub(super) struct Peer {
    /// The connection the modem asked for last.
    pub(super) conn: ConnId,
    pub(super) open: bool,
    opening: bool,
    /// What the broker has sent.
    pub(super) feed: Feed,
    broker: PoliteBroker,
    /// What the modem has sent.
    pub(super) sent: Vec<u8>,
}

impl Peer {
    fn new(link: u8) -> Self {
        let conn = ConnId {
            link: LinkId(link),
            number: 0,
        };
        Self {
            conn,
            open: false,
            opening: false,
            feed: Feed::default(),
            broker: PoliteBroker::default(),
            sent: Vec::new(),
        }
    }

    /// Nothing of a connection outlives it.
    fn disconnect(&mut self) {
        (self.open, self.opening) = (false, false);
        self.feed.clear();
        self.broker.reset();
    }
}

/// What an operation changes in how host and network read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Budget {
    /// Bytes after each operation; `None`: all.
    pub(super) each: Option<usize>,
    left: usize,
}

impl Budget {
    fn refill(&mut self) {
        self.left = self.each.unwrap_or(usize::MAX);
    }

    fn spend(&mut self, bytes: usize) -> usize {
        let count = bytes.min(self.left);
        self.left -= count;
        count
    }
}

#[derive(Debug)]
pub(super) struct ScenarioWorld {
    variation: Variation,
    cuts: Random,
    /// Bytes of each of the modem's buffers.
    memory: usize,
    now: Instant,
    pub(super) host: Feed,
    /// What the modem has written to the host.
    pub(super) written: Vec<u8>,
    pub(super) actions: Vec<String>,
    pub(super) peers: Vec<Peer>,
    pub(super) polite: bool,
    pub(super) disk: RecordDisk,
    pub(super) storage: StorageMode,
    pub(super) host_takes: Budget,
    pub(super) net_takes: Budget,
}

impl ScenarioWorld {
    pub(super) fn new(memory: usize, variation: Variation) -> Self {
        Self {
            variation,
            cuts: Random::new(variation.cuts.unwrap_or_default()),
            memory,
            now: Instant::ZERO,
            host: Feed::default(),
            written: Vec::new(),
            actions: Vec::new(),
            peers: (0..LINKS).map(Peer::new).collect(),
            polite: false,
            disk: RecordDisk::default(),
            storage: StorageMode::Works,
            host_takes: Budget::default(),
            net_takes: Budget::default(),
        }
    }

    /// From now on host and network take as much as after each operation.
    pub(super) fn refill(&mut self) {
        self.host_takes.refill();
        self.net_takes.refill();
    }

    /// What the disk does with a change, where it does anything.
    pub(super) fn outcome(&self) -> WriteOutcome {
        match self.storage {
            StorageMode::Fails => WriteOutcome::Failed,
            StorageMode::Works | StorageMode::Holds => WriteOutcome::Durable,
        }
    }

    /// Power is gone: nothing but what is durable is left.
    pub(super) fn cut_power(&mut self) {
        self.host.clear();
        self.disk.cut_power();
        for peer in &mut self.peers {
            peer.disconnect();
            peer.conn.number = 0;
        }
    }

    /// Something happens to a link; the connection it happens to.
    pub(super) fn event(&mut self, link: u8, event: NetEvent) -> ConnId {
        let Some(peer) = self.peers.get_mut(usize::from(link)) else {
            let link = LinkId(link);
            return ConnId {
                link,
                ..self.peers[0].conn
            };
        };
        // A connection nobody asked for opens in what is reported, not in the network.
        if event != NetEvent::Opened || peer.opening {
            peer.disconnect();
            peer.open = event == NetEvent::Opened;
        }
        peer.conn
    }

    fn peer(&mut self, conn: ConnId) -> Option<&mut Peer> {
        self.peers.get_mut(usize::from(conn.link.0))
    }

    /// A polite broker is there: the connection that is asked for opens.
    fn opened(&mut self) -> Option<Notice> {
        let opening = |peer: &&mut Peer| peer.opening;
        let peer = self.peers.iter_mut().find(opening)?;
        peer.disconnect();
        peer.open = true;
        Some(Notice::Net(peer.conn, NetEvent::Opened))
    }
}

impl Environment for ScenarioWorld {
    /// More than anything a scenario of a few hundred bytes can ask for.
    const ROUNDS: usize = 20_000;

    fn now(&self) -> Instant {
        self.now
    }

    fn set_now(&mut self, now: Instant) {
        self.now = now;
        self.refill();
    }

    fn disturbance(&self) -> Disturbance {
        Disturbance {
            timeouts: self.variation.impatient,
            stale: self.variation.impatient,
        }
    }

    fn act(&mut self, action: Action<'_>) -> Result<(), String> {
        self.actions.push(format!("{:?} {action:?}", self.now));
        if self.disk.submit(&action) {
            return Ok(());
        }
        match action {
            Action::Open { conn, .. } => match self.peer(conn) {
                Some(peer) if conn == next_conn(peer.conn) => {
                    (peer.conn, peer.opening) = (conn, true);
                    Ok(())
                }
                _ => Err(format!("{conn:?} is not the next connection of its link")),
            },
            Action::Close { conn, .. } => match self.peer(conn) {
                Some(peer) if conn == peer.conn => {
                    peer.disconnect();
                    Ok(())
                }
                _ => Err(format!("{conn:?} is closed and is not there")),
            },
            Action::Lines(_) | Action::Serial(_) => Ok(()),
            other => Err(format!("nobody knows {other:?}")),
        }
    }

    fn poll_notice(&mut self) -> Option<Notice> {
        let answers = self.storage != StorageMode::Holds;
        let answer = answers.then(|| self.disk.answer(self.outcome())).flatten();
        if let Some((slot, ok)) = answer {
            return Some(Notice::Stored(slot, ok));
        }
        if self.polite { self.opened() } else { None }
    }

    fn conn(&self, link: LinkId) -> Option<ConnId> {
        let peer = self.peers.get(usize::from(link.0))?;
        Some(peer.conn)
    }

    fn links(&self) -> u8 {
        LINKS
    }

    fn input(&mut self, from: Sender) -> Option<&mut Feed> {
        match from {
            Sender::Host => Some(&mut self.host),
            Sender::Peer(conn) => {
                let peer = self.peer(conn).filter(|peer| peer.open)?;
                Some(&mut peer.feed)
            }
        }
    }

    fn cut(&mut self, _: Sender, len: usize) -> usize {
        if self.variation.cuts.is_none() {
            return len;
        }
        self.cuts.between(1, 5).min(len)
    }

    /// Law 5: never more than the memory lent.
    fn host_reads(&mut self, bytes: &[u8]) -> Result<usize, String> {
        if bytes.len() > self.memory {
            return Err("output beyond the memory lent".into());
        }
        let count = self.host_takes.spend(bytes.len());
        self.written.extend(&bytes[..count]);
        Ok(count)
    }

    fn peer_reads(&mut self, conn: ConnId, bytes: &[u8]) -> Result<usize, String> {
        if bytes.len() > self.memory {
            return Err("packets beyond the memory lent".into());
        }
        let polite = self.polite;
        let Some(peer) = self.peers.get_mut(usize::from(conn.link.0)) else {
            return Err(format!("bytes for {conn:?}"));
        };
        if !peer.open {
            return Ok(0);
        }
        let count = self.net_takes.spend(bytes.len());
        peer.sent.extend(&bytes[..count]);
        let answers = peer.broker.receive(&bytes[..count])?;
        if polite {
            peer.feed.extend(&answers);
        }
        Ok(count)
    }
}
