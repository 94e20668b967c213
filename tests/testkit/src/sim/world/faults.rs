//! What goes wrong, and when.

use super::{CALM, Phase, World};
use crate::sim::agenda::{Conn, Event, Fault};
use mqmodem_core::{HostLines, LinkId, Modem};
use std::time::Duration;

pub(super) fn lines(dtr: bool) -> HostLines {
    HostLines { dtr, rts: true }
}

impl World {
    /// Once the modem is set up, things go wrong, each at its time.
    pub(super) fn begin_storm(&mut self) {
        let is_set_up = self.lanes.iter().all(|lane| lane.host.is_set_up());
        if self.phase != Phase::Setup || !is_set_up {
            return;
        }
        self.phase = Phase::Storm;
        let most = self.plan.outgoing.max(self.plan.incoming);
        let length = most * (self.plan.pause + self.plan.latency) + 20_000;
        let faults = self.plan.faults;
        let planned = [
            (faults.power / 2, Fault::Power),
            (faults.host, Fault::Host),
            (faults.broker, Fault::Broker),
            (faults.forgets, Fault::Forget),
        ];
        for (count, fault) in planned {
            for _ in 0..count {
                let at = self.now + self.random.millis(length);
                self.agenda
                    .add(at, self.random.below(9), Event::Fault(fault));
            }
        }
        let fuse = |_| self.moves + self.random.below(400);
        self.fuses = (faults.power / 2..faults.power).map(fuse).collect();
        let end = self.now + Duration::from_millis(length as u64);
        self.agenda.add(end, 9, Event::Calm);
        for link in 0..self.lanes.len() {
            let at = self.now + self.random.millis(5000);
            self.agenda.add(at, 0, Event::Incoming { link });
        }
    }

    /// From now on nothing goes wrong.
    pub(super) fn calm(&mut self) {
        self.story.log(|| "calm".to_owned());
        self.phase = Phase::Calm;
        self.fuses.clear();
        self.host_stalls = self.now;
        for lane in &mut self.lanes {
            lane.stalls = self.now;
            lane.network.calm();
            lane.broker.calm();
        }
        self.agenda.add(self.now + CALM, 0, Event::End);
    }

    /// Something goes wrong.
    pub(super) fn fault(&mut self, modem: &mut Modem, fault: Fault) {
        if self.phase != Phase::Storm {
            return;
        }
        self.story.log(|| format!("fault: {fault:?}"));
        match fault {
            Fault::Power => return self.power_off(),
            Fault::Host => return self.host_dies(modem),
            Fault::Broker | Fault::Forget => {}
        }
        let mut conns = Vec::new();
        for lane in &mut self.lanes {
            conns.extend(if matches!(fault, Fault::Forget) {
                lane.broker.forget(&mut lane.ledger)
            } else {
                lane.broker.busy = self.random.below(3);
                lane.broker.restart()
            });
        }
        // What they say before they go is on its way.
        self.flush_brokers();
        for conn in conns {
            self.cut_connection(conn);
        }
    }

    fn host_dies(&mut self, modem: &mut Modem) {
        if !self.lanes[0].host.alive {
            return;
        }
        self.port.reset();
        for lane in &mut self.lanes {
            lane.ledger.host_deaths += 1;
            lane.host.die();
        }
        modem.handle_host_lines(self.now, lines(false));
        let at = self.now + self.random.millis(20_000);
        self.agenda.add(at, 0, Event::HostBack);
    }

    /// Whether the power goes here.
    pub(super) fn is_power_due(&mut self) -> bool {
        let before = self.fuses.len();
        self.fuses.retain(|at| *at > self.moves);
        self.fuses.len() < before
    }

    /// The modem loses what is not durable. Its peers learn nothing.
    pub(super) fn power_off(&mut self) {
        self.story.log(|| "power cut".to_owned());
        self.powered = false;
        self.unreadable.read_again_at = None;
        self.port.echoes = false;
        self.disk.lose_power(&mut self.random);
        if self.lanes[0].host.alive {
            self.port.reset();
        }
        for (link, lane) in (0..).zip(&mut self.lanes) {
            lane.ledger.power_cuts += 1;
            lane.broker.is_unknown = !self.disk.has_session(LinkId(link));
            lane.network.disconnect(self.now, &mut self.agenda, false);
            lane.network.forget_ids();
            if lane.host.alive {
                lane.host.modem_died(self.now);
            }
        }
    }

    pub(super) fn cut_connection(&mut self, conn: Conn) {
        let (agenda, random) = (&mut self.agenda, &mut self.random);
        let network = &mut self.lanes[conn.link].network;
        network.cut(conn, self.now, agenda, random);
    }
}
