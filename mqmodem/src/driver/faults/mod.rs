//! What is made to go wrong with one modem, and who asks for it.

mod desk;
mod sending;
mod writes;

pub(crate) use desk::{ControlAnswer, ControlRequest, ControlWish, FaultDesk};

use super::timer::Timer;
use crate::port::Label;
use crate::runtime::clock::SystemClock;
use crate::store::{Done, Store};
use mqmodem_core::{Action, Config, HostLines, Instant, Memory, Slot};
use mqmodem_faults::{FaultLine, FaultNews, FaultState, Faults, Passage};
use sending::SendingQueue;
use std::fmt;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use writes::Writes;

/// Makes new memory for a modem.
pub(super) type Renew = Box<dyn Fn() -> Memory<'static> + Send>;

/// What is made to go wrong with one modem.
pub(super) struct DriverFaults {
    pub(super) engine: Faults,
    timer: Timer,
    requests: mpsc::Receiver<ControlRequest>,
    /// Who waits for a fault to act.
    waiting: Vec<(u32, oneshot::Sender<ControlAnswer>)>,
    writes: Writes,
    /// Lines that are sent beside the host.
    pub(super) sending: SendingQueue,
    pub(super) config: Config<'static>,
    renew: Renew,
    /// The host's lines, as they are now.
    pub(super) lines: Option<HostLines>,
    /// The modem is off, and whether it is to come back.
    pub(super) dark: Option<bool>,
}

impl fmt::Debug for DriverFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DriverFaults")
            .field("engine", &self.engine)
            .finish_non_exhaustive()
    }
}

impl DriverFaults {
    /// Those of a modem that begins with this configuration and memory.
    pub(super) fn new(
        desk: &FaultDesk,
        label: &Label,
        now: Instant,
        config: Config<'static>,
        renew: Renew,
    ) -> Self {
        let seed = desk.seed.wrapping_add(config.seed);
        let mut engine = Faults::new(seed, config.dialect.framing);
        for line in &desk.lines {
            if let Err(why) = engine.ask(now, line.clone()) {
                tracing::error!(modem = %label, "fault {line}: {why}");
            }
        }
        Self {
            engine,
            timer: Timer::default(),
            requests: desk.join(label),
            waiting: Vec::new(),
            writes: Writes::default(),
            sending: SendingQueue::default(),
            config,
            renew,
            lines: None,
            dark: None,
        }
    }

    /// What the modem was given when it began.
    pub(super) fn begin(&mut self, stored: impl IntoIterator<Item = (Slot, Vec<u8>)>) {
        self.writes.begin(stored);
    }

    /// What is due is done; whether anything is new.
    pub(super) fn advance(
        &mut self,
        cx: &mut Context<'_>,
        clock: &SystemClock,
        now: Instant,
    ) -> bool {
        self.engine.advance(now);
        let (engine, due) = (
            self.engine.poll_timeout(),
            self.sending.due(self.is_attached()),
        );
        let want = match (engine, due.filter(|due| *due > now)) {
            (Some(engine), Some(due)) => Some(engine.min(due)),
            (engine, due) => engine.or(due),
        };
        want.is_some_and(|want| self.timer.poll_due(cx, clock, want))
    }

    /// The next request, where there is one.
    pub(super) fn poll_request(&mut self, cx: &mut Context<'_>) -> Poll<ControlRequest> {
        match self.requests.poll_recv(cx) {
            Poll::Ready(Some(request)) => Poll::Ready(request),
            _ => Poll::Pending,
        }
    }

    /// Does what is asked for in words.
    pub(super) fn ask(&mut self, now: Instant, line: FaultLine) -> ControlAnswer {
        if line == FaultLine::List {
            let list = self.engine.list();
            let rows = list
                .iter()
                .map(|it| format!("\n{} {} {}", it.id, it.state.name(), it.words));
            return Ok(format!("{}{}", list.len(), rows.collect::<String>()));
        }
        let id = self.engine.ask(now, line)?;
        Ok(id.map_or(String::new(), |id| id.to_string()))
    }

    /// Answers once the fault has acted.
    pub(super) fn wait(&mut self, id: u32, reply: oneshot::Sender<ControlAnswer>) {
        self.waiting.retain(|(_, reply)| !reply.is_closed());
        self.waiting.push((id, reply));
    }

