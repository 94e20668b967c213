//! The host's side of the traffic, as the modem decodes it: this reads no AT lines.

use super::answers::{CutLine, lines, pieces};
use super::event::HostEvent;
use super::text::{AnswerLine, CommandLine, CommandText, DataPiece};
use super::typed::TypedBytes;
use mqmodem_core::{Instant, IntakeKind, Modem, OutputKind};
use std::collections::VecDeque;
use std::ops::Range;

#[cfg(test)]
thread_local! {
    /// Bytes that were looked at, in all.
    pub(super) static LOOKED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// What a reader that has nothing in hand leaves to the next one.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct HostMark {
    /// The modem notes what it writes.
    notes: bool,
    /// Raw bytes since they were asked for.
    data: u32,
    /// Lines up to now.
    count: u64,
}

/// How far the host's side was reported.
#[derive(Debug, Default)]
pub(super) struct HostReader {
    /// Bytes at the front of the modem's output that were.
    seen: usize,
    /// Bytes came that begin no line, and that was reported.
    strayed: bool,
    /// A line that is begun, while it may be dropped.
    begun: Option<String>,
    mark: HostMark,
    /// What was typed of the present line, and what of it came back.
    typed: TypedBytes,
    echo: TypedBytes,
    /// The line feed behind the last line was counted with it.
    fed: bool,
    /// The last raw bytes may be shown.
    showed: bool,
    /// The numbers of those that are not answered.
    open: VecDeque<u64>,
    /// Where unsolicited result codes are in the modem's output, while somebody beside the
    /// host is answered.
    apart: Option<Vec<Range<usize>>>,
}

impl HostReader {
    /// Goes on where another left off.
    pub(super) fn from(mark: HostMark) -> Self {
        Self {
            mark,
            ..Self::default()
        }
    }

