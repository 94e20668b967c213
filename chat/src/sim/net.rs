//! The host and the network of a chat.

use crate::environment::Feed;
use crate::link::name_of;
use mqmodem_core::{ConnId, HostLines, LinkId, NetEvent};

pub(super) struct ChatHost {
    /// What it has sent and the modem has not taken yet.
    pub(super) typed: Feed,
    pub(super) reads: bool,
    pub(super) lines: HostLines,
}

impl ChatHost {
    pub(super) fn new() -> Self {
        Self {
            typed: Feed::default(),
            reads: true,
            lines: HostLines {
                dtr: true,
                rts: true,
            },
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ConnectionState {
    Closed,
    Asked,
    Open,
}

pub(super) struct Net {
    pub(super) link: ConnectionState,
    /// The connection the modem asked for last.
    pub(super) conn: ConnId,
    pub(super) leaves_pending: bool,
    /// The chat said so, and nothing of how a link came out since.
    pub(super) pending_asked: bool,
    /// What the broker said and the modem has not taken yet.
    pub(super) incoming: Feed,
    /// How the link ends once all of that is taken.
    pub(super) end: Option<NetEvent>,
    /// A fault ends it.
    pub(super) by_fault: bool,
    /// A fault keeps it from coming up.
    pub(super) put_off: bool,
    pub(super) reads: bool,
}

impl Net {
    /// That of a link the modem has not asked for.
    pub(super) fn new(link: LinkId) -> Self {
        Self {
            link: ConnectionState::Closed,
            conn: ConnId { link, number: 0 },
            leaves_pending: false,
            pending_asked: false,
            incoming: Feed::default(),
            end: None,
            by_fault: false,
            put_off: false,
            reads: true,
        }
    }

    /// The modem is switched off: it has asked for no connection.
    pub(super) fn forget(&mut self) {
        self.close();
        self.conn.number = 0;
    }

    /// What lines about it begin with.
    pub(super) fn name(&self) -> String {
        name_of("net", self.conn.link)
    }

    /// The connection is gone, with what was on its way.
    pub(super) fn close(&mut self) {
        self.link = ConnectionState::Closed;
        self.incoming.clear();
        self.end = None;
        (self.by_fault, self.put_off) = (false, false);
    }

    /// The end of the connection, once everything before it is taken.
    pub(super) fn poll_end(&mut self) -> Option<NetEvent> {
        let is_read = self.link == ConnectionState::Open && self.incoming.is_empty();
        let end = self.end.filter(|_| is_read)?;
        self.close();
        Some(end)
    }

    pub(super) fn open_link(&mut self) -> Result<&mut Self, String> {
        match (self.link, self.end) {
            (ConnectionState::Open, None) => Ok(self),
            _ => Err("the broker has no connection here; let the modem connect first".into()),
        }
    }

    /// Whether a link is pending; otherwise what to write.
    pub(super) fn pending(&self) -> Result<(), String> {
        match self.link {
            ConnectionState::Asked => Ok(()),
            ConnectionState::Open => Err(
                "the link is up, and what `net` says is of one that is pending; \
                write `broker reset` to break it, or `broker close`"
                    .into(),
            ),
            ConnectionState::Closed => {
                Err("no link is pending; write `net hold` before the modem asks".into())
            }
        }
    }
}
