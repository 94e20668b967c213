//! The verdict: what arrived, how often and in which order.

use crate::cut::Cut;
use crate::message::{Direction, STREAMS, Stream};
use std::cell::RefCell;
use std::fmt::Write as _;
use std::rc::Rc;
use std::time::Instant;

/// What all parts of a soak report to.
pub type Shared = Rc<RefCell<Judge>>;

/// Bytes a message and its acknowledgements take on a connection one way, about.
const BYTES_PER_MESSAGE: u64 = 30;
/// Some messages get through between two cuts.
const LEAST_BETWEEN_CUTS: u64 = 200;
/// How many breaches are told one by one.
const TOLD: usize = 20;

/// What is known of a stream.
#[derive(Debug, Default)]
struct Tally {
    /// How often each number arrived.
    times: Vec<u8>,
    /// Messages that arrived.
    arrived: u32,
    /// The highest number that arrived.
    highest: u32,
    /// Arrivals of what had arrived before.
    again: u64,
    /// First arrivals that did not have the next number.
    disordered: u64,
}

/// What is counted beside messages.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Cuts by kind, in the order of [`Cut::ALL`].
    pub cuts: [u64; Cut::ALL.len()],
    /// Modem processes killed.
    pub kills: u64,
    /// Brokers stopped in order and started again.
    pub restarts: u64,
    /// Times a client of the judge was subscribed.
    pub subscribed: usize,
    /// Connections to the broker.
    pub connections: u64,
    /// Hosts that came back to their modem's port.
    pub visits: u64,
    /// Commands repeated because their answer did not come.
    pub repeated: u64,
    /// Messages read again under a number that was known.
    pub reread: u64,
    /// Messages of which the modem said that the broker has them.
    pub confirmed: u64,
    /// Publishes the modem refused, for now.
    pub refused: u64,
}

/// What a broker that is not ours may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forgiven {
    /// Nothing.
    Nothing,
    /// To lose and repeat messages of QoS 2, and to send those of QoS 1 in another
    /// order: after a restart Mosquitto mixes what is in flight.
    Exact,
    /// To lose any.
    All,
}

/// Counts exactly.
#[derive(Debug)]
pub struct Judge {
    tallies: Vec<Tally>,
    begin: Instant,
    /// When a message last arrived for the first time.
    pub progress: Instant,
    /// Cuts to be made.
    pub cuts_asked: u64,
    /// Kills to be made.
    pub kills_asked: u64,
    /// What is counted beside messages.
    pub counts: Counts,
    /// Restarts of the broker to be made.
    pub restarts_asked: u64,
    /// What is counted and is no breach.
    pub forgiven: Forgiven,
    /// Modems that are subscribed: messages sent down before are for nobody.
    subscribed: Vec<bool>,
    breaches: u64,
    told: Vec<String>,
}

impl Judge {
    /// For this many messages over all streams of this many modems.
    pub fn new(messages: u64, modems: usize) -> Self {
        let streams = (modems * STREAMS) as u64;
        let share = |place: u64| messages / streams + u64::from(place < messages % streams);
        let tally = |place| Tally {
            times: vec![0; share(place) as usize],
            ..Tally::default()
        };
        let now = Instant::now();
        Self {
            tallies: (0..streams).map(tally).collect(),
            begin: now,
            progress: now,
            cuts_asked: 0,
            kills_asked: 0,
            restarts_asked: 0,
            counts: Counts::default(),
            forgiven: Forgiven::Nothing,
            subscribed: vec![false; modems],
            breaches: 0,
            told: Vec::new(),
        }
    }

    /// One that many report to.
    pub fn shared(self) -> Shared {
        Rc::new(RefCell::new(self))
    }

    /// How many messages a stream has.
    pub fn asked(&self, stream: Stream) -> u32 {
        let tally = self.tallies.get(stream.place());
        tally.map_or(0, |tally| tally.times.len() as u32)
    }

