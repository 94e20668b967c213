//! The network: bytes on their way, connections that break at any byte.

use super::agenda::{Agenda, Conn, Event};
use super::plan::Plan;
use crate::random::Random;
use mqmodem_chat::environment::Feed;
use mqmodem_core::{ConnId, Instant};
use std::time::Duration;

/// Which direction bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Up,
    Down,
}

/// How a connection is at the modem's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Near {
    Opening,
    Open,
    Gone,
}

/// One connection.
#[derive(Debug)]
pub(crate) struct Pipe {
    /// What the modem calls it; one that has lost its power since, not at all.
    pub(crate) id: Option<ConnId>,
    pub(crate) near: Near,
    /// Bytes until it is cut, for each direction.
    left: [Option<usize>; 2],
    cut: bool,
    /// That it was cut is never reported to the modem.
    silent: bool,
    /// When the last bytes arrive, for each direction.
    last: [Instant; 2],
    /// Bytes that arrived and that the modem has not taken.
    pub(crate) arrived: Feed,
}

/// Every connection of a link there was; the last one is the modem's.
#[derive(Debug)]
pub(crate) struct Network {
    link: usize,
    pipes: Vec<Pipe>,
    latency: usize,
}

impl Network {
    pub(crate) fn new(link: usize, plan: &Plan) -> Self {
        Self {
            link,
            pipes: Vec::new(),
            latency: plan.latency,
        }
    }

    /// The modem's connection, if it has one.
    pub(crate) fn current(&self) -> Option<Conn> {
        let last = self.pipes.last()?;
        (last.near != Near::Gone).then(|| self.last())
    }

    fn last(&self) -> Conn {
        Conn {
            link: self.link,
            number: self.pipes.len() - 1,
        }
    }

    /// A connection there is or was.
    pub(crate) fn pipe(&mut self, conn: Conn) -> &mut Pipe {
        &mut self.pipes[conn.number]
    }

    /// The modem opens a connection.
    pub(crate) fn open(
        &mut self,
        id: ConnId,
        now: Instant,
        plan: &Plan,
        storm: bool,
        c: &mut Random,
    ) -> Conn {
        let faults = plan.faults;
        let is_cut = storm && c.below(10) < faults.cuts;
        let most = c.pick(&[40, 200, 1000, 4000]);
        let budget = |side: usize, c: &mut Random| (side == 0).then(|| c.below(most));
        let (up, down) = if is_cut {
            let side = c.below(2);
            (budget(side, c), budget(1 - side, c))
        } else {
            (None, None)
        };
        self.pipes.push(Pipe {
            id: Some(id),
            near: Near::Opening,
            left: [up, down],
            cut: false,
            silent: is_cut && c.below(10) < faults.silent,
            last: [now; 2],
            arrived: Feed::default(),
        });
        self.last()
    }

    /// Bytes leave one end.
    pub(crate) fn send(
        &mut self,
        (conn, direction): (Conn, Direction),
        bytes: &[u8],
        now: Instant,
        agenda: &mut Agenda,
        c: &mut Random,
    ) {
        let delay = c.millis(self.latency);
        let Some(pipe) = self.pipes.get_mut(conn.number).filter(|pipe| !pipe.cut) else {
            return;
        };
        let left = &mut pipe.left[direction as usize];
        let count = left.unwrap_or(usize::MAX).min(bytes.len());
        if let Some(left) = left {
            *left -= count;
        }
        let breaks = *left == Some(0);
        let last = &mut pipe.last[direction as usize];
        *last = (*last + Duration::from_micros(1)).max(now + delay);
        let at = *last;
        let bytes = bytes[..count].to_vec();
        let event = match direction {
            Direction::Up => Event::AtBroker { conn, bytes },
            Direction::Down => Event::AtModem { conn, bytes },
        };
        agenda.add(at, 0, event);
        if breaks {
            self.cut(conn, now, agenda, c);
        }
    }

    /// The connection breaks: what is under way may still arrive, nothing more.
    pub(crate) fn cut(&mut self, conn: Conn, now: Instant, agenda: &mut Agenda, c: &mut Random) {
        let Some(pipe) = self.pipes.get_mut(conn.number).filter(|pipe| !pipe.cut) else {
            return;
        };
        pipe.cut = true;
        if !pipe.silent {
            let at = now + c.millis(2 * self.latency);
            agenda.add(at, c.below(9), Event::ModemLearnsEnd { conn });
        }
        if c.one_in(2) {
            let at = now + c.millis(20 * self.latency);
            agenda.add(at, c.below(9), Event::BrokerLearnsEnd { conn });
        }
    }

    /// The modem closes its end, or loses its power.
    pub(crate) fn disconnect(&mut self, now: Instant, agenda: &mut Agenda, orderly: bool) {
        let Some(conn) = self.current() else {
            return;
        };
        let pipe = self.pipe(conn);
        pipe.near = Near::Gone;
        pipe.arrived.clear();
        let at = pipe.last[Direction::Up as usize].max(now) + Duration::from_micros(1);
        if orderly && !pipe.cut {
            agenda.add(at, 0, Event::BrokerLearnsEnd { conn });
        }
        pipe.cut = true;
    }

    /// What the modem calls its connection, if it has one.
    pub(crate) fn current_id(&self) -> Option<ConnId> {
        self.pipes[self.current()?.number].id
    }

    /// The modem has lost its power: nothing of before is reported to it.
    pub(crate) fn forget_ids(&mut self) {
        self.pipes.iter_mut().for_each(|pipe| pipe.id = None);
    }

    /// From now on nothing is cut any more.
    pub(crate) fn calm(&mut self) {
        for pipe in &mut self.pipes {
            pipe.left = [None; 2];
        }
    }
}
