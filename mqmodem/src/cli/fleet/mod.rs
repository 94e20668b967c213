//! `mqmodem fleet`

mod arguments;
mod plan;
mod progress;
mod runner;

pub(super) use arguments::FleetArguments;

use super::failure::ProgramFailure;
use super::logs;
use super::modems::signals::Signals;
use super::modems::state::State;
use super::output::print_without_waiting;
use super::runtime::runtime;
use runner::FleetRunner;
use std::process::ExitCode;

pub(super) fn run(arguments: &FleetArguments) -> Result<ExitCode, ProgramFailure> {
    let plan = plan::made(arguments)?;
    logs::start(plan.verbose);
    plan::check_limits(&plan.fleet, plan.inspect.at.is_some())?;
    let runtime = runtime(false)?;
    // Outlives the modems, so that what they keep last is written too.
    let state = State::open(plan.state_dir.as_deref())?;
    let code = runtime.block_on(async {
        // Before anything can be reached, so that no signal is missed.
        let mut signals = Signals::new()?;
        let mut runner = FleetRunner::new(arguments, plan, state).await?;
        let code = runner.run(&mut signals).await?;
        if let Some(summary) = runner.summary() {
            print_without_waiting(summary)?;
        }
        Ok(code)
    });
    // A slow name server may still be waiting.
    runtime.shutdown_background();
    code
}