    /// A modem's subscriptions are granted.
    pub fn subscribed(&mut self, modem: usize) {
        if let Some(is) = self.subscribed.get_mut(modem) {
            *is = true;
        }
    }

    /// Whether somebody is there to receive the messages of a stream.
    pub fn is_open(&self, stream: Stream) -> bool {
        stream.direction == Direction::Up || self.subscribed.get(stream.modem) == Some(&true)
    }

    /// A message reached the other end.
    pub fn arrived(&mut self, topic: &str, payload: &[u8]) {
        let Some(stream) = Stream::of_topic(topic) else {
            return self.breach(format!("a message of nobody: {topic}"));
        };
        let number = stream.number(payload);
        let place = number.and_then(|number| number.checked_sub(1));
        let tally = self.tallies.get_mut(stream.place());
        let (Some(tally), Some(number), Some(place)) = (tally, number, place) else {
            let text = String::from_utf8_lossy(payload);
            return self.breach(format!("damaged at {topic}: {text}"));
        };
        let Some(times) = tally.times.get_mut(place as usize) else {
            return self.breach(format!("never sent: {topic} number {number}"));
        };
        *times = times.saturating_add(1);
        if *times > 1 {
            tally.again += 1;
            if stream.exact {
                self.fault(stream, format!("doubled: {topic} number {number}"));
            }
            return;
        }
        tally.arrived += 1;
        self.progress = Instant::now();
        let expected = tally.highest + 1;
        tally.highest = tally.highest.max(number);
        if number != expected {
            tally.disordered += 1;
            let what = format!("out of order: {topic} {number}, not {expected}");
            if self.forgiven != Forgiven::Exact || stream.direction == Direction::Up {
                self.fault(stream, what);
            }
        }
    }

    /// The modem said that the broker has a message.
    pub fn confirmed(&mut self, stream: Stream, number: u32) {
        self.counts.confirmed += 1;
        // A broker that is not ours says so before it hands the message on.
        if self.forgiven == Forgiven::Nothing && !self.has(stream, number) {
            let topic = stream.topic();
            self.breach(format!("confirmed and not there: {topic} number {number}"));
        }
    }

    /// Whether a message arrived.
    pub fn has(&self, stream: Stream, number: u32) -> bool {
        let times = self.tallies.get(stream.place()).map(|tally| &tally.times);
        let place = (number as usize).wrapping_sub(1);
        times.and_then(|times| times.get(place)) > Some(&0)
    }

    /// Something that must not be.
    pub fn breach(&mut self, what: String) {
        self.breaches += 1;
        if self.told.len() < TOLD {
            self.told.push(what);
        }
    }

    /// Something that is a breach unless the broker is forgiven for it.
    fn fault(&mut self, stream: Stream, what: String) {
        let is_forgiven = match self.forgiven {
            Forgiven::Nothing => false,
            Forgiven::Exact => stream.exact,
            Forgiven::All => true,
        };
        if !is_forgiven {
            self.breach(what);
        }
    }

    /// Messages there are.
    pub fn messages(&self) -> u64 {
        let asked = self.tallies.iter().map(|tally| tally.times.len() as u64);
        asked.sum()
    }

    /// Messages that have not arrived.
    pub fn left(&self) -> u64 {
        let arrived = self.tallies.iter().map(|tally| u64::from(tally.arrived));
        self.messages() - arrived.sum::<u64>()
    }

    /// Cuts still to be made.
    pub fn cuts_left(&self) -> u64 {
        let made: u64 = self.counts.cuts.iter().sum();
        self.cuts_asked.saturating_sub(made)
    }

    /// A soak that hardly cut anything proves nothing.
    pub fn check_cuts(&mut self) {
        let (left, asked) = (self.cuts_left(), self.cuts_asked);
        if left > asked / 10 {
            self.breach(format!("only {} of {asked} cuts", asked - left));
        }
    }

