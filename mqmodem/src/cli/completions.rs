//! `mqmodem completions`

use super::failure::Failure;
use super::output::say;
use clap::Args;
use clap_complete::Shell;
use std::process::ExitCode;

/// Print a completion script for a shell.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mqmodem completions bash > ~/.local/share/bash-completion/completions/mqmodem
  mqmodem completions fish > ~/.config/fish/completions/mqmodem.fish")]
pub(super) struct Arguments {
    /// The shell.
    shell: Shell,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    let mut command = super::usage::command();
    clap_complete::generate(arguments.shell, &mut command, "mqmodem", &mut script);
    say(&String::from_utf8_lossy(&script))?;
    Ok(ExitCode::SUCCESS)
}
