//! The command line.

#[cfg(feature = "broker")]
mod broker;
mod chat;
mod commands;
mod completions;
mod control;
mod dialect;
mod doctor;
mod exit;
mod failure;
mod fleet;
mod help;
#[cfg(feature = "broker")]
mod local_broker;
mod logs;
mod man;
mod modems;
mod output;
mod program;
mod runtime;
mod serve;
mod state;
mod trace;
#[cfg(feature = "broker")]
mod try_;
mod usage;

pub use failure::ProgramFailure;

use program::Verb;
use std::process::ExitCode;

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    let words: Vec<_> = std::env::args_os().collect();
    let arguments = match usage::read(&words) {
        Ok(arguments) => arguments,
        Err(code) => return code,
    };
    exit::code(match arguments.verb {
        Verb::Serve(arguments) => serve::run(&arguments),
        #[cfg(feature = "broker")]
        Verb::Try(arguments) => try_::run(&arguments),
        #[cfg(feature = "broker")]
        Verb::Broker(arguments) => broker::run(&arguments),
        Verb::Fleet(arguments) => fleet::run(&arguments),
        Verb::Chat(arguments) => chat::run(&arguments, program::command),
        Verb::Fault(arguments) => control::fault(&arguments),
        Verb::Control(arguments) => control::control(&arguments),
        Verb::State(arguments) => state::run(&arguments),
        Verb::Trace(arguments) => trace::run(&arguments),
        Verb::Doctor(arguments) => doctor::run(&arguments),
        Verb::Commands(arguments) => commands::run(&arguments),
        Verb::Completions(arguments) => completions::run(&arguments, program::command()),
        Verb::Man(arguments) => man::run(&arguments, program::command()),
        Verb::Help(arguments) => help::run(&arguments, &[], program::command()),
    })
}
