//! A modem in virtual time, and the world around it: a host, a network with a
//! broker behind it, and storage, all as the chat says.

mod act;
mod carry;
mod way;
mod world;

pub use way::{WAYS, Way};

use crate::player::{Heard, Player};
use crate::script::{Input, Setup};
use mqmodem_core::{Config, ConnId, Instant, LinkId, Memory, Modem, NetError, NetEvent, Slot};
use std::collections::BTreeMap;
use std::time::Duration;
use world::{Host, Net, Store, change};

/// The link the chats speak about.
const LINK: LinkId = LinkId(0);
/// The connection of a modem that has not asked for any.
const NO_CONN: ConnId = ConnId {
    link: LINK,
    number: 0,
};
/// When a chat starts: not at zero, which might be taken for never.
const START: Instant = Instant::from_micros(1_000_000);
/// More turns than any chat needs; a modem that takes more never comes to rest.
const TURNS: usize = 2_000_000;
/// How long an orderly switch-off may take.
const SHUTDOWN: Duration = Duration::from_secs(60);

/// The modem and its world.
pub struct Sim<'m> {
    way: Way,
    setup: Setup,
    now: Instant,
    /// What the machine's clock said at the start, if it had not been set since.
    wall: Duration,
    modem: Option<Modem<'m>>,
    /// Memory for each time the modem will be switched on.
    memory: Vec<Memory<'m>>,
    host: Host,
    net: Net,
    store: Store,
    heard: Heard,
}

impl<'m> Sim<'m> {
    /// A world without a modem yet: [`Input::PowerOn`] makes one each time, on
    /// a piece of `memory`.
    pub fn new(setup: Setup, way: Way, memory: Vec<Memory<'m>>) -> Self {
        Self {
            way,
            wall: Duration::from_secs(setup.clock),
            setup,
            now: START,
            modem: None,
            memory,
            host: Host::new(),
            net: Net::new(),
            store: Store::new(),
            heard: Heard::default(),
        }
    }

    /// What is durable.
    pub fn kept(&self) -> &BTreeMap<Slot, Vec<u8>> {
        &self.store.kept
    }

