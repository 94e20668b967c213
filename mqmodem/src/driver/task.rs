//! The task of one modem: its host, its links, its store, its timer.

use super::faults::DriverFaults;
use super::host::HostPort;
use super::link_log::LinkLogs;
use super::links::NetLinks;
use super::restore::restore;
use super::stop::Stop;
use super::timer::Timer;
use crate::observe::{Observer, Observers};
use crate::port::{Label, Port, PortInput};
use crate::runtime::clock::{SystemClock, WallCheck};
use crate::store::{Done, Store};
use crate::transport::{Pace, Proxy, TlsConfigs};
use mqmodem_core::{HostLines, Instant, Modem, Slot};
use std::cell::RefCell;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

/// Bytes read at once. One buffer a thread, in use only while a modem reads.
const SCRATCH: usize = 64 * 1024;

/// Rounds in which answers are gathered before they are written.
const GATHER: usize = 16;

/// Rounds of a turn, after which the runtime looks at sockets, timers and other
/// modems: a host or a broker that sends without end must not keep them waiting.
const ROUNDS: usize = 4 * GATHER;

/// How long a modem may take to switch off.
const LAST_WORDS: Duration = Duration::from_secs(2);

thread_local! {
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; SCRATCH]);
}

/// What a [`Driver`] is made of.
pub struct Parts {
    /// The modem.
    pub modem: Modem<'static>,
    /// The clock its times are told by.
    pub clock: SystemClock,
    /// Where its host is.
    pub port: Box<dyn Port>,
    /// What the port is called in logs.
    pub label: Label,
    /// Where it keeps what outlives it.
    pub store: Box<dyn Store>,
    /// What counts where it kept nothing; used where the store gives that later.
    pub defaults: Vec<(Slot, Vec<u8>)>,
    /// TLS settings, shared with other modems.
    pub tls: Arc<TlsConfigs>,
    /// When it may connect.
    pub pace: Option<Arc<Pace>>,
    /// What its connections go through.
    pub proxy: Option<Arc<Proxy>>,
    /// Who observes it.
    pub observers: Vec<Box<dyn Observer>>,
    /// When it is to be switched off.
    pub stop: Stop,
}

/// Drives one modem until it is stopped or its host is gone for good.
///
/// One task owns everything, so nothing is locked and no byte waits in a queue.
/// Each turn goes round until nothing moves any more: actions, timer, links,
/// input; answers go to the host once no more input makes more of them.
pub struct Driver {
    pub(super) modem: Modem<'static>,
    pub(super) clock: SystemClock,
    pub(super) host: HostPort,
    pub(super) label: Label,
    pub(super) store: Box<dyn Store>,
    /// What counts where nothing was stored, until that is known.
    defaults: Option<Box<Defaults>>,
    pub(super) links: NetLinks,
    pub(super) link_logs: LinkLogs,
    timer: Timer,
    wall_check: WallCheck,
    pub(super) observers: Observers,
    stop: Stop,
    pub(super) phase: DriverPhase,
    /// What is made to go wrong, where anything may be.
    pub(super) faults: Option<Box<DriverFaults>>,
}

/// Settings, where few modems have any.
struct Defaults(Vec<(Slot, Vec<u8>)>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DriverPhase {
    Running,
    /// The host is gone; the running command may still answer.
    Ending,
    /// Switching off, until then at the latest.
    Stopping(Instant),
}

impl fmt::Debug for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Driver")
            .field("label", &self.label)
            .field("phase", &self.phase)
            .finish_non_exhaustive()
    }
}

impl Driver {
    /// A driver for these parts.
    pub fn new(mut parts: Parts) -> Self {
        parts.port.set_modem(&parts.label);
        let mut observers = Observers::new(parts.observers);
        observers.begin(&parts.modem, parts.clock.now());
        Self {
            modem: parts.modem,
            wall_check: WallCheck::new(&parts.clock),
            clock: parts.clock,
            host: HostPort::new(parts.port),
            label: parts.label,
            store: parts.store,
            link_logs: LinkLogs::default(),
            defaults: (!parts.defaults.is_empty()).then(|| Box::new(Defaults(parts.defaults))),
            links: NetLinks::new(parts.tls, parts.pace, parts.proxy),
            timer: Timer::default(),
            observers,
            stop: parts.stop,
            phase: DriverPhase::Running,
            faults: None,
        }
    }

