//! The transcript, in colours where someone looks at it.

use crate::cli::failure::ProgramFailure;
use crate::cli::output::print;

pub(super) fn title(colour: bool, text: &str) -> Result<(), ProgramFailure> {
    let text = format!("# {text}");
    print(&if colour {
        format!("\n\x1b[1m{text}\x1b[0m\n")
    } else {
        format!("\n{text}\n")
    })
}

/// One line of the transcript. That no one reads it is no reason to stop.
pub(super) fn print_line(colour: bool, direction: char, line: &str) {
    let _ = print(&worded(colour, direction, line));
}

/// A line of the transcript, `>` for the host and `<` for the modem.
pub(super) fn worded(colour: bool, direction: char, line: &str) -> String {
    let paint = match (colour, direction) {
        (false, _) => None,
        (true, '>') => Some(36),
        (true, _) if line == "ERROR" || line.starts_with("+CME ERROR") => Some(31),
        (true, _) => Some(32),
    };
    match paint {
        Some(paint) => format!("\x1b[{paint}m{direction} {line}\x1b[0m\n"),
        None => format!("{direction} {line}\n"),
    }
}
