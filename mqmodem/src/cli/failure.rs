//! Why the program ends early.

use crate::config::ConfigError;
use std::fmt::{self, Write};
use std::io;

/// The exit code where the command line is not understood.
pub(super) const USAGE: u8 = 2;

/// One sentence for people: what is wrong and what to do about it.
#[derive(Debug)]
pub struct ProgramFailure {
    sentence: String,
    /// The command line is wrong in itself, whatever the machine is like.
    is_usage: bool,
}

impl ProgramFailure {
    /// A failure that reads `sentence`.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self {
            sentence: sentence.into(),
            is_usage: false,
        }
    }

    /// As `self`, of a command line that is wrong in itself.
    pub(super) fn of_usage(self) -> Self {
        Self {
            is_usage: true,
            ..self
        }
    }

    /// The exit code.
    pub(super) fn code(&self) -> u8 {
        if self.is_usage { USAGE } else { 1 }
    }

    /// `what` failed with an error of the system.
    pub(crate) fn system(what: impl fmt::Display, error: &io::Error) -> Self {
        let hint = match error.kind() {
            io::ErrorKind::PermissionDenied => {
                "; ask for the right to it, or join the group that owns it (ls -l shows which)"
            }
            io::ErrorKind::NotFound => "; check the name",
            io::ErrorKind::AddrInUse => "; stop what uses it, or choose another port",
            io::ErrorKind::AddrNotAvailable => "; choose an address of this machine",
            io::ErrorKind::ResourceBusy => "; stop the program that uses it",
            io::ErrorKind::InvalidFilename => "; shorten the name",
            io::ErrorKind::IsADirectory => "; name a file in it",
            io::ErrorKind::NotADirectory => "; check the name",
            io::ErrorKind::StorageFull => "; make room there",
            _ => "",
        };
        // The system's own text without its number.
        let text = error.to_string();
        let text = text.split(" (os error").next().unwrap_or_default();
        Self::new(format!("{what}: {text}{hint}"))
    }
}

impl fmt::Display for ProgramFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Names may hold anything; a sentence is one line.
        for c in self.sentence.chars() {
            if c.is_control() {
                write!(f, "{}", c.escape_default())?;
            } else {
                f.write_char(c)?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for ProgramFailure {}

impl From<ConfigError> for ProgramFailure {
    fn from(error: ConfigError) -> Self {
        Self::new(error.to_string())
    }
}
