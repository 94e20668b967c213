//! The host's side: reads its lines and its raw bytes, and has them carried out.

use super::asked::Asked;
use super::conclude::conclude;
use super::context::Context;
use super::data::Collector;
use super::dialect::{Busy, Command, Outcome, Prompt};
use super::execute::{self, Ran};
use super::intake::Intake;
use super::language::Language;
use super::prompt::{Data, DataEnd, DataFraming, Late};
use super::rejected::{Rejected, RejectedAnswer};
use crate::at::line::{LineReader, Taken};
use crate::at::split::{NextItem, next};
use crate::at::values::Values;
use crate::buffer::Buf;
use crate::modem::dispatch::Machine;
use crate::modem::fail::Fail;
use crate::modem::progress::notes::OutputKind;
use crate::modem::progress::run::{Run, Wake};
use crate::time::{Instant, sooner};

/// Reads what the host types.
#[derive(Debug)]
pub(crate) struct Console<'a> {
    language: Language,
    reader: LineReader<'a>,
    /// Values whose escapes were resolved, and raw bytes.
    decoded: Buf<'a>,
    /// The command that asked for raw bytes.
    asked: Option<Asked>,
    /// What came of a line that is rejected as a whole.
    rejected: Rejected,
    /// When raw bytes were complete.
    data_end: Option<Instant>,
}

impl<'a> Console<'a> {
    /// A line has at most `longest` bytes besides what the memory and the grammar allow.
    pub(crate) fn new(language: Language, longest: usize, line: Buf<'a>, decoded: Buf<'a>) -> Self {
        let longest = longest.min(language.grammar.max_line);
        Self {
            reader: LineReader::new(line.bounded(longest)),
            language,
            decoded,
            asked: None,
            rejected: Rejected::None,
            data_end: None,
        }
    }

    /// Gives memory of the heap back; returns how much is used then.
    pub(crate) fn trim(&mut self, busy: bool) -> usize {
        if !busy {
            self.decoded.clear();
        }
        self.reader.trim() + self.decoded.trim()
    }

    /// Whether a byte would be taken now.
    #[inline]
    pub(crate) fn is_ready(&self, machine: &Machine) -> bool {
        match machine.run {
            Run::Prompt { .. } => !self.echoes_data(machine) || machine.has_answer_room(),
            Run::Draining { .. } | Run::Off(_) => true,
            Run::Idle => self.has_echo_room(machine) && !machine.is_reporting(),
            Run::Pending => machine.takes_more() && self.has_echo_room(machine),
            Run::Line { .. } | Run::Waiting { .. } | Run::Finishing => {
                self.rejects() && !self.rejected.is_deferred() && machine.has_answer_room()
            }
        }
    }

    /// Whether a line that comes while a command runs is rejected.
    fn rejects(&self) -> bool {
        self.language.dialect.busy != Busy::Queue
    }

    /// Whether what is still to be echoed of a line fits, whatever it may be: it
    /// was made sure of when the line began.
    #[inline]
    fn has_echo_room(&self, machine: &Machine) -> bool {
        let out = &machine.out;
        out.free() >= (out.capacity() / 2).saturating_sub(self.reader.echoed())
    }

    fn echoes_data(&self, machine: &Machine) -> bool {
        let is_silent = self.asked.as_ref().is_some_and(|it| it.prompt.is_silent);
        self.language.dialect.framing.echoes_data && machine.profile.echo && !is_silent
    }

    /// Takes bytes up to the end of a line, or of what was asked for.
    #[inline]
    pub(crate) fn take(&mut self, machine: &mut Machine, bytes: &[u8]) -> Intake {
        match machine.run {
            Run::Idle | Run::Pending if self.rejected.yields() => self.take_line(machine, bytes),
            Run::Prompt { at, .. } => Intake::data(self.take_data(machine, at, bytes)),
            Run::Draining { quiet, .. } => {
                let until = machine.now + quiet;
                machine.run = Run::Draining { until, quiet };
                Intake::data(bytes.len())
            }
            Run::Off(_) => Intake::data(bytes.len()),
            _ if self.defers(machine) => Intake::data(0),
            _ => Intake::data(self.reject(machine, bytes)),
        }
    }

    /// Whether what comes now stands right behind raw bytes: then it waits, and is no line
    /// that comes while a command runs.
    #[cold]
    fn defers(&mut self, machine: &Machine) -> bool {
        let defers = self.rejected.is_none() && self.data_end == Some(machine.now);
        if defers {
            self.rejected = Rejected::Deferred;
        }
        defers
    }

