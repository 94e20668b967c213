//! The machine: a host on one side, links to brokers on the other.

mod action;
pub mod api;
mod clock;
pub mod code;
pub mod command;
mod config;
mod dispatch;
pub mod event;
mod fail;
mod failure;
mod ids;
mod link;
mod memory;
mod network;
mod notify;
mod port;
pub(crate) mod profile;
mod radio;
pub mod settings;
mod slot;
pub mod storage;
mod wait;

pub use command::{context, heard, table};
pub use dispatch::publish as outbox;
pub use radio::Functionality;
pub use storage::{options, pem};

use crate::at::line::{LineReader, Taken};
use crate::buffer::Buf;
use crate::time::Instant;
use command::execute;
use config::Config;
use dispatch::{Machine, Run};
use heard::{Heard, Made};
use ids::ConnId;
use link::Link;
use memory::Memory;
use network::NetEvent;
use slot::{RestoreError, Slot};
use storage::link_opened_with;
use table::{Command, Fail, Outcome};

/// A modem: AT commands on one side, MQTT on the other, no I/O of its own.
///
/// `handle_*` tells it what happened, `poll_*` asks what to do next; bytes go
/// by slice and count, so that whoever does not keep up slows the other side
/// down and nothing is lost. After each `handle_*`, carry out every
/// [`Action`](api::Action), then write [`net_out`](Self::net_out) to the network, then
/// [`host_out`](Self::host_out) to the host, and say how much was written. Any
/// order of calls is legal; none of them fails.
#[derive(Debug)]
pub struct Modem<'a> {
    reader: LineReader<'a>,
    /// Values whose escapes were resolved, and raw bytes of data mode.
    decoded: Buf<'a>,
    machine: Machine<'a>,
    /// See [`Modem::unanswered`].
    unanswered: usize,
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
            unanswered: 0,
        }
    }

    /// Gives back what was kept under `slot`; before the first input, or, after
    /// [`await_restore`](Self::await_restore), once it can be read.
    pub fn restore(&mut self, slot: Slot, bytes: &[u8]) -> Result<(), RestoreError> {
        if let Slot::Session(link, record) = slot {
            return self.machine.restore_session(link, record, bytes);
        }
        self.machine.storage.restore(slot, bytes)?;
        match slot {
            Slot::Profile => self.machine.set_profile(self.machine.storage.profile()),
            Slot::Option(link, _) => self.machine.restore_options(link),
            _ => {}
        }
        Ok(())
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
            taken += self.hear(rest).taken;
        }
    }

    /// Takes bytes up to the end of a line, or of what the host was asked for.
    fn hear(&mut self, bytes: &[u8]) -> Heard {
        self.machine.notify.note_typing(self.machine.now);
        match self.machine.run {
            Run::Prompt { .. } => Heard {
                taken: self.take_data(bytes),
                echoed: 0,
                made: Made::Data,
            },
            _ => self.take_line(bytes),
        }
    }

    /// Whether `handle_host` would take a byte now.
    #[inline]
    pub fn host_ready(&self) -> bool {
        let ready = match self.machine.run {
            Run::Prompt { .. } => true,
            Run::Idle => self.has_echo_room() && !self.machine.is_reporting(),
            Run::Owing => self.machine.owed.takes_more() && self.has_echo_room(),
            Run::Line { .. } | Run::Waiting { .. } => false,
        };
        // What was typed ahead is answered at the port's new speed.
        ready && !self.machine.off && !self.machine.port.is_changed()
    }

    /// Whether what is still to be echoed of a line fits, whatever it may be: it
    /// was made sure of when the line began.
    fn has_echo_room(&self) -> bool {
        let out = &self.machine.out;
        out.free() >= (out.capacity() / 2).saturating_sub(self.reader.echoed())
    }

    /// Takes bytes up to the end of a line.
    fn take_line(&mut self, bytes: &[u8]) -> Heard {
        let machine = &mut self.machine;
        let before = machine.out.len();
        let room = machine.out.capacity() / 2;
        let format = machine.profile.format(machine.config.strict, room);
        let dialect = machine.config.dialect;
        let out = &mut machine.out;
        // `host_ready` has seen to it that an echo fits.
        let mut echo = |bytes: &[u8]| out.extend(bytes).unwrap_or_default();
        let reading_of = |name: &[u8]| dialect.find(name).map(Command::reading).unwrap_or_default();
        let (taken, made) = self.reader.take(bytes, format, &mut echo, &reading_of);
        let echoed = self.machine.out.len() - before;
        match made {
            Taken::Partial => {}
            Taken::Line | Taken::Repeat => self.machine.begin_line(),
            Taken::TooLong => self.machine.fail_line(Fail::Plain),
        }
        self.hold_events();
        Heard {
            taken,
            echoed,
            made: made.into(),
        }
    }

    /// Takes raw bytes of data mode (rule R13).
    fn take_data(&mut self, bytes: &[u8]) -> usize {
        let Run::Prompt {
            at, length, then, ..
        } = self.machine.run
        else {
            return 0;
        };
        let feed = self.reader.take_line_feed(bytes);
        if feed > 0 {
            return feed;
        }
        let missing = length.saturating_sub(self.decoded.len());
        let part = bytes.get(..missing.min(bytes.len())).unwrap_or_default();
        if self.decoded.extend(part).is_err() {
            self.machine.fail_line(Fail::MEMORY_FULL);
            return part.len();
        }
        if self.decoded.len() == length {
            self.machine.begin_answer();
            let outcome = then(
                &mut command::context::Context::new(&mut self.machine),
                self.decoded.as_slice(),
            );
            self.machine.settle(at, outcome);
        } else {
            self.machine.prompt_again();
        }
        part.len()
    }

    /// Something happened to a connection. Of one that is over nothing is believed:
    /// what is told late does no harm.
    pub fn handle_net(&mut self, now: Instant, conn: ConnId, event: NetEvent) {
        self.at(now);
        self.machine.handle_net(conn, event);
        self.advance();
    }

    /// The broker sent `bytes`; returns how many were taken. The rest is to be
    /// offered again once [`Modem::net_ready`]. What came on a connection that is
    /// over is taken and dropped.
    pub fn handle_net_data(&mut self, now: Instant, conn: ConnId, bytes: &[u8]) -> usize {
        self.at(now);
        self.advance();
        if self.machine.links.of(conn).is_none() {
            return bytes.len();
        }
        let (link, mut taken) = (conn.link, 0);
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
    pub fn net_ready(&self, conn: ConnId) -> bool {
        self.machine.links.of(conn).is_none() || self.machine.net_ready(conn.link)
    }

    /// What was asked for by an action that [owes](api::Action::owes) this answer is
    /// done, or failed.
    pub fn handle_stored(&mut self, now: Instant, slot: Slot, ok: bool) {
        self.at(now);
        self.unanswered = self.unanswered.saturating_sub(1);
        match slot {
            Slot::Session(link, record) => self.machine.session_stored(link, record, ok),
            slot => self.machine.storage.handle_stored(slot, ok),
        }
        if let Slot::Option(link, _) = slot {
            self.machine.follow_options(link);
        }
        if let Some(link) = link_opened_with(slot).filter(|_| ok) {
            self.machine.restart_attempt(link);
        }
        self.machine.check_wait();
        self.advance();
    }

    /// The modem is about to be switched off: DISCONNECT is sent, links are
    /// closed, no more input is taken. Drive it until [`Modem::is_off`].
    pub fn handle_shutdown(&mut self, now: Instant) {
        self.at(now);
        self.machine.off = true;
        self.machine.disconnect_all(None);
        self.advance();
    }

    /// Whether every link is closed after `handle_shutdown`.
    pub fn is_off(&self) -> bool {
        self.machine.off && self.machine.links.iter().all(Link::is_off)
    }

    /// Whether a command line is being carried out.
    pub fn is_busy(&self) -> bool {
        !matches!(self.machine.run, Run::Idle)
    }

    /// Bytes for the host.
    pub fn host_out(&self) -> &[u8] {
        self.machine.out.as_slice()
    }

    /// `n` bytes of `host_out` were sent.
    pub fn host_sent(&mut self, now: Instant, n: usize) {
        self.at(now);
        self.machine.out.consume(n);
        self.machine.answer.sent(n);
        self.advance();
    }

    /// Bytes for the broker; none on a connection that is over.
    pub fn net_out(&self, conn: ConnId) -> &[u8] {
        let link = self.machine.links.of(conn);
        link.map_or(&[], Link::net_out)
    }

    /// `n` bytes of `net_out` were written to the network.
    pub fn net_sent(&mut self, now: Instant, conn: ConnId, n: usize) {
        self.at(now);
        if self.machine.links.of(conn).is_some() {
            self.machine.net_sent(conn.link, n);
        }
        self.advance();
    }

    /// Time does not run backwards, whatever the caller says.
    #[inline]
    fn at(&mut self, now: Instant) {
        self.machine.now = self.machine.now.max(now);
    }

    /// Does whatever can be done now. Mostly there is nothing: one quick look.
    #[inline]
    fn advance(&mut self) {
        while self.may_step() && self.step() {}
    }

    #[inline]
    fn may_step(&self) -> bool {
        let runs = matches!(self.machine.run, Run::Line { .. });
        runs || self.machine.notify.has_news() || self.machine.links.iter().any(Link::has_partial)
    }

    #[inline(never)]
    fn step(&mut self) -> bool {
        self.run_next() || self.machine.report_next() || self.machine.held_packets()
    }

    /// Carries out the next command of the line, if there is one and room for
    /// its answer.
    fn run_next(&mut self) -> bool {
        match self.machine.run {
            Run::Line { .. } if !self.machine.may_run() => return false,
            Run::Line { at } if at == self.reader.body().len() && !self.machine.owed.any() => {
                self.machine.end_line();
            }
            Run::Line { at } => self.run_at(at),
            _ => return false,
        }
        true
    }

    /// Carries out the command of the line at `at`. While results are due, what
    /// became of any but one more message is not said, and nothing came of it: it
    /// is run again.
    fn run_at(&mut self, at: usize) {
        let line = self.reader.body();
        match execute::run(&mut self.machine, line, at, &mut self.decoded) {
            execute::Ran::Done(next, Outcome::Wait(wait)) => {
                if next < line.len() || !self.machine.owe(wait) {
                    self.machine.settle(next, Outcome::Wait(wait));
                }
            }
            _ if self.machine.owed.any() => self.machine.owe_first(),
            execute::Ran::End => self.machine.end_line(),
            execute::Ran::Done(next, outcome) => {
                if matches!(outcome, Outcome::Prompt { .. }) {
                    self.decoded.clear();
                }
                self.machine.settle(next, outcome);
            }
        }
    }
}
