//! Chats in files.

use crate::cli::failure::ProgramFailure;
use crate::config::read_text;
use mqmodem_chat::{HostSide, Input, Script, Step, parse};
use std::path::Path;

/// The chat in a file; on a line that cannot be understood, what is wrong there.
pub(super) fn read(file: &Path) -> Result<Result<Script, String>, ProgramFailure> {
    let name = file.display().to_string();
    let text = read_text(file)?;
    Ok(parse(&name, &text).map_err(|error| error.to_string()))
}

/// What is no regular file, such as /dev/stdout, holds nothing that would be lost.
pub(super) fn may_write(file: &Path, force: bool) -> Result<(), ProgramFailure> {
    if file.is_file() && !force {
        return Err(ProgramFailure::new(format!(
            "{} is there already; choose another name, or write over it with --force",
            file.display()
        )));
    }
    Ok(())
}

/// The host's side of the chat in a file.
pub(in crate::cli) fn read_side(file: &Path) -> Result<Script, ProgramFailure> {
    let script = read(file)?.map_err(ProgramFailure::new)?;
    let side = HostSide::of(script).map_err(|error| ProgramFailure::new(error.to_string()))?;
    let moves = |step: &&Step| matches!(step.input, Input::Dtr(_) | Input::Rts(_));
    match side.script.steps.iter().find(moves) {
        None => Ok(side.script),
        Some(step) => Err(ProgramFailure::new(format!(
            "{}:{}: a host inside the process has no control lines; take the line out, or give the modems ports",
            file.display(),
            step.line
        ))),
    }
}
