//! What an observer may see of the host's side.

use crate::modem::Modem;
use crate::modem::command::intake::Intake;
use crate::modem::command::shown::{self, Line};
use crate::modem::profile::S5;
use crate::modem::progress::run::Run;
use crate::time::Instant;
use core::ops::Range;

impl Modem<'_> {
    /// As [`handle_host`](Self::handle_host), for who wants to look at each
    /// [`line`](Self::line): takes bytes up to the end of one, and carries nothing
    /// out. `handle_host` without bytes does that.
    pub fn take_host(&mut self, now: Instant, bytes: &[u8]) -> Intake {
        self.at(now);
        if bytes.is_empty() || !self.host_ready() {
            return Intake::NOTHING;
        }
        self.take(bytes)
    }

    /// Whether the host has begun a line and not ended it.
    pub fn line_is_open(&self) -> bool {
        self.console.reader().is_open()
    }

    /// The line that is open, or the one that ended last: what of it may be written
    /// down. That is as much of its front as the modem takes for what it is, up to the
    /// first secret.
    pub fn line(&mut self) -> Line<'_> {
        let moved = self.machine.profile.register(S5) >= b' ';
        let (language, typed, decoded) = self.console.line();
        // With raw bytes its values stand where those do.
        let asked = matches!(self.machine.run, Run::Prompt { .. });
        let line = if asked { &[] } else { typed };
        shown::of(language, line, moved, decoded)
    }

    /// How many lines of the host are taken and not answered: of more than one those that
    /// came first are answered first.
    pub fn unanswered_lines(&self) -> usize {
        let run = &self.machine.run;
        let present = matches!(
            run,
            Run::Line { .. } | Run::Waiting { .. } | Run::Finishing | Run::Prompt { .. }
        );
        usize::from(present) + self.machine.pending.lines()
    }

    /// Whether raw bytes that are taken now were asked for and may be written down.
    pub fn shows_data(&self) -> bool {
        self.console.shows_data(&self.machine)
    }

    /// From now on the modem notes what it writes to its host, for
    /// [`take_notes`](Self::take_notes).
    #[cfg(feature = "alloc")]
    pub fn note_output(&mut self) {
        self.machine.answer.notes.begin();
    }

    /// What of [`host_out`](Self::host_out) is what, as far as it was written since this was
    /// asked; what is not noted is a result, or the echo of a line. The places are those in
    /// the output as it is, so this is to be asked before any of it is sent.
    #[cfg(feature = "alloc")]
    pub fn take_notes(&mut self) -> alloc::vec::Vec<(crate::OutputKind, Range<usize>)> {
        self.machine.answer.notes.take()
    }

    /// Where in [`host_out`](Self::host_out) secrets are, from the first to the end of the
    /// last: a password that was read back.
    pub fn host_out_secret(&self) -> Range<usize> {
        self.machine.answer.secret()
    }
}
