//! A modem driven through a session, with the laws it must keep checked on the way.

use super::broker::Broker;
use super::cuts::offer;
use super::disk::{Disk, Mode};
use super::late;
use super::{Op, Session};
use mqmodem_core::{Action, Buf, Config, ConnId, Instant, LinkId, Memory, Modem, NetEvent, Slot};
use std::collections::BTreeMap;

const LINK: LinkId = LinkId(0);
/// More rounds than anything a session of a few hundred bytes can ask for.
const PATIENCE: usize = 20_000;

/// In which way a session is played. The outcome must not depend on it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Way {
    /// Input is cut into pieces; the number says where.
    pub cuts: Option<u64>,
    /// `handle_timeout` is called all the time, and so is told what came late of
    /// connections that are over.
    pub impatient: bool,
}

/// What a modem did in a session.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What went there.
    pub host: Vec<u8>,
    /// What went there.
    pub net: Vec<u8>,
    /// What went there.
    pub actions: Vec<String>,
    /// Which of the records the modem began with it took.
    pub taken: Vec<bool>,
    /// What is durable in the end.
    pub disk: BTreeMap<Slot, Vec<u8>>,
}

impl Outcome {
    /// Where two outcomes part, with a little of what came before.
    pub fn difference(&self, other: &Self) -> Option<String> {
        let actions = |outcome: &Self| outcome.actions.join("\n").into_bytes();
        let disk = |outcome: &Self| format!("{:02x?}", outcome.disk).into_bytes();
        [
            ("to the host", &self.host, &other.host),
            ("to the broker", &self.net, &other.net),
            ("actions", &actions(self), &actions(other)),
            ("disk", &disk(self), &disk(other)),
        ]
        .into_iter()
        .find_map(|(name, one, two)| Some(format!("{name}: {}", part(one, two)?)))
    }
}

fn part(one: &[u8], two: &[u8]) -> Option<String> {
    if one == two {
        return None;
    }
    let same = one
        .iter()
        .zip(two)
        .take_while(|(one, two)| one == two)
        .count();
    let around = |bytes: &[u8]| {
        let range = same.saturating_sub(80)..bytes.len().min(same + 80);
        bytes[range].escape_ascii().to_string()
    };
    Some(format!(
        "after {same} bytes\n  {}\n  {}",
        around(one),
        around(two)
    ))
}

#[allow(clippy::struct_excessive_bools)] // They are independent of each other.
struct Rig<'a> {
    modem: Modem<'a>,
    config: Config<'a>,
    /// Memory for each time it is switched on again.
    spare: Vec<Memory<'a>>,
    memory: usize,
    way: Way,
    now: Instant,
    out: Outcome,
    host_in: Vec<u8>,
    net_in: Vec<u8>,
    /// The connection the modem asked for last.
    conn: ConnId,
    open: bool,
    opening: bool,
    polite: bool,
    broker: Broker,
    disk: Disk,
    host_takes: Option<usize>,
    net_takes: Option<usize>,
}

/// Plays a session to its end.
pub fn play(session: &Session, way: Way) -> Outcome {
    play_on(&[], session, way)
}

/// Plays a session with a modem that is given these records first.
pub fn play_on(records: &[(Slot, Vec<u8>)], session: &Session, way: Way) -> Outcome {
    let is_cut = |op: &&Op| **op == Op::PowerCut;
    let times = 1 + session.ops.iter().filter(is_cut).count();
    let mut lent = vec![vec![vec![0; session.memory]; 10]; times];
    let spare = lent.iter_mut().map(|parts| memory(parts)).collect();
    let mut rig = Rig::new(session, spare, way);
    rig.begin(records);
    rig.rest();
    for op in &session.ops {
        rig.step(op);
        rig.rest();
    }
    rig.out.disk = rig.disk.kept;
    rig.out
}

