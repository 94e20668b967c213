//! What the checks found, a line each.

use crate::cli::failure::ProgramFailure;
use crate::cli::output::print;
use std::fmt::Display;

/// What was found to be so, or what is wrong and what to do about it.
pub(super) type CheckResult = Result<String, String>;

/// Prints results, and remembers whether one was bad.
pub(super) struct DoctorReport {
    colour: bool,
    failed: bool,
}

impl DoctorReport {
    pub(super) fn new(colour: bool) -> Self {
        Self {
            colour,
            failed: false,
        }
    }

    /// Whether a check failed.
    pub(super) fn has_failed(&self) -> bool {
        self.failed
    }

    pub(super) fn add(
        &mut self,
        what: impl Display,
        result: &CheckResult,
    ) -> Result<(), ProgramFailure> {
        self.failed |= result.is_err();
        match result {
            Ok(text) => self.line("ok", 32, what, text),
            Err(text) => self.line("FAIL", 31, what, text),
        }
    }

    /// What works and should not be left so.
    pub(super) fn warn(&mut self, what: impl Display, text: &str) -> Result<(), ProgramFailure> {
        self.line("warn", 33, what, text)
    }

    fn line(
        &self,
        word: &str,
        colour: u8,
        what: impl Display,
        text: &str,
    ) -> Result<(), ProgramFailure> {
        print(&if self.colour {
            format!("\x1b[{colour}m{word:4}\x1b[0m  {what}: {text}\n")
        } else {
            format!("{word:4}  {what}: {text}\n")
        })
    }
}
