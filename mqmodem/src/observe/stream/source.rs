//! Makes events of what observers see.

use super::event::{LineKind, LineSender, TraceEvent, TraceWhat};
use super::setup::TraceSetup;
use super::wire::Translate;
use crate::observe::event::{
    HostEvent, LinkEvent, Observer, ObserverSource, StateEvent, StoreEvent,
};
use crate::port::Label;
use data_encoding::BASE32_NOPAD;
use mqmodem_core::{Config, Instant, LinkId};
use ring::rand::{SecureRandom, SystemRandom};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

/// Takes events: a file, a page, a capture. It never waits.
pub trait EventSink: fmt::Debug + Send + Sync {
    /// Takes one; those of a modem come in their order.
    fn event(&self, event: &Arc<TraceEvent>);
}

/// The events of all modems of a program.
#[derive(Debug)]
pub struct EventSource {
    run: String,
    started: u64,
    sinks: Vec<Arc<dyn EventSink>>,
    /// The number of the last event of each modem.
    numbers: Mutex<HashMap<String, Arc<Mutex<u64>>>>,
}

impl EventSource {
    /// A source whose events go to what `sinks` makes of its run and of when that began.
    pub fn new<E>(
        sinks: impl FnOnce(&str, u64) -> Result<Vec<Arc<dyn EventSink>>, E>,
    ) -> Result<Self, E> {
        let (run, started) = (random_name(), now());
        Ok(Self {
            sinks: sinks(&run, started)?,
            run,
            started,
            numbers: Mutex::default(),
        })
    }

    /// Which run of the program this is.
    pub fn run(&self) -> &str {
        &self.run
    }

    /// When it began, in microseconds since 1970.
    pub fn started(&self) -> u64 {
        self.started
    }

    /// Writes something down about a modem.
    pub fn note(&self, modem: &Label, text: &str) {
        let text = text.to_owned();
        self.send(&self.number(modem), modem, TraceWhat::Note { text });
    }

    fn number(&self, modem: &Label) -> Arc<Mutex<u64>> {
        let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        numbers
            .entry(modem.as_str().to_owned())
            .or_default()
            .clone()
    }

    fn send(&self, number: &Mutex<u64>, modem: &Label, what: TraceWhat) {
        // While it is held, so that the order of a modem's events is that of their numbers.
        let mut number = number.lock().unwrap_or_else(PoisonError::into_inner);
        *number += 1;
        let event = Arc::new(TraceEvent {
            seq: *number,
            t: now(),
            modem: modem.clone(),
            what,
        });
        self.sinks.iter().for_each(|sink| sink.event(&event));
    }
}

/// Microseconds since 1970.
pub(in crate::observe) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    u64::try_from(since.unwrap_or_default().as_micros()).unwrap_or(u64::MAX)
}

fn random_name() -> String {
    let mut bytes = [0; 10];
    // Without chance all runs have one name: a reader begins again by itself then.
    SystemRandom::new().fill(&mut bytes).unwrap_or_default();
    BASE32_NOPAD.encode(&bytes).to_ascii_lowercase()
}

impl ObserverSource for EventSource {
    fn observer(self: Arc<Self>, modem: &Label) -> Box<dyn Observer> {
        Box::new(EventObserver {
            number: self.number(modem),
            modem: modem.clone(),
            source: self,
            via: LineSender::Host,
        })
    }
}

/// What makes events of one modem.
#[derive(Debug)]
struct EventObserver {
    source: Arc<EventSource>,
    modem: Label,
    number: Arc<Mutex<u64>>,
    /// Who sends lines now.
    via: LineSender,
}

impl EventObserver {
    fn send(&self, what: Option<TraceWhat>) {
        if let Some(what) = what {
            self.source.send(&self.number, &self.modem, what);
        }
    }
}

impl Observer for EventObserver {
    fn made(&mut self, config: &Config<'_>) {
        self.send(Some(TraceWhat::Setup(TraceSetup::of(config))));
    }

    fn host(&mut self, _now: Instant, event: &HostEvent<'_>) {
        let mut what = event.translate();
        if let Some(TraceWhat::Line(line)) = &mut what
            && line.kind != LineKind::Urc
        {
            line.via = self.via;
        }
        self.send(what);
    }

    fn link(&mut self, _now: Instant, link: LinkId, event: &LinkEvent<'_>) {
        self.send((link, event).translate());
    }

    fn state(&mut self, _now: Instant, event: &StateEvent<'_>) {
        if let StateEvent::Beside(begins) = event {
            self.via = if *begins {
                LineSender::Inspector
            } else {
                LineSender::Host
            };
        }
        self.send(event.translate());
    }

    fn store(&mut self, _now: Instant, event: StoreEvent) {
        self.send(event.translate());
    }
}
