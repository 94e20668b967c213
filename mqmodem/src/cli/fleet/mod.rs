//! `mqmodem fleet`

mod plan;
mod progress;
mod runner;

use super::failure::Failure;
use super::logs;
use super::modems::signals::Signals;
use super::modems::state::State;
use super::output::say_in_passing;
use super::runtime::runtime;
use clap::{ArgAction, Args};
use runner::Crew;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::process::ExitCode;

/// Run many modems of one template in one process.
///
/// The template is the table [fleet] of a configuration file (the one named, else
/// ./mqmodem.toml, else /etc/mqmodem/mqmodem.toml), and what is said here. SIGHUP
/// reads the file again.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mqmodem fleet --config fleet.toml --metrics 9100
  mqmodem fleet --pty '/run/mq/m{0000..0999}'
  mqmodem fleet --tcp 7000 --modems 1000         each connection is a modem
  mqmodem fleet --modems 1000 --setup connect.chat --script publish.chat --every 10")]
pub(super) struct Arguments {
    /// The configuration file.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// How many modems, where no pattern says so.
    #[arg(long, value_name = "NUMBER")]
    modems: Option<NonZeroU32>,

    /// What each is called; {index} stands for its number, in five
    /// digits where no pattern has others.
    #[arg(long, value_name = "PATTERN")]
    name: Option<String>,

    /// A pseudo-terminal each, with links such as '/run/mq/m{0000..0999}'.
    #[arg(long, value_name = "PATTERN", conflicts_with_all = ["unix", "tcp"])]
    pty: Option<PathBuf>,

    /// A Unix socket each, such as '/run/mq/m{0000..0999}.sock'.
    #[arg(long, value_name = "PATTERN", conflicts_with = "tcp")]
    unix: Option<PathBuf>,

    /// A TCP port each, such as '127.0.0.1:{7000..7999}', or one port where each
    /// connection is a modem.
    #[arg(long, value_name = "PATTERN")]
    tcp: Option<String>,

    /// A chat the host of each modem begins with, played in this process.
    #[arg(long, value_name = "FILE")]
    setup: Option<PathBuf>,

    /// A chat the host of each modem plays in rounds; {name} and {index} stand for
    /// the modem's.
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,

    /// How many rounds; else until the program ends.
    #[arg(long, value_name = "NUMBER")]
    repeat: Option<u64>,

    /// A round begins so long after the last; the modems are spread over it.
    #[arg(long, value_name = "SECONDS")]
    every: Option<f64>,

    /// How many modems are started in a second; as many may connect.
    #[arg(long, value_name = "NUMBER")]
    rate: Option<NonZeroU32>,

    /// Serve metrics for Prometheus: PORT on loopback, or HOST:PORT.
    #[arg(long, value_name = "ADDRESS")]
    metrics: Option<String>,

    /// Keep settings and certificates in this directory, made where it is missing.
    #[arg(long, value_name = "DIR")]
    state_dir: Option<PathBuf>,

    /// Write what hosts, modems and brokers say to this file, without secrets.
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,

    /// Log what happens, twice for details.
    #[arg(short, long, action = ArgAction::Count)]
    verbose: u8,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let plan = plan::made(arguments)?;
    logs::start(plan.verbose);
    plan::check_limits(&plan.fleet)?;
    let runtime = runtime(false)?;
    // Outlives the modems, so that what they keep last is written too.
    let state = State::open(plan.state_dir.as_deref())?;
    let code = runtime.block_on(async {
        // Before anything can be reached, so that no signal is missed.
        let mut signals = Signals::new()?;
        let mut crew = Crew::gather(arguments, plan, state).await?;
        let code = crew.run(&mut signals).await?;
        if let Some(summary) = crew.summary() {
            say_in_passing(summary)?;
        }
        Ok(code)
    });
    // A slow name server may still be waiting.
    runtime.shutdown_background();
    code
}
