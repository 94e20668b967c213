//! The program as its command line declares it.

#[cfg(feature = "broker")]
use super::broker::BrokerArguments;
use super::chat::ChatArguments;
use super::commands::CommandsArguments;
use super::completions::CompletionsArguments;
use super::control::{ControlArguments, FaultArguments};
use super::doctor::DoctorArguments;
use super::exit;
use super::fleet::FleetArguments;
use super::help::HelpArguments;
use super::man::ManArguments;
use super::serve::ServeArguments;
use super::state::StateArguments;
use super::trace::ConversionArguments;
#[cfg(feature = "broker")]
use super::try_::TryArguments;
use clap::{Command, CommandFactory, Parser, Subcommand};

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
pub(super) struct ProgramArguments {
    #[command(subcommand)]
    pub(super) verb: Verb,
}

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    Serve(Box<ServeArguments>),
    #[cfg(feature = "broker")]
    Try(TryArguments),
    Fleet(Box<FleetArguments>),
    Chat(ChatArguments),
    #[cfg(feature = "broker")]
    Broker(BrokerArguments),
    Fault(FaultArguments),
    Control(ControlArguments),
    Trace(ConversionArguments),
    State(StateArguments),
    Doctor(DoctorArguments),
    Commands(CommandsArguments),
    Completions(CompletionsArguments),
    Man(ManArguments),
    Help(HelpArguments),
}

/// The program as it is declared, with what its help says of exit codes.
pub(super) fn command() -> Command {
    exit::with_exit_codes(ProgramArguments::command())
}
