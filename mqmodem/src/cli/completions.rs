//! `mqmodem completions`

use super::failure::Failure;
use super::output::say;
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
) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut program, "mqmodem", &mut script);
    say(&String::from_utf8_lossy(&script))?;
    Ok(ExitCode::SUCCESS)
}
