//! Virtual time: what happens, one thing after the other.

mod environment;
mod events;
mod faults;
mod storage;

use super::agenda::Agenda;
use super::disk::Disk;
use super::lane::Lane;
use super::plan::{Plan, lend};
use super::port::Port;
use super::sabotage::Sabotage;
use super::story::Story;
use super::unreadable::Unreadable;
use crate::links::LINKS;
use crate::random::Random;
use mqmodem_chat::environment::{Environment, settle, time_out};
use mqmodem_core::{Instant, LinkPlaces, Modem};
use std::time::Duration;

/// More steps than any seed needs.
const STEPS: usize = 200_000;
/// In a calm world everything must be done by then.
const CALM: Duration = Duration::from_mins(15);
/// How long nothing more may happen before it is over: long enough to notice that
/// nobody is at the other end any more.
const LINGER: Duration = Duration::from_secs(45);

pub(crate) type Judged = Result<(), String>;

/// How far the seed is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The hosts set the modem up; nothing goes wrong.
    Setup,
    Storm,
    Calm,
}

/// A modem's surroundings.
#[derive(Debug)]
pub(crate) struct World {
    plan: Plan,
    random: Random,
    now: Instant,
    agenda: Agenda,
    phase: Phase,
    disk: Disk,
    disk_due: bool,
    unreadable: Unreadable,
    port: Port,
    /// Its host reads no byte until then.
    host_stalls: Instant,
    /// Each link, from its host to its broker.
    lanes: Vec<Lane>,
    story: Story,
    powered: bool,
    /// Counts of rounds in which something moved, at which the power goes.
    fuses: Vec<usize>,
    moves: usize,
    quiet_since: Option<Instant>,
}

impl World {
    pub(crate) fn new(plan: Plan, sabotage: Sabotage, story: &Story) -> Self {
        let lane = |link| Lane::new(link, plan.of_link(link), story);
        let mut lanes: Vec<Lane> = (0..usize::from(LINKS)).map(lane).collect();
        for lane in &mut lanes {
            lane.broker.doubles = sabotage == Sabotage::BrokerDoubles;
        }
        let unreadable = Unreadable::draw(&plan);
        Self {
            plan,
            random: Random::new(!plan.seed),
            now: Instant::ZERO,
            agenda: Agenda::default(),
            phase: Phase::Setup,
            disk: Disk::new(sabotage == Sabotage::DiskLies, plan.disk_room),
            disk_due: false,
            unreadable,
            port: Port::default(),
            host_stalls: Instant::ZERO,
            lanes,
            story: story.clone(),
            powered: false,
            fuses: Vec::new(),
            moves: 0,
            quiet_since: None,
        }
    }

    /// Plays to the end; which law was broken.
    pub(crate) fn play(&mut self) -> Judged {
        let mut memory = Vec::new();
        let mut steps = 0;
        loop {
            let mut links = LinkPlaces::new();
            let room = lend(&self.plan, &mut memory, &mut links);
            let mut modem = Modem::new(self.plan.config(), room, self.now);
            self.power_on(&mut modem)?;
            while self.powered {
                if self.is_over() {
                    return self.lanes.iter().try_for_each(Lane::judge);
                }
                steps += 1;
                if steps > STEPS {
                    return Err(format!("no end after {STEPS} steps"));
                }
                self.step(&mut modem)?;
            }
        }
    }

    /// Messages the brokers took and the hosts got, in numbers.
    pub(crate) fn score(&self) -> [usize; 2] {
        let scores = self.lanes.iter().map(|lane| lane.ledger.score());
        scores.fold([0, 0], |sum, it| [sum[0] + it[0], sum[1] + it[1]])
    }

    fn power_on(&mut self, modem: &mut Modem) -> Judged {
        self.powered = true;
        self.story.log(|| "modem switched on".to_owned());
        if self.starts_unread() {
            self.start_unread(modem);
        } else {
            self.restore(modem)?;
        }
        settle(modem, self)
    }

    /// The next thing that happens.
    fn step(&mut self, modem: &mut Modem) -> Judged {
        let due = modem.poll_timeout();
        let next = self.agenda.next_at();
        let hosts = self.lanes.iter().filter_map(|lane| lane.host.wake_at);
        let times = [next, due, hosts.min(), self.unreadable.read_again_at];
        let Some(at) = times.into_iter().flatten().min() else {
            return Err("nothing will ever happen again".to_owned());
        };
        self.set_now(self.now.max(at));
        let spurious = self.random.one_in(30);
        if due.is_some_and(|due| due <= self.now) || spurious {
            time_out(modem, self.now)?;
        } else if !self.wake_host()?
            && self.unreadable.read_again_at.is_none_or(|at| at > self.now)
            && let Some(event) = self.agenda.take()
        {
            self.happen(modem, event)?;
        }
        self.begin_storm();
        if self.powered {
            self.read_again(modem)?;
            settle(modem, self)?;
        }
        Ok(())
    }

    /// Wakes the host of a link that has something to do; whether there is one.
    fn wake_host(&mut self) -> Result<bool, String> {
        let is_due = |lane: &&mut Lane| lane.host.wake_at.is_some_and(|at| at <= self.now);
        let Some(lane) = self.lanes.iter_mut().find(is_due) else {
            return Ok(false);
        };
        let (port, ledger) = (&mut self.port, &mut lane.ledger);
        lane.host.wake(self.now, port, ledger)?;
        Ok(true)
    }

    fn unfinished(&self) -> Option<&'static str> {
        self.lanes.iter().find_map(Lane::unfinished)
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
        self.lanes.iter().try_for_each(|lane| lane.ledger.judge())?;
        let why = self.unfinished().unwrap_or("nothing");
        let busy = modem.is_busy();
        Err(format!("not done in time: {why} (busy {busy})"))
    }
}