    /// The same, with which things may be made to go wrong.
    pub(super) fn with_faults(self, faults: DriverFaults) -> Self {
        Self {
            faults: Some(Box::new(faults)),
            ..self
        }
    }

    fn turn(&mut self, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<()> {
        self.look_for_stop(cx);
        self.host.begin_turn();
        let mut round = 0;
        loop {
            round += 1;
            let now = self.clock.now();
            // One that cannot be opened is opening until the modem is asked.
            self.link_logs.look(&self.label, &self.modem, now);
            let mut moved = self.faults.is_some() && self.run_faults(cx, now);
            if self.is_dark() {
                return self.stay_dark(cx, now, buf);
            }
            moved |= self.carry_out(now);
            self.link_logs.look(&self.label, &self.modem, now);
            moved |= self.take_restored(cx, now);
            moved |= self.take_stored(cx, now);
            moved |= self.run_timer(cx, now);
            moved |= self.run_links(cx, now, buf);
            moved |= self.host.poll_attend(cx).is_ready();
            moved |= self.take_input(cx, now, buf);
            let used_up = self.host.used_its_share() || round == ROUNDS;
            if moved && !used_up && round % GATHER != 0 {
                continue;
            }
            if !self.answer(cx, now) && !moved {
                return self.finish(cx, now);
            }
            if used_up {
                return self.give_way(cx);
            }
        }
    }

    /// Whether a fault has taken its power.
    fn is_dark(&self) -> bool {
        self.faults.as_ref().is_some_and(|it| it.dark.is_some())
    }

    /// There is more to be done, and it is others' turn.
    fn give_way(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.links.rest();
        // It wakes this task once the runtime has looked at everything else.
        let turn = std::pin::pin!(tokio::task::yield_now());
        turn.poll(cx)
    }

    /// The machine's clock may have been set: what the host asks for is to be right.
    pub(super) fn look_at_clock(&mut self, now: Instant) {
        if let Some(wall) = self.wall_check.changed(&self.clock, now) {
            tracing::debug!(port = %self.label, "the machine's clock was set");
            self.modem.set_clock(now, wall);
        }
    }

    fn look_for_stop(&mut self, cx: &mut Context<'_>) {
        let is_stopping = matches!(self.phase, DriverPhase::Stopping(_));
        if !is_stopping && self.stop.poll(cx, &self.label) {
            self.switch_off(self.clock.now());
        }
    }

    fn switch_off(&mut self, now: Instant) {
        if !matches!(self.phase, DriverPhase::Stopping(_)) {
            self.phase = DriverPhase::Stopping(now + LAST_WORDS);
            self.host.forget();
            self.modem.handle_shutdown(now);
        }
    }

    /// Gives the modem what it kept, where that could not be read when it began.
    fn take_restored(&mut self, cx: &mut Context<'_>, now: Instant) -> bool {
        if self.modem.is_busy() {
            return false;
        }
        let Poll::Ready(kept) = self.store.poll_restored(cx) else {
            return false;
        };
        let defaults = self.defaults.take().map(|it| it.0).unwrap_or_default();
        restore(&mut self.modem, &self.label, &kept, &defaults);
        if let Some(faults) = &mut self.faults {
            faults.begin(defaults);
            faults.begin(kept);
        }
        self.modem.handle_restored(now);
        true
    }

    /// Tells the modem what is durable by now.
    fn take_stored(&mut self, cx: &mut Context<'_>, now: Instant) -> bool {
        let mut moved = false;
        while let Poll::Ready(done) = self.poll_done(cx, now) {
            self.observers.stored(now, done.slot, done.ok);
            self.modem.handle_stored(now, done.slot, done.ok);
            moved = true;
        }
        moved
    }

    fn poll_done(&mut self, cx: &mut Context<'_>, now: Instant) -> Poll<Done> {
        match &mut self.faults {
            None => self.store.poll_done(cx),
            Some(faults) => faults.poll_done(cx, now, &mut *self.store),
        }
    }

    fn run_timer(&mut self, cx: &mut Context<'_>, now: Instant) -> bool {
        let Some(want) = self.modem.poll_timeout() else {
            return false;
        };
        let due = self.timer.poll_due(cx, &self.clock, want);
        if due {
            let at = now.max(want);
            self.observers
                .may_drop(&mut self.modem, now, |modem| modem.handle_timeout(at));
        }
        due
    }

    fn run_links(&mut self, cx: &mut Context<'_>, now: Instant, buf: &mut [u8]) -> bool {
        let faults = self.faults.as_mut().map(|it| &mut it.engine);
        self.links
            .turn(cx, now, &mut self.modem, &mut self.observers, faults, buf)
    }

    /// Offers what the host sent; whether anything moved.
    fn take_input(&mut self, cx: &mut Context<'_>, now: Instant, buf: &mut [u8]) -> bool {
        if !self.modem.host_ready() || self.host.used_its_share() {
            return false;
        }
        if !self.host.all_is_taken() {
            return self.host.offer(&mut self.modem, &mut self.observers, now);
        }
        if self.faults.is_some() {
            return self.take_faulty_input(cx, now, buf);
        }
        if self.phase != DriverPhase::Running {
            return false;
        }
        match self.host.poll_input(cx, buf) {
            Poll::Pending => false,
            Poll::Ready(input) => {
                self.handle_input(now, input, buf);
                true
            }
        }
    }

    pub(super) fn handle_input(&mut self, now: Instant, input: PortInput, buf: &[u8]) {
        match input {
            PortInput::Bytes(n) => {
                self.look_at_clock(now);
                let bytes = buf.get(..n).unwrap_or_default();
                self.host
                    .receive(&mut self.modem, &mut self.observers, now, bytes);
            }
            PortInput::Lines(lines) => self.handle_lines(now, lines),
            PortInput::Break => {
                self.observers.host_break(now);
                self.observers
                    .may_drop(&mut self.modem, now, |modem| modem.handle_host_break(now));
            }
            PortInput::End => self.phase = DriverPhase::Ending,
        }
    }

    pub(super) fn handle_lines(&mut self, now: Instant, lines: HostLines) {
        tracing::debug!(modem = %self.label, dtr = lines.dtr, "host lines");
        self.observers.lines(now, lines);
        self.observers.may_drop(&mut self.modem, now, |modem| {
            modem.handle_host_lines(now, lines);
        });
    }

    /// Writes what the modem answers; whether any of it went out.
    fn answer(&mut self, cx: &mut Context<'_>, now: Instant) -> bool {
        if self.faults.is_some() {
            return self.answer_faulty(cx, now);
        }
        self.host
            .answer(cx, &mut self.modem, &mut self.observers, now)
    }

    /// Nothing moves any more: waits, unless it is time to go.
    fn finish(&mut self, cx: &mut Context<'_>, now: Instant) -> Poll<()> {
        // The host's answers went first: they are what is waited for.
        self.links.rest();
        // Many modems wait at once, few have a large message in hand.
        self.modem.trim();
        self.observers.rest();
        let flushed = self.host.poll_flush(cx).is_ready();
        let faults = self.faults.as_ref();
        let through =
            faults.is_none_or(|it| it.engine.host_is_through() && !it.sending.has_pending());
        let said = flushed && through && self.modem.host_out().is_empty();
        if self.phase == DriverPhase::Ending
            && said
            && self.host.all_is_taken()
            && !self.modem.is_busy()
        {
            self.switch_off(now);
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let DriverPhase::Stopping(latest) = self.phase else {
            return Poll::Pending;
        };
        let closed = self.links.poll_closed(cx).is_ready();
        if (self.modem.is_off() && said && closed) || now >= latest {
            self.observers.end(&mut self.modem, now);
            return Poll::Ready(());
        }
        // Past its end the modem wants no more time itself, or later than this.
        let _ = self.timer.poll_due(cx, &self.clock, latest);
        Poll::Pending
    }
}

impl Future for Driver {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        BUFFER.with_borrow_mut(|buf| this.turn(cx, buf))
    }
}
