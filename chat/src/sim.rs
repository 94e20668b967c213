//! A modem in virtual time, and the world around it: a host, a network with a
//! broker behind it, and storage, all as the chat says.

use crate::player::{Heard, Player};
use crate::script::{Input, Setup, Storage};
use mqmodem_core::{
    Action, Config, Endpoint, HostLines, Instant, LinkId, Memory, Modem, NetError, NetEvent, Slot,
};
use std::collections::BTreeMap;
use std::time::Duration;

/// The link the chats speak about.
const LINK: LinkId = LinkId(0);
/// More turns than any chat needs; a modem that takes more never comes to rest.
const TURNS: usize = 2_000_000;
/// How long an orderly switch-off may take.
const SHUTDOWN: Duration = Duration::from_secs(60);

/// How bytes are cut and time is told; the conversation must not depend on it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Way {
    /// What errors call it.
    pub name: &'static str,
    /// The host's bytes come one by one.
    pub host_in_bytes: bool,
    /// The broker's bytes come one by one.
    pub broker_in_bytes: bool,
    /// Output is taken one byte at a time.
    pub out_in_bytes: bool,
    /// Time-outs are announced that are none.
    pub spurious_timeouts: bool,
    /// The modem runs on lent memory instead of the heap.
    pub lent: bool,
}

/// Every way each chat is played in.
pub const WAYS: [Way; 6] = {
    let whole = Way {
        name: "whole",
        host_in_bytes: false,
        broker_in_bytes: false,
        out_in_bytes: false,
        spurious_timeouts: false,
        lent: false,
    };
    [
        whole,
        Way {
            name: "with the host's bytes one by one",
            host_in_bytes: true,
            ..whole
        },
        Way {
            name: "with the broker's bytes one by one",
            broker_in_bytes: true,
            ..whole
        },
        Way {
            name: "with output taken byte by byte",
            out_in_bytes: true,
            ..whole
        },
        Way {
            name: "with spurious time-outs",
            spurious_timeouts: true,
            ..whole
        },
        Way {
            name: "on lent memory",
            lent: true,
            ..whole
        },
    ]
};

/// The modem and its world.
pub struct Sim<'m> {
    way: Way,
    setup: Setup,
    now: Instant,
    modem: Option<Modem<'m>>,
    /// Memory for each time the modem will be switched on.
    memory: Vec<Memory<'m>>,
    host: Host,
    net: Net,
    store: Store,
    heard: Heard,
}

