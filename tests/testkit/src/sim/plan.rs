//! What a seed plays: the modem, its options, its broker and what goes wrong.

use super::trouble::Trouble;
use crate::links::LINKS;
use crate::random::Random;
use mqmodem_core::{Buf, Config, FurtherLinks, LinkPlaces, Memory};

/// Bytes of a modem's memory where it is one piece.
const LENT: usize = 32 * 1024;
/// Bytes of each of its buffers where they are split by hand.
const SMALL: usize = 1024;
/// Bytes a message from the broker takes while its flow has not ended.
const PLACE: usize = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Room {
    Lent,
    Small,
    Heap,
}

/// What goes wrong, and how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Faults {
    /// Of ten connections so many are cut.
    pub(crate) cuts: usize,
    /// Of ten cuts so many are told to nobody.
    pub(crate) silent: usize,
    /// Of ten attempts so many are refused.
    pub(crate) refused: usize,
    /// How often the modem is switched off.
    pub(crate) power: usize,
    /// How often the host dies.
    pub(crate) host: usize,
    /// How often the broker restarts.
    pub(crate) broker: usize,
    /// How often the broker forgets the session.
    pub(crate) forgets: usize,
    /// Of a hundred writes to the disk so many fail.
    pub(crate) disk: usize,
    /// Whether host and network stall.
    pub(crate) stalls: bool,
}

/// Which versions of MQTT a modem speaks, and its broker with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Speaks {
    /// 3.1.1 alone.
    Only311,
    /// 5.0 alone.
    Only5,
    /// 5.0 where the broker does, which changes between connects.
    Either,
}

/// What seeds draw from.
const VERSIONS: [Speaks; 4] = [
    Speaks::Only311,
    Speaks::Only5,
    Speaks::Only5,
    Speaks::Either,
];

impl Speaks {
    /// Drawn apart, so that what a seed plays else is the same.
    fn draw(seed: u64) -> Self {
        let mut random = Random::new(seed ^ 0x0355);
        random.pick(&VERSIONS)
    }

    /// What the option says.
    pub(crate) fn option(self) -> usize {
        match self {
            Self::Only311 => 4,
            Self::Only5 => 5,
            Self::Either => 0,
        }
    }
}

/// What a seed plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    pub(crate) seed: u64,
    pub(crate) room: Room,
    pub(crate) speaks: Speaks,
    /// Topic aliases the modem uses and takes, at most.
    pub(crate) aliases: [usize; 2],
    /// Messages the modem has in flight at most, where no broker says less.
    pub(crate) in_flight: usize,
    pub(crate) clean: bool,
    /// Whether the client leaves it to the broker how it is called.
    pub(crate) anonymous: bool,
    /// Whether the broker does not take every message and subscription.
    pub(crate) limits: bool,
    /// Whether the broker keeps sessions for a short time only.
    pub(crate) expires: bool,
    pub(crate) stores: bool,
    pub(crate) keep_alive: usize,
    pub(crate) reconnect: bool,
    pub(crate) autoconnect: bool,
    pub(crate) queue: usize,
    pub(crate) queue_qos0: bool,
    pub(crate) drop_oldest: bool,
    pub(crate) pubmode: bool,
    pub(crate) recvmode: bool,
    /// Whether the host releases each message before it reads the next.
    pub(crate) careful: bool,
    pub(crate) host_ids: bool,
    /// Lines the host writes at once, where it publishes without waiting for each answer.
    pub(crate) lines: usize,
    /// Seconds a command waits for the broker.
    pub(crate) ack_timeout: usize,
    /// Whether the host disconnects now and then.
    pub(crate) leaves: bool,
    /// Whether the host leaves subscriptions to the modem, once they are granted.
    pub(crate) trusts: bool,
    /// Whether the host restarts the modem now and then.
    pub(crate) restarts: bool,
    /// Messages to the broker and from it.
    pub(crate) outgoing: usize,
    pub(crate) incoming: usize,
    pub(crate) topics: usize,
    /// Longest content.
    pub(crate) content: usize,
    /// Milliseconds a byte is under way at most.
    pub(crate) latency: usize,
    /// Milliseconds between two messages at most.
    pub(crate) pause: usize,
    /// Messages the broker has in flight at most.
    pub(crate) window: usize,
    /// Whether the broker's identifiers go round.
    pub(crate) rotates: bool,
    /// Bytes the disk has for messages to the broker; 0 is as many as are wanted.
    pub(crate) disk_room: usize,
    pub(crate) faults: Faults,
    pub(crate) trouble: Trouble,
    /// Messages from the broker a modem on small memory remembers, may be fewer than
    /// the broker has in flight.
    pub(crate) places: usize,
}

