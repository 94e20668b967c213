//! `mqmodem help`

use super::failure::ProgramFailure;
use super::output::print;
use super::usage::words::{find, quoted};
use clap::{Args, Command};
use std::process::ExitCode;

/// Show the help of this program or of a subcommand.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mqmodem help serve
  mqmodem help chat run")]
pub(super) struct HelpArguments {
    /// The subcommand it is about; otherwise the program.
    subcommand: Vec<String>,
}

pub(super) fn run(
    arguments: &HelpArguments,
    below: &[&str],
    mut program: Command,
) -> Result<ExitCode, ProgramFailure> {
    program.build();
    let below = below.iter().map(|&word| word.to_owned());
    let words: Vec<_> = below.chain(arguments.subcommand.iter().cloned()).collect();
    let mut page = subcommand(&program, &words)?;
    print(&page.render_long_help().to_string())?;
    Ok(ExitCode::SUCCESS)
}

/// The subcommand of these words; otherwise which there are.
pub(super) fn subcommand(program: &Command, words: &[String]) -> Result<Command, ProgramFailure> {
    let (found, path) = find(program, words);
    let Some(word) = words.get(path.split(' ').count() - 1) else {
        return Ok(found.clone());
    };
    let all: Vec<_> = found.get_subcommands().map(Command::get_name).collect();
    let what = format!("{path} has no subcommand {}", quoted(word));
    let what = if all.is_empty() {
        format!("{what}; leave it out")
    } else {
        format!("{what}; there are {}", all.join(", "))
    };
    Err(ProgramFailure::new(what).of_usage())
}
