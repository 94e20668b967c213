//! A readable record of what host, modem and broker said to each other.
//!
//! It holds no secrets. The modem says how a line reads and how far it may be shown: not
//! behind the first value that is declared secret, nor behind what it does not know.
//! An echo is left out. Packets print themselves without passwords and payloads.

mod file;
mod host;
mod packets;
mod stamp;

use crate::log::outlet::Outlet;
use crate::port::Label;
use host::Host;
use mqmodem_core::{Failure, HostLines, Instant, LinkId, Modem, NetEvent};
use packets::Packets;
use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// A trace file, shared by all modems. A reader or disk that does not take its lines
/// costs lines and stops nobody.
#[derive(Debug)]
pub struct Trace(Outlet);

impl Trace {
    /// Starts a new file at `path`, which only its owner can read.
    pub fn create(path: &Path) -> io::Result<Self> {
        let failed = |error: &io::Error| {
            tracing::error!("lines of the trace are lost, it cannot be written: {error}");
        };
        Ok(Self(Outlet::new(file::open(path)?, failed)?))
    }

    fn line(&self, label: &Label, side: &str, text: impl fmt::Display) {
        let line = format!("{} {label} {side} {text}\n", stamp::now());
        self.0.line(line.as_bytes());
    }
}

/// Who speaks to whom in a line of a trace.
#[derive(Clone, Copy, Debug)]
enum Side {
    FromHost,
    ToHost,
    /// What happens to the host.
    Host,
    FromBroker,
    ToBroker,
    /// What happens to the link.
    Broker,
}

impl Side {
    fn words(self) -> &'static str {
        match self {
            Self::FromHost => "host   >",
            Self::ToHost => "host   <",
            Self::Host => "host   -",
            Self::FromBroker => "broker >",
            Self::ToBroker => "broker <",
            Self::Broker => "broker -",
        }
    }
}

/// One modem's connection to the trace.
#[derive(Debug)]
pub struct Tap {
    pen: Pen,
    host: Host,
    from_net: Packets,
    to_net: Packets,
    /// A line that is half typed, as long as it may be dropped.
    open: Option<String>,
}

/// Writes lines of one modem.
#[derive(Debug)]
struct Pen {
    trace: Arc<Trace>,
    label: Label,
}

impl Pen {
    fn line(&self, side: Side, text: impl fmt::Display) {
        self.trace.line(&self.label, side.words(), text);
    }
}

impl Tap {
    /// A tap for the modem called `label`.
    pub fn new(trace: Arc<Trace>, label: Label) -> Self {
        Self {
            pen: Pen { trace, label },
            host: Host::default(),
            from_net: Packets::default(),
            to_net: Packets::default(),
            open: None,
        }
    }

    /// Gives the modem bytes of the host; returns how many it took.
    pub fn hear(&mut self, modem: &mut Modem<'_>, now: Instant, bytes: &[u8]) -> usize {
        let pen = &self.pen;
        let tell = &mut |side, text: &str| pen.line(side, text);
        self.host.hear(modem, now, bytes, tell)
    }

    /// The modem may have said something to the host.
    pub fn said(&mut self, modem: &Modem<'_>) {
        let pen = &self.pen;
        self.host
            .said(modem, &mut |side, text: &str| pen.line(side, text));
    }

    /// So many bytes were written to the host.
    pub fn sent(&mut self, count: usize) {
        self.host.sent(count);
    }

    /// What comes may drop a line that is half typed.
    pub fn may_drop(&mut self, modem: &mut Modem<'_>) {
        self.open = modem.line_is_open().then(|| host::line(modem));
    }

    /// It came.
    pub fn may_have_dropped(&mut self, modem: &Modem<'_>) {
        if let Some(line) = self.open.take().filter(|_| !modem.line_is_open()) {
            self.pen.line(Side::Host, format_args!("dropped: {line}"));
        }
    }

    /// The modem ends; a line may be half typed.
    pub fn end(&mut self, modem: &mut Modem<'_>) {
        if modem.line_is_open() {
            let line = host::line(modem);
            self.pen.line(Side::Host, format_args!("not ended: {line}"));
        }
    }

    /// The modem took these bytes of the broker.
    pub fn from_net(&mut self, _link: LinkId, bytes: &[u8]) {
        let pen = &self.pen;
        self.from_net
            .feed(bytes, |packet| pen.line(Side::FromBroker, packet));
    }

    /// These bytes were written to the broker.
    pub fn to_net(&mut self, _link: LinkId, bytes: &[u8]) {
        let pen = &self.pen;
        self.to_net
            .feed(bytes, |packet| pen.line(Side::ToBroker, packet));
    }

    /// The modem opens a link.
    pub fn open(&mut self, _link: LinkId, host: &str, port: u16, tls: bool) {
        self.from_net = Packets::default();
        self.to_net = Packets::default();
        let how = if tls { "TLS" } else { "TCP" };
        self.net(format_args!("opening {host}:{port} over {how}"));
    }

    /// The modem closes a link.
    pub fn close(&mut self, _link: LinkId, why: Failure) {
        match why {
            Failure { layer: "modem", .. } => self.net("closed by the modem"),
            Failure { code, layer, words } => {
                self.net(format_args!(
                    "closed by the modem: {words} ({layer}, {code})"
                ));
            }
        }
    }

    /// Something happened to a link.
    pub fn event(&mut self, _link: LinkId, event: NetEvent) {
        match event {
            NetEvent::Opening(_) => {}
            NetEvent::Opened => self.net("open"),
            NetEvent::Closed => self.net("closed by the broker"),
            NetEvent::Failed(error) => {
                let Failure { code, layer, words } = error.into();
                self.net(format_args!("failed: {words} ({layer}, {code})"));
            }
        }
    }

    /// The host came or went.
    pub fn lines(&mut self, lines: HostLines) {
        let what = if lines.dtr {
            "host is there"
        } else {
            "host is gone"
        };
        self.pen.line(Side::Host, what);
    }

    /// The host sent a break.
    pub fn broke(&mut self) {
        self.pen.line(Side::Host, "break");
    }

    fn net(&self, text: impl fmt::Display) {
        self.pen.line(Side::Broker, text);
    }
}

#[cfg(test)]
mod tests;
