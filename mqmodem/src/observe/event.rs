//! What an observer of a modem sees.

use super::packets::WirePacket;
use super::text::{AnswerLine, CommandLine, DataPiece};
use crate::port::Label;
use mqmodem_core::{
    Config, Endpoint, Failure, HostLines, Instant, LinkId, LinkState, ModemLines, NetEvent, Serial,
    Slot,
};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// Watches one modem. It is called for everything in the order in which it happens,
/// and changes nothing.
///
/// Lines of the host and packets come decoded, once for all observers; none of these
/// events holds a password, a key or a payload but as a packet does.
pub trait Observer: fmt::Debug + Send {
    /// The modem is about to be made like this.
    fn made(&mut self, _config: &Config<'_>) {}

    /// Bytes as they passed, secrets included.
    fn bytes(&mut self, _now: Instant, _wire: Wire, _bytes: &[u8]) {}

    /// Something between host and modem.
    fn host(&mut self, _now: Instant, _event: &HostEvent<'_>) {}

    /// Something between modem and broker.
    fn link(&mut self, _now: Instant, _link: LinkId, _event: &LinkEvent<'_>) {}

    /// Something that happened to the modem as a whole.
    fn state(&mut self, _now: Instant, _event: &StateEvent<'_>) {}

    /// Something between modem and store.
    fn store(&mut self, _now: Instant, _event: StoreEvent) {}
}

/// Makes an observer for each modem of a program.
pub trait ObserverSource: Send + Sync + fmt::Debug {
    /// The observer of the modem of this name.
    fn observer(self: Arc<Self>, modem: &Label) -> Box<dyn Observer>;
}

/// Where bytes passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// From the host to the modem.
    FromHost,
    /// From the modem to the host.
    ToHost,
    /// From the broker of a link to the modem.
    FromBroker(LinkId),
    /// From the modem to the broker of a link.
    ToBroker(LinkId),
}

/// Something between host and modem.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum HostEvent<'e> {
    /// The host ended a line. It is not carried out yet.
    Command(CommandLine<'e>),
    /// What came back of that line while it was typed.
    Echo(CommandLine<'e>),
    /// The host sent bytes it was asked for, or such as are dropped.
    Data(DataPiece<'e>),
    /// The host sent bytes that begin no line, for the first time since its last line.
    Stray,
    /// The modem wrote a line. It is not sent yet.
    Answer(AnswerLine<'e>),
    /// The host moved its lines.
    Lines(HostLines),
    /// The modem moved its lines.
    ModemLines(ModemLines),
    /// The modem changed speed or format.
    Serial(Serial),
    /// The host sent a break.
    Break,
    /// A line that was begun is dropped.
    Dropped(&'e str),
    /// The modem ends, and the host has not ended this line.
    Unended(&'e str),
}

/// Something between modem and broker.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum LinkEvent<'e> {
    /// The modem opens the link.
    Opening(&'e Endpoint<'e>),
    /// The modem closes the link.
    Closing(Failure),
    /// The link is up.
    Opened {
        /// The version of TLS it goes over.
        tls: Option<&'static str>,
    },
    /// Something else happened to the link.
    Net(NetEvent),
    /// The modem took a packet of the broker.
    Received(WirePacket<'e>),
    /// A packet was written to the broker.
    Sent(WirePacket<'e>),
}

/// Something that happened to the modem as a whole.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum StateEvent<'e> {
    /// It was switched on, or off.
    Power(bool),
    /// Its radio was.
    Radio(bool),
    /// How far one of its links is, by now.
    Link(LinkStatus),
    /// Lines from now on are of somebody beside the host, or of the host again.
    Beside(bool),
    /// Something was done to it on purpose.
    Fault(FaultNote<'e>),
    /// Somebody wrote this down.
    Note(&'e str),
}

/// How far a link is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkStatus {
    /// Which.
    pub link: LinkId,
    /// How far.
    pub state: LinkState,
    /// When it is tried again by itself.
    pub retry_at: Option<Instant>,
    /// Why it is not up, or was not when it last failed, as the host is told; 0 for nothing.
    pub code: u8,
}

/// What became of a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FaultNote<'e> {
    /// Its number.
    pub id: u64,
    /// How far it is.
    pub state: FaultPhase,
    /// What it is, in the words that ordered it.
    pub words: &'e str,
}

/// How far a fault is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FaultPhase {
    /// It waits for its moment.
    Armed,
    /// It acted.
    Fired,
    /// It acts no more.
    Ended,
}

impl FaultPhase {
    /// In words.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Armed => "armed",
            Self::Fired => "fired",
            Self::Ended => "ended",
        }
    }
}

/// Something between modem and store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreEvent {
    /// The modem wants what is stored in this slot changed.
    Asked(Slot),
    /// That is durable, or was not done.
    Done {
        /// The slot.
        slot: Slot,
        /// Whether it is durable.
        ok: bool,
    },
}
