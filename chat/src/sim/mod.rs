//! A modem in virtual time, and the world around it: a host, a network with a
//! broker behind it, and storage, all as the chat says.

mod mode;
mod net;
mod pump;
mod wording;
mod world;

pub use mode::{PLAY_MODES, PlayMode};

use crate::environment::{Environment, pass, settle};
use crate::memory::heap;
use crate::player::{Output, Player};
use crate::script::{Input, Setup};
use mqmodem_core::{Config, Instant, LinkId, Memory, Modem, NetError, NetEvent, Slot};
use mqmodem_faults::{DeviceAct, FaultLine, Faults, Passage};
use net::ConnectionState;
use std::collections::BTreeMap;
use std::time::Duration;
use world::World;

/// When a chat starts: not at zero, which might be taken for never.
const START: Instant = Instant::from_micros(1_000_000);
/// How long an orderly switch-off may take.
const SHUTDOWN: Duration = Duration::from_mins(1);

/// The modem and its world.
pub struct Sim<'m> {
    setup: Setup,
    /// What the machine's clock said at the start, if it had not been set since.
    wall: Duration,
    modem: Option<Modem<'m>>,
    /// Memory for each time the modem will be switched on.
    memory: Vec<Memory<'m>>,
    world: World,
}

impl<'m> Sim<'m> {
    /// A world without a modem yet: [`Input::PowerOn`] makes one each time, on
    /// a piece of `memory`.
    pub fn new(setup: Setup, mode: PlayMode, memory: Vec<Memory<'m>>) -> Self {
        let faults = setup
            .faults
            .then(|| Box::new(Faults::new(setup.seed, setup.dialect.framing)));
        Self {
            wall: Duration::from_secs(setup.clock),
            setup,
            modem: None,
            memory,
            world: World::new(mode, START, faults),
        }
    }

    /// What is durable.
    pub fn stored(&self) -> &BTreeMap<Slot, Vec<u8>> {
        self.world.disk.durable()
    }

    /// Whether this link is up.
    pub fn is_open(&self, link: LinkId) -> bool {
        self.world.state_of(link) == ConnectionState::Open
    }

    /// Whether the modem has asked for this link, and it is neither up nor has it failed.
    pub fn is_pending(&self, link: LinkId) -> bool {
        self.world.state_of(link) == ConnectionState::Asked
    }

    /// Whether the modem is on.
    pub fn is_on(&self) -> bool {
        self.modem.is_some()
    }

