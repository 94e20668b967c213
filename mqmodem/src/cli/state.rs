//! `mqmodem state`

use super::failure::ProgramFailure;
use super::modems::state::refusal;
use super::output::print;
use crate::store::{OpenError, StoredState, summary};
use clap::Args;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::ExitCode;

/// Show what modems keep in a state directory, without secrets.
///
/// It may be in use; nothing in it is changed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mqmodem state /var/lib/mqmodem")]
pub(super) struct StateArguments {
    /// The directory `mqmodem serve` was given with --state-dir.
    directory: PathBuf,
}

pub(super) fn run(arguments: &StateArguments) -> Result<ExitCode, ProgramFailure> {
    let directory = &arguments.directory;
    let kept = StoredState::look(directory).map_err(|error| match error {
        OpenError::Io(error) if error.kind() == ErrorKind::NotFound => {
            ProgramFailure::new(format!(
                "there is no state in {}; check the name",
                directory.display()
            ))
        }
        other => refusal(directory, &other),
    })?;
    let text = summary(&kept);
    print(if text.is_empty() {
        "nothing is kept\n"
    } else {
        &text
    })?;
    Ok(ExitCode::SUCCESS)
}
