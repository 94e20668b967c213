//! The host's side of the traffic, as the modem decodes it: this reads no AT lines.

use super::event::HostEvent;
use super::text::{AnswerLine, CommandLine};
use mqmodem_core::{Instant, IntakeKind, Modem};
use std::ops::Range;

#[cfg(test)]
thread_local! {
    /// Bytes that were looked at, in all.
    pub(super) static LOOKED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// How far the host's side was reported.
#[derive(Debug, Default)]
pub(super) struct HostReader {
    /// Bytes at the front of the modem's output that were, or need not be: echo.
    seen: usize,
    /// Bytes came that begin no line, and that was reported.
    strayed: bool,
    /// A line that is begun, while it may be dropped.
    begun: Option<String>,
}

impl HostReader {
    /// Gives `bytes` to the modem line by line, as far as it takes them, and reports
    /// each line before it is carried out, and what was answered to it.
    pub(super) fn receive(
        &mut self,
        modem: &mut Modem<'_>,
        now: Instant,
        bytes: &[u8],
        report: &mut impl FnMut(&HostEvent<'_>),
    ) -> usize {
        let mut taken = 0;
        loop {
            modem.handle_host(now, &[]);
            self.answers(modem, report);
            let rest = bytes.get(taken..).unwrap_or_default();
            let heard = modem.take_host(now, rest);
            if heard.taken == 0 {
                return taken;
            }
            taken += heard.taken;
            self.seen += heard.echoed;
            let part = rest.get(..heard.taken).unwrap_or_default();
            self.line(modem, heard.kind, part, report);
        }
    }

    fn line(
        &mut self,
        modem: &mut Modem<'_>,
        made: IntakeKind,
        part: &[u8],
        report: &mut impl FnMut(&HostEvent<'_>),
    ) {
        match made {
            IntakeKind::Part => {
                let stray = !modem.line_is_open() && part.iter().any(|byte| *byte > b' ');
                if stray && !self.strayed {
                    self.strayed = true;
                    report(&HostEvent::Stray);
                }
                return;
            }
            IntakeKind::Line => report(&HostEvent::Command(line(modem))),
            IntakeKind::Repeat => report(&HostEvent::Repeat),
            IntakeKind::TooLong => report(&HostEvent::TooLong),
            IntakeKind::Data => report(&HostEvent::Data(part.len())),
        }
        self.strayed = false;
    }

    /// Reports what the modem has written since this was asked.
    pub(super) fn answers(&mut self, modem: &Modem<'_>, report: &mut impl FnMut(&HostEvent<'_>)) {
        let out = modem.host_out();
        let written = out.get(self.seen..).unwrap_or_default();
        if written.is_empty() {
            return;
        }
        let secret = modem.host_out_secret();
        let within = |at: usize| at.saturating_sub(self.seen).min(written.len());
        let secret = within(secret.start)..within(secret.end);
        self.seen = out.len();
        each_line(written, secret, |line| report(&HostEvent::Answer(line)));
    }

    /// So many bytes of the modem's output are gone.
    pub(super) fn sent(&mut self, count: usize) {
        self.seen = self.seen.saturating_sub(count);
    }

    /// What comes may drop a line that is begun.
    pub(super) fn may_drop(&mut self, modem: &mut Modem<'_>) {
        self.begun = modem.line_is_open().then(|| line(modem).to_string());
    }

    /// It came; the line that it dropped.
    pub(super) fn dropped(&mut self, modem: &Modem<'_>) -> Option<String> {
        self.begun.take().filter(|_| !modem.line_is_open())
    }

    /// The line that is begun when the modem ends.
    pub(super) fn unended(modem: &mut Modem<'_>) -> Option<String> {
        modem.line_is_open().then(|| line(modem).to_string())
    }
}

/// The line that is open, or ended last.
fn line<'m>(modem: &'m mut Modem<'_>) -> CommandLine<'m> {
    let line = modem.line();
    #[cfg(test)]
    LOOKED.set(LOOKED.get() + line.shown.len());
    CommandLine {
        shown: line.shown,
        hides: line.hides,
    }
}

/// Cuts what the modem wrote into lines. One secret at most is in it, and in one line.
fn each_line(written: &[u8], secret: Range<usize>, mut report: impl FnMut(AnswerLine<'_>)) {
    #[cfg(test)]
    LOOKED.set(LOOKED.get() + written.len() - secret.len());
    if secret.is_empty() {
        return plain_lines(written, &mut report);
    }
    let (before, rest) = written.split_at(secret.start);
    let (_, behind) = rest.split_at(secret.len());
    let begin = before
        .iter()
        .rposition(|byte| is_end(*byte))
        .map_or(0, |at| at + 1);
    let end = behind
        .iter()
        .position(|byte| is_end(*byte))
        .unwrap_or(behind.len());
    let (first, before) = before.split_at(begin);
    let (behind, last) = behind.split_at(end);
    plain_lines(first, &mut report);
    report(AnswerLine::with_secret(before, behind));
    plain_lines(last, &mut report);
}

fn plain_lines(bytes: &[u8], report: &mut impl FnMut(AnswerLine<'_>)) {
    let lines = bytes
        .split(|byte| is_end(*byte))
        .filter(|line| !line.is_empty());
    lines.for_each(|line| report(AnswerLine::new(line)));
}

fn is_end(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}