    /// What the next one needs, where this one has nothing in hand.
    pub(super) fn mark_at_rest(&self) -> Option<HostMark> {
        let typed = self.typed.count() + self.echo.count();
        let in_hand =
            self.seen + self.open.len() + typed > 0 || self.begun.is_some() || self.apart.is_some();
        (!in_hand && !self.strayed && !self.fed).then_some(self.mark)
    }

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
            let shows = modem.shows_data();
            let heard = modem.take_host(now, rest);
            if heard.taken == 0 {
                return taken;
            }
            taken += heard.taken;
            let echoed = self.seen..self.seen + heard.echoed;
            self.echo
                .add(modem.host_out().get(echoed).unwrap_or_default());
            self.seen += heard.echoed;
            let (part, behind) = rest.split_at(heard.taken.min(rest.len()));
            let part = self.without_feed(part);
            if heard.kind == IntakeKind::Data {
                self.data(part, shows, report);
            } else {
                self.line(modem, heard.kind, (part, behind), report);
            }
        }
    }

    /// Without the line feed that was counted with the line before it.
    fn without_feed<'b>(&mut self, part: &'b [u8]) -> &'b [u8] {
        let fed = std::mem::take(&mut self.fed);
        let rest = part.strip_prefix(b"\n").filter(|_| fed);
        rest.unwrap_or(part)
    }

    fn data(&mut self, part: &[u8], shows: bool, report: &mut impl FnMut(&HostEvent<'_>)) {
        self.showed = shows;
        if !part.is_empty() {
            report(&HostEvent::Data(DataPiece {
                bytes: part.len(),
                shown: shows.then_some(part),
                before: self.mark.data as usize,
                command: self.open.back().copied(),
            }));
            let more = u32::try_from(part.len()).unwrap_or(u32::MAX);
            self.mark.data = self.mark.data.saturating_add(more);
        }
    }

    fn line(
        &mut self,
        modem: &mut Modem<'_>,
        made: IntakeKind,
        (part, behind): (&[u8], &[u8]),
        report: &mut impl FnMut(&HostEvent<'_>),
    ) {
        self.typed.add(part);
        let said = match made {
            IntakeKind::Part | IntakeKind::Data => {
                let stray = !modem.line_is_open() && part.iter().any(|byte| *byte > b' ');
                if stray && !self.strayed {
                    self.strayed = true;
                    report(&HostEvent::Stray);
                }
                return;
            }
            IntakeKind::Line => text(modem),
            IntakeKind::Repeat => CommandText::Repeat,
            IntakeKind::TooLong => CommandText::TooLong,
        };
        if part.ends_with(b"\r") && behind.starts_with(b"\n") {
            self.typed.add(b"\n");
            self.fed = true;
        }
        self.strayed = false;
        self.command(said, report);
    }

    /// Reports a line that has ended, and its echo.
    fn command(&mut self, said: CommandText<'_>, report: &mut impl FnMut(&HostEvent<'_>)) {
        self.mark.count += 1;
        self.mark.data = 0;
        self.open.push_back(self.mark.count);
        let line = |typed: &TypedBytes| CommandLine {
            content: said,
            number: self.mark.count,
            bytes: typed.count(),
            raw: None,
        };
        let raw = |typed| match said {
            CommandText::Line { shown, hidden: 0 } => TypedBytes::of_line(typed, shown),
            _ => None,
        };
        report(&HostEvent::Command(CommandLine {
            raw: raw(&self.typed),
            ..line(&self.typed)
        }));
        if self.echo.count() > 0 {
            report(&HostEvent::Echo(CommandLine {
                raw: raw(&self.echo),
                ..line(&self.echo)
            }));
        }
        self.typed.clear();
        self.echo.clear();
    }

    /// Reports what the modem has written since this was asked.
    pub(super) fn answers(
        &mut self,
        modem: &mut Modem<'_>,
        report: &mut impl FnMut(&HostEvent<'_>),
    ) {
        let notes = self.notes(modem);
        let out = modem.host_out();
        let secret = modem.host_out_secret();
        let new = self.seen..out.len();
        self.seen = out.len();
        for piece in pieces(new, notes) {
            if let Some(apart) = &mut self.apart
                && piece.kind == Some(OutputKind::Urc)
            {
                apart.push(piece.place.clone());
            }
            let bytes = out.get(piece.place.clone()).unwrap_or_default();
            let within = |at: usize| at.saturating_sub(piece.place.start).min(bytes.len());
            let secret = within(secret.start)..within(secret.end);
            self.piece(piece.kind, bytes, secret, report);
        }
        // Where results are left out, or are no lines.
        let unanswered = modem.unanswered_lines();
        let over = self.open.len().saturating_sub(unanswered);
        self.open.drain(..over);
    }

    fn notes(&mut self, modem: &mut Modem<'_>) -> Vec<(OutputKind, Range<usize>)> {
        if self.mark.notes {
            return modem.take_notes();
        }
        self.mark.notes = true;
        modem.note_output();
        // Before the first line the modem can but report.
        vec![(OutputKind::Urc, 0..modem.host_out().len())]
    }

    /// Reports a piece of what the modem wrote.
    fn piece(
        &mut self,
        kind: Option<OutputKind>,
        bytes: &[u8],
        secret: Range<usize>,
        report: &mut impl FnMut(&HostEvent<'_>),
    ) {
        #[cfg(test)]
        LOOKED.set(LOOKED.get() + bytes.len() - secret.len());
        if kind == Some(OutputKind::Prompt) {
            self.mark.data = 0;
        }
        let present = self.open.front().copied();
        if kind == Some(OutputKind::Echo) {
            let line = CutLine::unbroken(bytes, self.showed);
            return report(&HostEvent::Answer(AnswerLine::new(
                OutputKind::Echo,
                present,
                &line,
            )));
        }
        lines(bytes, secret, |line| {
            let (kind, command) = match kind {
                None => (OutputKind::Result, self.open.pop_front()),
                Some(kind @ (OutputKind::Urc | OutputKind::Rejection)) => (kind, None),
                Some(kind) => (kind, present),
            };
            report(&HostEvent::Answer(AnswerLine::new(kind, command, &line)));
        });
    }

    /// Somebody beside the host is answered from now on, or no more.
    pub(super) fn set_beside(&mut self, begins: bool) {
        self.apart = begins.then(Vec::new);
    }

    /// Where unsolicited result codes are in the modem's output, while somebody beside the
    /// host is answered.
    pub(super) fn apart(&self) -> &[Range<usize>] {
        self.apart.as_deref().unwrap_or_default()
    }

    /// So many bytes of the modem's output are gone.
    pub(super) fn sent(&mut self, count: usize) {
        self.seen = self.seen.saturating_sub(count);
        if let Some(apart) = &mut self.apart {
            let left = |at: usize| at.saturating_sub(count);
            for place in apart.iter_mut() {
                *place = left(place.start)..left(place.end);
            }
            apart.retain(|it| !it.is_empty());
        }
    }

    /// What comes may drop a line that is begun.
    pub(super) fn may_drop(&mut self, modem: &mut Modem<'_>) {
        self.begun = modem.line_is_open().then(|| text(modem).to_string());
    }

    /// It came; the line that it dropped.
    pub(super) fn dropped(&mut self, modem: &Modem<'_>) -> Option<String> {
        let dropped = self.begun.take().filter(|_| !modem.line_is_open())?;
        self.typed.clear();
        Some(dropped)
    }

    /// The line that is begun when the modem ends.
    pub(super) fn unended(modem: &mut Modem<'_>) -> Option<String> {
        modem.line_is_open().then(|| text(modem).to_string())
    }
}

/// The line that is open, or ended last.
fn text<'m>(modem: &'m mut Modem<'_>) -> CommandText<'m> {
    let line = modem.line();
    #[cfg(test)]
    LOOKED.set(LOOKED.get() + line.shown.len());
    CommandText::Line {
        shown: line.shown,
        hidden: line.hidden,
    }
}
