//! Drives one modem: its host port, its links, its timer.

mod host;
mod link_log;
mod links;
mod shared;
mod taps;
#[cfg(test)]
mod tests;
mod timer;

pub use shared::{Setup, Shared};

use crate::observe::metrics::{Meter, Metrics};
use crate::observe::trace::Tap;
use crate::port::{Label, Port};
use crate::runtime::clock::{Clock, Looked};
use crate::runtime::leftover::Held;
use crate::store::{Change, Store};
use crate::transport::{self, Pace, TlsConfigs};
use host::{SHARE, Switch};
use link_log::News;
use links::Links;
use mqmodem_core::{Action, Instant, Modem, Slot};
use shared::restore;
use std::cell::RefCell;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use taps::Taps;
use timer::Timer;

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

/// A future that resolves when the modem is to be switched off.
pub type Stop = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What a [`Driver`] is made of.
pub struct Parts {
    /// The modem.
    pub modem: Modem<'static>,
    /// The clock its times are told by.
    pub clock: Clock,
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
    /// Where it is counted.
    pub metrics: Option<Arc<Metrics>>,
    /// When it may connect.
    pub pace: Option<Arc<Pace>>,
    /// Where its traffic is written to.
    pub tap: Option<Tap>,
    /// When it is to be switched off.
    pub stop: Stop,
}