impl Plan {
    pub(crate) fn draw(seed: u64) -> Self {
        let mut chance = Random::new(seed);
        let c = &mut chance;
        let room = c.pick(&[Room::Lent, Room::Lent, Room::Small, Room::Heap]);
        let clean = c.one_in(12);
        let stores = !c.one_in(8);
        let queue = if c.one_in(2) {
            c.pick(&[400, 2000, 100_000])
        } else {
            0
        };
        let pubmode = c.one_in(2);
        let (reconnect, leaves, restarts) = (c.one_in(2), c.one_in(4), c.one_in(6));
        let mut plan = Self {
            seed,
            room,
            speaks: Speaks::draw(seed),
            aliases: aliases(seed),
            in_flight: in_flight(seed),
            clean,
            anonymous: clean && grant(seed, 2),
            limits: grant(seed ^ 1, 2),
            expires: grant(seed ^ 2, 6),
            stores,
            keep_alive: c.between(3, 20),
            reconnect,
            autoconnect: c.one_in(2),
            queue,
            queue_qos0: queue > 0 && c.one_in(4),
            drop_oldest: queue > 0 && c.one_in(4),
            pubmode,
            recvmode: !clean && c.one_in(2),
            careful: c.one_in(2),
            host_ids: !clean && c.one_in(2),
            lines: 1,
            ack_timeout: c.between(1, 5),
            leaves,
            trusts: reconnect && !clean && !leaves && !restarts && c.one_in(2),
            restarts,
            outgoing: c.between(5, 40),
            incoming: c.between(5, 40),
            topics: c.between(1, 4),
            content: c.pick(&[4, 40, 200]),
            latency: c.pick(&[1, 30, 300]),
            pause: c.pick(&[10, 500, 4000]),
            window: c.between(1, 20),
            rotates: c.one_in(2),
            disk_room: disk_room(seed, stores),
            faults: faults(c, clean && !pubmode, stores),
            trouble: Trouble::draw(seed, 1, false),
            places: c.pick(&[2, 3, 8, SMALL / PLACE]),
        };
        plan.draw_trouble();
        if pubmode && !plan.host_ids {
            plan.lines = lines(seed);
        }
        plan
    }

    fn draw_trouble(&mut self) {
        // The host gives a message again until the broker has it; and a modem that cannot
        // remember what the broker has in flight ends connections itself.
        let endless = self.host_ids && !self.pubmode || self.room == Room::Small;
        self.trouble = Trouble::draw(self.seed, self.outgoing, !endless);
        // Nor is there an end to what the broker does not take.
        self.limits &= !self.host_ids || self.pubmode;
        self.anonymous &= self.clean;
    }

    /// What this seed plays on a link: modem, port and disk are those of the first.
    pub(crate) fn of_link(&self, link: usize) -> Self {
        if link == 0 {
            return *self;
        }
        let own = Self::draw(Random::new(self.seed ^ link as u64).number());
        let faults = Faults {
            cuts: own.faults.cuts,
            silent: own.faults.silent,
            refused: own.faults.refused,
            ..self.faults
        };
        let mut plan = Self {
            room: self.room,
            stores: self.stores,
            places: self.places,
            disk_room: self.disk_room,
            restarts: self.restarts,
            // What is not stored is lost with the power: nothing could be judged.
            clean: own.clean && self.faults.power == 0,
            faults,
            ..own
        };
        plan.draw_trouble();
        plan
    }

