//! The modems of a fleet: started one after the other, each on its own.

mod listener;
mod reload;
mod restarts;

use super::Arguments;
use super::plan::Made;
use super::progress::Progress;
use crate::Shared;
use crate::cli::chat::read_side;
use crate::cli::failure::Failure;
use crate::cli::modems::ports::{Opened, Ports};
use crate::cli::modems::prepared::{Prepared, warn_of_exposed};
use crate::cli::modems::signals::{Signals, Wanted};
use crate::cli::modems::state::State;
use crate::cli::modems::{metrics, trace};
use crate::config::fleet::{FleetPlan, Hosts};
use crate::fleet::repeat::{Chats, Played, Programme};
use crate::fleet::totals::Tally;
use crate::port::{Label, Port};
use listener::Entrance;
use restarts::Restarts;
use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Interval, MissedTickBehavior};

/// The runtime's timers are not finer: more are started at once.
const TICK: Duration = Duration::from_millis(10);

pub(super) struct Crew<'a> {
    arguments: &'a Arguments,
    plan: FleetPlan,
    shared: Shared,
    state: State,
    ports: Ports,
    chats: Option<Arc<Chats>>,
    tally: Arc<Tally>,
    /// See [`salt`].
    salt: u64,
    entrance: Option<Entrance>,
    progress: Progress,
    modems: JoinSet<()>,
    running: HashMap<Id, Running>,
    waiting: VecDeque<u32>,
    restarts: Restarts,
    left_out: HashSet<u32>,
    /// Modems that have run.
    begun: HashSet<u32>,
    failed: bool,
    stopping: bool,
}

/// A modem that runs.
struct Running {
    index: u32,
    label: Label,
    /// See [`Prepared::print`] and [`salt`].
    print: u64,
}

impl<'a> Crew<'a> {
    pub(super) async fn gather(
        arguments: &'a Arguments,
        made: Made,
        state: State,
    ) -> Result<Self, Failure> {
        let plan = made.fleet;
        let shared = Shared::traced(trace::create(made.trace.as_deref())?);
        let metrics = metrics::open(plan.metrics.as_deref()).await?;
        let entrance = Entrance::open(&plan.template.hosts, None).await?;
        check_files(&plan)?;
        let programme = programme(&plan)?;
        let tally = Arc::new(Tally::default());
        let mut crew = Self {
            arguments,
            salt: salt(&plan, programme.as_ref()),
            chats: programme.map(|it| Arc::new(Chats::new(it, tally.clone()))),
            tally,
            shared: shared.paced(plan.connects_per_second).counted(metrics),
            state,
            ports: Ports::of_fleet(),
            progress: Progress::new(made.verbose),
            modems: JoinSet::new(),
            running: HashMap::new(),
            waiting: VecDeque::new(),
            restarts: Restarts::default(),
            left_out: HashSet::new(),
            begun: HashSet::new(),
            entrance,
            failed: false,
            stopping: false,
            plan,
        };
        crew.expect(0);
        Ok(crew)
    }

    /// The modems from this one on are to be started: now, or when their hosts come.
    fn expect(&mut self, from: u32) {
        let all = 0..self.plan.count();
        let names = || all.clone().map(|index| self.plan.name(index));
        self.state.tell_unserved(names());
        match &mut self.entrance {
            Some(entrance) => entrance.expect(names()),
            None => self.waiting.extend(from..all.end),
        }
    }

    /// Runs until all modems have ended, by themselves or by a signal.
    pub(super) async fn run(&mut self, signals: &mut Signals) -> Result<ExitCode, Failure> {
        let mut ticks = self.ticks();
        while !self.is_over() {
            self.restart_some()?;
            tokio::select! {
                _ = ticks.tick(), if !self.waiting.is_empty() && !self.stopping => self.start_some().await,
                Some(ended) = self.modems.join_next_with_id() => self.end(ended),
                Some((index, port)) = Entrance::next(&mut self.entrance), if !self.stopping => {
                    self.let_in(index, port);
                }
                wanted = signals.next() => match wanted {
                    Wanted::Reload if !self.stopping => {
                        self.reload().await;
                        ticks = self.ticks();
                    }
                    Wanted::Reload => {}
                    Wanted::EndAtOnce => {
                        tracing::warn!("stopped at once");
                        return Ok(ExitCode::from(crate::cli::exit::INTERRUPTED));
                    }
                    Wanted::End => self.stop(),
                },
            }
        }
        Ok(self.code())
    }

    fn ticks(&self) -> Interval {
        let gap = Duration::from_secs(1) / self.plan.starts_per_second.get();
        let mut ticks = tokio::time::interval(gap.max(TICK));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks
    }

    /// Whether nothing runs and nothing will.
    fn is_over(&self) -> bool {
        let nothing_comes =
            self.waiting.is_empty() && self.restarts.are_over() && self.entrance.is_none();
        self.modems.is_empty() && (self.stopping || nothing_comes)
    }

    fn stop(&mut self) {
        tracing::info!("switching off");
        self.stopping = true;
        self.shared.stop();
    }

