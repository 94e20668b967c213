//! `mqmodem doctor`

mod advice;
mod broker;
mod credentials;
mod options;
mod ports;
mod reach;
mod report;
mod state;

use super::failure::ProgramFailure;
use super::logs::coloured;
use super::runtime::runtime;
use crate::config::{ModemPlan, Owners, Plan};
use clap::Args;
use report::DoctorReport;
use std::path::PathBuf;
use std::process::ExitCode;

/// Check a configuration, its ports and directories, and the way to its broker.
///
/// One line a check, with what to do where one fails; fails if one does. Run it
/// as the user that is to run the modems. It connects as each modem, under its
/// client id: a modem that is connected loses its connection for it.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mqmodem doctor
  mqmodem doctor --modem meter
  sudo -u mqmodem mqmodem doctor --config /etc/mqmodem/mqmodem.toml")]
pub(super) struct DoctorArguments {
    /// The file; otherwise the one that mqmodem serve would take.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Only this modem, by its name.
    #[arg(long, value_name = "NAME")]
    modem: Option<String>,
}

pub(super) fn run(arguments: &DoctorArguments) -> Result<ExitCode, ProgramFailure> {
    let mut report = DoctorReport::new(coloured(&std::io::stdout()));
    match plan(arguments) {
        Ok(plan) => {
            report.add("configuration", &Ok(summary(&plan)))?;
            let runtime = runtime(true)?;
            let done = runtime.block_on(examine(&plan, arguments.modem.as_deref(), &mut report));
            runtime.shutdown_background();
            done?;
        }
        Err(what) => report.add("configuration", &Err(what))?,
    }
    Ok(if report.has_failed() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn plan(arguments: &DoctorArguments) -> Result<Plan, String> {
    let file = arguments.config.clone().or_else(Plan::search);
    let file = file.ok_or(
        "there is no mqmodem.toml here nor in /etc/mqmodem; make one, or name it with --config",
    )?;
    let plan = Plan::read(&file).map_err(|error| error.to_string())?;
    let file = file.display();
    if plan.modems.is_empty() {
        return Err(format!("there is no modem in {file}; add a [[modem]]"));
    }
    Owners::check(&plan)?;
    if let Some(name) = &arguments.modem
        && plan.modems.iter().all(|modem| modem.name != *name)
    {
        let names: Vec<_> = plan.modems.iter().map(|modem| &*modem.name).collect();
        let names = names.join(", ");
        return Err(format!(
            "there is no modem {name} in {file}; there are {names}"
        ));
    }
    Ok(plan)
}

fn summary(plan: &Plan) -> String {
    let file = plan.file.clone().unwrap_or_default();
    match plan.modems.len() {
        1 => format!("1 modem in {}", file.display()),
        count => format!("{count} modems in {}", file.display()),
    }
}

async fn examine(
    plan: &Plan,
    only: Option<&str>,
    report: &mut DoctorReport,
) -> Result<(), ProgramFailure> {
    let is_meant = |modem: &&ModemPlan| only.is_none_or(|name| modem.name == name);
    let modems: Vec<_> = plan.modems.iter().filter(is_meant).collect();
    for modem in &modems {
        let what = format!("port of {}", modem.name);
        report.add(what, &ports::examine(&modem.port).await)?;
    }
    match &plan.state_dir {
        None => {
            let text =
                "none: modems forget settings and messages when they end; state_dir keeps them";
            report.add("state directory", &Ok(text.to_owned()))?;
        }
        Some(directory) => {
            for result in state::examine(directory) {
                report.add("state directory", &result)?;
            }
        }
    }
    broker::examine(&modems, plan.state_dir.as_deref(), report).await
}