    fn modem(&mut self) -> Result<&mut Modem<'m>, String> {
        let off = "the modem is off; write `power on` first";
        self.modem.as_mut().ok_or_else(|| off.into())
    }

    fn power_on(&mut self) -> Result<(), String> {
        if self.modem.is_some() {
            return Err("the modem is on; write `power off` or `power cut` first".into());
        }
        let memory = self.memory.pop().ok_or("no memory for another modem")?;
        let config = Config {
            seed: self.setup.seed,
            strict: self.setup.strict,
            mask_secrets: self.setup.mask_secrets,
            ..Config::default()
        };
        let mut modem = Modem::new(config, memory, self.now);
        for (slot, bytes) in &self.store.kept {
            let restored = modem.restore(*slot, bytes);
            restored.map_err(|error| format!("{slot:?} cannot be restored: {error:?}"))?;
        }
        modem.set_clock(self.now, self.wall + self.now.since(START));
        self.modem = Some(modem);
        if std::mem::take(&mut self.setup.echo_off) {
            // As it was left before the chat.
            self.host.typed.extend(b"ATE0\r");
            self.settle()?;
            self.heard.host.clear();
        }
        Ok(())
    }

    fn power_off(&mut self) -> Result<(), String> {
        let now = self.now;
        self.modem()?.handle_shutdown(now);
        self.settle()?;
        let deadline = now + SHUTDOWN;
        while !self.modem()?.is_off() {
            let next = self.modem()?.poll_timeout();
            let next = next.filter(|at| *at <= deadline);
            self.now = next.ok_or("the modem was told to switch off and does not")?;
            self.settle()?;
        }
        self.power_cut();
        Ok(())
    }

    fn power_cut(&mut self) {
        self.modem = None;
        self.host.typed.clear();
        self.net.close();
        self.net.conn = NO_CONN;
        self.store.held.clear();
    }

    /// Lets time pass; every timer fires at its moment.
    fn pass(&mut self, by: Duration) -> Result<(), String> {
        let end = self.now + by;
        while let Some(at) = self.modem.as_ref().and_then(Modem::poll_timeout) {
            if at > end {
                break;
            }
            self.now = at.max(self.now);
            self.settle()?;
        }
        self.now = end;
        Ok(())
    }

    /// Carries everything to and fro until nothing moves any more.
    fn settle(&mut self) -> Result<(), String> {
        if self.way == Way::SpuriousTimeouts {
            let now = self.now;
            self.modem()?.handle_timeout(now);
        }
        if self.way == Way::LateEvents {
            self.tell_late()?;
        }
        for _ in 0..TURNS {
            let moved = self.due()?
                || self.act()?
                || self.tell_broker()?
                || self.tell_host()?
                || self.hear_host()?
                || self.hear_broker()?;
            if !moved {
                return Ok(());
            }
        }
        Err("the modem never comes to rest".into())
    }

    fn due(&mut self) -> Result<bool, String> {
        let now = self.now;
        let modem = self.modem()?;
        if modem.poll_timeout().is_none_or(|at| at > now) {
            return Ok(false);
        }
        modem.handle_timeout(now);
        match modem.poll_timeout() {
            Some(at) if at <= now => {
                Err("poll_timeout is not in the future after handle_timeout".into())
            }
            _ => Ok(true),
        }
    }

    /// The machine's clock is set.
    fn set_clock(&mut self, seconds: u64) -> Result<(), String> {
        let now = self.now;
        let wall = Duration::from_secs(seconds);
        self.wall = wall.saturating_sub(now.since(START));
        self.modem()?.set_clock(now, wall);
        Ok(())
    }

    fn line(&mut self) -> Result<(), String> {
        let (now, lines) = (self.now, self.host.lines);
        self.modem()?.handle_host_lines(now, lines);
        Ok(())
    }

    fn apply(&mut self, input: &Input) -> Result<(), String> {
        match input {
            Input::PowerOn => self.power_on()?,
            Input::PowerOff | Input::PowerCut | Input::Pass(_) => {}
            Input::Host(bytes) => self.host.typed.extend(bytes),
            Input::HostReads(reads) => change(&mut self.host.reads, *reads, "host")?,
            Input::Dtr(dtr) => {
                change(&mut self.host.lines.dtr, *dtr, "dtr")?;
                self.line()?;
            }
            Input::Rts(rts) => {
                change(&mut self.host.lines.rts, *rts, "rts")?;
                self.line()?;
            }
            Input::Broker(bytes) => self.net.open_link()?.incoming.extend(bytes),
            Input::BrokerCloses => self.net.open_link()?.end = Some(NetEvent::Closed),
            Input::BrokerResets => {
                self.net.open_link()?.end = Some(NetEvent::Failed(NetError::Broken));
            }
            Input::BrokerReads(reads) => change(&mut self.net.reads, *reads, "broker")?,
            Input::NetHold => {
                change(&mut self.net.hold_said, true, "net hold")?;
                self.net.holds = true;
            }
            Input::NetOpen => {
                self.opened()?;
                (self.net.holds, self.net.hold_said) = (false, false);
            }
            Input::Clock(seconds) => self.set_clock(*seconds)?,
            Input::NetAt(stage) => self.net_at(*stage)?,
            Input::NetFail(why) => self.net_fails(*why)?,
            Input::Store(mode) => {
                change(&mut self.store.mode, *mode, "store")?;
                self.answer_stored()?;
            }
        }
        Ok(())
    }
}

impl Player for Sim<'_> {
    fn play(&mut self, input: &Input) -> Result<(), String> {
        match input {
            Input::PowerOff => return self.power_off(),
            Input::PowerCut => {
                self.modem()?;
                self.power_cut();
                return Ok(());
            }
            Input::Pass(by) => self.pass(*by)?,
            input => self.apply(input)?,
        }
        if self.modem.is_some() {
            self.settle()?;
        }
        Ok(())
    }

    fn heard(&mut self) -> Heard {
        std::mem::take(&mut self.heard)
    }
}