    /// Takes bytes up to the end of a line.
    #[inline]
    fn take_line(&mut self, machine: &mut Machine, bytes: &[u8]) -> Intake {
        let before = machine.out.len();
        let room = machine.out.capacity() / 2;
        let Language { dialect, grammar } = &self.language;
        let format = machine.profile.format(grammar, dialect.framing, room);
        let out = &mut machine.out;
        // `is_ready` has seen to it that an echo fits.
        let mut echo = |bytes: &[u8]| out.extend(bytes).unwrap_or_default();
        let reading_of = |name: &[u8]| dialect.find(name).map(Command::reading).unwrap_or_default();
        let (taken, made) = self.reader.take(bytes, format, &mut echo, &reading_of);
        let echoed = machine.out.len() - before;
        match made {
            Taken::Partial => {}
            Taken::Line | Taken::Repeat => machine.begin_line(),
            Taken::TooLong => machine.fail_line(Fail::Plain),
        }
        Intake {
            taken,
            echoed,
            kind: made.into(),
        }
    }

    /// Takes a part of a line that came while a command runs: it is dropped, and answered
    /// at its end.
    #[cold]
    fn reject(&mut self, machine: &mut Machine, bytes: &[u8]) -> usize {
        let (taken, answer) = self.rejected.take(bytes, self.language.dialect.busy);
        match answer {
            RejectedAnswer::Nothing => {}
            RejectedAnswer::Text(text) => machine.write_apart(OutputKind::Rejection, text),
            RejectedAnswer::Restart(notice) => {
                self.forget_data();
                machine.force_restart(notice);
            }
        }
        taken
    }

    /// Carries out the command of the line at `at`. While results are due, what
    /// became of any but one more message is not written, and nothing came of it: it
    /// is run again.
    pub(crate) fn run_at(&mut self, machine: &mut Machine, at: usize) {
        let line = self.reader.body();
        match execute::run(machine, &self.language, line, at, &mut self.decoded) {
            Ran::Done(next, Outcome::Wait(wait)) => {
                if next < line.len() || !machine.defer(wait) {
                    machine.wait(next, wait);
                }
            }
            _ if machine.pending.any() => machine.pending.block(None),
            Ran::End => machine.end_line(),
            Ran::Done(next, Outcome::Prompt(until, prompt)) if machine.answer.may_ask() => {
                self.ask(machine, (at, next), until, prompt);
            }
            Ran::Done(next, outcome) => conclude(machine, next, outcome),
        }
    }

    /// Whether nothing is left of the line at `at`.
    #[inline]
    pub(crate) fn is_at_end(&self, at: usize) -> bool {
        at == self.reader.body().len()
    }

    /// Asks the host for raw bytes, for the command that stands from `at` to `next`.
    fn ask(
        &mut self,
        machine: &mut Machine,
        (at, next_at): (usize, usize),
        until: DataFraming,
        prompt: &'static Prompt,
    ) {
        let Language { dialect, grammar } = &self.language;
        let item = next(self.reader.body(), at, grammar);
        let found = match item {
            NextItem::Item(item) => dialect.find(item.name).map(|command| (item, command)),
            NextItem::End | NextItem::Bad => None,
        };
        let Some((item, command)) = found else {
            return machine.fail_line(Fail::Plain);
        };
        // The values are read once more, behind the bytes.
        if let DataFraming::Length(length) = until
            && length + self.decoded.len() > self.decoded.capacity()
        {
            return machine.settle(next_at, Err(Fail::MEMORY_FULL));
        }
        let asked = self.send_prompt(machine, next_at, (command, item.next), until, prompt);
        if asked && until == DataFraming::Length(0) {
            self.finish_data(machine, next_at, DataEnd::Complete);
        }
    }

