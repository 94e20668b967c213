//! The machine: a host on one side, links to brokers on the other.

mod action;
pub mod api;
mod behaviour;
mod border;
mod clock;
pub mod code;
pub mod command;
pub mod connect_properties;
pub mod credential;
mod dispatch;
pub mod event;
pub mod fail;
mod failure;
pub mod file;
mod further;
mod greeting;
pub mod headers;
mod identity;
mod ids;
mod link;
mod memory;
mod network;
mod notify;
mod per_link;
mod port;
pub(crate) mod profile;
mod progress;
mod radio;
pub mod settings;
mod slot;
pub mod storage;
pub mod url;
mod vendor_limits;
pub mod wait;
pub mod will;
pub mod wording;

pub use command::dialect;
pub use dispatch::publish as outbox;
pub use profile::Profile;
pub use progress::notes::OutputKind;
pub use progress::scratch::Staged;
pub use radio::Functionality;
#[cfg(feature = "x509")]
pub use storage::x509;
pub use storage::{options, pem};

use crate::time::Instant;
use border::config::Config;
use command::console::Console;
use command::intake::{Intake, IntakeKind};
use command::language::Language;
use dialect::Banner;
use dispatch::Machine;
use ids::ConnId;
use link::Link;
use memory::Memory;
use network::NetEvent;
use progress::run::Run;
use slot::{RestoreError, Slot};
use storage::link_opened_with;

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
    console: Console<'a>,
    machine: Machine<'a>,
    /// See [`Modem::unanswered`].
    unanswered: usize,
}

impl<'a> Modem<'a> {
    /// A modem that was just switched on.
    pub fn new(config: Config<'a>, mut memory: Memory<'a>, now: Instant) -> Self {
        let line = memory.take_line();
        let values = memory.take_values();
        let dialect = config.dialect;
        let (behaviour, limits) = (config.behaviour(), config.limits());
        let mut machine = Machine::new(behaviour, memory, values.capacity(), now);
        machine.begin();
        if dialect.banner != Banner::Restart {
            machine.report_start();
        }
        let language = Language::new(dialect, config.strict);
        let mut modem = Self {
            console: Console::new(language, limits.body(), line, values),
            machine,
            unanswered: 0,
        };
        // A banner is said before anything is asked.
        modem.advance();
        modem
    }

    /// Gives back what was kept under `slot`; before the first input, or, after
    /// [`await_restore`](Self::await_restore), once it can be read.
    pub fn restore(&mut self, slot: Slot, bytes: &[u8]) -> Result<(), RestoreError> {
        if let Some(link) = slot.link() {
            self.machine.restore_link(link)?;
        }
        if let Slot::Session(link, record) = slot {
            return self.machine.restore_session(link, record, bytes);
        }
        self.machine.storage.restore(slot, bytes)?;
        match slot {
            Slot::Profile => self.machine.set_profile(self.machine.storage.profile()),
            Slot::Option(link, _) => self.machine.restore_options(link),
            Slot::Dialect(place) => self.machine.restore_network(place),
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
            taken += self.take(rest).taken;
        }
    }

    /// Takes bytes up to the end of a line, or of what the host was asked for.
    #[inline]
    fn take(&mut self, bytes: &[u8]) -> Intake {
        self.machine.notify.note_typing(self.machine.now);
        let intake = self.console.take(&mut self.machine, bytes);
        if intake.kind != IntakeKind::Data {
            self.update_line_open();
        }
        intake
    }

    /// Whether `handle_host` would take a byte now.
    #[inline]
    pub fn host_ready(&self) -> bool {
        // What was typed ahead is answered at the port's new speed.
        let usable = !self.machine.off && !self.machine.port.is_changed();
        self.console.is_ready(&self.machine) && usable
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

    /// What an action that [needs](api::Action::answer_slot) this answer asked for is done, or
    /// has failed.
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
        self.machine.check_pending();
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
        self.machine.off && self.machine.links.all(Link::is_off)
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
        runs || self.machine.notify.has_news() || self.machine.links.any(Link::has_partial)
    }

    #[inline(never)]
    fn step(&mut self) -> bool {
        self.run_next() || self.machine.report_next() || self.machine.handle_buffered_packets()
    }

    /// Carries out the next command of the line, if there is one and room for
    /// its answer.
    fn run_next(&mut self) -> bool {
        match self.machine.run {
            Run::Line { .. } if !self.machine.may_run() => return false,
            Run::Line { at } if self.console.is_at_end(at) && !self.machine.pending.any() => {
                self.machine.end_line();
            }
            Run::Line { at } => self.console.run_at(&mut self.machine, at),
            _ => return false,
        }
        true
    }
}
