//! What the flags say, on top of a configuration file.

use super::arguments::FleetArguments;
use crate::cli::failure::ProgramFailure;
use crate::cli::modems::address::check_flag;
use crate::cli::modems::proxy::proxy;
use crate::config::fleet::{FleetPlan, Hosts};
use crate::config::{FaultsTable, FleetTable, InspectPlan, Owners, Plan, PortPlan, TracePlan};
use crate::fleet::files;
use std::path::PathBuf;

/// A fleet and what it needs besides.
#[derive(Debug)]
pub(super) struct FleetRequest {
    pub(super) fleet: FleetPlan,
    pub(super) state_dir: Option<PathBuf>,
    pub(super) trace: TracePlan,
    pub(super) inspect: InspectPlan,
    pub(super) control: Option<PathBuf>,
    pub(super) faults: FaultsTable,
    pub(super) verbose: u8,
}

/// What is to be run.
pub(super) fn made(arguments: &FleetArguments) -> Result<FleetRequest, ProgramFailure> {
    // A pattern is checked port by port.
    let tcp = arguments.tcp.as_deref().filter(|text| !text.contains('{'));
    check_flag("tcp", tcp)?;
    check_flag("--metrics", arguments.metrics.as_deref())?;
    let said = table(arguments);
    let is_complete = said.port.is_some() || said.script.is_some() || said.setup.is_some();
    let file = match &arguments.config {
        Some(file) => Some(file.clone()),
        // Whoever says all of it does not want a file that happens to lie here.
        None if !is_complete => Plan::search(),
        None => None,
    };
    let mut plan = match file {
        Some(file) => Plan::read(&file)?,
        None => Plan::default(),
    };
    arguments.module.apply(&mut plan.behaviour);
    plan.behaviour.proxy = proxy(arguments.proxy.as_ref())?.or(plan.behaviour.proxy);
    let written = plan.fleet.take().unwrap_or_default();
    let mut table = said.or(written);
    table.metrics = table.metrics.or(plan.metrics);
    let fleet = table
        .plan(plan.behaviour, plan.broker)
        .map_err(|what| match &plan.file {
            Some(file) => ProgramFailure::new(format!("{}: {what}", file.display())),
            None => ProgramFailure::new(what),
        })?;
    let state_dir = arguments.state_dir.clone().or(plan.state_dir);
    let trace = arguments.trace.plan().or(plan.trace);
    let control = arguments.control.control.clone().or(plan.control);
    #[cfg(feature = "inspector")]
    {
        plan.inspect = arguments.inspect.plan(std::mem::take(&mut plan.inspect))?;
    }
    let shared = [&plan.file, &state_dir, &control].map(|path| path.as_deref());
    Owners::check_fleet(
        &fleet,
        shared,
        (trace.target.as_ref(), plan.inspect.address()),
    )
    .map_err(ProgramFailure::new)?;
    Ok(FleetRequest {
        fleet,
        state_dir,
        trace,
        inspect: plan.inspect,
        control,
        faults: arguments.control.faults(plan.faults)?,
        verbose: plan.verbose.max(arguments.verbose),
    })
}

fn table(arguments: &FleetArguments) -> FleetTable {
    let pty = arguments.pty.clone().map(|link| PortPlan::Pty {
        link: Some(link),
        mode: None,
        group: None,
    });
    let unix = arguments.unix.clone().map(PortPlan::Unix);
    let tcp = arguments.tcp.clone().map(PortPlan::Tcp);
    FleetTable {
        modems: arguments.modems,
        name: arguments.name.clone(),
        port: pty.or(unix).or(tcp),
        setup: arguments.setup.clone(),
        script: arguments.script.clone(),
        repeat: arguments.repeat,
        every: arguments.every,
        starts_per_second: arguments.rate,
        connects_per_second: arguments.rate,
        metrics: arguments.metrics.clone(),
        ..FleetTable::default()
    }
}

/// Whether the process may have as many files as the modems need.
pub(super) fn check_limits(fleet: &FleetPlan, inspected: bool) -> Result<(), ProgramFailure> {
    let hosts = &fleet.template.hosts;
    files::enough(fleet.count(), hosts.files(), inspected).map_err(ProgramFailure::new)?;
    if matches!(hosts, Hosts::Ports(PortPlan::Pty { .. })) {
        files::enough_terminals(fleet.count()).map_err(ProgramFailure::new)?;
    }
    Ok(())
}