    /// Writes a prompt for a command whose values stand at `values`; whether there was room.
    fn send_prompt(
        &mut self,
        machine: &mut Machine,
        at: usize,
        (command, values): (&'static Command, usize),
        until: DataFraming,
        prompt: &'static Prompt,
    ) -> bool {
        self.decoded.clear();
        let text = prompt.text.unwrap_or(self.language.dialect.framing.prompt);
        let limit = machine.data_limit.take().or(prompt.limit);
        let asked = machine.ask(at, text, limit);
        self.asked = asked.then(|| Asked {
            prompt,
            limit,
            collector: Collector::new(until, machine.now),
            command,
            values,
        });
        asked
    }

    /// Takes raw bytes (rule R13).
    #[cold]
    fn take_data(&mut self, machine: &mut Machine, at: usize, bytes: &[u8]) -> usize {
        let feed = self.reader.take_line_feed(bytes);
        if feed > 0 {
            return feed;
        }
        let Some(asked) = &mut self.asked else {
            machine.fail_line(Fail::Plain);
            return 0;
        };
        let (now, limit) = (machine.now, asked.limit);
        let (taken, end) = asked.collector.take(now, bytes, &mut self.decoded);
        let end_len = asked.collector.end_len(end);
        if self.echoes_data(machine) {
            let part = bytes
                .get(..taken.saturating_sub(end_len))
                .unwrap_or_default();
            machine.echo_data(part);
        }
        match end {
            Some(end) => self.finish_data(machine, at, end),
            None => machine.ask_again(limit),
        }
        taken
    }

    /// Raw bytes are over: their command carries on.
    fn finish_data(&mut self, machine: &mut Machine, at: usize, end: DataEnd) {
        let Some(asked) = self.asked.take() else {
            return;
        };
        self.data_end = Some(machine.now);
        // What is not all there is not carried out.
        if asked.collector.has_overflowed() && end != DataEnd::Cancelled {
            self.forget_data();
            return machine.fail_line(Fail::MEMORY_FULL);
        }
        let escape = asked.collector.escape_len(end);
        let len = self.decoded.len().saturating_sub(escape);
        let line = self.reader.body();
        let (mut values, decoded) = (Values::NONE, &mut self.decoded);
        let (command, language) = (asked.command, &self.language);
        let read = execute::read_again(line, asked.values, command, language, &mut values, decoded);
        let Some((args, decoded)) = read else {
            return machine.fail_line(Fail::MEMORY_FULL);
        };
        machine.begin_answer();
        let bytes = decoded.get(..len).unwrap_or_default();
        let mut cx = Context::new(machine, language.dialect);
        match (asked.prompt.then)(&mut cx, &args, Data { bytes, end }) {
            Outcome::Prompt(until, prompt) if until != DataFraming::Length(0) => {
                self.send_prompt(machine, at, (command, asked.values), until, prompt);
            }
            outcome => conclude(machine, at, outcome),
        }
    }

    /// Whether raw bytes that come now may be written down.
    pub(crate) fn shows_data(&self, machine: &Machine) -> bool {
        let shown = self.asked.as_ref().is_some_and(|it| it.prompt.is_shown);
        shown && matches!(machine.run, Run::Prompt { .. })
    }

    /// When raw bytes are over without anything more coming.
    fn data_deadline(&self, machine: &Machine) -> Option<Instant> {
        let Run::Prompt { deadline, .. } = machine.run else {
            return None;
        };
        let ends_at = self
            .asked
            .as_ref()?
            .collector
            .ends_at(self.decoded.as_slice());
        sooner(ends_at.map(|(at, _)| at), deadline)
    }

    /// When the console wants to be woken.
    pub(crate) fn poll_timeout(&self, machine: &Machine) -> Option<Instant> {
        match machine.run {
            Run::Prompt { .. } => self.data_deadline(machine),
            Run::Draining { until, .. } => Some(until),
            _ => None,
        }
    }

    /// What of raw bytes is due.
    pub(crate) fn handle_timeout(&mut self, machine: &mut Machine) {
        let now = machine.now;
        match machine.run {
            Run::Prompt { at, .. } if self.data_deadline(machine).is_some_and(|it| it <= now) => {
                self.end_data(machine, at);
            }
            Run::Draining { until, .. } if until <= now => machine.run = Run::Idle,
            _ => {}
        }
    }

    /// Nothing more came in time: after `+++` that is the end, else it is late.
    fn end_data(&mut self, machine: &mut Machine, at: usize) {
        let Some(asked) = &self.asked else {
            return machine.fail_line(Fail::Plain);
        };
        let ends_at = asked.collector.ends_at(self.decoded.as_slice());
        if let Some((_, end)) = ends_at.filter(|(ends_at, _)| *ends_at <= machine.now) {
            return self.finish_data(machine, at, end);
        }
        let quiet = asked.prompt.quiet;
        match asked.prompt.late {
            Late::Finish => self.finish_data(machine, at, DataEnd::Late),
            Late::Fail(fail) => {
                self.forget_data();
                machine.fail_line(fail);
                if !quiet.is_zero() {
                    let until = machine.now + quiet;
                    machine.run = Run::Draining { until, quiet };
                }
            }
        }
    }

    fn forget_data(&mut self) {
        self.asked = None;
        self.decoded.clear();
    }

    /// The host gave up what it has begun to send.
    pub(crate) fn forget(&mut self, machine: &mut Machine) {
        self.reader.drop_line();
        self.rejected = Rejected::None;
        if matches!(
            machine.run,
            Run::Prompt { .. } | Run::Draining { .. } | Run::Off(Wake::Line)
        ) {
            self.forget_data();
            machine.run = Run::Idle;
        }
    }

    /// The line that is open, or the last one, and what it is read by; its memory takes
    /// the values.
    pub(crate) fn line(&mut self) -> (&Language, &[u8], &mut Buf<'a>) {
        (&self.language, self.reader.typed(), &mut self.decoded)
    }

    /// Whether the open line has taken a raw line break as data (R4), and is given up where
    /// nothing follows: in a command set where any value may, it is not.
    pub(crate) fn gives_up_breaks(&self) -> bool {
        !self.language.grammar.multi_line && self.reader.holds_break()
    }

    /// The line as it is read.
    pub(crate) fn reader(&self) -> &LineReader<'a> {
        &self.reader
    }

    /// Forgets a line that was not ended.
    pub(crate) fn drop_line(&mut self) {
        self.reader.drop_line();
    }
}
