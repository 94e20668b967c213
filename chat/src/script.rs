//! A conversation as it was written down.

use crate::link::Versions;
use mqmodem_core::dialect;
use mqmodem_core::modem::dialect::Dialect;
use mqmodem_core::{LinkId, NetError, Stage};
use mqmodem_faults::FaultLine;
use std::fmt;
use std::time::Duration;

/// A chat: what is done, and after each doing what is expected of the modem.
#[derive(Clone, Debug)]
pub struct Script {
    /// Where it was read from; errors name it.
    pub file: String,
    /// The first block of comments.
    pub title: String,
    /// How the modem is made.
    pub setup: Setup,
    /// The lines that say so, but for its dialect, counted from 1.
    pub settings: Vec<usize>,
    /// What happens, in order. The first is [`Input::PowerOn`].
    pub steps: Vec<Step>,
}

/// Something is done, and the modem answers.
#[derive(Clone, Debug)]
pub struct Step {
    /// The line that says so, counted from 1; 0 for what goes without saying.
    pub line: usize,
    /// The link it happens to, where it happens to one.
    pub link: LinkId,
    /// The version of MQTT in which the broker of each link was spoken to before it.
    pub versions: Versions,
    /// What is done.
    pub input: Input,
    /// What is made to go wrong from right behind it on, and the line that says so.
    pub faults: Vec<(usize, FaultLine)>,
    /// The echo that comes before everything else.
    pub echo: Vec<u8>,
    /// What the modem says and does until the next step, and nothing else.
    pub expected: Vec<Expected>,
}

/// Something the modem is expected to say or do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The line that says so, counted from 1.
    pub line: usize,
    /// The link whose broker it is for, where it is for one.
    pub link: LinkId,
    /// What it is.
    pub what: Expect,
}

/// What the modem says, and to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expect {
    /// These bytes to the host.
    Host(Vec<u8>),
    /// These bytes to the broker.
    Broker(Vec<u8>),
    /// It asks for a link to be opened or closed.
    Asked(String),
    /// Nothing at all.
    Silent,
}

/// Something done to the modem, or to the world around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// The modem is switched on, with what it stored before.
    PowerOn,
    /// It is told to switch off and does so in order.
    PowerOff,
    /// It loses power at once.
    PowerCut,
    /// The host sends bytes.
    Host(Vec<u8>),
    /// The host takes output, or does not.
    HostReads(bool),
    /// The host raises or drops DTR.
    Dtr(bool),
    /// The host raises or drops RTS.
    Rts(bool),
    /// The broker sends bytes.
    Broker(Vec<u8>),
    /// The broker closes the connection.
    BrokerCloses,
    /// The connection breaks.
    BrokerResets,
    /// The network takes what is for the broker, or does not.
    BrokerReads(bool),
    /// Links are left pending from now on until the chat says how they came out.
    NetPending,
    /// The pending link is up; later ones open at once.
    NetOpen,
    /// The pending link waits for this now.
    NetAt(Stage),
    /// The pending link failed.
    NetFail(NetError),
    /// Storage does as it is told, refuses, or takes its time.
    Store(StorageMode),
    /// Time passes.
    Pass(Duration),
    /// The machine's clock is set to so many seconds since 1970.
    Clock(u64),
    /// Something is to go wrong, or to end.
    Fault(FaultLine),
}

/// How storage behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StorageMode {
    /// It keeps what it is given at once.
    Works,
    /// It refuses.
    Fails,
    /// It answers once it is told to work or to fail.
    Holds,
}

/// How the modem is made.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    /// The command set it has.
    pub dialect: &'static Dialect,
    /// Leniences are off.
    pub strict: bool,
    /// Passwords read back as `***`.
    pub mask_secrets: bool,
    /// The module's own limits hold.
    pub vendor_limits: bool,
    /// Milliseconds between OK and the event of a command, where not the dialect's own.
    pub gap: Option<u16>,
    /// The radio is off at the start.
    pub offline: bool,
    /// The seed of everything that looks random.
    pub seed: u64,
    /// What the wall clock says at the start, in seconds since 1970.
    pub clock: u64,
    /// The memory it runs on.
    pub memory: Sizes,
    /// Whether it echoes when the chat begins.
    pub echo: bool,
    /// Whether anything is made to go wrong.
    pub faults: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            dialect: dialect::DEFAULT,
            strict: false,
            mask_secrets: false,
            vendor_limits: false,
            gap: None,
            offline: false,
            seed: 0,
            clock: 0,
            memory: Sizes::default(),
            echo: dialect::DEFAULT.profile.echoes(),
            faults: false,
        }
    }
}

/// How many bytes each part of the modem's memory has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// One number for each of [`Sizes::NAMES`].
    pub bytes: [usize; 11],
}

impl Sizes {
    /// The parts of the memory, as in [`mqmodem_core::Memory`].
    pub const NAMES: [&'static str; 11] = [
        "line",
        "values",
        "host_out",
        "inbox",
        "settings",
        "net_in",
        "net_out",
        "in_flight",
        "received",
        "subscriptions",
        "terms",
    ];

    /// As on a chip that lends 16 KiB.
    pub const SMALL: Self = Self {
        bytes: [
            2560, 2048, 3072, 1280, 3072, 1024, 1280, 1280, 256, 512, 768,
        ],
    };

    /// The size of the part `name`, to change it.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut usize> {
        let at = Self::NAMES.iter().position(|known| *known == name)?;
        self.bytes.get_mut(at)
    }
}

impl Default for Sizes {
    /// As on a host.
    fn default() -> Self {
        let kib = [64, 256, 1410, 641, 1024, 321, 256, 256, 512, 64, 256];
        Self {
            bytes: kib.map(|kib| kib * 1024),
        }
    }
}

/// A line of a chat that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// The chat.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong and what to write instead.
    pub what: String,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
    }
}

impl std::error::Error for ParseError {}
