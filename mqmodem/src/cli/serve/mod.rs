//! `mqmodem serve`

mod plan;
mod service;

use super::failure::Failure;
use super::logs;
use super::modems::ports::{self, Opened};
use super::modems::prepared::warn_of_exposed;
use super::modems::signals::Signals;
use super::modems::state::State;
use super::modems::{metrics, trace};
use super::output::say_in_passing;
use super::runtime::runtime;
use crate::Shared;
use crate::config::{Plan, mode};
use clap::{ArgAction, Args};
use service::Service;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

/// Ports up to this number are served by one thread: no wake-up crosses threads.
const FEW: usize = 8;

/// Where a pseudo-terminal is that has no link. No argument of a process has a zero.
const NOWHERE: &str = "\0";

/// Run modems, one at each port.
///
/// Without a port, those of a configuration file: the one named, else
/// ./mqmodem.toml, else /etc/mqmodem/mqmodem.toml. What is said here counts more
/// than the file. SIGHUP reads it again.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mqmodem serve --pty=/tmp/modem              then: picocom /tmp/modem
  mqmodem serve --tcp 7000 --trace trace.log  then: nc 127.0.0.1 7000
  mqmodem serve --serial /dev/ttyUSB0,9600
  mqmodem serve --config mqmodem.toml
  printf 'ATI\\r' | mqmodem serve --stdio")]
pub(super) struct Arguments {
    /// Modems and what they share; ports given beside it are served instead.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// A modem on a new pseudo-terminal, with a link to it where one is given.
    #[arg(long, value_name = "LINK", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = NOWHERE, action = ArgAction::Append)]
    pty: Vec<OsString>,

    /// Permissions of the pseudo-terminals, as for chmod.
    #[arg(long, value_name = "OCTAL", value_parser = mode, requires = "pty")]
    mode: Option<u32>,

    /// Group of the pseudo-terminals, a name or number.
    #[arg(long, value_name = "GROUP", requires = "pty")]
    group: Option<String>,

    /// A modem on TCP, one host at a time: PORT on loopback, or HOST:PORT.
    #[arg(long, value_name = "ADDRESS")]
    tcp: Vec<String>,

    /// A modem on TCP with speed and control lines (RFC 2217), addressed alike.
    #[arg(long, value_name = "ADDRESS")]
    rfc2217: Vec<String>,

    /// A modem on a Unix socket.
    #[arg(long, value_name = "PATH")]
    unix: Vec<PathBuf>,

    /// A modem on a serial device, at 115200 8N1 unless told otherwise; rtscts or
    /// xonxoff for flow control.
    #[arg(long, value_name = "DEVICE[,BAUD][,8N1][,rtscts]")]
    serial: Vec<OsString>,

    /// A modem on standard input and output; it ends with the input.
    #[arg(long)]
    stdio: bool,

    /// What the modem is called in the state directory; otherwise as its port.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// Keep settings and certificates in this directory, made where it is missing.
    #[arg(long, value_name = "DIR")]
    state_dir: Option<PathBuf>,

    /// Write what hosts, modems and brokers say to this file, without secrets.
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,

    /// Serve metrics for Prometheus: PORT on loopback, or HOST:PORT.
    #[arg(long, value_name = "ADDRESS")]
    metrics: Option<String>,

    /// Take AT lines and brokers as the standards say, without the usual leniences.
    #[arg(long)]
    strict: bool,

    /// Show *** where a command would show a password.
    #[arg(long)]
    mask_secrets: bool,

    /// Seed of what looks random, such as the IMEI; the next modem's is one more.
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,

    /// Log what happens, twice for details.
    #[arg(short, long, action = ArgAction::Count)]
    verbose: u8,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
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

async fn serve(arguments: &Arguments, plan: Plan, state: &mut State) -> Result<ExitCode, Failure> {
    // Before a link is published, so that no signal leaves it behind.
    let mut signals = Signals::new()?;
    let shared = Shared::traced(trace::create(plan.trace.as_deref())?);
    ports::check(&plan.modems)?;
    warn_of_exposed(&plan.modems);
    let shared = shared.counted(metrics::open(plan.metrics.as_deref()).await?);
    let service = Service::begin(arguments, plan, shared, state).await?;
    service.run(&mut signals).await
}

/// A line with the port's address, where it has one. With a modem on standard output
/// it goes to the log.
fn announce(opened: &Opened, stdio: bool) -> Result<(), Failure> {
    match &opened.address {
        Some(address) if !stdio => say_in_passing(format!("{address}\n")),
        _ => {
            tracing::info!("ready: {}", opened.label);
            Ok(())
        }
    }
}
