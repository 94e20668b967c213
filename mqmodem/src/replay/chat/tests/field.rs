//! A modem in the field: it is observed, and does what a chat says.

use crate::observe::Observers;
use crate::observe::stream::{EventSink, EventSource, TraceEvent};
use crate::observe::{Observer, ObserverSource};
use crate::port::Label;
use mqmodem_chat::environment::RecordDisk;
use mqmodem_chat::{Input, Output, Player, Setup, StorageMode};
use mqmodem_core::{
    Action, Config, ConnId, HostLines, Instant, LinkId, Memory, Modem, NetError, NetEvent,
};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Microseconds since 1970 at which modems are switched on in the field.
const EPOCH: u64 = 1_700_000_000_000_000;
const START: Instant = Instant::from_micros(1_000_000);

/// Events as they were told, at the time of the field.
#[derive(Debug, Default)]
struct Kept {
    events: Mutex<Vec<TraceEvent>>,
    now: AtomicU64,
}

impl EventSink for Kept {
    fn event(&self, event: &Arc<TraceEvent>) {
        let t = self.now.load(Ordering::Relaxed);
        let event = TraceEvent {
            t,
            ..(**event).clone()
        };
        self.events.lock().unwrap().push(event);
    }
}

/// A connection of a link.
#[derive(Clone, Copy)]
struct FieldConn {
    conn: ConnId,
    open: bool,
}

pub(super) struct Field {
    setup: Setup,
    modem: Option<Modem<'static>>,
    observers: Observers,
    kept: Arc<Kept>,
    now: Instant,
    disk: RecordDisk,
    storage: StorageMode,
    conns: BTreeMap<LinkId, FieldConn>,
    held: bool,
    lines: HostLines,
    /// What the host sent and the modem has not taken.
    typed: Vec<u8>,
    began: bool,
}

impl Field {
    pub(super) fn new(setup: Setup) -> Self {
        let kept = Arc::new(Kept::default());
        let sink = kept.clone() as Arc<dyn EventSink>;
        let source = EventSource::new(|_, _| Ok::<_, ()>(vec![sink])).unwrap();
        let mut observer: Box<dyn Observer> = Arc::new(source).observer(&Label::new("field"));
        kept.now.store(EPOCH, Ordering::Relaxed);
        observer.made(&config(setup));
        Self {
            setup,
            modem: None,
            observers: Observers::new(vec![observer]),
            kept,
            now: START,
            disk: RecordDisk::default(),
            storage: StorageMode::Works,
            conns: BTreeMap::new(),
            held: false,
            lines: HostLines {
                dtr: true,
                rts: true,
            },
            typed: Vec::new(),
            began: false,
        }
    }

    pub(super) fn events(&self) -> Vec<TraceEvent> {
        self.kept.events.lock().unwrap().clone()
    }

    fn set_now(&mut self, now: Instant) {
        self.now = now;
        let passed = u64::try_from(now.since(START).as_micros()).unwrap();
        self.kept.now.store(EPOCH + passed, Ordering::Relaxed);
    }

    fn power_on(&mut self) -> Result<(), String> {
        let mut modem = Modem::new(config(self.setup), Memory::heap(), self.now);
        for (slot, bytes) in self.disk.durable() {
            let restored = modem.restore(*slot, bytes);
            restored.map_err(|error| format!("{error:?}"))?;
        }
        let wall = Duration::from_micros(EPOCH) + self.now.since(START);
        modem.set_clock(self.now, wall);
        self.observers.begin(&modem, self.now);
        self.modem = Some(modem);
        if !std::mem::replace(&mut self.began, true)
            && self.setup.echo != self.setup.dialect.profile.echoes()
        {
            return Err("it does not begin as it is made".into());
        }
        Ok(())
    }

    fn settle(&mut self) -> Result<(), String> {
        for _ in 0..100_000 {
            let Some(mut modem) = self.modem.take() else {
                return Ok(());
            };
            let moved = self.turn(&mut modem);
            self.modem = Some(modem);
            if !moved? {
                self.observers.rest();
                return Ok(());
            }
        }
        Err("it never comes to rest".into())
    }

    fn turn(&mut self, modem: &mut Modem<'static>) -> Result<bool, String> {
        let now = self.now;
        let mut moved = false;
        if modem.poll_timeout().is_some_and(|due| due <= now) {
            self.observers
                .may_drop(modem, now, |modem| modem.handle_timeout(now));
            moved = true;
        }
        while let Some(action) = modem.poll_action() {
            moved = true;
            match action {
                Action::Open { conn, to } => {
                    self.observers.opening(now, conn.link, &to);
                    let open = !self.held;
                    self.conns.insert(conn.link, FieldConn { conn, open });
                    if open {
                        self.observers.opened(now, conn.link, None);
                        modem.handle_net(now, conn, NetEvent::Opened);
                    }
                }
                Action::Close { conn, why } => {
                    self.observers.closing(now, conn.link, why);
                    self.conns.remove(&conn.link);
                }
                Action::Lines(lines) => self.observers.modem_lines(now, lines),
                Action::Serial(serial) => self.observers.serial(now, serial),
                action => {
                    let slot = match &action {
                        Action::Store { slot, .. } | Action::Erase { slot } => Some(*slot),
                        _ => None,
                    };
                    if let Some(slot) = slot {
                        self.observers.storing(now, slot);
                    }
                    assert!(self.disk.submit(&action) || matches!(action, Action::Forget { .. }));
                }
            }
        }
        moved |= self.store(modem)?;
        for link in self.conns.keys().copied().collect::<Vec<_>>() {
            let open = self.conns[&link];
            let out = modem.net_out(open.conn);
            if open.open && !out.is_empty() {
                self.observers.net_sent(now, link, out);
                let count = out.len();
                modem.net_sent(now, open.conn, count);
                moved = true;
            }
        }
        self.observers.answers(modem, now);
        let count = modem.host_out().len();
        self.observers.sent(modem, now, count);
        modem.host_sent(now, count);
        let taken = self.observers.receive(modem, now, &self.typed);
        self.typed.drain(..taken);
        Ok(moved || count > 0 || taken > 0)
    }

