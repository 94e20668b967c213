//! The modems that are served: started, waited for, restarted.

mod reload;

use crate::Shared;
use crate::cli::exit;
use crate::cli::failure::ProgramFailure;
use crate::cli::modems::ports::{OpenPort, Ports};
use crate::cli::modems::prepared::Prepared;
use crate::cli::modems::signals::{Signals, Wanted};
use crate::cli::modems::state::State;
use crate::cli::output::print_without_waiting;
use crate::cli::serve::arguments::ServeArguments;
use crate::config::{ModemPlan, Plan, PortPlan};
use crate::port::Label;
use std::collections::HashMap;
use std::process::ExitCode;
use std::time::Duration;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Interval, MissedTickBehavior, interval};

/// How often a port that could not be had is tried again.
const AGAIN: Duration = Duration::from_secs(1);

/// The modems of a process, each on its own.
pub(super) struct Service<'a> {
    arguments: &'a ServeArguments,
    plan: Plan,
    shared: Shared,
    state: &'a mut State,
    ports: Ports,
    modems: JoinSet<()>,
    running: HashMap<Id, Running>,
    waiting: Vec<Waiting>,
    stopping: bool,
    code: ExitCode,
}

/// A modem that runs.
struct Running {
    plan: ModemPlan,
    /// What it can be stopped by.
    label: Label,
    /// See [`Prepared::print`].
    print: u64,
}

/// A modem whose port could not be had, and why.
struct Waiting {
    modem: Prepared,
    why: String,
}

impl<'a> Service<'a> {
    /// Begins all modems. One that cannot have its port waits for it; where none can,
    /// that is an error.
    pub(super) async fn begin(
        arguments: &'a ServeArguments,
        plan: Plan,
        shared: Shared,
        state: &'a mut State,
    ) -> Result<Self, ProgramFailure> {
        let mut service = Self {
            arguments,
            shared,
            state,
            ports: Ports::default(),
            modems: JoinSet::new(),
            running: HashMap::new(),
            waiting: Vec::new(),
            stopping: false,
            code: ExitCode::SUCCESS,
            plan,
        };
        let modems = prepared(&service.plan)?;
        let names = modems.iter().map(|modem| modem.plan.name.clone());
        service.state.report_unserved(names);
        let mut failure = None;
        for modem in modems {
            if let Err((modem, why)) = service.open(modem).await? {
                let waiting = Waiting::new(modem, &why);
                service.waiting.push(waiting);
                failure = failure.or(Some(why));
            }
        }
        match failure {
            Some(failure) if service.running.is_empty() => Err(failure),
            _ => {
                service.waiting.iter().for_each(Waiting::report);
                service.forget_kept();
                Ok(service)
            }
        }
    }

    /// Runs until all modems have ended, by themselves or by a signal.
    pub(super) async fn run(mut self, signals: &mut Signals) -> Result<ExitCode, ProgramFailure> {
        let mut again = ticks();
        while !self.is_over() {
            tokio::select! {
                Some(ended) = self.modems.join_next_with_id() => self.end(ended),
                _ = again.tick(), if !self.waiting.is_empty() && !self.stopping => {
                    self.try_again().await?;
                }
                wanted = signals.next() => match wanted {
                    Wanted::Reload if self.stopping => {}
                    // There is nothing to read again: what it means by itself.
                    Wanted::Reload if self.plan.file.is_none() => self.stop(),
                    Wanted::Reload => self.reload().await?,
                    Wanted::End => self.stop(),
                    Wanted::EndAtOnce => {
                        tracing::warn!("stopped at once");
                        self.modems.abort_all();
                        self.code = ExitCode::from(exit::INTERRUPTED);
                    }
                },
            }
        }
        Ok(self.code)
    }

    fn is_over(&self) -> bool {
        self.modems.is_empty() && (self.stopping || self.waiting.is_empty())
    }

    fn stop(&mut self) {
        tracing::info!("switching off");
        self.stopping = true;
        self.shared.stop();
    }

    /// Begins a modem, or gives it back with the reason why its port cannot be had.
    async fn open(
        &mut self,
        modem: Prepared,
    ) -> Result<Result<(), (Prepared, ProgramFailure)>, ProgramFailure> {
        let opened = match self.ports.open(&modem.plan.port).await {
            Ok(opened) => opened,
            Err(why) => return Ok(Err((modem, why))),
        };
        let stdio = self.plan.modems.iter().any(|it| it.port == PortPlan::Stdio);
        let announcement = (opened.address.clone(), opened.label.clone());
        self.start(modem, opened);
        // Whoever reads it finds the modem.
        announce(announcement, stdio)?;
        Ok(Ok(()))
    }

    fn start(&mut self, modem: Prepared, opened: OpenPort) {
        let (plan, print) = (modem.plan.clone(), modem.print());
        let setup = modem.at(opened, self.state);
        let label = setup.label.clone();
        let running = Running { plan, label, print };
        let task = self.modems.spawn(self.shared.set_up(setup));
        self.running.insert(task.id(), running);
    }

    async fn try_again(&mut self) -> Result<(), ProgramFailure> {
        for waiting in std::mem::take(&mut self.waiting) {
            match self.open(waiting.modem).await? {
                Ok(()) => {}
                Err((modem, why)) => {
                    let now = Waiting::new(modem, &why);
                    if now.why != waiting.why {
                        now.report();
                    }
                    self.waiting.push(now);
                }
            }
        }
        self.forget_kept();
        Ok(())
    }

    /// What no modem will ask for any more; it stays on disk.
    fn forget_kept(&mut self) {
        if self.waiting.is_empty() {
            self.state.all_given();
        }
    }

    /// A modem has ended; the others do not notice.
    fn end(&mut self, ended: Result<(Id, ()), JoinError>) {
        let (id, error) = match ended {
            Ok((id, ())) => (id, None),
            Err(error) => (error.id(), Some(error)),
        };
        let running = self.running.remove(&id);
        if let Some(error) = error.filter(|error| !error.is_cancelled()) {
            let name = running.map_or("a modem".to_owned(), |it| it.plan.name);
            tracing::error!("{name} failed, please report it: {error}");
            self.code = ExitCode::FAILURE;
        }
    }
}

impl Waiting {
    fn new(modem: Prepared, why: &ProgramFailure) -> Self {
        Self {
            modem,
            why: why.to_string(),
        }
    }

    fn report(&self) {
        let (name, why) = (&self.modem.plan.name, &self.why);
        tracing::error!("{name} waits for its port: {why}");
    }
}

fn prepared(plan: &Plan) -> Result<Vec<Prepared>, ProgramFailure> {
    plan.modems.iter().cloned().map(Prepared::new).collect()
}

fn ticks() -> Interval {
    let mut ticks = interval(AGAIN);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

/// A line with the port's address, where it has one. With a modem on standard output
/// it goes to the log.
fn announce((address, label): (Option<String>, Label), stdio: bool) -> Result<(), ProgramFailure> {
    match address {
        Some(address) if !stdio => print_without_waiting(format!("{address}\n")),
        _ => {
            tracing::info!("ready: {label}");
            Ok(())
        }
    }
}
