//! `mqmodem completions`

use super::failure::ProgramFailure;
use super::output::print;
use clap::{Args, Command};
use clap_complete::Shell;
use std::process::ExitCode;

/// Print a completion script for a shell.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mqmodem completions bash > ~/.local/share/bash-completion/completions/mqmodem
  mqmodem completions fish > ~/.config/fish/completions/mqmodem.fish")]
pub(super) struct CompletionsArguments {
    /// The shell.
    shell: Shell,
}

pub(super) fn run(
    arguments: &CompletionsArguments,
    mut program: Command,
) -> Result<ExitCode, ProgramFailure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut program, "mqmodem", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(ExitCode::SUCCESS)
}
