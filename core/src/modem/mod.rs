//! The machine: a host on one side, links to brokers on the other.
#![cfg_attr(
    not(test),
    deny(
        clippy::indexing_slicing,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic
    )
)]

mod abandon;
pub mod api;
pub mod code;
pub mod cx;
pub mod event;
mod inbox;
mod link;
mod machine;
mod memory;
mod net;
mod nvram;
pub mod pem;
mod run;
pub mod settings;
pub(crate) mod state;
pub mod table;

pub use state::Functionality;

use crate::at::line::{LineReader, Taken};
use crate::mem::Buf;
use crate::time::Instant;
use api::{Action, Config, Endpoint, HostLines, LinkId, Memory, NetEvent};
use api::{RestoreError, Slot, TlsFiles};
use core::time::Duration;
use link::Phase;
use machine::{Machine, Run};
use settings::Settings;
use table::{Fail, Outcome};

/// How long a half-typed line holds events back after its last byte.
const HOLD_LIMIT: Duration = Duration::from_secs(1);
/// How long a line with a raw line break in quotes waits for more (rule R4).
const BREAK_LIMIT: Duration = Duration::from_secs(2);

/// A modem: AT commands on one side, MQTT on the other, no I/O of its own.
///
/// `handle_*` tells it what happened, `poll_*` asks what to do next; bytes go
/// by slice and count, so that whoever does not keep up slows the other side
/// down and nothing is lost. After each `handle_*`, carry out every
/// [`Action`], then write [`net_out`](Self::net_out) to the network, then
/// [`host_out`](Self::host_out) to the host, and say how much was written. Any
/// order of calls is legal; none of them fails.
#[derive(Debug)]
pub struct Modem<'a> {
    reader: LineReader<'a>,
    /// Values whose escapes were resolved, and raw bytes of data mode.
    decoded: Buf<'a>,
    machine: Machine<'a>,
}

impl<'a> Modem<'a> {
    /// A modem that was just switched on.
    pub fn new(config: Config<'a>, mut memory: Memory<'a>, now: Instant) -> Self {
        let line = memory.take_line();
        let decoded = memory.take_values();
        Self {
            reader: LineReader::new(line),
            decoded,
            machine: Machine::new(config, memory, now),
        }
    }

    /// Gives back what was kept under `slot`; before the first input.
    pub fn restore(&mut self, slot: Slot, bytes: &[u8]) -> Result<(), RestoreError> {
        let valid = match slot {
            Slot::Settings(_) => Settings::decode(bytes).is_some(),
            Slot::Tls(_) => matches!(bytes, [0 | 1]),
            _ => !bytes.is_empty(),
        };
        if !valid {
            return Err(RestoreError::Invalid);
        }
        let restored = self.machine.nvram.restore(slot, bytes);
        restored.map_err(|_| RestoreError::Full)
    }

    /// The host sent `bytes`; returns how many were taken. The rest is to be
    /// offered again once [`Modem::host_ready`].
    pub fn handle_host(&mut self, now: Instant, bytes: &[u8]) -> usize {
        self.at(now);
        let mut taken = 0;
        loop {
            self.advance();
            let rest = bytes.get(taken..).unwrap_or_default();
            if rest.is_empty() || !self.host_ready() {
                return taken;
            }
            self.machine.last_byte = self.machine.now;
            taken += match self.machine.run {
                Run::Prompt { .. } => self.take_data(rest),
                _ => self.take_line(rest),
            };
        }
    }

    /// Whether `handle_host` would take a byte now.
    #[inline]
    pub fn host_ready(&self) -> bool {
        let ready = match self.machine.run {
            Run::Prompt { .. } => true,
            Run::Idle => self.has_echo_room(),
            Run::Line { .. } | Run::Waiting { .. } => false,
        };
        ready && !self.machine.off
    }

    /// Whether what is still to be echoed of a line fits, whatever it may be: it
    /// was made sure of when the line began.
    fn has_echo_room(&self) -> bool {
        let out = &self.machine.out;
        out.free() >= (out.capacity() / 2).saturating_sub(self.reader.echoed())
    }

