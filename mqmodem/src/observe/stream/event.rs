//! One event.

use super::direction::TraceDirection;
use super::packet::TracePacket;
use super::payload::PayloadLimit;
use super::setup::TraceSetup;
use crate::observe::event::FaultPhase;
use crate::port::Label;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Something that happened to a modem.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TraceEvent {
    /// Its number: one more than that of the modem's last one.
    pub seq: u64,
    /// When, in microseconds since 1970.
    pub t: u64,
    /// Whose.
    pub modem: Label,
    /// What.
    #[serde(flatten)]
    pub what: TraceWhat,
}

impl TraceEvent {
    /// About how much memory it takes, in bytes.
    pub(in crate::observe) fn weight(&self) -> usize {
        let texts = match &self.what {
            TraceWhat::Line(line) => line.text.len() + line.raw.as_ref().map_or(0, Vec::len),
            TraceWhat::Packet(packet) => packet.weight(),
            TraceWhat::Note { text } => text.len(),
            TraceWhat::Fault(fault) => fault.words.len(),
            _ => SMALL,
        };
        size_of::<Self>() + texts
    }

    /// The same with no more of payloads than this.
    #[must_use]
    pub fn limited(&self, limit: PayloadLimit) -> Self {
        let mut event = self.clone();
        match &mut event.what {
            TraceWhat::Packet(packet) => packet.limit(limit),
            TraceWhat::Line(line) if line.kind == LineKind::Data => line.limit(limit),
            _ => {}
        }
        event
    }
}

/// Bytes of the texts of an event that has but short ones.
const SMALL: usize = 64;

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
#[non_exhaustive]
pub enum TraceWhat {
    /// A line, or raw bytes, between host and modem.
    Line(TraceLine),
    /// A packet between modem and broker.
    Packet(TracePacket),
    /// A link.
    Link(TraceLink),
    /// The port of the host.
    Port(TracePort),
    /// How the modem is made.
    Setup(TraceSetup),
    /// A fault that was ordered.
    Fault(TraceFault),
    /// The modem was switched on or off.
    Power(TraceSwitch),
    /// Its radio was.
    Radio(TraceSwitch),
    /// What the modem keeps.
    Store(TraceStore),
    /// Somebody wrote this down.
    Note {
        /// What.
        text: String,
    },
    /// Of another version: to be skipped.
    #[serde(other)]
    Unknown,
}

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LineKind {
    /// A line of the host.
    Command,
    /// The same, as it came back.
    Echo,
    /// Information text of a command.
    Info,
    /// How a line ended.
    Result,
    /// An unsolicited result code.
    Urc,
    /// What asks for raw bytes.
    Prompt,
    /// Raw bytes of the host.
    Data,
}

/// A line, or raw bytes, between host and modem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceLine {
    /// Which way.
    pub dir: TraceDirection,
    /// What it is.
    pub kind: LineKind,
    /// Without its frame; `***` stands for what is hidden.
    pub text: String,
    /// Bytes on the wire.
    pub bytes: usize,
    /// These bytes, where text and the usual frame do not give them and nothing is hidden; of
    /// data of which the end is left out, those before it where they are no text.
    #[serde(
        default,
        with = "base64_bytes",
        skip_serializing_if = "Option::is_none"
    )]
    pub raw: Option<Vec<u8>>,
    /// Bytes that are hidden.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub hidden: usize,
    /// Bytes of the same data before these.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub before: usize,
    /// Whether what was typed is more than the text, such as characters that were erased:
    /// they may be a secret.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub edited: bool,
    /// The line of the host it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<u64>,
    /// Who sent it, or is answered.
    #[serde(default, skip_serializing_if = "LineSender::is_host")]
    pub via: LineSender,
}

/// Who sends a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LineSender {
    /// The host.
    #[default]
    Host,
    /// Somebody beside it.
    Inspector,
}

impl LineSender {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
    fn is_host(&self) -> bool {
        *self == Self::Host
    }
}

