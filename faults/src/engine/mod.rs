//! The engine: faults in force, and bytes, packets, lines and answers that pass by them.

mod connection;
mod device;
mod history;
mod lines;
mod net;
mod packets;
mod pipe;
mod port;
mod random;
mod rules;
mod schedule;
mod store;
#[cfg(test)]
mod tests;

pub use connection::FaultEnd;
pub use device::DeviceAct;
pub use history::{FaultNews, FaultState};

pub use store::WriteFate;

use crate::vocabulary::{Direction, FaultLine};
use device::DeviceFaults;
use mqmodem_core::at::framing::Framing;
use mqmodem_core::{Instant, LinkId, NetError};
use net::NetFaults;
use port::PortFaults;
use rules::RuleSet;
use store::StoreFaults;

/// Where bytes pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passage {
    /// From the host to the modem.
    FromHost,
    /// From the modem to the host.
    ToHost,
    /// From the broker of a link to the modem.
    FromBroker(LinkId),
    /// From the modem to the broker of a link.
    ToBroker(LinkId),
}

/// All that goes wrong around one modem. The caller moves bytes through it: what one side
/// sends is [pushed](Self::push), and what is [ready](Self::ready) is given to the other.
#[derive(Debug)]
pub struct Faults {
    rules: RuleSet,
    net: NetFaults,
    port: PortFaults,
    store: StoreFaults,
    device: DeviceFaults,
    now: Instant,
}

impl Faults {
    /// None yet. What looks random follows from `seed`; lines come in the frame of the
    /// modem.
    pub fn new(seed: u64, framing: &'static Framing) -> Self {
        Self {
            rules: RuleSet::new(seed),
            net: NetFaults::default(),
            port: PortFaults::new(framing),
            store: StoreFaults::default(),
            device: DeviceFaults::default(),
            now: Instant::ZERO,
        }
    }

    /// Does what a line asks for; the number of the fault it is about, where it is about one.
    ///
    /// # Errors
    /// Where there is no such fault, or are too many.
    pub fn ask(&mut self, now: Instant, line: FaultLine) -> Result<Option<u32>, String> {
        match line {
            FaultLine::Arm(fault) => self.rules.arm(now, fault).map(Some),
            FaultLine::Plan(plan) => self.rules.plan(now, plan).map(Some),
            FaultLine::Seed(seed) => {
                self.rules.set_seed(seed);
                Ok(None)
            }
            FaultLine::List => Ok(None),
            FaultLine::Clear(id) => match (self.rules.clear(id), id) {
                (false, Some(id)) => Err(format!("no fault {id} is in force")),
                _ => Ok(id),
            },
        }
    }

    /// What is in force, by number.
    pub fn list(&self) -> Vec<FaultNews> {
        self.rules.list()
    }

    /// Whether none is in force.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The words of those that never acted, but for those that were cleared.
    pub fn never_fired(&self) -> Vec<String> {
        self.rules.never_fired()
    }

    /// When a fault first acted, if it has.
    pub fn fired_at(&self, id: u32) -> Option<Instant> {
        self.rules.history.fired_at(id)
    }

    /// Whether a fault may still act; none where there never was one of this number.
    pub fn is_in_force(&self, id: u32) -> Option<bool> {
        self.rules.is_known(id)
    }

    /// What happened to a fault since this was asked, in order.
    pub fn poll_news(&mut self) -> Option<FaultNews> {
        self.rules.history.poll_news()
    }

    /// When time changes something next, after the last [`advance`](Self::advance).
    pub fn poll_timeout(&self) -> Option<Instant> {
        let times = [
            self.rules.poll_timeout(),
            self.net.poll_timeout(self.now),
            self.port.poll_timeout(self.now),
            self.store.poll_timeout(),
            self.device.poll_timeout(),
        ];
        let times = times.into_iter().flatten();
        times.filter(|at| *at > self.now).min()
    }

    /// What is due is done. To be called before what is ready is looked at.
    pub fn advance(&mut self, now: Instant) {
        self.now = now;
        self.rules.handle_timeout(now);
        self.net.advance(now, &mut self.rules);
        self.port.advance(now, &mut self.rules);
    }

    /// How many bytes may be pushed this way now.
    pub fn room(&mut self, now: Instant, way: Passage) -> usize {
        let rules = &mut self.rules;
        match way {
            Passage::FromHost => self.port.room(now, rules, Direction::In),
            Passage::ToHost => self.port.room(now, rules, Direction::Out),
            Passage::FromBroker(link) => self.net.room(now, rules, link, Direction::In),
            Passage::ToBroker(link) => self.net.room(now, rules, link, Direction::Out),
        }
    }

