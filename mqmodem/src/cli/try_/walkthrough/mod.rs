//! The seed's session, played through a PTY as a host would.

mod host;
mod script;

pub(crate) use host::PtyHost;
pub(crate) use script::{ScriptLine, over_tcp, over_tls};

use crate::cli::failure::ProgramFailure;
use std::time::Duration;

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Plays the steps; each line of the transcript is told to `tell` as it comes,
/// with its direction.
pub(crate) fn play(
    host: &mut PtyHost,
    steps: &[ScriptLine],
    mut tell: impl FnMut(char, &str),
) -> Result<(), ProgramFailure> {
    for step in steps {
        tell('>', &step.shown());
        host.send(&step.line)?;
        for expected in &step.answer {
            let line = host
                .next_line(PATIENCE)
                .map_err(|why| differs(step, expected, &why))?;
            tell('<', &line);
            if line != *expected {
                return Err(differs(step, expected, &format!("\"{line}\" came")));
            }
        }
    }
    Ok(())
}

fn differs(step: &ScriptLine, expected: &str, what: &str) -> ProgramFailure {
    ProgramFailure::new(format!(
        "after {} the modem should say \"{expected}\", but {what}; please report it with the output of mqmodem try -vv",
        step.shown()
    ))
}