    /// Answers those who wait for what has happened by now, as the clock says.
    pub(super) fn answer_waiting(&mut self, clock: &SystemClock, now: Instant) {
        for (id, reply) in std::mem::take(&mut self.waiting) {
            let answer = match (self.engine.fired_at(id), self.engine.is_in_force(id)) {
                (Some(at), _) => Ok(wall(clock, now, at)),
                (None, Some(true)) => {
                    self.waiting.push((id, reply));
                    continue;
                }
                (None, Some(false)) => Err(format!("fault {id} has ended and never acted")),
                (None, None) => Err(format!("there is no fault {id}")),
            };
            // Who asked may have gone.
            let _ = reply.send(answer);
        }
    }

    /// What happened to a fault since this was asked.
    pub(super) fn poll_news(&mut self) -> Option<FaultNews> {
        self.engine.poll_news()
    }

    /// The modem wants this; whether the store is to have it. What is no change passes.
    pub(super) fn submit(&mut self, now: Instant, action: &Action<'_>) -> bool {
        self.writes.submit(&mut self.engine, now, action)
    }

    /// What became of the oldest change.
    pub(super) fn poll_done(
        &mut self,
        cx: &mut Context<'_>,
        now: Instant,
        store: &mut dyn Store,
    ) -> Poll<Done> {
        self.writes.poll_done(cx, &mut self.engine, now, store)
    }

    /// Ready once nothing is under way to the store of a modem that is off.
    pub(super) fn poll_drained(&mut self, cx: &mut Context<'_>, store: &mut dyn Store) -> Poll<()> {
        self.writes.poll_drained(cx, store)
    }

    /// New memory.
    pub(super) fn renew(&self) -> Memory<'static> {
        (self.renew)()
    }

    /// What is durable.
    pub(super) fn durable(&self) -> Vec<(Slot, Vec<u8>)> {
        self.writes.durable()
    }

    /// Whether a host is there.
    pub(super) fn is_attached(&self) -> bool {
        self.lines.is_some_and(|lines| lines.dtr)
    }

    /// The line that is typed beside the host now, where it has been idle for long enough.
    pub(super) fn next_line(&mut self, now: Instant) -> Option<Vec<u8>> {
        let attached = self.is_attached();
        self.sending.due(attached).filter(|due| *due <= now)?;
        self.sending.take_next(attached, self.config.dialect)
    }

    /// The host is to hear what came while somebody beside it was answered; whether it has
    /// heard any.
    pub(super) fn write_pending(&mut self, now: Instant) -> bool {
        let pending = self.sending.pending().to_vec();
        let count = if pending.is_empty() {
            0
        } else {
            self.answer(now, &pending)
        };
        self.sending.sent(count);
        count > 0
    }

    /// What arrives of the host now.
    pub(super) fn take_from_host(&mut self, now: Instant) -> Vec<u8> {
        let arrived = self.engine.ready(now, Passage::FromHost).to_vec();
        self.engine.take(Passage::FromHost, arrived.len());
        arrived
    }

    /// How much the host may send.
    pub(super) fn host_room(&mut self, now: Instant) -> usize {
        self.engine.room(now, Passage::FromHost)
    }

    /// The host sends bytes.
    pub(super) fn receive(&mut self, now: Instant, bytes: &[u8]) {
        self.engine.push(now, Passage::FromHost, bytes);
        self.engine.advance(now);
    }

    /// The modem has written all of this for its host; how much of it is under way.
    pub(super) fn answer(&mut self, now: Instant, bytes: &[u8]) -> usize {
        let count = self.engine.room(now, Passage::ToHost).min(bytes.len());
        let part = bytes.get(..count).unwrap_or_default();
        self.engine.push(now, Passage::ToHost, part);
        if count == bytes.len() {
            self.engine.flush(now);
        }
        self.engine.advance(now);
        count
    }

    /// What arrives at the host now.
    pub(super) fn ready_to_host(&mut self, now: Instant) -> &[u8] {
        self.engine.ready(now, Passage::ToHost)
    }

    /// The host has so much of that.
    pub(super) fn sent_to_host(&mut self, count: usize) {
        self.engine.take(Passage::ToHost, count);
    }
}

/// A moment by the machine's clock, in seconds since 1970.
fn wall(clock: &SystemClock, now: Instant, at: Instant) -> String {
    let at: Duration = clock.wall().saturating_sub(now.since(at));
    format!("{}.{:06}", at.as_secs(), at.subsec_micros())
}

/// How far a fault is, in words for a log.
pub(super) fn words(news: &FaultNews) -> String {
    let FaultNews { id, state, words } = news;
    match state {
        FaultState::Armed => format!("fault {id} is armed: {words}"),
        FaultState::Fired => format!("fault {id} has fired: {words}"),
        FaultState::Ended => format!("fault {id} has ended: {words}"),
    }
}
