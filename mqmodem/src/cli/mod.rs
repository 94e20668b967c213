//! The command line.

mod chat;
mod commands;
mod completions;
mod doctor;
mod exit;
mod failure;
mod fleet;
mod help;
mod logs;
mod man;
mod modems;
mod output;
mod runtime;
mod serve;
mod state;
#[cfg(feature = "broker")]
mod try_;
mod usage;

pub use failure::Failure;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// A modem in software: AT commands in, MQTT out.
#[derive(Debug, Parser)]
#[command(
    name = "mqmodem",
    version,
    about,
    arg_required_else_help = true,
    disable_help_subcommand = true
)]
#[command(after_help = "Examples:
  mqmodem try                     see it work, nothing else needed
  mqmodem serve --pty=/tmp/modem  a modem for any terminal program
  mqmodem commands                the manual of its AT commands")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(Box<serve::Arguments>),
    #[cfg(feature = "broker")]
    Try(try_::Arguments),
    Fleet(Box<fleet::Arguments>),
    Chat(chat::Arguments),
    State(state::Arguments),
    Doctor(doctor::Arguments),
    Commands(commands::Arguments),
    Completions(completions::Arguments),
    Man(man::Arguments),
    Help(help::Arguments),
}

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    let words: Vec<_> = std::env::args_os().collect();
    let arguments = match usage::read(&words) {
        Ok(arguments) => arguments,
        Err(code) => return code,
    };
    ended(match arguments.command {
        Command::Serve(arguments) => serve::run(&arguments),
        #[cfg(feature = "broker")]
        Command::Try(arguments) => try_::run(&arguments),
        Command::Fleet(arguments) => fleet::run(&arguments),
        Command::Chat(arguments) => chat::run(&arguments),
        Command::State(arguments) => state::run(&arguments),
        Command::Doctor(arguments) => doctor::run(&arguments),
        Command::Commands(arguments) => commands::run(&arguments),
        Command::Completions(arguments) => completions::run(&arguments),
        Command::Man(arguments) => man::run(&arguments),
        Command::Help(arguments) => help::run(&arguments, &[]),
    })
}

/// The exit code; where it failed, that is said first.
fn ended(done: Result<ExitCode, Failure>) -> ExitCode {
    let code = done.unwrap_or_else(|failure| {
        // Where standard error takes nothing, the exit code has to say it alone.
        logs::write(format!("mqmodem: {failure}\n").as_bytes());
        ExitCode::FAILURE
    });
    logs::end();
    code
}
