//! The host's side of a chat, played on a port in real time. Without I/O: the
//! caller sends, receives and passes the time.

mod find;
mod names;
mod record;
mod side;

pub use names::Names;
pub use record::Recording;
pub use side::HostSide;

use crate::check::{Mismatch, agrees, mismatch, wanted};
use crate::player::Output;
use crate::script::{Expect, Input, Script, Step};
use find::find;
use mqmodem_core::Instant;
use mqmodem_core::modem::dialect::Dialect;
use mqmodem_faults::escape::unescape;
use std::sync::Arc;
use std::time::Duration;

/// How long to wait, and how exactly to look.
#[derive(Clone, Copy, Debug)]
pub struct LiveRules {
    /// How long an answer may take.
    pub within: Duration,
    /// How long nothing more must come before the next thing is done.
    pub quiet: Duration,
    /// Whether nothing else may be said than what is expected. Otherwise other
    /// lines may stand between, as long as none of them is an error.
    pub exact: bool,
}

/// What to do next.
#[derive(Debug, PartialEq, Eq)]
pub enum Next<'l> {
    /// Send this, and tell with [`Live::written`] how much of it went out.
    Write(&'l [u8]),
    /// Raise or drop DTR.
    Dtr(bool),
    /// Raise or drop RTS.
    Rts(bool),
    /// Listen, at most until then.
    Listen(Instant),
    /// The chat is at its end; [`Live::wrong`] tells how it went.
    End,
}

/// A chat under way.
#[derive(Debug)]
pub struct Live {
    script: Arc<Script>,
    rules: LiveRules,
    /// The step that is played, counted from 0.
    at: usize,
    current: Option<Box<Current>>,
    wrong: Option<Box<Mismatch>>,
}

/// The step that is played.
#[derive(Debug)]
struct Current {
    step: Step,
    written: usize,
    output: Vec<u8>,
    /// When everything was said.
    begun: Option<Instant>,
    /// When a byte last went either way.
    last: Instant,
}

impl Live {
    /// Begins a chat, of which only the host's side is played.
    pub fn new(script: Arc<Script>, rules: LiveRules) -> Self {
        Self {
            script,
            rules,
            at: 0,
            current: None,
            wrong: None,
        }
    }

    /// The line of the step that is played, counted from 1.
    pub fn line(&self) -> usize {
        self.current.as_ref().map_or(0, |current| current.step.line)
    }

    /// What was wrong, once the chat is at its end.
    pub fn wrong(&self) -> Option<&Mismatch> {
        self.wrong.as_deref()
    }

    /// What to do next. `names` stand in place of their placeholders.
    pub fn next(&mut self, now: Instant, names: &Names<'_>) -> Next<'_> {
        while self.wrong.is_none() {
            if self.current.is_none() {
                let Some(step) = self.script.steps.get(self.at) else {
                    break;
                };
                self.current = Some(Box::new(Current::new(names.fill(step), now)));
            }
            match self
                .current
                .as_mut()
                .and_then(|it| it.verdict(now, self.rules))
            {
                Some(well) => self.finish(well),
                None => break,
            }
        }
        match &mut self.current {
            None => Next::End,
            Some(current) => current.next(now, self.rules),
        }
    }

    fn finish(&mut self, well: bool) {
        let Some(current) = self.current.take() else {
            return;
        };
        self.at += 1;
        if !well {
            let output = Output {
                host: current.output,
                ..Output::default()
            };
            let wrong = mismatch(&self.script, &current.step, &output, "on a port");
            self.wrong = Some(Box::new(wrong));
        }
    }

    /// `n` bytes of what was to be said went out.
    pub fn written(&mut self, now: Instant, n: usize) {
        if let Some(current) = &mut self.current {
            current.written += n;
            current.last = now;
        }
    }

    /// The modem said this. What comes before the first step counts for nothing.
    pub fn receive(&mut self, now: Instant, bytes: &[u8]) {
        if let Some(current) = &mut self.current {
            current.output.extend_from_slice(bytes);
            current.last = now;
        }
    }
}

impl Current {
    fn new(step: Step, now: Instant) -> Self {
        Self {
            step,
            written: 0,
            output: Vec::new(),
            begun: None,
            last: now,
        }
    }

