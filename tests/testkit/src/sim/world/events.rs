//! What happens at its time.

use super::faults::lines;
use super::{Judged, Phase, World};
use crate::sim::agenda::{Conn, Event};
use crate::sim::network::{Direction, Near};
use mqmodem_core::{ConnId, Modem, NetError, NetEvent};

impl World {
    pub(super) fn happen(&mut self, modem: &mut Modem, event: Event) -> Judged {
        match event {
            Event::Opened { conn, refused } => self.opened(modem, conn, refused),
            Event::AtBroker { conn, bytes } => {
                let lane = &mut self.lanes[conn.link];
                return lane.broker.receive(conn, &bytes, &mut lane.ledger);
            }
            Event::AtModem { conn, bytes } => {
                let pipe = self.lanes[conn.link].network.pipe(conn);
                if pipe.near == Near::Open {
                    pipe.arrived.extend(&bytes);
                }
            }
            Event::ModemLearnsEnd { conn } => self.learns_end(modem, conn),
            Event::BrokerLearnsEnd { conn } => self.lanes[conn.link].broker.lost(conn),
            Event::Disk => self.disk_writes(modem),
            Event::HostBack => self.host_is_back(modem),
            Event::Incoming { link } => self.publish(link),
            Event::Fault(fault) => self.fault(modem, fault),
            Event::TakenOver { conn } => self.taken_over(conn),
            Event::Move => {}
            Event::Calm => self.calm(),
            Event::End => return self.too_late(modem),
        }
        Ok(())
    }

    fn opened(&mut self, modem: &mut Modem, conn: Conn, refused: bool) {
        let lane = &mut self.lanes[conn.link];
        let pipe = lane.network.pipe(conn);
        let Some(id) = pipe.id else {
            return;
        };
        if pipe.near != Near::Opening {
            return self.stale(modem, id);
        }
        self.story
            .log(|| format!("connection {conn} opened, refused: {refused}"));
        if refused {
            pipe.near = Near::Gone;
            let why = self.random.pick(&[
                NetError::Refused,
                NetError::NameNotFound,
                NetError::Unreachable,
            ]);
            modem.handle_net(self.now, id, NetEvent::Failed(why));
        } else {
            pipe.near = Near::Open;
            lane.wire.begin();
            lane.ledger.begins();
            lane.broker.accept(conn);
            modem.handle_net(self.now, id, NetEvent::Opened);
        }
    }

    fn learns_end(&mut self, modem: &mut Modem, conn: Conn) {
        let pipe = self.lanes[conn.link].network.pipe(conn);
        let Some(id) = pipe.id else {
            return;
        };
        if pipe.near == Near::Gone {
            return self.stale(modem, id);
        }
        pipe.near = Near::Gone;
        pipe.arrived.clear();
        self.story.log(|| format!("connection {conn} is gone"));
        let event = if self.random.one_in(2) {
            NetEvent::Closed
        } else {
            NetEvent::Failed(NetError::Broken)
        };
        modem.handle_net(self.now, id, event);
    }

    /// Something is reported of a connection the modem has left.
    fn stale(&mut self, modem: &mut Modem, id: ConnId) {
        let event = self.random.pick(&[
            NetEvent::Opened,
            NetEvent::Closed,
            NetEvent::Failed(NetError::Broken),
        ]);
        self.story.log(|| format!("late: {id:?} {event:?}"));
        modem.handle_net(self.now, id, event);
        modem.handle_net_data(self.now, id, &[0x20, 2, 0, 0]);
        modem.net_sent(self.now, id, self.random.below(50));
    }

    fn host_is_back(&mut self, modem: &mut Modem) {
        self.story.log(|| "host back".to_owned());
        for lane in &mut self.lanes {
            lane.host.come_back(self.now);
        }
        modem.handle_host_lines(self.now, lines(true));
    }

    /// Somebody publishes the next message to the client of a link.
    fn publish(&mut self, link: usize) {
        let lane = &mut self.lanes[link];
        if lane.publish(&mut self.random) {
            let at = self.now + self.random.millis(lane.plan.pause);
            let tie = self.random.below(9);
            self.agenda.add(at, tie, Event::Incoming { link });
        }
    }

    /// Bytes of the brokers go on their way, and those thrown out learn of it.
    pub(super) fn flush_brokers(&mut self) {
        for link in 0..self.lanes.len() {
            self.flush_broker(link);
        }
    }

    fn flush_broker(&mut self, link: usize) {
        let lane = &mut self.lanes[link];
        for (conn, bytes) in std::mem::take(&mut lane.broker.out) {
            self.story
                .log(|| format!("broker -> {conn}: {:02x?}", &bytes[..bytes.len().min(12)]));
            let (agenda, random) = (&mut self.agenda, &mut self.random);
            let to = (conn, Direction::Down);
            lane.network.send(to, &bytes, self.now, agenda, random);
        }
        let rivals = std::mem::take(&mut lane.broker.rivals);
        for conn in std::mem::take(&mut lane.broker.thrown_out) {
            self.cut_connection(conn);
        }
        for conn in rivals {
            let at = self.now + self.random.millis(3000);
            let tie = self.random.below(9);
            self.agenda.add(at, tie, Event::TakenOver { conn });
        }
    }

    fn taken_over(&mut self, conn: Conn) {
        if self.phase == Phase::Storm {
            self.lanes[conn.link].broker.taken_over(conn);
            self.flush_brokers();
        }
    }
}
