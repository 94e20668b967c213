//! What is to be seen of modems while they run.

use super::ring::{EventRing, RingWatch};
use super::roster::{ModemRow, Roster};
#[cfg(feature = "inspector")]
use super::roster::{RosterPage, RosterQuery};
use super::stream::{
    EventSource, PayloadLimit, TraceCounters, TraceHeader, TraceRecord, event_line, now,
};
use crate::port::Label;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// What a reader gets at once, in bytes of text, and what at the beginning: it is not to wait
/// for what there is.
const PIECE: usize = 64 * 1024;
const FIRST: usize = 1024 * 1024;
/// Memory that holds enough of events for so much text.
const HOLDS: usize = 4;
/// How often counters are told.
const SECOND: Duration = Duration::from_secs(1);

/// What is to be seen of modems while they run.
#[derive(Debug)]
pub(crate) struct LiveEvents {
    ring: Arc<EventRing>,
    roster: Arc<Roster>,
    source: Arc<EventSource>,
}

impl LiveEvents {
    /// The events of a source that are in a ring, and the rows of the same modems.
    pub(crate) fn new(
        source: Arc<EventSource>,
        ring: Arc<EventRing>,
        roster: Arc<Roster>,
    ) -> Arc<Self> {
        Arc::new(Self {
            ring,
            roster,
            source,
        })
    }

    #[cfg(feature = "inspector")]
    /// Which run of the program this is.
    pub(crate) fn run(&self) -> &str {
        self.source.run()
    }

    #[cfg(feature = "inspector")]
    /// The names of all modems.
    pub(crate) fn names(&self) -> Vec<String> {
        self.roster.names()
    }

    #[cfg(feature = "inspector")]
    /// The modems that are asked for.
    pub(crate) fn list(&self, query: &RosterQuery) -> RosterPage {
        let mut page = self.roster.list(query);
        page.modems.iter_mut().for_each(|row| self.number(row));
        page
    }

    fn row(&self, modem: &str) -> Option<ModemRow> {
        let mut row = self.roster.row(modem)?;
        self.number(&mut row);
        Some(row)
    }

    fn number(&self, row: &mut ModemRow) {
        (row.seq, row.lost) = self.ring.numbers(&row.name);
    }

    /// The events of a modem from a number on, 0 for what there is, looked for again and
    /// again after such a pause.
    pub(crate) fn read(self: &Arc<Self>, modem: &str, from: u64, pause: Duration) -> EventReader {
        EventReader {
            live: self.clone(),
            _watch: self.ring.watch(modem),
            modem: Label::new(modem),
            next: from,
            pause,
            due: None,
            counted: None,
        }
    }
}

/// A reader of the events of one modem. It takes them when it has the time: nothing waits
/// for it, and what it misses it is told.
#[derive(Debug)]
pub(crate) struct EventReader {
    live: Arc<LiveEvents>,
    _watch: RingWatch,
    modem: Label,
    next: u64,
    pause: Duration,
    /// When to look again; at once for the first time.
    due: Option<Instant>,
    /// When counters were told.
    counted: Option<Instant>,
}

impl EventReader {
    /// The lines that come next, once there are some: a header first.
    pub(crate) async fn next(&mut self) -> String {
        loop {
            if let Some(due) = self.due {
                sleep_until(due).await;
            }
            let text = match self.due.replace(Instant::now() + self.pause) {
                None => self.header() + &self.events(FIRST) + &self.counters(),
                Some(_) => self.events(PIECE) + &self.counters(),
            };
            if !text.is_empty() {
                return text;
            }
        }
    }

    fn header(&self) -> String {
        let source = &self.live.source;
        let header = TraceHeader::new(source.run(), source.started(), PayloadLimit::All);
        TraceRecord::Header(header).line()
    }

    /// What there is, of about so many bytes.
    fn events(&mut self, most: usize) -> String {
        let ring = &self.live.ring;
        let part = ring.read(self.modem.as_str(), self.next, most * HOLDS);
        let lost = part.lost.map(|lost| TraceRecord::Lost(lost).line());
        let mut text = lost.unwrap_or_default();
        self.next = part.next;
        for event in &part.events {
            if text.len() >= most {
                self.next = event.seq;
                break;
            }
            text.push_str(&event_line(event));
        }
        text
    }

    /// What is counted, where a second has passed.
    fn counters(&mut self) -> String {
        if self.counted.is_some_and(|at| at.elapsed() < SECOND) {
            return String::new();
        }
        self.counted = Some(Instant::now());
        let Some(row) = self.live.row(self.modem.as_str()) else {
            return String::new();
        };
        TraceRecord::Counters(TraceCounters {
            t: now(),
            modem: self.modem.clone(),
            at: row.at,
            packets: row.packets,
            errors: row.errors,
            lost: row.lost,
            state: row.state.word().to_owned(),
        })
        .line()
    }
}
