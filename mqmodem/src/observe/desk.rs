//! A modem that is observed, for tests.

use super::event::ObserverSource;
use super::observers::Observers;
use super::stream::{EventSink, EventSource, PayloadLimit, TraceEvent};
use super::trace::{Trace, TraceTarget};
use crate::port::Label;
use mqmodem_core::{Action, Config, ConnId, HostLines, Instant, Memory, Modem, NetEvent};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Events that were told.
#[derive(Debug, Default)]
struct Kept(Mutex<Vec<Arc<TraceEvent>>>);

impl EventSink for Kept {
    fn event(&self, event: &Arc<TraceEvent>) {
        self.0.lock().unwrap().push(event.clone());
    }
}

/// A modem that is traced, and the time.
pub(super) struct Desk {
    modem: Modem<'static>,
    observers: Observers,
    now: Instant,
    conn: Option<ConnId>,
    file: PathBuf,
    events: Arc<Kept>,
    /// Bytes the host sent, and those it was sent.
    pub(super) typed: Vec<u8>,
    pub(super) heard: Vec<u8>,
}

impl Desk {
    pub(super) fn new(name: &str) -> Self {
        Self::tracing(name, None)
    }

    /// The same, with so much of payloads in the trace.
    pub(super) fn tracing(name: &str, payload: Option<PayloadLimit>) -> Self {
        let file = std::env::temp_dir().join(format!("mqmodem-{}-{name}", std::process::id()));
        let trace = Arc::new(Trace::create(&TraceTarget::of(&file), payload).unwrap());
        let captured = file.with_extension("pcapng");
        let capture = Arc::new(Trace::create(&TraceTarget::of(&captured), payload).unwrap());
        let events = Arc::new(Kept::default());
        let sink = events.clone();
        let source = EventSource::new(|_, _| Ok::<_, ()>(vec![sink as Arc<dyn EventSink>]));
        let label = Label::new("m");
        let observers = vec![
            trace.observer(&label),
            capture.observer(&label),
            Arc::new(source.unwrap()).observer(&label),
        ];
        let mut observers = Observers::new(observers);
        let modem = Modem::new(Config::default(), Memory::heap(), Instant::ZERO);
        observers.begin(&modem, Instant::ZERO);
        Self {
            modem,
            observers,
            now: Instant::ZERO,
            conn: None,
            file,
            events,
            typed: Vec::new(),
            heard: Vec::new(),
        }
    }

    pub(super) fn say(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let taken = self.observers.receive(&mut self.modem, self.now, rest);
            self.typed.extend(&rest[..taken]);
            rest = &rest[taken..];
            self.settle(usize::MAX);
            if taken == 0 && !self.modem.host_ready() {
                self.pass(Duration::from_secs(10));
            }
        }
    }

    /// Carries out what the modem wants; the host reads so much.
    pub(super) fn settle(&mut self, reads: usize) {
        while let Some(action) = self.modem.poll_action() {
            match action {
                Action::Store { slot, .. } | Action::Erase { slot } => {
                    self.modem.handle_stored(self.now, slot, true);
                }
                Action::Open { conn, to } => {
                    self.observers.opening(self.now, conn.link, &to);
                    self.observers.opened(self.now, conn.link, None);
                    self.conn = Some(conn);
                    self.modem.handle_net(self.now, conn, NetEvent::Opened);
                }
                _ => {}
            }
        }
        if let Some(conn) = self.conn {
            let out = self.modem.net_out(conn);
            self.observers.net_sent(self.now, conn.link, out);
            self.modem.net_sent(self.now, conn, out.len());
        }
        self.observers.answers(&mut self.modem, self.now);
        let read = self.modem.host_out().len().min(reads);
        self.heard.extend(&self.modem.host_out()[..read]);
        self.observers.sent(&self.modem, self.now, read);
        self.modem.host_sent(self.now, read);
        self.observers.rest();
    }

    /// Whether something of the host's side is in hand.
    pub(super) fn is_reading(&self) -> bool {
        self.observers.is_reading()
    }

    pub(super) fn pass(&mut self, by: Duration) {
        self.now = self.now + by;
        let now = self.now;
        self.observers
            .may_drop(&mut self.modem, now, |modem| modem.handle_timeout(now));
        self.settle(usize::MAX);
    }

    pub(super) fn hang_up(&mut self) {
        let (dtr, rts) = (false, false);
        let now = self.now;
        self.observers.may_drop(&mut self.modem, now, |modem| {
            modem.handle_host_lines(now, HostLines { dtr, rts });
        });
        let (dtr, rts) = (true, true);
        self.modem
            .handle_host_lines(self.now, HostLines { dtr, rts });
    }

    /// The broker sends this.
    pub(super) fn broker(&mut self, bytes: &[u8]) {
        let conn = self.conn.unwrap();
        let taken = self.modem.handle_net_data(self.now, conn, bytes);
        assert_eq!(taken, bytes.len());
        self.observers.net_received(self.now, conn.link, bytes);
        self.settle(usize::MAX);
    }

    /// What was told up to now.
    pub(super) fn events(&self) -> Vec<Arc<TraceEvent>> {
        self.events.0.lock().unwrap().clone()
    }

    /// The trace, without its times.
    pub(super) fn end(self) -> Vec<String> {
        self.end_captured().0
    }

    /// The same, and the capture.
    pub(super) fn end_captured(mut self) -> (Vec<String>, Vec<u8>) {
        self.observers.end(&mut self.modem, self.now);
        drop(self.observers);
        let text = std::fs::read_to_string(&self.file).unwrap();
        std::fs::remove_file(&self.file).unwrap();
        let lines = text.lines().map(|line| line.split_once(" m ").unwrap().1);
        let captured = self.file.with_extension("pcapng");
        let capture = std::fs::read(&captured).unwrap();
        std::fs::remove_file(&captured).unwrap();
        (lines.map(str::to_owned).collect(), capture)
    }
}
