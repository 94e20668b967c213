//! `mqmodem chat`

mod attached;
pub(super) mod file;
mod from_trace;
mod port;
mod record;
mod run;
mod start;

use super::failure::ProgramFailure;
use super::help;
use super::output::print;
use clap::{Args, Subcommand};
use record::ChatRecordArguments;
use run::ChatRunArguments;
use std::process::ExitCode;

/// Play a conversation with a modem, or write one down.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mqmodem chat run first.chat --port /dev/ttyUSB0,9600
  mqmodem chat record first.chat --port 127.0.0.1:7000
  mqmodem chat --format | less")]
#[command(arg_required_else_help = true, args_conflicts_with_subcommands = true)]
pub(super) struct ChatArguments {
    /// Print how a chat is written.
    #[arg(long)]
    format: bool,

    #[command(subcommand)]
    command: Option<ChatVerb>,
}

#[derive(Debug, Subcommand)]
enum ChatVerb {
    Run(ChatRunArguments),
    Record(ChatRecordArguments),
    Help(help::HelpArguments),
}

pub(super) fn run(
    arguments: &ChatArguments,
    program: fn() -> clap::Command,
) -> Result<ExitCode, ProgramFailure> {
    match &arguments.command {
        Some(ChatVerb::Run(arguments)) => run::run(arguments),
        Some(ChatVerb::Record(arguments)) => record::run(arguments),
        Some(ChatVerb::Help(arguments)) => help::run(arguments, &["chat"], program()),
        // Without anything there is help.
        None => print(mqmodem_chat::FORMAT).map(|()| ExitCode::SUCCESS),
    }
}