    fn modem(&mut self) -> Result<&mut Modem<'m>, String> {
        self.parts().map(|(modem, _)| modem)
    }

    fn parts(&mut self) -> Result<(&mut Modem<'m>, &mut World), String> {
        let off = "the modem is off; write `power on` first";
        let modem = self.modem.as_mut().ok_or(off)?;
        Ok((modem, &mut self.world))
    }

    /// Lets everything happen that happens now.
    fn settle(&mut self) -> Result<(), String> {
        let (modem, world) = self.parts()?;
        settle(modem, world)?;
        self.follow_power()
    }

    /// Does what a fault does to the power.
    fn follow_power(&mut self) -> Result<(), String> {
        match self.world.power.take() {
            Some(DeviceAct::PowerOff) => {
                self.power_cut();
                self.stay_off()
            }
            Some(_) => {
                self.power_on()?;
                self.settle()
            }
            None => Ok(()),
        }
    }

    /// The modem is off; a fault may switch it on again.
    fn stay_off(&mut self) -> Result<(), String> {
        while self.world.pump() {}
        self.follow_power()
    }

    fn power_on(&mut self) -> Result<(), String> {
        if self.modem.is_some() {
            return Err("the modem is on; write `power off` or `power cut` first".into());
        }
        let memory = self.memory.pop();
        let memory = memory.unwrap_or_else(|| heap(self.setup.memory));
        let config = Config {
            seed: self.setup.seed,
            strict: self.setup.strict,
            mask_secrets: self.setup.mask_secrets,
            vendor_limits: self.setup.vendor_limits,
            gap: self.setup.gap,
            offline: self.setup.offline,
            ..Config::of(self.setup.dialect)
        };
        let mut modem = Modem::new(config, memory, self.world.now);
        for (slot, bytes) in self.world.disk.durable() {
            let restored = modem.restore(*slot, bytes);
            restored.map_err(|error| format!("{slot:?} cannot be restored: {error:?}"))?;
        }
        modem.set_clock(self.world.now, self.wall + self.world.now.since(START));
        self.modem = Some(modem);
        let usual = self.setup.dialect.profile.echoes();
        let echo = std::mem::replace(&mut self.setup.echo, usual);
        if echo != usual {
            // As it was left before the chat.
            let line = if echo { b"ATE1\r" } else { b"ATE0\r" };
            self.world.host.typed.extend(line);
            self.settle()?;
            self.world.output.host.clear();
        }
        Ok(())
    }

    fn power_off(&mut self) -> Result<(), String> {
        let now = self.world.now;
        self.modem()?.handle_shutdown(now);
        self.settle()?;
        let deadline = now + SHUTDOWN;
        while !self.modem()?.is_off() {
            let next = self.modem()?.poll_timeout();
            let next = next.filter(|at| *at <= deadline);
            self.world.now = next.ok_or("the modem was told to switch off and does not")?;
            self.settle()?;
        }
        self.power_cut();
        Ok(())
    }

    fn power_cut(&mut self) {
        self.modem = None;
        self.world.power_cut();
    }

    /// Lets time pass; every timer fires at its moment. A fault may switch the modem off and
    /// on meanwhile.
    fn pass(&mut self, by: Duration) -> Result<(), String> {
        let until = self.world.now + by;
        while self.world.now < until {
            if let Some(modem) = &mut self.modem {
                pass(modem, &mut self.world, until)?;
                self.follow_power()?;
                continue;
            }
            let due = self.world.poll_timeout().filter(|due| *due <= until);
            let due = due.unwrap_or(until);
            self.world.set_now(due.max(self.world.now));
            self.stay_off()?;
        }
        Ok(())
    }

    /// The machine's clock is set.
    fn set_clock(&mut self, seconds: u64) -> Result<(), String> {
        let now = self.world.now;
        let wall = Duration::from_secs(seconds);
        self.wall = wall.saturating_sub(now.since(START));
        self.modem()?.set_clock(now, wall);
        Ok(())
    }

    /// The host sends bytes, with an LF behind a command line where the mode says so.
    fn type_in(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.receive(bytes);
        let ends = is_line(bytes);
        if self.modem.is_none() {
            return Ok(());
        }
        if ends && self.world.mode == PlayMode::LateLineFeeds {
            self.settle()?;
        }
        let heard = |world: &World| world.faults.as_ref().is_none_or(|it| it.host_is_unharmed());
        if ends && self.world.mode.has_line_feeds() && heard(&self.world) {
            self.world.host.typed.extend(b"\n");
        }
        Ok(())
    }

    /// Bytes of the host go to the modem; one that is off does not hear them.
    fn receive(&mut self, bytes: &[u8]) {
        let now = self.world.now;
        match &mut self.world.faults {
            None => self.world.host.typed.extend(bytes),
            Some(faults) if self.modem.is_some() => {
                faults.push(now, Passage::FromHost, bytes);
                self.world.pump();
            }
            Some(_) => {}
        }
    }

    /// The broker of a link sends bytes.
    fn broker_says(&mut self, link: LinkId, bytes: &[u8]) -> Result<(), String> {
        let now = self.world.now;
        self.world.net(link).open_link()?;
        match &mut self.world.faults {
            None => self.world.net(link).incoming.extend(bytes),
            Some(faults) => faults.push(now, Passage::FromBroker(link), bytes),
        }
        Ok(())
    }

    /// Something is to go wrong, or to end.
    fn go_wrong(&mut self, line: &FaultLine) -> Result<(), String> {
        let now = self.world.now;
        let faults = self.world.faults.as_mut();
        let faults = faults.ok_or("nothing goes wrong in this chat")?;
        faults.ask(now, line.clone())?;
        if self.modem.is_none() {
            self.stay_off()?;
        }
        Ok(())
    }

    fn line(&mut self) -> Result<(), String> {
        let (now, lines) = (self.world.now, self.world.host.lines);
        self.modem()?.handle_host_lines(now, lines);
        Ok(())
    }

    fn apply(&mut self, link: LinkId, input: &Input) -> Result<(), String> {
        match input {
            Input::PowerOn => {
                if let Some(faults) = &mut self.world.faults {
                    faults.power_on();
                }
                self.power_on()?;
            }
            Input::PowerOff | Input::PowerCut | Input::Pass(_) => {}
            Input::Host(bytes) => self.type_in(bytes)?,
            Input::HostReads(reads) => change(&mut self.world.host.reads, *reads, "host")?,
            Input::Dtr(dtr) => {
                change(&mut self.world.host.lines.dtr, *dtr, "dtr")?;
                self.line()?;
            }
            Input::Rts(rts) => {
                change(&mut self.world.host.lines.rts, *rts, "rts")?;
                self.line()?;
            }
            Input::Broker(bytes) => self.broker_says(link, bytes)?,
            Input::Fault(asked) => self.go_wrong(asked)?,
            Input::BrokerCloses => self.world.net(link).open_link()?.end = Some(NetEvent::Closed),
            Input::BrokerResets => {
                self.world.net(link).open_link()?.end = Some(NetEvent::Failed(NetError::Broken));
            }
            Input::BrokerReads(reads) => change(&mut self.world.net(link).reads, *reads, "broker")?,
            Input::NetPending => {
                let net = self.world.net(link);
                change(&mut net.pending_asked, true, "net hold")?;
                net.leaves_pending = true;
            }
            Input::NetOpen => {
                self.world.opened(link)?;
                let net = self.world.net(link);
                (net.leaves_pending, net.pending_asked) = (false, false);
            }
            Input::Clock(seconds) => self.set_clock(*seconds)?,
            Input::NetAt(stage) => self.world.net_at(link, *stage)?,
            Input::NetFail(why) => self.world.net_fails(link, *why)?,
            Input::Store(mode) => {
                change(&mut self.world.storage, *mode, "store")?;
            }
        }
        Ok(())
    }
}

