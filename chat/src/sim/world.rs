//! What surrounds the modem: a host, a network, storage.

use crate::script::Storage;
use mqmodem_core::mqtt::session::Record;
use mqmodem_core::{ConnId, HostLines, NetEvent, Slot};
use std::collections::BTreeMap;

pub(super) struct Host {
    pub(super) typed: Vec<u8>,
    pub(super) reads: bool,
    pub(super) lines: HostLines,
}

impl Host {
    pub(super) fn new() -> Self {
        Self {
            typed: Vec::new(),
            reads: true,
            lines: HostLines {
                dtr: true,
                rts: true,
            },
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    Closed,
    Asked,
    Open,
}

pub(super) struct Net {
    pub(super) link: Link,
    /// The connection the modem asked for last.
    pub(super) conn: ConnId,
    pub(super) holds: bool,
    /// The chat said so, and nothing of how a link came out since.
    pub(super) hold_said: bool,
    /// What the broker said and the modem has not taken yet.
    pub(super) incoming: Vec<u8>,
    /// How the link ends once all of that is taken.
    pub(super) end: Option<NetEvent>,
    pub(super) reads: bool,
}

pub(super) struct Store {
    pub(super) mode: Storage,
    pub(super) kept: BTreeMap<Slot, Vec<u8>>,
    /// What storage has not answered yet; `None` erases.
    pub(super) held: Vec<(Slot, Option<Vec<u8>>)>,
}

impl Net {
    pub(super) fn new() -> Self {
        Self {
            link: Link::Closed,
            conn: super::NO_CONN,
            holds: false,
            hold_said: false,
            incoming: Vec::new(),
            end: None,
            reads: true,
        }
    }

    /// The connection is gone, with what was on its way.
    pub(super) fn close(&mut self) {
        self.link = Link::Closed;
        self.incoming.clear();
        self.end = None;
    }

    pub(super) fn open_link(&mut self) -> Result<&mut Self, String> {
        match (self.link, self.end) {
            (Link::Open, None) => Ok(self),
            _ => Err("the broker has no connection here; let the modem connect first".into()),
        }
    }

    /// Whether a link is pending; otherwise what to write.
    pub(super) fn pending(&self) -> Result<(), String> {
        match self.link {
            Link::Asked => Ok(()),
            Link::Open => Err(
                "the link is up, and what `net` says is of one that is pending; \
                write `broker reset` to break it, or `broker close`"
                    .into(),
            ),
            Link::Closed => {
                Err("no link is pending; write `net hold` before the modem asks".into())
            }
        }
    }
}

/// Changes what must change for anything to happen.
pub(super) fn change<T: PartialEq>(what: &mut T, to: T, name: &str) -> Result<(), String> {
    if *what == to {
        return Err(format!(
            "it is so already, and `{name}` does nothing; take the line out"
        ));
    }
    *what = to;
    Ok(())
}

impl Store {
    pub(super) fn new() -> Self {
        Self {
            mode: Storage::Works,
            kept: BTreeMap::new(),
            held: Vec::new(),
        }
    }

    pub(super) fn keep(&mut self, slot: Slot, bytes: Option<Vec<u8>>) {
        match (bytes, slot) {
            (Some(bytes), _) => drop(self.kept.insert(slot, bytes)),
            // The identity goes with all it is the identity of.
            (None, Slot::Session(link, Record::Identity)) => {
                let other = |slot: &Slot| !matches!(slot, Slot::Session(of, _) if *of == link);
                self.kept.retain(|slot, _| other(slot));
            }
            (None, _) => drop(self.kept.remove(&slot)),
        }
    }
}