fn memory(parts: &mut [Vec<u8>]) -> Memory<'_> {
    let mut bufs = parts.iter_mut().map(|memory| Buf::lent(memory));
    let mut next = || bufs.next().expect("ten buffers");
    Memory {
        line: next(),
        values: next(),
        host_out: next(),
        inbox: next(),
        settings: next(),
        net_in: next(),
        net_out: next(),
        in_flight: next(),
        received: next(),
        subscriptions: next(),
    }
}

impl<'a> Rig<'a> {
    fn new(session: &Session, mut spare: Vec<Memory<'a>>, way: Way) -> Self {
        let config = Config {
            strict: session.strict,
            keeps_sessions: session.keeps,
            ..Config::default()
        };
        let memory = spare.pop().expect("memory for a modem");
        Self {
            modem: Modem::new(config, memory, Instant::ZERO),
            config,
            spare,
            memory: session.memory,
            way,
            now: Instant::ZERO,
            out: Outcome::default(),
            host_in: Vec::new(),
            net_in: Vec::new(),
            conn: late::NONE,
            open: false,
            opening: false,
            polite: false,
            broker: Broker::default(),
            disk: Disk::default(),
            host_takes: None,
            net_takes: None,
        }
    }

    /// Gives the modem what it may have kept earlier.
    fn begin(&mut self, records: &[(Slot, Vec<u8>)]) {
        for (slot, bytes) in records {
            let taken = self.modem.restore(*slot, bytes).is_ok();
            self.out.taken.push(taken);
            if taken {
                self.disk.kept.insert(*slot, bytes.clone());
            }
        }
    }

    /// Power is gone and comes back: what is durable is all there is.
    fn power_cut(&mut self) {
        self.disconnect();
        self.host_in.clear();
        self.disk.power_cut();
        self.conn = late::NONE;
        let memory = self.spare.pop().expect("memory for a modem");
        self.modem = Modem::new(self.config, memory, self.now);
        for (slot, bytes) in &self.disk.kept {
            let restored = self.modem.restore(*slot, bytes);
            assert_eq!(restored, Ok(()), "{slot:?} is what the modem kept");
        }
    }

    fn step(&mut self, op: &Op) {
        match op {
            Op::Host(bytes) => self.host_in.extend(bytes),
            Op::Net { bytes, rude: true } => {
                self.modem.handle_net_data(self.now, self.conn, bytes);
            }
            Op::Net { bytes, .. } if self.open => self.net_in.extend(bytes),
            Op::Net { .. } => {}
            Op::Event(link, event) => self.event(LinkId(*link), *event),
            Op::Late(age, late) => {
                late.tell(&mut self.modem, self.now, late::before(self.conn, *age));
            }
            Op::Wait(time) => self.advance(self.now + *time),
            Op::HostTakes(n) => self.host_takes = *n,
            Op::NetTakes(n) => self.net_takes = *n,
            Op::Lines(lines) => self.modem.handle_host_lines(self.now, *lines),
            Op::Break => self.modem.handle_host_break(self.now),
            Op::Disk(mode) => {
                self.disk.mode = *mode;
                if *mode != Mode::Holds {
                    self.answer(usize::MAX);
                }
            }
            Op::Answers(count) => self.answer(*count),
            Op::PowerCut => self.power_cut(),
            Op::Polite(polite) => self.polite = *polite,
            Op::Timeout => self.timeout(),
            Op::Shutdown => self.modem.handle_shutdown(self.now),
        }
    }

    fn event(&mut self, link: LinkId, event: NetEvent) {
        // A link that nobody asked for opens in the tale only, not in the network.
        let real = event != NetEvent::Opened || self.opening;
        if link == LINK && real {
            self.disconnect();
            self.open = event == NetEvent::Opened;
        }
        let conn = ConnId { link, ..self.conn };
        self.modem.handle_net(self.now, conn, event);
    }

    /// Nothing of a connection outlives it.
    fn disconnect(&mut self) {
        (self.open, self.opening) = (false, false);
        self.net_in.clear();
        self.broker.reset();
    }