    fn store(&mut self, modem: &mut Modem<'static>) -> Result<bool, String> {
        let mut moved = false;
        loop {
            use mqmodem_chat::environment::WriteOutcome;
            let outcome = match self.storage {
                StorageMode::Works => WriteOutcome::Durable,
                StorageMode::Fails => WriteOutcome::Failed,
                StorageMode::Holds => return Err("the disk holds".into()),
            };
            let Some((slot, ok)) = self.disk.answer(outcome) else {
                return Ok(moved);
            };
            self.observers.stored(self.now, slot, ok);
            modem.handle_stored(self.now, slot, ok);
            moved = true;
        }
    }

    fn net(&mut self, link: LinkId, event: NetEvent) -> Result<(), String> {
        let conn = self.conns.get_mut(&link).ok_or("no link")?;
        conn.open = event == NetEvent::Opened;
        let conn = conn.conn;
        if event != NetEvent::Opened {
            self.conns.remove(&link);
        }
        match event {
            NetEvent::Opened => self.observers.opened(self.now, link, None),
            event => self.observers.net(self.now, link, event),
        }
        let modem = self.modem.as_mut().ok_or("it is off")?;
        modem.handle_net(self.now, conn, event);
        Ok(())
    }

    fn pass(&mut self, by: Duration) -> Result<(), String> {
        let until = self.now + by;
        while let Some(modem) = &self.modem {
            let due = modem.poll_timeout().filter(|due| *due <= until);
            let Some(due) = due else { break };
            self.set_now(due.max(self.now));
            self.settle()?;
        }
        self.set_now(until);
        Ok(())
    }

    fn power_off(&mut self) -> Result<(), String> {
        let now = self.now;
        self.modem.as_mut().ok_or("it is off")?.handle_shutdown(now);
        self.settle()?;
        while !self.modem.as_ref().is_none_or(Modem::is_off) {
            let due = self.modem.as_ref().and_then(Modem::poll_timeout);
            self.set_now(due.ok_or("it does not go off")?);
            self.settle()?;
        }
        let mut modem = self.modem.take().ok_or("it is off")?;
        self.observers.end(&mut modem, self.now);
        self.conns.clear();
        Ok(())
    }

    fn apply(&mut self, link: LinkId, input: &Input) -> Result<(), String> {
        match input {
            Input::PowerOn => self.power_on()?,
            Input::PowerOff => return self.power_off(),
            Input::PowerCut => {
                self.modem = None;
                self.typed.clear();
                self.conns.clear();
                self.disk.cut_power();
                self.observers.power_lost(self.now);
            }
            Input::Host(bytes) => self.typed.extend(bytes),
            Input::Dtr(on) => self.lines.dtr = *on,
            Input::Rts(on) => self.lines.rts = *on,
            Input::Broker(bytes) => return self.broker(link, bytes),
            Input::BrokerCloses => self.net(link, NetEvent::Closed)?,
            Input::BrokerResets => self.net(link, NetEvent::Failed(NetError::Broken))?,
            Input::NetPending => self.held = true,
            Input::NetOpen => {
                self.held = false;
                self.net(link, NetEvent::Opened)?;
            }
            Input::NetFail(why) => self.net(link, NetEvent::Failed(*why))?,
            Input::Store(mode) => self.storage = *mode,
            Input::Pass(by) => return self.pass(*by),
            other => {
                return Err(format!("{other:?}")
                    .split(['(', ' '])
                    .next()
                    .unwrap()
                    .into());
            }
        }
        if matches!(input, Input::Dtr(_) | Input::Rts(_)) {
            let (now, lines) = (self.now, self.lines);
            self.observers.lines(now, lines);
            let modem = self.modem.as_mut().ok_or("it is off")?;
            self.observers
                .may_drop(modem, now, |modem| modem.handle_host_lines(now, lines));
        }
        self.settle()
    }

    /// Bytes of the broker, taken as fast as the modem does.
    fn broker(&mut self, link: LinkId, bytes: &[u8]) -> Result<(), String> {
        let conn = self.conns.get(&link).ok_or("no link")?.conn;
        let mut rest = bytes;
        while !rest.is_empty() {
            let modem = self.modem.as_mut().ok_or("it is off")?;
            let taken = modem.handle_net_data(self.now, conn, rest);
            self.observers.net_received(self.now, link, &rest[..taken]);
            rest = &rest[taken..];
            self.settle()?;
            if taken == 0 || !self.conns.contains_key(&link) {
                return match rest {
                    [] => Ok(()),
                    _ => Err("not all is taken".into()),
                };
            }
        }
        Ok(())
    }
}

fn config(setup: Setup) -> Config<'static> {
    Config {
        seed: setup.seed,
        strict: setup.strict,
        mask_secrets: setup.mask_secrets,
        vendor_limits: setup.vendor_limits,
        gap: setup.gap,
        offline: setup.offline,
        ..Config::of(setup.dialect)
    }
}

impl Player for Field {
    fn play(&mut self, link: LinkId, input: &Input) -> Result<(), String> {
        self.apply(link, input)
    }

    fn output(&mut self) -> Output {
        Output::default()
    }
}