    /// Bytes one way between two cuts, on average, so that the cuts end shortly
    /// before the messages; none if no more is to be made.
    pub fn cut_every(&self) -> Option<u64> {
        let left = self.left().saturating_sub(self.messages() / 16);
        let every = (left * BYTES_PER_MESSAGE).checked_div(self.cuts_left())?;
        Some(every.max(LEAST_BETWEEN_CUTS))
    }

    /// Whether every message arrived and everything happened to them that should.
    pub fn is_done(&self) -> bool {
        let counts = &self.counts;
        let happened = counts.kills >= self.kills_asked && counts.restarts >= self.restarts_asked;
        self.left() == 0 && happened
    }

    /// Whether so many messages arrived that the kill of this number is behind:
    /// hosts and end then wait for it, so that kills fall among messages.
    pub fn waits_for_kills(&self) -> bool {
        let arrived = self.messages() - self.left();
        let due = self.kills_asked * arrived / self.messages().max(1);
        due > self.counts.kills + 2
    }

    /// How it stands, in a line.
    pub fn line(&self) -> String {
        let seconds = self.begin.elapsed().as_secs_f64();
        let arrived = self.messages() - self.left();
        let cuts: u64 = self.counts.cuts.iter().sum();
        #[allow(clippy::cast_precision_loss)]
        let rate = arrived as f64 / seconds;
        format!(
            "{seconds:.0} s: {arrived} of {} messages, {cuts} cuts, {} kills, {} restarts, \
             {rate:.0} messages/s, {} breaches",
            self.messages(),
            self.counts.kills,
            self.counts.restarts,
            self.breaches
        )
    }

    /// Counts what is missing: nothing more will come.
    pub fn close(&mut self) {
        for place in 0..self.tallies.len() {
            let stream = Stream::at(place);
            for number in 1..=self.asked(stream) {
                if self.has(stream, number) {
                    continue;
                }
                let what = format!("lost: {} number {number}", stream.topic());
                self.fault(stream, what);
            }
        }
    }

    /// Whether there was no breach.
    pub fn is_clean(&self) -> bool {
        self.breaches == 0
    }

    /// The figures, and the breaches.
    pub fn report(&self) -> String {
        let mut text = String::from("way   QoS  messages   arrived  lost  again  out of order\n");
        for direction in [Direction::Up, Direction::Down] {
            for exact in [false, true] {
                self.row(&mut text, direction, exact);
            }
        }
        let counts = &self.counts;
        for (kind, count) in Cut::ALL.iter().zip(counts.cuts) {
            let _ = writeln!(text, "cuts by {:<10} {count}", kind.name());
        }
        let _ = writeln!(
            text,
            "kills {}, restarts of the broker {}, connections {}\n\
             hosts came back {} times, repeated {} commands, were refused {}, read {} again\n\
             confirmed {}",
            counts.kills,
            counts.restarts,
            counts.connections,
            counts.visits,
            counts.repeated,
            counts.refused,
            counts.reread,
            counts.confirmed
        );
        for told in &self.told {
            let _ = writeln!(text, "breach: {told}");
        }
        text
    }

    fn row(&self, text: &mut String, direction: Direction, exact: bool) {
        let of_row = |(place, _): &(usize, &Tally)| {
            let stream = Stream::at(*place);
            (stream.direction, stream.exact) == (direction, exact)
        };
        let (mut asked, mut arrived, mut again, mut disordered) = (0, 0, 0, 0);
        for (_, tally) in self.tallies.iter().enumerate().filter(of_row) {
            asked += tally.times.len() as u64;
            arrived += u64::from(tally.arrived);
            again += tally.again;
            disordered += tally.disordered;
        }
        let name = if direction == Direction::Up {
            "up"
        } else {
            "down"
        };
        let (qos, lost) = (1 + u8::from(exact), asked - arrived);
        let _ = writeln!(
            text,
            "{name:<5} {qos:>3} {asked:>9} {arrived:>9} {lost:>5} {again:>6} {disordered:>13}"
        );
    }
}