    /// Takes bytes up to the end of a line.
    fn take_line(&mut self, bytes: &[u8]) -> usize {
        let machine = &mut self.machine;
        let room = machine.out.capacity() / 2;
        let format = machine.profile.format(machine.config.strict, room);
        let dialect = machine.config.dialect;
        let out = &mut machine.out;
        // `host_ready` has seen to it that an echo fits.
        let mut echo = |bytes: &[u8]| out.extend(bytes).unwrap_or_default();
        let is_multi_line = |name: &[u8]| dialect.find(name).is_some_and(|it| it.multi_line);
        let (taken, made) = self.reader.take(bytes, format, &mut echo, &is_multi_line);
        match made {
            Taken::Partial => {}
            Taken::Line | Taken::Repeat => self.machine.run = Run::Line { at: 0 },
            Taken::TooLong => self.machine.fail_line(Fail::Plain),
        }
        self.hold_events();
        taken
    }

    /// Takes raw bytes of data mode (rule R13).
    fn take_data(&mut self, bytes: &[u8]) -> usize {
        let Run::Prompt {
            at, length, then, ..
        } = self.machine.run
        else {
            return 0;
        };
        let missing = length.saturating_sub(self.decoded.len());
        let part = bytes.get(..missing.min(bytes.len())).unwrap_or_default();
        if self.decoded.extend(part).is_err() {
            self.machine.fail_line(Fail::MEMORY_FULL);
            return part.len();
        }
        if self.decoded.len() == length {
            self.machine.begin_answer();
            let outcome = then(&mut cx::Cx::new(&mut self.machine), self.decoded.as_slice());
            self.machine.settle(at, outcome);
        } else {
            self.machine.prompt_again();
        }
        part.len()
    }

    /// The host moved its control lines: without DTR, what was half typed is
    /// forgotten, and with `&D2` the links are closed.
    pub fn handle_host_lines(&mut self, now: Instant, lines: HostLines) {
        self.at(now);
        if !lines.dtr {
            self.forget_line();
            if self.machine.profile.dtr == 2 {
                self.machine.leave(LinkId(0), Some(code::BY_COMMAND));
            }
        }
        self.advance();
    }

    /// Something happened to a link.
    pub fn handle_net(&mut self, now: Instant, link: LinkId, event: NetEvent) {
        self.at(now);
        self.machine.net_event(link, event);
        self.advance();
    }

    /// The broker sent `bytes`; returns how many were taken. The rest is to be
    /// offered again once [`Modem::net_ready`].
    pub fn handle_net_data(&mut self, now: Instant, link: LinkId, bytes: &[u8]) -> usize {
        self.at(now);
        self.advance();
        let mut taken = 0;
        loop {
            let rest = bytes.get(taken..).unwrap_or_default();
            let count = self.machine.net_data(link, rest);
            taken += count;
            self.advance();
            if count == 0 || taken == bytes.len() {
                return taken;
            }
        }
    }

    /// Whether `handle_net_data` would take bytes now.
    pub fn net_ready(&self, link: LinkId) -> bool {
        self.machine.net_ready(link)
    }

    /// A [`Action::Store`] or [`Action::Erase`] is done, or failed.
    pub fn handle_stored(&mut self, now: Instant, slot: Slot, ok: bool) {
        self.at(now);
        self.machine.nvram.answered(slot, ok);
        self.machine.check_wait();
        self.advance();
    }