    async fn start_some(&mut self) {
        let a_tick = self.plan.starts_per_second.get().div_ceil(100);
        for _ in 0..a_tick {
            let Some(index) = self.waiting.pop_front() else {
                break;
            };
            if let Err(failure) = self.start_at_port(index).await {
                self.leave_out(index, &failure);
            }
        }
        if self.waiting.is_empty() {
            self.state.all_given();
        }
        let count = self.plan.count();
        let done = count.saturating_sub(self.waiting.len() as u32);
        self.progress.tell(done, count);
    }

    async fn start_at_port(&mut self, index: u32) -> Result<(), Failure> {
        let modem = self.prepared(index)?;
        let name = Label::new(&modem.plan.name);
        let opened = match &self.chats {
            Some(chats) => {
                let number = &modem.plan.number;
                let host = Played::new(chats, name.clone(), index, number);
                Opened::inside(name, Box::new(host))
            }
            None => Opened {
                label: name,
                ..self.ports.open(&modem.plan.port).await?
            },
        };
        self.start(index, modem, opened);
        Ok(())
    }

    /// Starts a modem for the host that came.
    fn let_in(&mut self, index: u32, port: Box<dyn Port>) {
        // What one kept that has run before is not what was found at the start.
        let is_read = !self.begun.contains(&index) || self.state.look().is_ok();
        if !is_read {
            self.leave_out(index, &Failure::new("what it kept cannot be read"));
            return;
        }
        match self.prepared(index) {
            Ok(modem) => {
                let label = Label::new(&modem.plan.name);
                self.start(index, modem, Opened::inside(label, port));
            }
            Err(failure) => self.leave_out(index, &failure),
        }
    }

    fn prepared(&self, index: u32) -> Result<Prepared, Failure> {
        Prepared::new(self.plan.modem(index).map_err(Failure::new)?)
    }

    fn start(&mut self, index: u32, modem: Prepared, opened: Opened) {
        let print = self.print(&modem);
        let setup = modem.at(opened, &mut self.state);
        let label = setup.label.clone();
        self.begun.insert(index);
        let task = self.modems.spawn(self.shared.set_up(setup));
        self.running.insert(
            task.id(),
            Running {
                index,
                label,
                print,
            },
        );
    }

    fn print(&self, modem: &Prepared) -> u64 {
        modem.print() ^ self.salt
    }

    fn leave_out(&mut self, index: u32, failure: &Failure) {
        self.left_out.insert(index);
        tracing::error!("{} is left out: {failure}", self.plan.name(index));
    }

    /// A modem has ended; the others do not notice.
    fn end(&mut self, ended: Result<(Id, ()), JoinError>) {
        let (id, error) = match ended {
            Ok((id, ())) => (id, None),
            Err(error) => (error.id(), Some(error)),
        };
        let Some(Running { index, .. }) = self.running.remove(&id) else {
            return;
        };
        self.restarts.end(index);
        if let Some(error) = error {
            self.failed = true;
            let name = self.plan.name(index);
            tracing::error!("{name} failed, please report it: {error}");
        }
    }

    fn code(&self) -> ExitCode {
        let failures = self.tally.failures();
        if self.failed || !self.left_out.is_empty() || failures > 0 {
            ExitCode::FAILURE
        } else {
            ExitCode::SUCCESS
        }
    }

    /// What hosts inside the process have played.
    pub(super) fn summary(&self) -> Option<String> {
        let has_rounds = self.plan.template.script.is_some();
        self.chats.as_ref()?;
        let left_out = self.left_out.len() as u32;
        self.tally.summary(has_rounds, left_out)
    }
}

/// Whether what the modems start with can be read. A file that one of them lacks is
/// its own matter.
fn check_files(plan: &FleetPlan) -> Result<(), Failure> {
    let ends = [0, plan.count() - 1].map(|index| plan.modem(index));
    warn_of_exposed(ends.iter().flatten());
    plan.warn_of_exposed();
    let of = |index| Prepared::new(plan.modem(index).map_err(Failure::new)?);
    of(0).or_else(|failure| of(plan.count() - 1).map_err(|_| failure))?;
    Ok(())
}

/// What the hosts inside the process play, where they are there.
fn programme(plan: &FleetPlan) -> Result<Option<Programme>, Failure> {
    if plan.template.hosts != Hosts::Played {
        return Ok(None);
    }
    let read = |file: &Option<std::path::PathBuf>| {
        file.as_deref()
            .map(read_side)
            .transpose()
            .map(|script| script.map(Arc::new))
    };
    Ok(Some(Programme {
        setup: read(&plan.template.setup)?,
        round: read(&plan.template.script)?,
        repeat: plan.repeat,
        every: plan.every,
    }))
}

/// A number that is another where every modem has to begin anew: with a host of another
/// kind, or one that is to be set up in another way.
fn salt(plan: &FleetPlan, programme: Option<&Programme>) -> u64 {
    let mut hasher = DefaultHasher::new();
    (plan.template.hosts == Hosts::Played).hash(&mut hasher);
    let setup = programme.and_then(|it| it.setup.as_ref());
    setup
        .map(|script| format!("{:?}", script.steps))
        .hash(&mut hasher);
    hasher.finish()
}
