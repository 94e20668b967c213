//! A modem driven through a scenario, with the laws it must keep checked on the way.

use super::operation::Operation;
use super::scenario::Scenario;
use super::trace::Trace;
use super::variation::Variation;
use super::world::ScenarioWorld;
use crate::links::LINKS;
use mqmodem_chat::environment::{Environment, pass, previous_conn, settle, time_out};
use mqmodem_core::{Buf, Config, FurtherLinks, Memory, Modem, NetEvent, Slot};
use std::time::Duration;

/// Plays a scenario to its end.
pub fn play(scenario: &Scenario, variation: Variation) -> Trace {
    play_on(&[], scenario, variation)
}

/// Plays a scenario with a modem that is given these records first.
pub fn play_on(records: &[(Slot, Vec<u8>)], scenario: &Scenario, variation: Variation) -> Trace {
    let is_cut = |it: &&Operation| **it == Operation::PowerCut;
    let times = 1 + scenario.operations.iter().filter(is_cut).count();
    let mut lent = vec![vec![vec![0; scenario.memory]; 11]; times];
    let spare = lent.iter_mut().map(|parts| memory(parts)).collect();
    let mut rig = Rig::new(scenario, spare, variation);
    let taken = rig.begin(records);
    let played = rig.play(&scenario.operations);
    played.unwrap_or_else(|why| panic!("{why}"));
    let ScenarioWorld {
        written,
        peers,
        actions,
        disk,
        ..
    } = rig.world;
    Trace {
        host: written,
        net: peers.into_iter().map(|peer| peer.sent).collect(),
        actions,
        taken,
        disk: disk.durable().clone(),
    }
}

fn memory(parts: &mut [Vec<u8>]) -> Memory<'_> {
    let mut bufs = parts.iter_mut().map(|memory| Buf::lent(memory));
    let mut next = || bufs.next().expect("eleven buffers");
    Memory {
        line: next(),
        values: next(),
        host_out: next(),
        inbox: next(),
        settings: next(),
        net_in: next(),
        net_out: next(),
        in_flight: next(),
        received: next(),
        subscriptions: next(),
        terms: next(),
        links: FurtherLinks::heap(LINKS - 1),
    }
}

struct Rig<'a> {
    modem: Modem<'a>,
    config: Config<'a>,
    /// Memory for each time it is switched on again.
    spare: Vec<Memory<'a>>,
    world: ScenarioWorld,
}

impl<'a> Rig<'a> {
    fn new(scenario: &Scenario, mut spare: Vec<Memory<'a>>, variation: Variation) -> Self {
        let config = Config {
            strict: scenario.strict,
            keeps_sessions: scenario.stores,
            ..Config::of(scenario.dialect)
        };
        let memory = spare.pop().expect("memory for a modem");
        let world = ScenarioWorld::new(scenario.memory, variation);
        Self {
            modem: Modem::new(config, memory, world.now()),
            config,
            spare,
            world,
        }
    }

    /// Gives the modem what it may have stored earlier; which of it is taken.
    fn begin(&mut self, records: &[(Slot, Vec<u8>)]) -> Vec<bool> {
        let mut taken = Vec::new();
        for (slot, bytes) in records {
            let is_taken = self.modem.restore(*slot, bytes).is_ok();
            taken.push(is_taken);
            if is_taken {
                self.world.disk.insert(*slot, bytes.clone());
            }
        }
        taken
    }

    /// Power is gone and comes back: what is durable is all there is.
    fn power_cut(&mut self) -> Result<(), String> {
        self.world.cut_power();
        let memory = self.spare.pop().expect("memory for a modem");
        self.modem = Modem::new(self.config, memory, self.world.now());
        for (slot, bytes) in self.world.disk.durable() {
            let restored = self.modem.restore(*slot, bytes);
            restored.map_err(|why| format!("{slot:?} is what the modem stored: {why:?}"))?;
        }
        Ok(())
    }

    fn play(&mut self, operations: &[Operation]) -> Result<(), String> {
        self.settle()?;
        for operation in operations {
            self.step(operation)?;
            self.settle()?;
        }
        Ok(())
    }

    fn settle(&mut self) -> Result<(), String> {
        self.world.refill();
        settle(&mut self.modem, &mut self.world)
    }

    fn step(&mut self, operation: &Operation) -> Result<(), String> {
        let now = self.world.now();
        let (modem, world) = (&mut self.modem, &mut self.world);
        match operation {
            Operation::Host(bytes) => world.host.extend(bytes),
            Operation::Net { link, bytes, rude } => net(modem, world, *link, bytes, *rude),
            Operation::Event(link, event) => report(modem, world, *link, *event),
            Operation::Stale { link, age, what } => {
                let conn = previous_conn(world.peers[usize::from(*link)].conn, *age);
                what.report(modem, now, conn)?;
            }
            Operation::Wait(time) => self.wait(*time)?,
            Operation::HostTakes(count) => world.host_takes.each = *count,
            Operation::NetTakes(count) => world.net_takes.each = *count,
            Operation::Lines(lines) => modem.handle_host_lines(now, *lines),
            Operation::Break => modem.handle_host_break(now),
            Operation::Disk(storage) => world.storage = *storage,
            Operation::Answers(count) => answer(modem, world, *count),
            Operation::PowerCut => self.power_cut()?,
            Operation::Polite(polite) => world.polite = *polite,
            Operation::Timeout => time_out(modem, now)?,
            Operation::Shutdown => modem.handle_shutdown(now),
        }
        Ok(())
    }

    fn wait(&mut self, time: Duration) -> Result<(), String> {
        let until = self.world.now() + time;
        pass(&mut self.modem, &mut self.world, until)
    }
}

/// The broker of a link sends bytes, where it can or is rude.
fn net(modem: &mut Modem<'_>, world: &mut ScenarioWorld, link: u8, bytes: &[u8], rude: bool) {
    let now = world.now();
    let peer = &mut world.peers[usize::from(link)];
    if rude {
        modem.handle_net_data(now, peer.conn, bytes);
    } else if peer.open {
        peer.feed.extend(bytes);
    }
}

fn report(modem: &mut Modem<'_>, world: &mut ScenarioWorld, link: u8, event: NetEvent) {
    let conn = world.event(link, event);
    modem.handle_net(world.now(), conn, event);
}

/// The disk answers for the oldest of what it was asked.
fn answer(modem: &mut Modem<'_>, world: &mut ScenarioWorld, count: usize) {
    for _ in 0..count {
        let outcome = world.outcome();
        let Some((slot, ok)) = world.disk.answer(outcome) else {
            return;
        };
        modem.handle_stored(world.now(), slot, ok);
    }
}