impl Player for Sim<'_> {
    fn play(&mut self, link: LinkId, input: &Input) -> Result<(), String> {
        match input {
            Input::PowerOff => return self.power_off(),
            Input::PowerCut => {
                self.modem()?;
                self.power_cut();
                return Ok(());
            }
            Input::Pass(by) => self.pass(*by)?,
            input => self.apply(link, input)?,
        }
        if self.modem.is_some() {
            self.settle()?;
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), String> {
        let faults = self.world.faults.as_ref();
        let never = faults.map(|it| it.never_fired()).unwrap_or_default();
        match never.first() {
            None => Ok(()),
            Some(words) => Err(format!(
                "`fault {words}` never acted; let happen what it waits for, or write `fault clear`"
            )),
        }
    }

    fn output(&mut self) -> Output {
        std::mem::take(&mut self.world.output)
    }
}

/// Whether this is a whole command line that CR ends: in quotes that are open it is data.
fn is_line(bytes: &[u8]) -> bool {
    let begins = bytes
        .get(..2)
        .is_some_and(|it| it.eq_ignore_ascii_case(b"AT"));
    let is_closed = bytes.split(|byte| *byte == b'"').count() % 2 == 1;
    begins && bytes.ends_with(b"\r") && is_closed
}

/// Changes what must change for anything to happen.
fn change<T: PartialEq>(what: &mut T, to: T, name: &str) -> Result<(), String> {
    if *what == to {
        return Err(format!(
            "it is so already, and `{name}` does nothing; take the line out"
        ));
    }
    *what = to;
    Ok(())
}
