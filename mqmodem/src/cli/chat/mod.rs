//! `mqmodem chat`

mod attached;
mod record;
mod run;

use super::failure::Failure;
use super::help;
use super::modems::address::tcp_address;
use super::output::say;
use attached::{Attached, is_path};
use clap::{Args, Subcommand};
use mqmodem_chat::{HostSide, Input, Script, Step};
use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

/// Play a conversation with a modem, or write one down.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mqmodem chat run first.chat --port /dev/ttyUSB0,9600
  mqmodem chat record first.chat --port 127.0.0.1:7000
  mqmodem chat --format | less")]
#[command(arg_required_else_help = true, args_conflicts_with_subcommands = true)]
pub(super) struct Arguments {
    /// Print how a chat is written.
    #[arg(long)]
    format: bool,

    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Arguments),
    Record(record::Arguments),
    Help(help::Arguments),
}

/// How a port is waited for.
#[derive(Clone, Copy, Debug, Args)]
struct Patience {
    /// How long an answer may take.
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    within: Duration,

    /// How long it must be quiet before the next line is said.
    #[arg(long, value_name = "MILLISECONDS", default_value = "50", value_parser = milliseconds)]
    quiet: Duration,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    match &arguments.command {
        Some(Command::Run(arguments)) => run::run(arguments),
        Some(Command::Record(arguments)) => record::run(arguments),
        Some(Command::Help(arguments)) => help::run(arguments, &["chat"]),
        // Without anything there is help.
        None => say(mqmodem_chat::FORMAT).map(|()| ExitCode::SUCCESS),
    }
}

/// The host's side of the chat in a file.
pub(super) fn read_side(file: &Path) -> Result<Script, Failure> {
    let script = run::read(file)?.map_err(Failure::new)?;
    let side = HostSide::of(script).map_err(|error| Failure::new(error.to_string()))?;
    let moves = |step: &&Step| matches!(step.input, Input::Dtr(_) | Input::Rts(_));
    match side.script.steps.iter().find(moves) {
        None => Ok(side.script),
        Some(step) => Err(Failure::new(format!(
            "{}:{}: a host inside the process has no control lines; take the line out, or give the modems ports",
            file.display(),
            step.line
        ))),
    }
}

/// Seconds, perhaps with a fraction.
pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok();
    let duration = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    duration.ok_or_else(|| "write seconds, such as 10 or 0.5".to_owned())
}

fn milliseconds(text: &str) -> Result<Duration, String> {
    let milliseconds = text.parse().map(Duration::from_millis);
    milliseconds.map_err(|_| "write milliseconds, such as 50".to_owned())
}

/// A device, a Unix socket or a TCP address.
async fn attach(port: &OsStr) -> Result<Attached, Failure> {
    if is_path(port) {
        return Attached::open(port).await;
    }
    let address = tcp_address("--port", &port.to_string_lossy()).await?;
    Attached::connect(address).await
}

/// What `--port` takes.
#[derive(Debug, Args)]
struct PortArgument {
    /// A serial device or pseudo-terminal, a Unix socket, or a TCP port on
    /// loopback or HOST:PORT.
    #[arg(long, value_name = "DEVICE[,BAUD]|ADDRESS")]
    port: OsString,
}