struct Host {
    typed: Vec<u8>,
    reads: bool,
    lines: HostLines,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Link {
    Closed,
    Asked,
    Open,
}

struct Net {
    link: Link,
    holds: bool,
    /// What the broker said and the modem has not taken yet.
    incoming: Vec<u8>,
    /// How the link ends once all of that is taken.
    end: Option<NetEvent>,
    reads: bool,
}

struct Store {
    mode: Storage,
    kept: BTreeMap<Slot, Vec<u8>>,
    /// What storage has not answered yet; `None` erases.
    held: Vec<(Slot, Option<Vec<u8>>)>,
}

/// An action, without a claim on the modem.
enum Deed {
    Open(String),
    Close,
    Keep(Slot, Option<Vec<u8>>),
}

impl<'m> Sim<'m> {
    /// A world without a modem yet: [`Input::PowerOn`] makes one each time, on
    /// a piece of `memory`.
    pub fn new(setup: Setup, way: Way, memory: Vec<Memory<'m>>) -> Self {
        let lines = HostLines {
            dtr: true,
            rts: true,
        };
        Self {
            way,
            setup,
            now: Instant::from_micros(1_000_000),
            modem: None,
            memory,
            host: Host {
                typed: Vec::new(),
                reads: true,
                lines,
            },
            net: Net {
                link: Link::Closed,
                holds: false,
                incoming: Vec::new(),
                end: None,
                reads: true,
            },
            store: Store {
                mode: Storage::Works,
                kept: BTreeMap::new(),
                held: Vec::new(),
            },
            heard: Heard::default(),
        }
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
        self.modem = Some(modem);
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
        if self.way.spurious_timeouts {
            let now = self.now;
            self.modem()?.handle_timeout(now);
        }
        for _ in 0..TURNS {
            let moved = self.due()?
                || self.act()?
                || self.to_broker()?
                || self.to_host()?
                || self.from_host()?
                || self.from_broker()?;
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

    fn act(&mut self) -> Result<bool, String> {
        let now = self.now;
        let deed = match self.modem()?.poll_action() {
            None => return Ok(false),
            Some(Action::Open { link, to }) if link == LINK => Deed::Open(worded(&to, now)),
            Some(Action::Close { link }) if link == LINK => Deed::Close,
            Some(Action::Store { slot, bytes }) => Deed::Keep(slot, Some(bytes.to_vec())),
            Some(Action::Erase { slot }) => Deed::Keep(slot, None),
            Some(other) => return Err(format!("a chat knows nothing of {other:?}")),
        };
        match deed {
            Deed::Open(to) => self.open(to)?,
            Deed::Close => {
                self.heard.net.push("close".into());
                self.net.close();
            }
            Deed::Keep(slot, bytes) => {
                self.store.held.push((slot, bytes));
                self.answer_stored()?;
            }
        }
        Ok(true)
    }

    fn open(&mut self, to: String) -> Result<(), String> {
        if self.net.link != Link::Closed {
            return Err("the modem opens a link it has not closed".into());
        }
        self.heard.net.push(to);
        self.net.link = Link::Asked;
        if self.net.holds {
            return Ok(());
        }
        self.opened()
    }

    fn opened(&mut self) -> Result<(), String> {
        if self.net.link != Link::Asked {
            return Err("no link is pending; write `net hold` before the modem asks".into());
        }
        self.net.link = Link::Open;
        let now = self.now;
        self.modem()?.handle_net(now, LINK, NetEvent::Opened);
        Ok(())
    }

    fn net_fails(&mut self, why: NetError) -> Result<(), String> {
        if self.net.link != Link::Asked {
            return Err("no link is pending; write `net hold` before the modem asks".into());
        }
        self.net.close();
        let now = self.now;
        self.modem()?.handle_net(now, LINK, NetEvent::Failed(why));
        Ok(())
    }

    fn answer_stored(&mut self) -> Result<(), String> {
        let ok = match self.store.mode {
            Storage::Holds => return Ok(()),
            mode => mode == Storage::Works,
        };
        let now = self.now;
        for (slot, bytes) in std::mem::take(&mut self.store.held) {
            if ok {
                self.store.keep(slot, bytes);
            }
            self.modem()?.handle_stored(now, slot, ok);
        }
        Ok(())
    }

    fn from_host(&mut self) -> Result<bool, String> {
        let now = self.now;
        let offered = cut(&self.host.typed, self.way.host_in_bytes);
        let modem = self.modem.as_mut().ok_or("the modem is off")?;
        if offered.is_empty() || !modem.host_ready() {
            return Ok(false);
        }
        let taken = modem.handle_host(now, offered);
        if taken == 0 && modem.host_ready() {
            return Err("host_ready, but handle_host takes nothing".into());
        }
        self.host.typed.drain(..taken);
        Ok(true)
    }

    fn to_host(&mut self) -> Result<bool, String> {
        let now = self.now;
        let modem = self.modem.as_mut().ok_or("the modem is off")?;
        let bytes = cut(modem.host_out(), self.way.out_in_bytes);
        if bytes.is_empty() || !self.host.reads {
            return Ok(false);
        }
        self.heard.host.extend(bytes);
        let count = bytes.len();
        modem.host_sent(now, count);
        Ok(true)
    }

    fn from_broker(&mut self) -> Result<bool, String> {
        let now = self.now;
        let net = &mut self.net;
        let modem = self.modem.as_mut().ok_or("the modem is off")?;
        if net.link != Link::Open {
            return Ok(false);
        }
        if let (true, Some(end)) = (net.incoming.is_empty(), net.end) {
            net.close();
            modem.handle_net(now, LINK, end);
            return Ok(true);
        }
        let offered = cut(&net.incoming, self.way.broker_in_bytes);
        if offered.is_empty() || !modem.net_ready(LINK) {
            return Ok(false);
        }
        let taken = modem.handle_net_data(now, LINK, offered);
        net.incoming.drain(..taken);
        Ok(taken > 0)
    }

    fn to_broker(&mut self) -> Result<bool, String> {
        let now = self.now;
        let modem = self.modem.as_mut().ok_or("the modem is off")?;
        let bytes = cut(modem.net_out(LINK), self.way.out_in_bytes);
        if bytes.is_empty() || self.net.link != Link::Open || !self.net.reads {
            return Ok(false);
        }
        self.heard.broker.extend(bytes);
        let count = bytes.len();
        modem.net_sent(now, LINK, count);
        Ok(true)
    }

    fn lines(&mut self, lines: HostLines) -> Result<(), String> {
        self.host.lines = lines;
        let now = self.now;
        self.modem()?.handle_host_lines(now, lines);
        Ok(())
    }

    fn apply(&mut self, input: &Input) -> Result<(), String> {
        match input {
            Input::PowerOn => self.power_on()?,
            Input::PowerOff | Input::PowerCut | Input::Pass(_) => {}
            Input::Host(bytes) => self.host.typed.extend(bytes),
            Input::HostReads(reads) => self.host.reads = *reads,
            Input::Dtr(dtr) => {
                let lines = self.host.lines;
                self.lines(HostLines { dtr: *dtr, ..lines })?;
            }
            Input::Rts(rts) => {
                let lines = self.host.lines;
                self.lines(HostLines { rts: *rts, ..lines })?;
            }
            Input::Broker(bytes) => self.net.open_link()?.incoming.extend(bytes),
            Input::BrokerCloses => self.net.open_link()?.end = Some(NetEvent::Closed),
            Input::BrokerResets => {
                self.net.open_link()?.end = Some(NetEvent::Failed(NetError::Broken));
            }
            Input::BrokerReads(reads) => self.net.reads = *reads,
            Input::NetHold => self.net.holds = true,
            Input::NetOpen => {
                self.net.holds = false;
                self.opened()?;
            }
            Input::NetFail(why) => self.net_fails(*why)?,
            Input::Store(mode) => {
                self.store.mode = *mode;
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

impl Net {
    /// The connection is gone, with what was on its way.
    fn close(&mut self) {
        self.link = Link::Closed;
        self.incoming.clear();
        self.end = None;
    }

    fn open_link(&mut self) -> Result<&mut Self, String> {
        match (self.link, self.end) {
            (Link::Open, None) => Ok(self),
            _ => Err("the broker has no connection to the modem here".into()),
        }
    }
}

impl Store {
    fn keep(&mut self, slot: Slot, bytes: Option<Vec<u8>>) {
        match bytes {
            Some(bytes) => self.kept.insert(slot, bytes),
            None => self.kept.remove(&slot),
        };
    }
}

fn cut(bytes: &[u8], in_bytes: bool) -> &[u8] {
    let most = if in_bytes { 1 } else { bytes.len() };
    &bytes[..most.min(bytes.len())]
}

/// An endpoint as `net <` words it.
fn worded(to: &Endpoint<'_>, now: Instant) -> String {
    let scheme = if to.tls.is_some() { "tls" } else { "tcp" };
    let mut words = format!("open {scheme}://{}:{}", to.host, to.port);
    let tls = to.tls.unwrap_or_default();
    let files = [
        ("root", tls.root),
        ("certificate", tls.certificate),
        ("key", tls.key),
    ];
    for (name, bytes) in files {
        if let Some(bytes) = bytes {
            words += &format!(" {name}={}", bytes.len());
        }
    }
    words + &format!(" within {}ms", to.deadline.since(now).as_millis())
}