    /// Lets time pass, stopping at every deadline.
    fn advance(&mut self, to: Instant) {
        for _ in 0..PATIENCE {
            let Some(due) = self.modem.poll_timeout().filter(|due| *due <= to) else {
                self.now = to;
                return;
            };
            self.now = self.now.max(due);
            self.timeout();
            self.rest();
        }
        panic!("deadline after deadline until {:?}", self.now);
    }

    /// Law 4: afterwards the next deadline is in the future.
    fn timeout(&mut self) {
        self.modem.handle_timeout(self.now);
        if let Some(next) = self.modem.poll_timeout() {
            assert!(
                next > self.now,
                "a deadline at {next:?} that is not in the future"
            );
        }
    }

    /// Moves everything that can be moved, within what host and network take.
    fn rest(&mut self) {
        let mut host_takes = self.host_takes.unwrap_or(usize::MAX);
        let mut net_takes = self.net_takes.unwrap_or(usize::MAX);
        for _ in 0..PATIENCE {
            if self.modem.poll_timeout().is_some_and(|due| due <= self.now) || self.way.impatient {
                self.timeout();
            }
            if self.way.impatient {
                late::tell_all(&mut self.modem, self.now, self.conn);
            }
            let mut moved = self.offer_host() + self.offer_net() + self.actions();
            moved += self.take_host(&mut host_takes) + self.take_net(&mut net_takes);
            if self.opening && self.polite {
                self.event(LINK, NetEvent::Opened);
                moved += 1;
            }
            if moved == 0 {
                return;
            }
        }
        panic!("the modem does not come to rest");
    }

    fn offer_host(&mut self) -> usize {
        let taken = offer(&self.host_in, self.way.cuts, |piece| {
            self.modem.handle_host(self.now, piece)
        });
        self.host_in.drain(..taken);
        taken
    }

    fn offer_net(&mut self) -> usize {
        if !self.open {
            return 0;
        }
        let taken = offer(&self.net_in, self.way.cuts, |piece| {
            self.modem.handle_net_data(self.now, self.conn, piece)
        });
        self.net_in.drain(..taken);
        taken
    }

    /// Carries out what the modem asks for.
    fn actions(&mut self) -> usize {
        let mut count = 0;
        while let Some(action) = self.modem.poll_action() {
            count += 1;
            assert!(count < PATIENCE, "action after action");
            self.out.actions.push(format!("{:?} {action:?}", self.now));
            match action {
                Action::Open { conn, .. } if conn == late::after(self.conn) => {
                    (self.conn, self.opening) = (conn, true);
                }
                Action::Close { conn, .. } if conn == self.conn => self.disconnect(),
                Action::Lines(_) | Action::Serial(_) => {}
                action if self.disk.ask(&action) => {
                    if self.disk.mode != Mode::Holds {
                        self.answer(usize::MAX);
                    }
                }
                other => panic!("the modem has one link, opened anew each time: {other:?}"),
            }
        }
        count
    }

    /// The disk answers for the oldest of what it was asked.
    fn answer(&mut self, most: usize) {
        for _ in 0..most {
            let Some((slot, ok)) = self.disk.answer() else {
                return;
            };
            self.modem.handle_stored(self.now, slot, ok);
        }
    }

    /// Law 5: never more than the memory lent.
    fn take_host(&mut self, budget: &mut usize) -> usize {
        let out = self.modem.host_out();
        assert!(out.len() <= self.memory, "output beyond the memory lent");
        let taken = out.len().min(*budget);
        self.out.host.extend(&out[..taken]);
        self.modem.host_sent(self.now, taken);
        *budget -= taken;
        taken
    }

    fn take_net(&mut self, budget: &mut usize) -> usize {
        let out = self.modem.net_out(self.conn);
        assert!(out.len() <= self.memory, "packets beyond the memory lent");
        if !self.open {
            return 0;
        }
        let taken = out.len().min(*budget);
        self.out.net.extend(&out[..taken]);
        let answers = self.broker.take(&out[..taken]);
        if self.polite {
            self.net_in.extend(answers);
        }
        self.modem.net_sent(self.now, self.conn, taken);
        *budget -= taken;
        taken
    }
}