    fn unwritten(&self) -> &[u8] {
        match &self.step.input {
            Input::Host(bytes) => bytes.get(self.written..).unwrap_or_default(),
            _ => &[],
        }
    }

    fn next(&mut self, now: Instant, rules: LiveRules) -> Next<'_> {
        if self.begun.is_none() {
            if !self.unwritten().is_empty() {
                return Next::Write(self.unwritten());
            }
            self.begun = Some(now);
            match self.step.input {
                Input::Dtr(on) => return Next::Dtr(on),
                Input::Rts(on) => return Next::Rts(on),
                _ => {}
            }
        }
        Next::Listen(self.judged_at(rules))
    }

    /// How the step went, once that is known.
    fn verdict(&mut self, now: Instant, rules: LiveRules) -> Option<bool> {
        if self.begun.is_none() && self.unwritten().is_empty() && self.is_quiet_input() {
            self.begun = Some(now);
        }
        self.begun?;
        let judged = now >= self.judged_at(rules);
        judged.then(|| self.is_met(rules))
    }

    /// Whether nothing is to be done but to listen.
    fn is_quiet_input(&self) -> bool {
        !matches!(self.step.input, Input::Dtr(_) | Input::Rts(_))
    }

    /// When it can be told how the step went, if nothing more comes.
    fn judged_at(&self, rules: LiveRules) -> Instant {
        let begun = self.begun.unwrap_or(self.last);
        let over = match self.step.input {
            Input::Pass(by) => begun + by,
            _ => begun,
        };
        if self.is_met(rules) {
            over.max(self.last + rules.quiet)
        } else if self.has_failed(rules) {
            self.last + rules.quiet
        } else {
            over + rules.within
        }
    }

    fn is_met(&self, rules: LiveRules) -> bool {
        if rules.exact {
            let output = Output {
                host: self.output.clone(),
                ..Output::default()
            };
            return agrees(&self.step, &output);
        }
        self.rest().is_some()
    }

    /// Whether what came can no longer become what is expected.
    fn has_failed(&self, rules: LiveRules) -> bool {
        let (host, ..) = wanted(&self.step);
        if rules.exact {
            return !host.starts_with(&self.output);
        }
        // An error that is expected would have been met.
        [&b"\r\nERROR\r\n"[..], b"\r\n+CME ERROR"]
            .iter()
            .any(|error| find(&self.output, error).is_some())
    }

    /// What came behind everything that is expected, if that came, in order.
    fn rest(&self) -> Option<&[u8]> {
        let mut rest = self.output.as_slice();
        for expected in &self.step.expected {
            if let Expect::Host(bytes) = &expected.what {
                let at = find(rest, bytes)?;
                rest = &rest[at + bytes.len()..];
            }
        }
        Some(rest)
    }
}

/// What brings a modem of a dialect to where chats begin: result codes in words, errors in the
/// form the dialect begins with, and the echo as the chat has it. Where the dialect takes one
/// command a line, it is the echo alone. Its answer is nothing to the chat.
pub fn preamble(dialect: &Dialect, echo: bool) -> Vec<u8> {
    let echo = u8::from(echo);
    if !dialect.grammar.lists {
        return format!("ATE{echo}\r").into_bytes();
    }
    let errors = dialect.profile.error_form().to_string();
    let wanted = [("V", "1"), ("Q", "0"), ("+CMEE", &format!("={errors}"))];
    let known = wanted
        .iter()
        .filter(|(name, _)| dialect.find(name.as_bytes()).is_some());
    let words: String = known.map(|(name, value)| [*name, value].concat()).collect();
    format!("ATE{echo}{words}\r").into_bytes()
}

/// The bytes that a line `>> ...` of a chat sends; none for any other line.
///
/// # Errors
/// What is wrong with its escapes.
pub fn raw(line: &str) -> Option<Result<Vec<u8>, String>> {
    line.strip_prefix(">> ").map(unescape)
}

/// How long a line such as `+2s` waits; none for any other line.
pub fn pause(line: &str) -> Option<Duration> {
    crate::parse::duration(line).ok()
}

#[cfg(test)]
mod tests;