impl TraceLine {
    /// The bytes on the wire, where nothing is hidden.
    pub fn wire(&self) -> Option<Vec<u8>> {
        if let Some(raw) = self.raw.as_ref().filter(|_| self.hidden == 0) {
            return Some(raw.clone());
        }
        let framed = [LINE_END, self.text.as_bytes(), LINE_END].concat();
        let typed = [self.text.as_bytes(), b"\r"].concat();
        let fed = [self.text.as_bytes(), LINE_END].concat();
        let plain = self.text.as_bytes().to_vec();
        let wire = match (self.kind, self.dir) {
            (LineKind::Data, _) => plain,
            (LineKind::Command | LineKind::Echo, _) if self.bytes == typed.len() => typed,
            (LineKind::Command | LineKind::Echo, _) => fed,
            _ => framed,
        };
        let is_known = self.hidden == 0 && !self.edited && wire.len() == self.bytes;
        is_known.then_some(wire)
    }

    /// The same with `raw` where that is needed to know these bytes.
    pub(super) fn with_raw(mut self, raw: Option<&[u8]>) -> Self {
        self.edited = self.hidden == 0 && raw.is_none();
        if self.hidden == 0 && self.wire().as_deref() != raw {
            self.raw = raw.map(<[u8]>::to_vec);
        }
        self
    }

    fn limit(&mut self, limit: PayloadLimit) {
        let most = limit.of_piece(self.before, self.bytes);
        let Some(wire) = self.wire().filter(|wire| most < wire.len()) else {
            return;
        };
        let shown = wire.get(..most).unwrap_or_default();
        self.text = format!("{}***", String::from_utf8_lossy(shown));
        self.hidden = self.bytes - most;
        self.raw = std::str::from_utf8(shown).is_err().then(|| shown.to_vec());
    }
}

const LINE_END: &[u8] = b"\r\n";

/// What happens to a link.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceLink {
    /// Its number.
    pub link: u8,
    /// `opening`, `open`, `closed` or `failed`.
    pub what: String,
    /// Host, port and path of the broker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// `tcp`, `tls`, `ws` or `wss`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transport: Option<String>,
    /// The version of TLS it goes over: `1.2` or `1.3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<String>,
    /// Who closed it: `modem` or `broker`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Why, as the host is told it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<u8>,
    /// The same in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// What happens to the port.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TracePort {
    /// `host-there`, `host-gone`, `lines`, `break`, `speed`, `stray`, `dropped` or `unended`.
    pub what: String,
    /// The control lines: of the host `dtr` and `rts`, of the modem `dcd` and `dsr`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<String>,
    /// Speed and format, or the line that was dropped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// A fault that was ordered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceFault {
    /// Its number.
    pub id: u64,
    /// How far it is.
    pub state: FaultPhase,
    /// What it is.
    pub words: String,
}

impl fmt::Display for TraceFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "fault {} {}: {}", self.id, self.state.name(), self.words)
    }
}

impl TraceWhat {
    /// What is said of an event that is neither line nor packet beside those that are.
    pub(crate) fn remark(&self) -> Option<String> {
        match self {
            Self::Fault(fault) => Some(fault.to_string()),
            Self::Note { text } => Some(text.clone()),
            _ => None,
        }
    }
}

/// Something went on or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "lowercase")]
pub enum TraceSwitch {
    /// On.
    On,
    /// Off.
    Off,
}

impl TraceSwitch {
    pub(super) fn of(on: bool) -> Self {
        if on { Self::On } else { Self::Off }
    }
}

/// What the modem keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceStore {
    /// `asked`, `done` or `failed`.
    pub what: String,
    /// What of it.
    pub slot: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// Bytes in base64.
mod base64_bytes {
    use data_encoding::BASE64;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    #[expect(clippy::ref_option, reason = "serde calls it so")]
    pub(super) fn serialize<S: Serializer>(
        bytes: &Option<Vec<u8>>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.serialize_str(&BASE64.encode(bytes.as_deref().unwrap_or_default()))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Vec<u8>>, D::Error> {
        let text = String::deserialize(from)?;
        let bytes = BASE64.decode(text.as_bytes());
        bytes.map(Some).map_err(D::Error::custom)
    }
}
