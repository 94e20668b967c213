//! Virtual time: what happens, one thing after the other.

use super::agenda::{Agenda, Conn, Event, Fault};
use super::broker::Broker;
use super::chance::Chance;
use super::disk::Disk;
use super::host::Host;
use super::ledger::Ledger;
use super::link::{Near, Network, Way};
use super::message::Message;
use super::plan::{Plan, lend};
use super::scarce::Scarce;
use super::tale::Sabotage;
use super::trouble::Attempts;
use super::wire::Wire;
use mqmodem_core::{ConnId, Instant, Modem, NetError, NetEvent};
use std::time::Duration;

/// More steps than any seed needs.
const STEPS: usize = 200_000;
/// In a calm world everything must be done by then.
const CALM: Duration = Duration::from_secs(900);
/// How long nothing more may happen before it is over: long enough to notice that
/// nobody is at the other end any more.
const LINGER: Duration = Duration::from_secs(45);

pub(crate) type Judged = Result<(), String>;

/// How far the tale is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// The host sets the modem up; nothing goes wrong.
    Setup,
    Storm,
    Calm,
}

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) plan: Plan,
    pub(crate) chance: Chance,
    pub(crate) now: Instant,
    pub(crate) agenda: Agenda,
    pub(crate) phase: Phase,
    pub(crate) network: Network,
    pub(crate) broker: Broker,
    pub(crate) disk: Disk,
    pub(crate) host: Host,
    pub(crate) wire: Wire,
    pub(crate) ledger: Ledger,
    pub(crate) powered: bool,
    /// Counts of bytes and actions moved at which the power goes.
    pub(crate) fuses: Vec<usize>,
    pub(crate) moves: usize,
    /// Neither takes a byte until then.
    pub(crate) host_stalls: Instant,
    pub(crate) net_stalls: Instant,
    pub(crate) disk_due: bool,
    pub(crate) attempts: Attempts,
    pub(crate) scarce: Scarce,
    incoming: usize,
    quiet_since: Option<Instant>,
}

/// Plays a tale to its end; which law was broken, and by what.
pub(crate) fn play(plan: Plan, sabotage: Sabotage, tells: bool) -> (Judged, Ledger) {
    let mut world = World::new(plan, sabotage, tells);
    let mut memory = Vec::new();
    let judged = world.play(&mut memory);
    (judged, world.ledger)
}

impl World {
    fn new(plan: Plan, sabotage: Sabotage, tells: bool) -> Self {
        let mut broker = Broker::new(&plan);
        broker.doubles = sabotage == Sabotage::BrokerDoubles;
        let scarce = Scarce::draw(&plan);
        let disk = Disk::new(sabotage == Sabotage::DiskLies, scarce.room);
        Self {
            plan,
            chance: Chance::new(!plan.seed),
            now: Instant::ZERO,
            agenda: Agenda::default(),
            phase: Phase::Setup,
            network: Network::new(&plan),
            broker,
            disk,
            host: Host::new(plan),
            wire: Wire::new(&plan),
            ledger: Ledger::new(plan, tells),
            powered: false,
            fuses: Vec::new(),
            moves: 0,
            host_stalls: Instant::ZERO,
            net_stalls: Instant::ZERO,
            disk_due: false,
            attempts: Attempts::default(),
            scarce,
            incoming: 0,
            quiet_since: None,
        }
    }

    fn play(&mut self, memory: &mut Vec<u8>) -> Judged {
        let mut steps = 0;
        loop {
            let room = lend(&self.plan, memory);
            let mut modem = Modem::new(self.plan.config(), room, self.now);
            self.power_on(&mut modem)?;
            while self.powered {
                if self.is_over() {
                    return self.judge();
                }
                steps += 1;
                if steps > STEPS {
                    return Err(format!("no end after {STEPS} steps"));
                }
                self.step(&mut modem)?;
            }
        }
    }

    fn judge(&self) -> Judged {
        self.ledger.judge()?;
        // With the power goes that the broker has just said it forgot.
        if self.ledger.power_cuts > 0 {
            return Ok(());
        }
        self.broker.judge()
    }

    fn power_on(&mut self, modem: &mut Modem) -> Judged {
        self.powered = true;
        self.ledger.log(|| "modem switched on".to_owned());
        if self.starts_unread() {
            self.start_unread(modem);
        } else {
            self.restore(modem)?;
        }
        self.settle(modem)
    }

