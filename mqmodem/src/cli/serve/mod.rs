//! `mqmodem serve`

mod arguments;
mod plan;
mod service;

pub(super) use arguments::ServeArguments;

use super::failure::ProgramFailure;
use super::logs;
#[cfg(feature = "inspector")]
use super::modems::inspect;
use super::modems::ports::{self};
use super::modems::prepared::warn_of_exposed;
use super::modems::signals::Signals;
use super::modems::state::State;
use super::modems::watchers::{Watchers, ring_size};
use super::modems::{control, metrics};
use super::runtime::runtime;
use crate::Shared;
use crate::config::Plan;
use service::Service;
use std::process::ExitCode;

/// Ports up to this number are served by one thread: no wake-up crosses threads.
const FEW: usize = 8;

pub(super) fn run(arguments: &ServeArguments) -> Result<ExitCode, ProgramFailure> {
    let plan = plan::made(arguments)?;
    logs::start(plan.verbose);
    if let Some(file) = &plan.file {
        tracing::info!("configuration: {}", file.display());
    }
    let runtime = runtime(plan.modems.len() <= FEW)?;
    // Outlives the modems, so that what they keep last is written too.
    let mut state = State::open(plan.state_dir.as_deref())?;
    let code = runtime.block_on(serve(arguments, plan, &mut state));
    // A read of standard input or a slow name server may still be waiting.
    runtime.shutdown_background();
    code
}

async fn serve(
    arguments: &ServeArguments,
    plan: Plan,
    state: &mut State,
) -> Result<ExitCode, ProgramFailure> {
    // Before a link is published, so that no signal leaves it behind.
    let mut signals = Signals::new()?;
    let watch = Watchers::begin(
        &plan.trace,
        ring_size(&plan.inspect, plan.control.is_some()),
    )?;
    let shared = watch.watch(Shared::default());
    ports::check(&plan.modems)?;
    warn_of_exposed(&plan.modems);
    let shared = shared.observed(metrics::open(plan.metrics.as_deref()).await?);
    let seen = (plan.inspect.at.is_some(), watch.live.as_ref());
    let (desk, socket) = control::open(plan.control.as_deref(), seen, &plan.faults)?;
    #[cfg(feature = "inspector")]
    inspect::open(&plan.inspect, watch.live.as_ref(), desk.as_ref(), false).await?;
    let shared = shared.with_faults(desk);
    let service = Service::begin(arguments, plan, shared, state).await?;
    control::beside(socket, Box::pin(service.run(&mut signals))).await
}
