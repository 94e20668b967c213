//! The values of words, as they are written.

use crate::escape::quoted;
use mqmodem_core::NetError;
use std::fmt;
use std::time::Duration;

/// What stands behind a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultValue {
    /// A number of something.
    Count(u64),
    /// A time, or one between two.
    Span(Span),
    /// A packet of MQTT by its type, 1 to 15.
    Packet(u8),
    /// Why a connection cannot be opened.
    Reason(NetError),
    /// Bytes in quotes.
    Text(Vec<u8>),
    /// One of several words.
    Choice(&'static str),
}

/// A time, or any between two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The least.
    pub least: Duration,
    /// The most.
    pub most: Duration,
}

impl Span {
    /// Always the same time.
    pub const fn of(time: Duration) -> Self {
        Self {
            least: time,
            most: time,
        }
    }

    /// So many milliseconds.
    pub const fn millis(count: u64) -> Self {
        Self::of(Duration::from_millis(count))
    }
}

/// The names of packets, by type.
const PACKETS: [&str; 15] = [
    "CONNECT",
    "CONNACK",
    "PUBLISH",
    "PUBACK",
    "PUBREC",
    "PUBREL",
    "PUBCOMP",
    "SUBSCRIBE",
    "SUBACK",
    "UNSUBSCRIBE",
    "UNSUBACK",
    "PINGREQ",
    "PINGRESP",
    "DISCONNECT",
    "AUTH",
];

/// Why a connection may fail, by name. A status may follow the name of one that has it.
const REASONS: [(&str, NetError); 17] = [
    ("name", NetError::NameNotFound),
    ("refused", NetError::Refused),
    ("unreachable", NetError::Unreachable),
    ("timed-out", NetError::TimedOut),
    ("broken", NetError::Broken),
    ("no-local-address", NetError::NoLocalAddress),
    ("no-file-handle", NetError::NoFileHandle),
    ("no-name-server", NetError::NoNameServer),
    ("tls-untrusted", NetError::TlsUntrusted),
    ("tls-name", NetError::TlsName),
    ("tls-expired", NetError::TlsExpired),
    ("tls-client-certificate", NetError::TlsClientCertificate),
    ("tls-unsupported", NetError::TlsUnsupported),
    ("tls-other", NetError::TlsOther),
    ("protocol", NetError::Protocol),
    ("websocket", NetError::WebSocket { status: 0 }),
    ("proxy", NetError::Proxy { status: 0 }),
];

/// Units of time, the longest that is whole first.
const UNITS: [(&str, u64); 4] = [
    ("min", 60_000_000),
    ("s", 1_000_000),
    ("ms", 1_000),
    ("us", 1),
];

/// Why a connection fails: its name, and behind it perhaps a status of HTTP.
///
/// # Errors
/// What to write instead.
pub fn reason(text: &str) -> Result<NetError, String> {
    let (name, status) = match text.split_once(' ') {
        Some((name, status)) => (name, Some(status)),
        None => (text, None),
    };
    let known = REASONS.iter().find(|(known, _)| *known == name);
    let (_, error) = known.ok_or_else(|| {
        let names = REASONS.map(|(name, _)| name).join(", ");
        format!("a link fails for one of: {names}")
    })?;
    let Some(status) = status else {
        return Ok(*error);
    };
    let number = |status: &str| match status.parse() {
        Ok(status @ 100..=999) => Ok(status),
        _ => Err("a status is a number of 100 to 999".to_string()),
    };
    match error {
        NetError::WebSocket { .. } => number(status).map(|status| NetError::WebSocket { status }),
        NetError::Proxy { .. } => number(status).map(|status| NetError::Proxy { status }),
        _ => Err("only `websocket` and `proxy` have a status".into()),
    }
}

/// The names of all reasons.
pub fn reasons() -> impl Iterator<Item = &'static str> {
    REASONS.iter().map(|(name, _)| *name)
}

/// A packet's type by its name.
pub(super) fn packet(text: &str) -> Option<u8> {
    let at = PACKETS.iter().position(|name| *name == text)?;
    u8::try_from(at + 1).ok()
}

/// The name of packets of this type.
pub fn packet_name(kind: u8) -> Option<&'static str> {
    PACKETS.get(usize::from(kind).checked_sub(1)?).copied()
}

/// The names of all packets.
pub(super) fn packets() -> &'static [&'static str] {
    &PACKETS
}

/// A time such as `3s` or `250ms`.
pub fn time(text: &str) -> Option<Duration> {
    let unit = text.find(|c: char| !c.is_ascii_digit())?;
    let (digits, unit) = text.split_at(unit);
    let (_, micros) = UNITS.iter().find(|(name, _)| *name == unit)?;
    let count: u64 = digits.parse().ok()?;
    count.checked_mul(*micros).map(Duration::from_micros)
}

/// A time, or two with `..` between.
pub(super) fn span(text: &str) -> Option<Span> {
    let Some((least, most)) = text.split_once("..") else {
        return time(text).map(Span::of);
    };
    let (least, most) = (time(least)?, time(most)?);
    (least <= most).then_some(Span { least, most })
}

/// A time as it is written.
pub(super) fn time_words(time: Duration) -> String {
    let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    let whole = |(_, unit): &&(&str, u64)| micros.is_multiple_of(*unit) && micros > 0;
    let (name, unit) = UNITS.iter().find(whole).unwrap_or(&("s", 1_000_000));
    format!("{}{name}", micros / unit)
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&time_words(self.least))?;
        if self.most > self.least {
            write!(f, "..{}", time_words(self.most))?;
        }
        Ok(())
    }
}

impl fmt::Display for FaultValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => write!(f, "{count}"),
            Self::Span(span) => write!(f, "{span}"),
            Self::Packet(kind) => f.write_str(packet_name(*kind).unwrap_or("?")),
            Self::Reason(error) => write_reason(f, *error),
            Self::Choice(word) => f.write_str(word),
            Self::Text(bytes) => f.write_str(&quoted(bytes)),
        }
    }
}

fn write_reason(f: &mut fmt::Formatter<'_>, error: NetError) -> fmt::Result {
    let (plain, status) = match error {
        NetError::WebSocket { status } => (NetError::WebSocket { status: 0 }, status),
        NetError::Proxy { status } => (NetError::Proxy { status: 0 }, status),
        other => (other, 0),
    };
    let name = REASONS.iter().find(|(_, known)| *known == plain);
    f.write_str(name.map_or("?", |(name, _)| name))?;
    match status {
        0 => Ok(()),
        status => write!(f, " {status}"),
    }
}
