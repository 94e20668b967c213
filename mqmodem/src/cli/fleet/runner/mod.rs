//! The modems of a fleet: started one after the other, each on its own.

mod listener;
mod programme;
mod reload;
mod restarts;

use super::arguments::FleetArguments;
use super::plan::FleetRequest;
use super::progress::StartProgress;
use crate::Shared;
use crate::cli::failure::ProgramFailure;
#[cfg(feature = "inspector")]
use crate::cli::modems::inspect;
use crate::cli::modems::ports::{OpenPort, Ports};
use crate::cli::modems::prepared::Prepared;
use crate::cli::modems::signals::{Signals, Wanted};
use crate::cli::modems::state::State;
use crate::cli::modems::watchers::{Watchers, ring_size};
use crate::cli::modems::{control, metrics};
use crate::config::fleet::FleetPlan;
use crate::control::ControlSocket;
use crate::fleet::repeat::{FleetChats, PlayedHost};
use crate::fleet::totals::Totals;
use crate::port::{Label, Port};
use listener::HostListener;
use programme::{check_files, programme, salt};
use restarts::Restarts;
use std::collections::{HashMap, HashSet, VecDeque};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Interval, MissedTickBehavior};

/// The runtime's timers are not finer: more are started at once.
const TICK: Duration = Duration::from_millis(10);

pub(super) struct FleetRunner<'a> {
    arguments: &'a FleetArguments,
    plan: FleetPlan,
    shared: Shared,
    /// Until it runs.
    control: Option<ControlSocket>,
    state: State,
    ports: Ports,
    chats: Option<Arc<FleetChats>>,
    totals: Arc<Totals>,
    /// See [`salt`].
    salt: u64,
    listener: Option<HostListener>,
    progress: StartProgress,
    modems: JoinSet<()>,
    running: HashMap<Id, Running>,
    waiting: VecDeque<u32>,
    restarts: Restarts,
    left_out: HashSet<u32>,
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

impl<'a> FleetRunner<'a> {
    pub(super) async fn new(
        arguments: &'a FleetArguments,
        made: FleetRequest,
        state: State,
    ) -> Result<Self, ProgramFailure> {
        let plan = made.fleet;
        let watch = Watchers::begin(
            &made.trace,
            ring_size(&made.inspect, made.control.is_some()),
        )?;
        let shared = watch.watch(Shared::default());
        let metrics = metrics::open(plan.metrics.as_deref()).await?;
        let listener = HostListener::open(&plan.template.hosts, None).await?;
        check_files(&plan)?;
        let programme = programme(&plan)?;
        let totals = Arc::new(Totals::default());
        let seen = (made.inspect.at.is_some(), watch.live.as_ref());
        let (desk, control) = control::open(made.control.as_deref(), seen, &made.faults)?;
        #[cfg(feature = "inspector")]
        inspect::open(&made.inspect, watch.live.as_ref(), desk.as_ref(), true).await?;
        let mut runner = Self {
            arguments,
            salt: salt(&plan, programme.as_ref()),
            chats: programme.map(|it| Arc::new(FleetChats::new(it, totals.clone()))),
            totals,
            shared: shared
                .paced(plan.connects_per_second)
                .observed(metrics)
                .with_faults(desk),
            control,
            state,
            ports: Ports::of_fleet(),
            progress: StartProgress::new(made.verbose),
            modems: JoinSet::new(),
            running: HashMap::new(),
            waiting: VecDeque::new(),
            restarts: Restarts::default(),
            left_out: HashSet::new(),
            listener,
            failed: false,
            stopping: false,
            plan,
        };
        runner.expect(0);
        Ok(runner)
    }

    /// The modems from this one on are to be started: now, or when their hosts come.
    fn expect(&mut self, from: u32) {
        let all = 0..self.plan.count();
        let names = || all.clone().map(|index| self.plan.name(index));
        self.state.report_unserved(names());
        match &mut self.listener {
            Some(listener) => listener.expect(names()),
            None => self.waiting.extend(from..all.end),
        }
    }

    /// Runs until all modems have ended, by themselves or by a signal.
    pub(super) async fn run(&mut self, signals: &mut Signals) -> Result<ExitCode, ProgramFailure> {
        let socket = self.control.take();
        control::beside(socket, self.run_modems(signals)).await
    }

    async fn run_modems(&mut self, signals: &mut Signals) -> Result<ExitCode, ProgramFailure> {
        let mut ticks = self.ticks();
        while !self.is_over() {
            self.restart_some();
            tokio::select! {
                _ = ticks.tick(), if !self.waiting.is_empty() && !self.stopping => self.start_some().await,
                Some(ended) = self.modems.join_next_with_id() => self.end(ended),
                Some((index, port)) = HostListener::next(&mut self.listener), if !self.stopping => {
                    self.deliver(index, port);
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
            self.waiting.is_empty() && self.restarts.are_over() && self.listener.is_none();
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
        self.progress.report(done, count);
    }

    async fn start_at_port(&mut self, index: u32) -> Result<(), ProgramFailure> {
        let modem = self.prepared(index)?;
        let name = Label::new(&modem.plan.name);
        let opened = match &self.chats {
            Some(chats) => {
                let number = &modem.plan.number;
                let host = PlayedHost::new(chats, name.clone(), index, number);
                OpenPort::inside(name, Box::new(host))
            }
            None => OpenPort {
                label: name,
                ..self.ports.open(&modem.plan.port).await?
            },
        };
        self.start(index, modem, opened);
        Ok(())
    }

    /// Starts a modem for the host that came.
    fn deliver(&mut self, index: u32, port: Box<dyn Port>) {
        match self.prepared(index) {
            Ok(modem) => {
                let label = Label::new(&modem.plan.name);
                self.start(index, modem, OpenPort::inside(label, port));
            }
            Err(failure) => self.leave_out(index, &failure),
        }
    }

    /// Restarts modems: as many at a time as may start in a second.
    fn restart_some(&mut self) {
        if self.stopping {
            self.restarts = Restarts::default();
            return;
        }
        if let Some(off) = self.restarts.back() {
            // Where hosts come in at one port, each comes back with its own.
            if self.listener.is_none() {
                let count = self.plan.count();
                self.waiting
                    .extend(off.into_iter().filter(|index| *index < count));
            }
            if self.restarts.are_over() {
                tracing::info!("the last modem that restarts has ended");
            }
        }
        while self.waiting.is_empty() && self.restarts.none_is_leaving() {
            let most = self.plan.starts_per_second.get() as usize;
            let running: HashSet<u32> = self.running.values().map(|it| it.index).collect();
            let next = self.restarts.next(most, &running);
            if next.is_empty() {
                break;
            }
            self.switch_off(&next);
        }
    }

    /// Tells the modems at these places to end.
    fn switch_off(&self, modems: &HashSet<u32>) {
        let leaving = self
            .running
            .values()
            .filter(|it| modems.contains(&it.index));
        let labels = leaving.map(|it| it.label.as_str().to_owned());
        self.shared.stop_some(labels);
    }

    fn prepared(&self, index: u32) -> Result<Prepared, ProgramFailure> {
        Prepared::new(self.plan.modem(index).map_err(ProgramFailure::new)?)
    }

    fn start(&mut self, index: u32, modem: Prepared, opened: OpenPort) {
        let print = self.print(&modem);
        let setup = modem.at(opened, &mut self.state);
        let label = setup.label.clone();
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

    fn leave_out(&mut self, index: u32, failure: &ProgramFailure) {
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
        let failures = self.totals.failures();
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
        self.totals.summary(has_rounds, left_out)
    }
}
