//! The last events of each modem, in bounded memory, for readers that pull.

use super::stream::{EventSink, LossReason, TraceEvent, TraceLost};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The last events of each modem. Modems share its memory evenly; a reader that does not
/// come holds nothing up.
#[derive(Debug)]
pub struct EventRing {
    /// Bytes of events that are kept.
    room: usize,
    modems: Mutex<Modems>,
}

#[derive(Debug, Default)]
struct Modems {
    by_name: BTreeMap<String, Recent>,
    bytes: usize,
}

/// The last events of one modem.
#[derive(Debug, Default)]
struct Recent {
    events: VecDeque<Arc<TraceEvent>>,
    bytes: usize,
    /// The number of the last one, kept or not.
    last: u64,
}

/// What a reader gets.
#[derive(Debug, Default, PartialEq)]
pub struct RingPart {
    /// What is missing before them.
    pub lost: Option<TraceLost>,
    /// Events, in their order.
    pub events: Vec<Arc<TraceEvent>>,
    /// What to ask for next.
    pub next: u64,
}

impl EventRing {
    /// A ring for so many bytes of events.
    pub fn new(room: usize) -> Self {
        let modems = Mutex::default();
        Self { room, modems }
    }

    /// The events of a modem from this number on, of about so many bytes, and one at least. 0
    /// asks for what there is, and misses nothing.
    pub fn read(&self, modem: &str, from: u64, most: usize) -> RingPart {
        let modems = self.lock();
        let next = from.max(1);
        let Some(recent) = modems.by_name.get(modem) else {
            return RingPart {
                next,
                ..RingPart::default()
            };
        };
        let oldest = recent.last + 1 - recent.events.len() as u64;
        let begin = next.max(oldest);
        let lost = (from > 0 && begin > next).then(|| TraceLost {
            modem: recent.events.front().map(|it| it.modem.clone()),
            from: Some(next),
            count: begin - next,
            why: LossReason::Reader,
        });
        let skip = usize::try_from(begin - oldest).unwrap_or(usize::MAX);
        let mut bytes = 0;
        let fits = |event: &&Arc<TraceEvent>| {
            let first = bytes == 0;
            bytes += event.weight();
            first || bytes <= most
        };
        let events: Vec<_> = recent
            .events
            .iter()
            .skip(skip)
            .take_while(fits)
            .cloned()
            .collect();
        let next = begin + events.len() as u64;
        RingPart { lost, events, next }
    }

    /// Bytes that are kept by now.
    pub fn bytes(&self) -> usize {
        self.lock().bytes
    }

    fn lock(&self) -> MutexGuard<'_, Modems> {
        self.modems.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl EventSink for EventRing {
    fn event(&self, event: &Arc<TraceEvent>) {
        let mut modems = self.lock();
        let modems = &mut *modems;
        let name = event.modem.as_str();
        if !modems.by_name.contains_key(name) {
            modems.by_name.insert(name.to_owned(), Recent::default());
        }
        let share = self.room / modems.by_name.len();
        if let Some(recent) = modems.by_name.get_mut(name) {
            let before = recent.bytes;
            recent.push(event, share);
            modems.bytes = modems.bytes - before + recent.bytes;
        }
        if modems.bytes > self.room {
            // There are more modems than when the others had their last event.
            modems.by_name.values_mut().for_each(|it| it.trim(share));
            modems.bytes = modems.by_name.values().map(|it| it.bytes).sum();
        }
    }
}

impl Recent {
    fn push(&mut self, event: &Arc<TraceEvent>, share: usize) {
        if event.seq != self.last + 1 {
            // Whoever reads on sees what is missing.
            self.events.clear();
            self.bytes = 0;
        }
        self.last = event.seq;
        self.bytes += event.weight();
        self.events.push_back(event.clone());
        self.trim(share);
    }

    fn trim(&mut self, share: usize) {
        while self.bytes > share {
            let Some(oldest) = self.events.pop_front() else {
                return;
            };
            self.bytes -= oldest.weight();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::stream::TraceWhat;
    use crate::port::Label;
    use mqmodem_testkit::Random;

    fn event(modem: &str, seq: u64, len: usize) -> Arc<TraceEvent> {
        Arc::new(TraceEvent {
            seq,
            t: seq,
            modem: Label::new(modem),
            what: TraceWhat::Note {
                text: "x".repeat(len),
            },
        })
    }

    #[test]
    fn a_reader_gets_each_event_once_or_is_told_that_it_is_missing() {
        for seed in 0..200 {
            let mut random = Random::new(seed);
            let ring = EventRing::new(4_000);
            let names = ["a", "b", "c"];
            let (mut written, mut next, mut seen) = ([0; 3], [1; 3], [0_u64; 3]);
            for _ in 0..400 {
                let at = random.below(3);
                if random.below(3) > 0 {
                    written[at] += 1;
                    ring.event(&event(names[at], written[at], random.below(900)));
                    assert!(ring.bytes() <= 4_000, "{} bytes", ring.bytes());
                    continue;
                }
                let part = ring.read(names[at], next[at], random.below(2_000));
                if let Some(lost) = part.lost {
                    assert_eq!(lost.from, Some(seen[at] + 1), "seed {seed}");
                    seen[at] += lost.count;
                }
                for event in part.events {
                    assert_eq!(event.seq, seen[at] + 1, "seed {seed}");
                    seen[at] = event.seq;
                }
                next[at] = part.next;
                assert_eq!(part.next, seen[at] + 1, "seed {seed}");
            }
            for at in 0..3 {
                let part = ring.read(names[at], next[at], usize::MAX);
                let lost = part.lost.map_or(0, |it| it.count);
                assert_eq!(seen[at] + lost + part.events.len() as u64, written[at]);
            }
        }
    }

    #[test]
    fn who_begins_misses_nothing() {
        let ring = EventRing::new(2_000);
        assert_eq!(ring.read("a", 0, 1).next, 1);
        (1..=50).for_each(|seq| ring.event(&event("a", seq, 100)));
        let part = ring.read("a", 0, usize::MAX);
        assert_eq!(part.lost, None);
        assert_eq!((part.next, part.events.last().unwrap().seq), (51, 50));
        assert_eq!(part.events[0].seq, 51 - part.events.len() as u64);
        // A number of another run: nothing, until it comes.
        let part = ring.read("a", 1_000, usize::MAX);
        assert_eq!((part.events.len(), part.next), (0, 1_000));
        // One that never fits is missing.
        ring.event(&event("a", 51, 5_000));
        let part = ring.read("a", 51, usize::MAX);
        assert_eq!(part.lost.map(|it| (it.from, it.count)), Some((Some(51), 1)));
        assert_eq!((part.events.len(), part.next, ring.bytes()), (0, 52, 0));
    }
}
