//! A readable record of what host, modem and broker said to each other.
//!
//! It holds no secrets: values a command declares secret are shown as `***`, a
//! PEM block is, and packets print themselves without passwords and payloads.

mod lines;
mod packets;
mod secrets;
mod stamp;

use crate::port::Label;
use lines::Lines;
use mqmodem_core::{Failure, HostLines, LinkId, NetEvent};
use packets::Packets;
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// A trace file, shared by all modems.
#[derive(Debug)]
pub struct Trace {
    /// Gone after the first failure: a full disk must not stop the modems.
    file: Mutex<Option<File>>,
}

impl Trace {
    /// Starts a new file at `path` that only its owner can read: topics and
    /// user names are in it.
    pub fn create(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path)?;
        // It may have been there, for all to read.
        #[cfg(unix)]
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        let file = Mutex::new(Some(file));
        Ok(Self { file })
    }

    fn line(&self, label: &Label, side: &str, text: fmt::Arguments<'_>) {
        let line = format!("{} {label} {side} {text}\n", stamp::now());
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = &mut *file
            && let Err(error) = open.write_all(line.as_bytes())
        {
            tracing::error!("the trace ends here, it cannot be written: {error}");
            *file = None;
        }
    }
}

/// One modem's connection to the trace.
#[derive(Debug)]
pub struct Tap {
    trace: Arc<Trace>,
    label: Label,
    from_host: Lines,
    to_host: Lines,
    from_net: Packets,
    to_net: Packets,
}

impl Tap {
    /// A tap for the modem called `label`.
    pub fn new(trace: Arc<Trace>, label: Label) -> Self {
        Self {
            trace,
            label,
            from_host: Lines::from_host(),
            to_host: Lines::to_host(),
            from_net: Packets::default(),
            to_net: Packets::default(),
        }
    }

    /// The modem took these bytes of the host; `backspace` takes back the one before.
    pub fn from_host(&mut self, bytes: &[u8], backspace: u8) {
        let (trace, label) = (&self.trace, &self.label);
        self.from_host.erase_with(backspace);
        self.from_host.feed(bytes, |line| {
            trace.line(label, "host   >", format_args!("{line}"));
        });
    }

    /// These bytes were written to the host.
    pub fn to_host(&mut self, bytes: &[u8]) {
        let (trace, label) = (&self.trace, &self.label);
        self.to_host.feed(bytes, |line| {
            trace.line(label, "host   <", format_args!("{line}"));
        });
    }

    /// The modem took these bytes of the broker.
    pub fn from_net(&mut self, _link: LinkId, bytes: &[u8]) {
        let (trace, label) = (&self.trace, &self.label);
        self.from_net.feed(bytes, |packet| {
            trace.line(label, "broker >", format_args!("{packet}"));
        });
    }

    /// These bytes were written to the broker.
    pub fn to_net(&mut self, _link: LinkId, bytes: &[u8]) {
        let (trace, label) = (&self.trace, &self.label);
        self.to_net.feed(bytes, |packet| {
            trace.line(label, "broker <", format_args!("{packet}"));
        });
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
            Failure { layer: "modem", .. } => self.net(format_args!("closed by the modem")),
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
            NetEvent::Opened => self.net(format_args!("open")),
            NetEvent::Closed => self.net(format_args!("closed by the broker")),
            NetEvent::Failed(error) => self.net(format_args!("failed: {error:?}")),
        }
    }

    /// The host came or went.
    pub fn lines(&mut self, lines: HostLines) {
        let what = if lines.dtr {
            "host is there"
        } else {
            "host is gone"
        };
        self.trace
            .line(&self.label, "host   -", format_args!("{what}"));
    }

    /// The host sent a break.
    pub fn broke(&mut self) {
        self.trace
            .line(&self.label, "host   -", format_args!("break"));
    }

    fn net(&self, text: fmt::Arguments<'_>) {
        self.trace.line(&self.label, "broker -", text);
    }
}