    /// The next thing that happens.
    fn step(&mut self, modem: &mut Modem) -> Judged {
        let due = modem.poll_timeout();
        let next = self.agenda.next_at();
        let times = [next, due, self.host.wake_at, self.scarce.read_again_at];
        let Some(at) = times.into_iter().flatten().min() else {
            return Err("nothing will ever happen again".to_owned());
        };
        self.now = self.now.max(at);
        self.ledger.clock = self.now.as_micros();
        let spurious = self.chance.one_in(30);
        if due.is_some_and(|due| due <= self.now) || spurious {
            modem.handle_timeout(self.now);
            if modem.poll_timeout().is_some_and(|next| next <= self.now) {
                return Err("a deadline that is not in the future".to_owned());
            }
        } else if self.host.wake_at.is_some_and(|at| at <= self.now) {
            self.host.wake(self.now, &mut self.ledger)?;
        } else if self.scarce.read_again_at.is_none_or(|at| at > self.now)
            && let Some(event) = self.agenda.take()
        {
            self.happen(modem, event)?;
        }
        self.begin_storm();
        if self.powered {
            self.read_again(modem)?;
            self.settle(modem)?;
        }
        Ok(())
    }

    fn happen(&mut self, modem: &mut Modem, event: Event) -> Judged {
        match event {
            Event::Opened { conn, refused } => self.opened(modem, conn, refused),
            Event::AtBroker { conn, bytes } => {
                return self.broker.receive(conn, &bytes, &mut self.ledger);
            }
            Event::AtModem { conn, bytes } => {
                let pipe = &mut self.network.pipes[conn];
                if pipe.near == Near::Open {
                    pipe.arrived.extend(bytes);
                }
            }
            Event::ModemHearsEnd { conn } => self.hears_end(modem, conn),
            Event::BrokerHearsEnd { conn } => self.broker.lost(conn),
            Event::Disk => self.disk_writes(modem),
            Event::HostBack => {
                self.ledger.log(|| "host back".to_owned());
                self.host.come_back(self.now);
                modem.handle_host_lines(self.now, super::drive::lines(true));
            }
            Event::Incoming => self.publish(),
            Event::Fault(fault) => self.fault(modem, fault),
            Event::TakenOver { conn } => self.taken_over(conn),
            Event::Move => {}
            Event::Calm => self.calm(),
            Event::End => return self.too_late(modem),
        }
        Ok(())
    }

    fn opened(&mut self, modem: &mut Modem, conn: Conn, refused: bool) {
        let pipe = &mut self.network.pipes[conn];
        let Some(id) = pipe.id else {
            return;
        };
        if pipe.near != Near::Opening {
            return self.late(modem, id);
        }
        self.ledger
            .log(|| format!("connection {conn} opened, refused: {refused}"));
        if refused {
            pipe.near = Near::Gone;
            let why = self.chance.pick(&[
                NetError::Refused,
                NetError::NameNotFound,
                NetError::Unreachable,
            ]);
            modem.handle_net(self.now, id, NetEvent::Failed(why));
        } else {
            pipe.near = Near::Open;
            self.wire.begin();
            self.ledger.begins();
            self.broker.accept(conn);
            modem.handle_net(self.now, id, NetEvent::Opened);
        }
    }

    fn hears_end(&mut self, modem: &mut Modem, conn: Conn) {
        let pipe = &mut self.network.pipes[conn];
        let Some(id) = pipe.id else {
            return;
        };
        if pipe.near == Near::Gone {
            return self.late(modem, id);
        }
        pipe.near = Near::Gone;
        pipe.arrived.clear();
        self.ledger.log(|| format!("connection {conn} is gone"));
        let event = if self.chance.one_in(2) {
            NetEvent::Closed
        } else {
            NetEvent::Failed(NetError::Broken)
        };
        modem.handle_net(self.now, id, event);
    }

    /// Something is told of a connection the modem has left.
    fn late(&mut self, modem: &mut Modem, id: ConnId) {
        let event = self.chance.pick(&[
            NetEvent::Opened,
            NetEvent::Closed,
            NetEvent::Failed(NetError::Broken),
        ]);
        self.ledger.log(|| format!("late: {id:?} {event:?}"));
        modem.handle_net(self.now, id, event);
        modem.handle_net_data(self.now, id, &[0x20, 2, 0, 0]);
        modem.net_sent(self.now, id, self.chance.below(50));
    }

