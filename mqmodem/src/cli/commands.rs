//! `mqmodem commands`

use super::failure::ProgramFailure;
use super::output::print;
use crate::manual;
use clap::{Args, ValueEnum};
use mqmodem_core::dialect::native::NATIVE;
use std::process::ExitCode;

/// Print the manual of the AT commands.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mqmodem commands | less
  mqmodem commands --format json | jq '.families[].commands[].name'")]
pub(super) struct CommandsArguments {
    /// How to print it.
    #[arg(long, value_enum, default_value_t = Format::Md)]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// Markdown, to read.
    Md,
    /// JSON, for programs.
    Json,
}

pub(super) fn run(arguments: &CommandsArguments) -> Result<ExitCode, ProgramFailure> {
    let text = match arguments.format {
        Format::Md => manual::markdown(&NATIVE),
        Format::Json => manual::json(&NATIVE),
    };
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}
