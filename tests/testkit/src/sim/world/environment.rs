//! A modem between hosts, network and disk, in pieces.

use super::{Phase, World};
use crate::links::LINKS;
use crate::sim::agenda::Event;
use crate::sim::network::{Direction, Near};
use mqmodem_chat::environment::{Environment, Feed, Notice, Sender};
use mqmodem_core::{Action, ConnId, Instant, LinkId};

impl Environment for World {
    const ROUNDS: usize = 100_000;
    const PIECES: usize = 1;

    fn now(&self) -> Instant {
        self.now
    }

    fn set_now(&mut self, now: Instant) {
        self.now = now;
        self.story.set_now(now);
        for lane in &mut self.lanes {
            lane.broker.set_now(now);
        }
    }

    fn act(&mut self, action: Action<'_>) -> Result<(), String> {
        self.story.log(|| format!("modem asks {action:?}"));
        if self.disk.submit(&action) {
            self.call_disk();
            return Ok(());
        }
        match action {
            Action::Open { conn, .. } => self.open(conn),
            Action::Close { conn, .. } => {
                let lane = &mut self.lanes[usize::from(conn.link.0)];
                lane.network.disconnect(self.now, &mut self.agenda, true);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Everything is reported at its time, as the agenda has it.
    fn poll_notice(&mut self) -> Option<Notice> {
        None
    }

    fn conn(&self, link: LinkId) -> Option<ConnId> {
        self.lanes[usize::from(link.0)].network.current_id()
    }

    fn links(&self) -> u8 {
        LINKS
    }

    fn input(&mut self, from: Sender) -> Option<&mut Feed> {
        match from {
            Sender::Host => Some(&mut self.port.out),
            Sender::Peer(conn) => {
                let network = &mut self.lanes[usize::from(conn.link.0)].network;
                let current = network.current()?;
                Some(&mut network.pipe(current).arrived)
            }
        }
    }

    /// All of it, or a part.
    fn cut(&mut self, _: Sender, len: usize) -> usize {
        if self.random.one_in(4) {
            self.random.between(1, len)
        } else {
            len
        }
    }

    fn taken(&mut self, from: Sender, bytes: &[u8]) -> Result<(), String> {
        match from {
            Sender::Host => Ok(()),
            Sender::Peer(conn) => self.lanes[usize::from(conn.link.0)].wire.received(bytes),
        }
    }

    fn host_reads(&mut self, bytes: &[u8]) -> Result<usize, String> {
        if !self.lanes[0].host.alive {
            // The port drops what comes while no host is there.
            return Ok(bytes.len());
        }
        // One that listens for the end of what was asked before reads all the time.
        // The first of the hosts that ends that may ask something.
        let listens = self.lanes.iter().all(|lane| lane.host.listens());
        if !listens && let Some(until) = self.stall(self.host_stalls) {
            self.host_stalls = until;
            return Ok(0);
        }
        let count = self.cut(Sender::Host, bytes.len());
        if !listens {
            self.port.receive(&bytes[..count]);
            self.replies()?;
        }
        Ok(count)
    }

    fn peer_reads(&mut self, id: ConnId, bytes: &[u8]) -> Result<usize, String> {
        let link = usize::from(id.link.0);
        let Some(conn) = self.lanes[link].network.current() else {
            return Ok(0);
        };
        if self.lanes[link].network.pipe(conn).near != Near::Open {
            return Ok(0);
        }
        if let Some(until) = self.stall(self.lanes[link].stalls) {
            self.lanes[link].stalls = until;
            return Ok(0);
        }
        let count = self.cut(Sender::Peer(id), bytes.len());
        let bytes = &bytes[..count];
        let lane = &mut self.lanes[link];
        lane.wire.sent(bytes, &self.disk, &lane.ledger)?;
        let (agenda, random) = (&mut self.agenda, &mut self.random);
        let to = (conn, Direction::Up);
        lane.network.send(to, bytes, self.now, agenda, random);
        Ok(count)
    }

    fn goes_on(&mut self, moved: bool) -> bool {
        self.flush_brokers();
        self.moves += usize::from(moved);
        if self.is_power_due() {
            self.power_off();
        }
        moved && self.powered
    }
}

impl World {
    /// The hosts read what is whole.
    fn replies(&mut self) -> Result<(), String> {
        while let Some((link, reply)) = self.port.next_reply()? {
            // The host of every link has to know that the modem has restarted.
            let is_for_all = reply.is_restart();
            for (of, lane) in self.lanes.iter_mut().enumerate() {
                if of == link || is_for_all {
                    let (port, ledger) = (&mut self.port, &mut lane.ledger);
                    lane.host.receive(reply.clone(), self.now, port, ledger)?;
                }
            }
        }
        Ok(())
    }

    fn open(&mut self, id: ConnId) -> Result<(), String> {
        let storm = self.phase == Phase::Storm;
        let lane = &mut self.lanes[usize::from(id.link.0)];
        lane.attempts.add(self.now)?;
        let (plan, random) = (lane.plan, &mut self.random);
        let conn = lane.network.open(id, self.now, &plan, storm, random);
        let refused = storm && random.below(10) < plan.faults.refused;
        // Some attempts get no answer at all.
        if !(refused && random.one_in(4)) {
            let at = self.now + random.millis(2 * plan.latency);
            self.agenda.add(at, 0, Event::Opened { conn, refused });
        }
        Ok(())
    }

    /// Whether something stalls until `until`, or begins to.
    fn stall(&mut self, until: Instant) -> Option<Instant> {
        if until > self.now {
            return Some(until);
        }
        let storm = self.phase == Phase::Storm && self.plan.faults.stalls;
        let begins = storm && self.random.one_in(60);
        begins.then(|| {
            let most = self.random.pick(&[300, 3000, 20_000]);
            let until = self.now + self.random.millis(most);
            self.agenda.add(until, self.random.below(9), Event::Move);
            until
        })
    }
}
