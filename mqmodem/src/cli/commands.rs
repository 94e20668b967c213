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
  mqmodem commands --dialects
  mqmodem commands --dialect esp-at | less
  mqmodem commands --format json | jq '.families[].commands[].name'")]
pub(super) struct CommandsArguments {
    /// How to print it.
    #[arg(long, value_enum, default_value_t = Format::Md)]
    format: Format,

    /// Which command set; by default the one of a modem without `--dialect`.
    #[arg(long, value_name = "NAME[:MODEL]", value_parser = dialect_parser(), ignore_case = true)]
    dialect: Option<&'static Dialect>,

    /// List the command sets instead, those of a name with the usual model first.
    #[arg(long, conflicts_with_all = ["format", "dialect"])]
    dialects: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// Markdown, to read.
    Md,
    /// JSON, for programs.
    Json,
}

pub(super) fn run(arguments: &CommandsArguments) -> Result<ExitCode, ProgramFailure> {
    if arguments.dialects {
        print(&list())?;
        return Ok(ExitCode::SUCCESS);
    }
    let dialect = arguments.dialect.unwrap_or(dialect::DEFAULT);
    let text = match arguments.format {
        Format::Md => manual::markdown(dialect),
        Format::Json => manual::json(dialect),
    };
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// A line for each command set: what it is chosen by, and its name for people.
fn list() -> String {
    let line = |it: &&Dialect| format!("{:<24}{}\n", it.full_name().to_string(), it.title);
    dialect::ALL.iter().map(line).collect()
}
