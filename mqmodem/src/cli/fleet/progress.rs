//! How far the start has come, on standard error.

use crate::cli::logs;
use std::io::IsTerminal;

/// One line that is written over, where someone looks at it; else, with `-v`, a
/// line of the log for each tenth.
#[derive(Debug)]
pub(super) struct StartProgress {
    terminal: bool,
    reported: u32,
}

impl StartProgress {
    pub(super) fn new(verbose: u8) -> Self {
        Self {
            // Lines of the log would run into it.
            terminal: verbose == 0 && std::io::stderr().is_terminal(),
            reported: 0,
        }
    }

    /// So many modems of all are started.
    pub(super) fn report(&mut self, started: u32, all: u32) {
        let tenth = (all / 10).max(1);
        if self.terminal {
            let end = if started >= all { "\n" } else { "" };
            logs::write(format!("\r{started} of {all} modems started{end}").as_bytes());
        } else if started >= all || started >= self.reported + tenth {
            self.reported = started;
            tracing::info!("{started} of {all} modems started");
        }
    }
}