    /// `poll_timeout` has passed; harmless if it has not.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.at(now);
        if self.break_limit().is_some_and(|at| at <= self.machine.now) {
            self.reader.drop_line();
            self.hold_events();
            self.machine.fail_line(Fail::Plain);
        }
        self.machine.link_timeout(LinkId(0));
        self.machine.wait_timeout();
        self.machine.prompt_timeout();
        self.advance();
    }

    /// The modem is about to be switched off: DISCONNECT is sent, links are
    /// closed, no more input is taken. Drive it until [`Modem::is_off`].
    pub fn handle_shutdown(&mut self, now: Instant) {
        self.at(now);
        self.machine.off = true;
        self.machine.leave(LinkId(0), None);
        self.advance();
    }

    /// Whether every link is closed after `handle_shutdown`.
    pub fn is_off(&self) -> bool {
        let [link] = &self.machine.links;
        self.machine.off && link.phase == Phase::Closed && !link.wants_close
    }

    /// Whether a command line is being carried out.
    pub fn is_busy(&self) -> bool {
        !matches!(self.machine.run, Run::Idle)
    }

    /// What to do next; `None` once there is nothing more.
    #[must_use]
    pub fn poll_action(&mut self) -> Option<Action<'_>> {
        let [link] = &mut self.machine.links;
        let id = link.id;
        if core::mem::take(&mut link.wants_close) {
            return Some(Action::Close { link: id });
        }
        if core::mem::take(&mut link.wants_open)
            && let Phase::Opening { deadline } = link.phase
        {
            let to = self.endpoint(id, deadline)?;
            return Some(Action::Open { link: id, to });
        }
        let (slot, bytes) = self.machine.nvram.ask()?;
        Some(match bytes {
            [] => Action::Erase { slot },
            bytes => Action::Store { slot, bytes },
        })
    }

    fn endpoint(&self, link: LinkId, deadline: Instant) -> Option<Endpoint<'_>> {
        let nvram = &self.machine.nvram;
        let settings = Settings::decode(nvram.get(Slot::Settings(link))?)?;
        let files = TlsFiles {
            root: nvram.get(Slot::Root(link)),
            certificate: nvram.get(Slot::Certificate(link)),
            key: nvram.get(Slot::Key(link)),
        };
        let tls = nvram.get(Slot::Tls(link)) == Some(&[1]);
        Some(Endpoint {
            host: settings.host,
            port: settings.port,
            tls: tls.then_some(files),
            deadline,
        })
    }

    /// When to call `handle_timeout`; in the future right after it was called.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let [link] = &self.machine.links;
        let run = match self.machine.run {
            Run::Waiting { deadline, .. } => deadline,
            Run::Prompt { deadline, .. } => Some(deadline),
            _ => None,
        };
        let reader = sooner(self.break_limit(), self.hold_limit());
        sooner(sooner(link.poll_timeout(), run), reader)
    }

    /// When a line with a raw line break in quotes is given up.
    fn break_limit(&self) -> Option<Instant> {
        let open = self.reader.holds_break();
        open.then(|| self.machine.last_byte + BREAK_LIMIT)
    }

    /// When a half-typed line stops holding events back, while it does.
    fn hold_limit(&self) -> Option<Instant> {
        let holds = !self.machine.may_tell() && !self.machine.inbox.is_empty();
        holds.then_some(self.machine.held_until)
    }

    /// The host typed, or a line was dropped: a half-typed line holds events back.
    fn hold_events(&mut self) {
        self.machine.held_until = if self.reader.is_open() {
            self.machine.last_byte + HOLD_LIMIT
        } else {
            Instant::ZERO
        };
    }

    /// Bytes for the host.
    pub fn host_out(&self) -> &[u8] {
        self.machine.out.as_slice()
    }

    /// `n` bytes of `host_out` were sent.
    pub fn host_sent(&mut self, now: Instant, n: usize) {
        self.at(now);
        self.machine.out.consume(n);
        self.advance();
    }

    /// Bytes for the broker.
    pub fn net_out(&self, link: LinkId) -> &[u8] {
        let link = self.machine.links.get(usize::from(link.0));
        link.map_or(&[], |link| link.net_out.as_slice())
    }

    /// `n` bytes of `net_out` were written to the network.
    pub fn net_sent(&mut self, now: Instant, link: LinkId, n: usize) {
        self.at(now);
        self.machine.net_sent(link, n);
        self.advance();
    }

    /// Time does not run backwards, whatever the caller says.
    #[inline]
    fn at(&mut self, now: Instant) {
        self.machine.now = self.machine.now.max(now);
    }

    /// Does whatever can be done now.
    #[inline]
    fn advance(&mut self) {
        while self.run_next() || self.machine.tell_waiting() || self.machine.held_packet(LinkId(0))
        {
        }
    }

    /// Carries out the next command of the line, if there is one and room for
    /// its answer.
    #[inline]
    fn run_next(&mut self) -> bool {
        match self.machine.run {
            Run::Line { at } if self.machine.has_answer_room() => self.run_at(at),
            _ => return false,
        }
        true
    }

    /// Carries out the command of the line at `at`.
    #[inline(never)]
    fn run_at(&mut self, at: usize) {
        let line = self.reader.body();
        match run::run(&mut self.machine, line, at, &mut self.decoded) {
            run::Ran::End => self.machine.end_line(),
            run::Ran::Done(next, outcome) => {
                if matches!(outcome, Outcome::Prompt { .. }) {
                    self.decoded.clear();
                }
                self.machine.settle(next, outcome);
            }
        }
    }
}

/// The earlier of two times, if there is any.
fn sooner(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