/// Drives one modem until it is stopped or its host is gone for good.
///
/// One task owns everything, so nothing is locked and no byte waits in a queue.
/// Each turn goes round until nothing moves any more: actions, timer, links,
/// input; answers go to the host once no more input makes more of them.
pub struct Driver {
    modem: Modem<'static>,
    clock: Clock,
    port: Box<dyn Port>,
    label: Label,
    store: Box<dyn Store>,
    defaults: Vec<(Slot, Vec<u8>)>,
    links: Links,
    news: News,
    timer: Timer,
    looked: Looked,
    held: Held,
    /// Bytes the host may still send in this turn.
    share: usize,
    switch: Option<Switch>,
    taps: Taps,
    stop: Option<Stop>,
    phase: Phase,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
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
        let news = News::of(parts.label.clone());
        Self {
            modem: parts.modem,
            looked: Looked::new(&parts.clock),
            clock: parts.clock,
            port: parts.port,
            label: parts.label,
            store: parts.store,
            news,
            defaults: parts.defaults,
            links: Links::new(parts.tls, parts.pace),
            timer: Timer::default(),
            held: Held::default(),
            share: 0,
            switch: None,
            taps: Taps {
                tap: parts.tap.map(Box::new),
                meter: parts.metrics.map(|it| Box::new(Meter::new(it))),
            },
            stop: Some(parts.stop),
            phase: Phase::Running,
        }
    }

    fn turn(&mut self, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<()> {
        self.look_for_stop(cx);
        self.share = SHARE;
        let mut round = 0;
        loop {
            round += 1;
            let now = self.clock.now();
            let mut moved = self.carry_out(now);
            self.news.look(&self.modem, now);
            moved |= self.take_kept(cx, now);
            moved |= self.hear_store(cx, now);
            moved |= self.run_timer(cx, now);
            moved |= self.run_links(cx, now, buf);
            moved |= self.port.poll_attend(cx).is_ready();
            moved |= self.take_input(cx, now, buf);
            let used_up = self.share == 0 || round == ROUNDS;
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

    /// There is more to be done, and it is others' turn.
    fn give_way(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.links.rest();
        // It wakes this task once the runtime has looked at everything else.
        let turn = std::pin::pin!(tokio::task::yield_now());
        turn.poll(cx)
    }

    /// The machine's clock may have been set: what the host asks for is to be right.
    fn look_at_clock(&mut self, now: Instant) {
        if let Some(wall) = self.looked.news(&self.clock, now) {
            tracing::debug!(port = %self.label, "the machine's clock was set");
            self.modem.set_clock(now, wall);
        }
    }

    fn look_for_stop(&mut self, cx: &mut Context<'_>) {
        if let Some(stop) = &mut self.stop
            && stop.as_mut().poll(cx).is_ready()
        {
            self.switch_off(self.clock.now());
        }
    }

    fn switch_off(&mut self, now: Instant) {
        self.stop = None;
        if !matches!(self.phase, Phase::Stopping(_)) {
            self.phase = Phase::Stopping(now + LAST_WORDS);
            self.held.clear();
            self.modem.handle_shutdown(now);
        }
    }

    fn carry_out(&mut self, now: Instant) -> bool {
        let mut moved = false;
        loop {
            match self.modem.poll_action() {
                None => return moved,
                Some(Action::Open { conn, to }) => {
                    self.news.open(&to);
                    if let Some(what) = to.tls.and_then(|tls| transport::warning(tls.verify)) {
                        tracing::warn!("{}: {what}, {}", self.label, to.host);
                    }
                    self.taps.open(now, conn.link, &to);
                    self.links.open(conn, &self.label, &to);
                }
                Some(Action::Close { conn, why }) => {
                    self.taps.close(conn.link, why);
                    self.links.close(conn);
                }
                Some(Action::Store { slot, bytes }) => {
                    self.store.submit(Change::Put { slot, bytes });
                }
                Some(Action::Erase { slot }) => self.store.submit(Change::Erase { slot }),
                Some(Action::Forget { link }) => self.store.submit(Change::Forget { link }),
                Some(Action::Lines(lines)) => {
                    tracing::debug!(modem = %self.label, dcd = lines.dcd, dsr = lines.dsr, "modem lines");
                    self.port.set_lines(lines);
                }
                Some(Action::Serial(serial)) => {
                    let after = self.modem.host_out().len();
                    self.switch = Some(Switch { serial, after });
                }
            }
            moved = true;
        }
    }

    /// Gives the modem what it kept, where that could not be read when it began.
    fn take_kept(&mut self, cx: &mut Context<'_>, now: Instant) -> bool {
        if self.modem.is_busy() {
            return false;
        }
        let Poll::Ready(kept) = self.store.poll_restored(cx) else {
            return false;
        };
        let defaults = std::mem::take(&mut self.defaults);
        restore(&mut self.modem, &self.label, &kept, &defaults);
        self.modem.handle_restored(now);
        true
    }

    /// Tells the modem what is durable by now.
    fn hear_store(&mut self, cx: &mut Context<'_>, now: Instant) -> bool {
        let mut moved = false;
        while let Poll::Ready(done) = self.store.poll_done(cx) {
            self.modem.handle_stored(now, done.slot, done.ok);
            moved = true;
        }
        moved
    }

    fn run_timer(&mut self, cx: &mut Context<'_>, now: Instant) -> bool {
        let Some(want) = self.modem.poll_timeout() else {
            return false;
        };
        let due = self.timer.poll_due(cx, &self.clock, want);
        if due {
            let at = now.max(want);
            self.taps
                .dropping(&mut self.modem, |modem| modem.handle_timeout(at));
        }
        due
    }

    fn run_links(&mut self, cx: &mut Context<'_>, now: Instant, buf: &mut [u8]) -> bool {
        self.links
            .turn(cx, now, &mut self.modem, &mut self.taps, buf)
    }

    /// Nothing moves any more: waits, unless it is time to go.
    fn finish(&mut self, cx: &mut Context<'_>, now: Instant) -> Poll<()> {
        // The host's answers went first: they are what is waited for.
        self.links.rest();
        // Many modems wait at once, few have a large message in hand.
        self.modem.trim();
        let flushed = self.port.poll_flush(cx).is_ready();
        let said = flushed && self.modem.host_out().is_empty();
        if self.phase == Phase::Ending && said && self.held.is_empty() && !self.modem.is_busy() {
            self.switch_off(now);
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let Phase::Stopping(latest) = self.phase else {
            return Poll::Pending;
        };
        let closed = self.links.poll_closed(cx).is_ready();
        if (self.modem.is_off() && said && closed) || now >= latest {
            self.taps.end(&mut self.modem);
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