    /// How the client calls itself.
    pub(crate) fn client_id(&self) -> &'static str {
        if self.anonymous { "" } else { "sim" }
    }

    /// Whether a disk that works may refuse a change.
    pub(crate) fn disk_may_fail(&self) -> bool {
        self.faults.disk > 0 || self.disk_room > 0
    }

    pub(crate) fn config(&self) -> Config<'static> {
        Config {
            seed: self.seed,
            keeps_sessions: self.stores,
            ..Config::default()
        }
    }
}

/// Drawn apart, so that what a seed plays else is the same.
fn grant(seed: u64, one_in: usize) -> bool {
    Random::new(seed ^ 0x96a7).one_in(one_in)
}

fn aliases(seed: u64) -> [usize; 2] {
    let mut random = Random::new(seed ^ 0xa11a);
    [(); 2].map(|()| random.pick(&[0, 0, 2]))
}

fn in_flight(seed: u64) -> usize {
    let mut random = Random::new(seed ^ 0xf117);
    random.pick(&[10, 10, 1, 3, 100])
}

/// Drawn apart, so that what a seed plays else is the same.
fn lines(seed: u64) -> usize {
    let mut random = Random::new(seed ^ 0x11e5);
    if random.one_in(2) {
        random.between(2, 24)
    } else {
        1
    }
}

/// Drawn apart, as well.
fn disk_room(seed: u64, stores: bool) -> usize {
    let mut random = Random::new(seed ^ 0x5ca2);
    if stores && random.one_in(5) {
        random.pick(&[700, 2000, 6000])
    } else {
        0
    }
}

fn faults(c: &mut Random, loses: bool, stores: bool) -> Faults {
    let often = |c: &mut Random, most| if c.one_in(2) { c.between(1, most) } else { 0 };
    // What is not stored is lost with the power: nothing could be judged.
    let survives = stores && !loses;
    Faults {
        cuts: often(c, 9),
        silent: often(c, 5),
        refused: often(c, 5),
        power: if survives { often(c, 6) } else { 0 },
        host: if c.one_in(3) { often(c, 3) } else { 0 },
        broker: often(c, 2),
        forgets: c.one_in(6).into(),
        disk: if survives && c.one_in(4) {
            often(c, 20)
        } else {
            0
        },
        stalls: c.one_in(2),
    }
}

/// Links beside the first.
pub(crate) const FURTHER: usize = LINKS as usize - 1;

/// Memory for a modem, lent again each time it is switched on.
pub(crate) fn lend<'a>(
    plan: &Plan,
    memory: &'a mut Vec<u8>,
    links: &'a mut LinkPlaces<'a, FURTHER>,
) -> Memory<'a> {
    if plan.room == Room::Heap {
        return Memory::heap();
    }
    if plan.room == Room::Lent {
        memory.resize(LENT * (2 * FURTHER + 1), 0);
        let (first, further) = memory.split_at_mut(LENT * (FURTHER + 1));
        return Memory {
            links: FurtherLinks::lent(links, further),
            ..Memory::lent(first).expect("enough of it")
        };
    }
    // What all links share is as large for each as for a single one.
    let (small, places) = (SMALL * (FURTHER + 1), plan.places * PLACE);
    memory.resize(13 * small + places, 0);
    let (received, memory) = memory.split_at_mut(places);
    let mut parts = memory.chunks_mut(small).map(Buf::lent);
    let mut part = || parts.next().expect("thirteen of them");
    let places = Buf::lent(received);
    Memory {
        line: part(),
        values: part(),
        host_out: part(),
        inbox: part(),
        settings: part(),
        net_in: part(),
        net_out: part(),
        in_flight: part(),
        received: places,
        subscriptions: part(),
        terms: part(),
        links: FurtherLinks::heap(FURTHER as u8),
    }
}