    /// Somebody publishes the next message to the client.
    fn publish(&mut self) {
        self.incoming += 1;
        let Plan {
            topics, content, ..
        } = self.plan;
        let message = Message::draw(self.incoming, topics, content, &mut self.chance);
        if self.broker.publish(message) {
            self.ledger.log(|| format!("incoming {message:?}"));
            self.ledger.given(message);
        }
        if self.incoming < self.plan.incoming {
            let at = self.now + self.chance.millis(self.plan.pause);
            self.agenda.add(at, self.chance.below(9), Event::Incoming);
        }
    }

    /// Once the modem is set up, things go wrong, each at its time.
    fn begin_storm(&mut self) {
        if self.phase != Phase::Setup || !self.host.is_set_up() {
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
                let at = self.now + self.chance.millis(length);
                self.agenda
                    .add(at, self.chance.below(9), Event::Fault(fault));
            }
        }
        let fuse = |_| self.moves + self.chance.below(400);
        self.fuses = (faults.power / 2..faults.power).map(fuse).collect();
        self.agenda.add(
            self.now + Duration::from_millis(length as u64),
            9,
            Event::Calm,
        );
        let at = self.now + self.chance.millis(5000);
        self.agenda.add(at, 0, Event::Incoming);
    }

    fn calm(&mut self) {
        self.ledger.log(|| "calm".to_owned());
        self.phase = Phase::Calm;
        self.fuses.clear();
        (self.host_stalls, self.net_stalls) = (self.now, self.now);
        self.network.calm();
        self.agenda.add(self.now + CALM, 0, Event::End);
    }

    /// What is still to be waited for.
    fn unfinished(&self) -> Option<&'static str> {
        let broker = (!self.broker.is_idle()).then_some("the broker has more to deliver");
        let open = (!self.ledger.is_settled()).then_some("accepted messages under way");
        let incoming = self.incoming < self.plan.incoming;
        let incoming = incoming.then_some("messages not published yet");
        let host = (!self.host.alive).then_some("the host is away");
        let host = host.or_else(|| self.host.unfinished());
        host.or(broker).or(open).or(incoming)
    }

    /// Whether faults are over and everything is done, for a while.
    fn is_over(&mut self) -> bool {
        if self.phase != Phase::Calm || self.unfinished().is_some() {
            self.quiet_since = None;
            return false;
        }
        let since = *self.quiet_since.get_or_insert(self.now);
        self.now.since(since) >= LINGER
    }

    fn too_late(&mut self, modem: &Modem) -> Judged {
        self.ledger.judge()?;
        let why = self.unfinished().unwrap_or("nothing");
        let out = self
            .network
            .current_id()
            .map_or(0, |id| modem.net_out(id).len());
        let busy = modem.is_busy();
        Err(format!(
            "not done in time: {why} (busy {busy}, {out} bytes to send)"
        ))
    }

    /// Bytes of the broker go on their way, and those thrown out learn of it.
    pub(crate) fn flush_broker(&mut self) {
        for (conn, bytes) in std::mem::take(&mut self.broker.out) {
            self.ledger
                .log(|| format!("broker -> {conn}: {:02x?}", &bytes[..bytes.len().min(12)]));
            let (agenda, chance) = (&mut self.agenda, &mut self.chance);
            let to = (conn, Way::Down);
            self.network.send(to, &bytes, self.now, agenda, chance);
        }
        for conn in std::mem::take(&mut self.broker.thrown_out) {
            self.cut(conn);
        }
        for conn in std::mem::take(&mut self.broker.rivals) {
            let at = self.now + self.chance.millis(3000);
            self.agenda
                .add(at, self.chance.below(9), Event::TakenOver { conn });
        }
    }

    fn taken_over(&mut self, conn: Conn) {
        if self.phase == Phase::Storm {
            self.broker.lost(conn);
            self.cut(conn);
        }
    }

    pub(crate) fn cut(&mut self, conn: Conn) {
        let (agenda, chance) = (&mut self.agenda, &mut self.chance);
        self.network.cut(conn, self.now, agenda, chance);
    }
}
