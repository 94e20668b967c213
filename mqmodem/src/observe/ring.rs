//! The last events of each modem, in bounded memory, for readers that pull.

use super::stream::{EventSink, LossReason, TraceEvent, TraceLost};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What a modem has that is looked at, in bytes of events.
const WATCHED: usize = 8 * 1024 * 1024;

/// The last events of each modem. Modems share its memory evenly, but those that are looked
/// at have 8 MiB, as far as that is half of it at most; a reader that does not come holds
/// nothing up.
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
    /// How many are looked at.
    watched: usize,
}

/// The last events of one modem.
#[derive(Debug, Default)]
struct Recent {
    events: VecDeque<Arc<TraceEvent>>,
    bytes: usize,
    /// The number of the last one, kept or not.
    last: u64,
    /// Events that readers were told to be missing.
    missed: u64,
    /// Who looks at it now.
    readers: usize,
}

/// What a modem may have, in bytes of events.
#[derive(Clone, Copy)]
struct Shares {
    watched: usize,
    other: usize,
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
        let mut modems = self.lock();
        let next = from.max(1);
        let Some(recent) = modems.by_name.get_mut(modem) else {
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
        recent.missed += lost.as_ref().map_or(0, |lost| lost.count);
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

    /// The number of a modem's last event, and how many readers were told to be missing.
    pub(crate) fn numbers(&self, modem: &str) -> (u64, u64) {
        let modems = self.lock();
        let recent = modems.by_name.get(modem);
        recent.map_or((0, 0), |it| (it.last, it.missed))
    }

    /// Keeps more of a modem, as long as what this gives is there.
    pub fn watch(self: &Arc<Self>, modem: &str) -> RingWatch {
        self.look(modem, true);
        RingWatch {
            ring: self.clone(),
            modem: modem.to_owned(),
        }
    }

    fn look(&self, modem: &str, begins: bool) {
        let mut modems = self.lock();
        let recent = modems.by_name.entry(modem.to_owned()).or_default();
        let before = recent.readers > 0;
        recent.readers = if begins {
            recent.readers + 1
        } else {
            recent.readers - 1
        };
        match (before, recent.readers > 0) {
            (false, true) => modems.watched += 1,
            (true, false) => modems.watched -= 1,
            _ => return,
        }
        modems.trim(self.room);
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
        let shares = modems.shares(self.room);
        if let Some(recent) = modems.by_name.get_mut(name) {
            let before = recent.bytes;
            recent.push(event, shares);
            modems.bytes = modems.bytes - before + recent.bytes;
        }
        if modems.bytes > self.room {
            // There are more modems than when the others had their last event.
            modems.trim(self.room);
        }
    }
}

impl Modems {
    fn shares(&self, room: usize) -> Shares {
        let even = room / self.by_name.len().max(1);
        let others = self.by_name.len() - self.watched;
        let watched = WATCHED.min(room / 2 / self.watched.max(1)).max(even);
        let left = room - self.watched * watched;
        Shares {
            watched,
            other: left / others.max(1),
        }
    }

    fn trim(&mut self, room: usize) {
        let shares = self.shares(room);
        self.by_name.values_mut().for_each(|it| it.trim(shares));
        self.bytes = self.by_name.values().map(|it| it.bytes).sum();
    }
}

/// Somebody looks at a modem.
#[derive(Debug)]
pub struct RingWatch {
    ring: Arc<EventRing>,
    modem: String,
}

impl Drop for RingWatch {
    fn drop(&mut self) {
        self.ring.look(&self.modem, false);
    }
}

impl Recent {
    fn push(&mut self, event: &Arc<TraceEvent>, shares: Shares) {
        if event.seq != self.last + 1 {
            // Whoever reads on sees what is missing.
            self.events.clear();
            self.bytes = 0;
        }
        self.last = event.seq;
        self.bytes += event.weight();
        self.events.push_back(event.clone());
        self.trim(shares);
    }

    fn trim(&mut self, shares: Shares) {
        let share = if self.readers > 0 {
            shares.watched
        } else {
            shares.other
        };
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
    fn who_is_looked_at_has_more_and_memory_stays_bounded() {
        for seed in 0..200 {
            let mut random = Random::new(seed);
            let ring = Arc::new(EventRing::new(20_000));
            let (mut written, mut watches) = ([0; 8], Vec::new());
            for _ in 0..600 {
                let at = random.below(8);
                let name = ["a", "b", "c", "d", "e", "f", "g", "h"][at];
                match random.below(20) {
                    0 => watches.push(ring.watch(name)),
                    1 if !watches.is_empty() => drop(watches.remove(random.below(watches.len()))),
                    _ => {
                        written[at] += 1;
                        ring.event(&event(name, written[at], random.below(400)));
                    }
                }
                assert!(
                    ring.bytes() <= 20_000,
                    "seed {seed}: {} bytes",
                    ring.bytes()
                );
            }
            watches.clear();
            assert_eq!(ring.lock().watched, 0);
        }
        let ring = Arc::new(EventRing::new(40_000));
        let _watch = ring.watch("a");
        for seq in 1..=200 {
            for name in ["a", "b", "c", "d", "e", "f", "g", "h"] {
                ring.event(&event(name, seq, 100));
            }
        }
        let kept = |name| ring.read(name, 0, usize::MAX).events.len();
        assert!(kept("a") > 5 * kept("b"), "{} and {}", kept("a"), kept("b"));
        // How much a modem has missed is what its readers were told.
        let lost = ring.read("b", 1, usize::MAX).lost.map_or(0, |it| it.count);
        assert_eq!((ring.numbers("b"), lost > 0), ((200, lost), true));
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