    /// Somebody sends these bytes.
    pub fn push(&mut self, now: Instant, way: Passage, bytes: &[u8]) {
        let rules = &mut self.rules;
        match way {
            Passage::FromHost => self.port.receive(now, rules, bytes),
            Passage::ToHost => self.port.answer(now, rules, bytes),
            Passage::FromBroker(link) => self.net.push(now, rules, link, Direction::In, bytes),
            Passage::ToBroker(link) => self.net.push(now, rules, link, Direction::Out, bytes),
        }
    }

    /// The modem has nothing more to say to its host now: a line that has no end has come.
    pub fn flush(&mut self, now: Instant) {
        self.port.flush(now, &mut self.rules);
    }

    /// What arrives there now.
    pub fn ready(&mut self, now: Instant, way: Passage) -> &[u8] {
        let rules = &mut self.rules;
        match way {
            Passage::FromHost => self.port.ready(now, rules, Direction::In),
            Passage::ToHost => self.port.ready(now, rules, Direction::Out),
            Passage::FromBroker(link) => self.net.ready(now, rules, link, Direction::In),
            Passage::ToBroker(link) => self.net.ready(now, rules, link, Direction::Out),
        }
    }

    /// So many bytes of that were taken.
    pub fn take(&mut self, way: Passage, count: usize) {
        match way {
            Passage::FromHost => self.port.take(Direction::In, count),
            Passage::ToHost => self.port.take(Direction::Out, count),
            Passage::FromBroker(link) => self.net.take(link, Direction::In, count),
            Passage::ToBroker(link) => self.net.take(link, Direction::Out, count),
        }
    }

    /// Whether nothing is under way between host and modem.
    pub fn host_is_through(&self) -> bool {
        self.port.is_through()
    }

    /// Whether what the host sends arrives as it is, at once.
    pub fn host_is_unharmed(&self) -> bool {
        self.port.is_clear(&self.rules)
    }

    /// The modem wants a connection; why it fails, if a fault makes it.
    pub fn opening(&mut self, now: Instant, link: LinkId) -> Option<NetError> {
        self.net.opening(now, &mut self.rules, link)
    }

    /// Whether that connection may come up by now.
    pub fn may_open(&mut self, now: Instant, link: LinkId) -> bool {
        self.net.may_open(now, &mut self.rules, link)
    }

    /// It is up.
    pub fn opened(&mut self, now: Instant, link: LinkId) {
        self.net.opened(now, &mut self.rules, link);
    }

    /// It is gone, whoever ended it.
    pub fn closed(&mut self, link: LinkId) {
        self.net.closed(link);
    }

    /// Whether the peer's end of the connection may be told to the modem now.
    pub fn may_end(&mut self, now: Instant, link: LinkId) -> bool {
        self.net.may_end(now, &mut self.rules, link)
    }

    /// A connection that a fault ends now.
    pub fn poll_end(&mut self) -> Option<(LinkId, FaultEnd)> {
        self.net.poll_end()
    }

    /// The modem wants a change on disk, which may take room there; whether it may reach it.
    pub fn submit(&mut self, now: Instant, takes_room: bool) -> bool {
        self.store.submit(now, &mut self.rules, takes_room)
    }

    /// What becomes of the oldest change without an answer.
    pub fn write_fate(&self, now: Instant) -> WriteFate {
        self.store.fate(now)
    }

    /// The oldest change was answered.
    pub fn answered(&mut self, ok: bool) {
        self.store.answered(ok);
    }

    /// What is to be done to the device now.
    pub fn poll_device(&mut self, now: Instant) -> Option<DeviceAct> {
        let act = self.device.poll(now, &mut self.rules)?;
        match act {
            DeviceAct::PowerOff => self.power_off(),
            DeviceAct::PowerOn => self.booted(now),
            DeviceAct::Radio(_) => {}
        }
        Some(act)
    }

    /// The modem has lost its power, by a fault or not.
    pub fn power_off(&mut self) {
        self.net.all_closed();
        self.port.forget();
        self.store.forget();
    }

    /// The modem was switched on by somebody; a fault that held it off ends.
    pub fn power_on(&mut self) {
        self.rules.end_power_cuts();
        self.device.powered_on();
    }

    /// What a restart has the port say.
    fn booted(&mut self, now: Instant) {
        let Some(boot) = self.device.take_booted() else {
            return;
        };
        self.port
            .noise(now, Direction::Out, boot.random, boot.fault.count("noise"));
        if let Some(banner) = boot.fault.text("banner") {
            self.port.write_line(now, &mut self.rules, banner);
        }
    }
}
