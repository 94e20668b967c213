//! `mqmodem commands`

use super::dialect::dialect_parser;
use super::failure::ProgramFailure;
use super::output::print;
use crate::manual;
use clap::{Args, ValueEnum};
use mqmodem_core::dialect;
use mqmodem_core::modem::dialect::Dialect;
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

    /// Which command set; by default the one of a modem without `--dialect`.
    #[arg(long, value_name = "NAME[:MODEL]", value_parser = dialect_parser(), ignore_case = true)]
    dialect: Option<&'static Dialect>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// Markdown, to read.
    Md,
    /// JSON, for programs.
    Json,
}

pub(super) fn run(arguments: &CommandsArguments) -> Result<ExitCode, ProgramFailure> {
    let dialect = arguments.dialect.unwrap_or(dialect::DEFAULT);
    let text = match arguments.format {
        Format::Md => manual::markdown(dialect),
        Format::Json => manual::json(dialect),
    };
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}
