//! What the caller is asked to do.

use super::credential::Psk;
use super::failure::Failure;
use super::headers::Headers;
use super::ids::{ConnId, LinkId};
use super::port::{ModemLines, Serial};
use super::slot::Slot;
use crate::mqtt::session::RecordKey;
use crate::time::Instant;

/// What the caller is to do next. Carried out in order, before bytes are sent.
///
/// Name every one of them in your `match`, without `_`: one that is passed over is
/// a modem that stands still. A later version that asks for more does not compile
/// until it is there.
#[derive(PartialEq, Eq)]
pub enum Action<'m> {
    /// Open a connection; answer with [`NetEvent`](crate::NetEvent).
    Open {
        /// What it is called from now on.
        conn: ConnId,
        /// Where to, and how.
        to: Endpoint<'m>,
    },
    /// Close the connection now, if it has not ended by itself meanwhile; what is
    /// still to be sent is dropped. Needs no answer.
    Close {
        /// Which one.
        conn: ConnId,
        /// Why, for a log.
        why: Failure,
    },
    /// Keep these bytes; answer with `handle_stored` once they are durable.
    Store {
        /// Under which name.
        slot: Slot,
        /// What to keep, in place of what was there.
        bytes: &'m [u8],
    },
    /// Forget what is kept; answer with `handle_stored`.
    Erase {
        /// Under which name.
        slot: Slot,
    },
    /// Forget every [`Slot::Session`] of the link; answer with `handle_stored`
    /// for its [`RecordKey::Identity`].
    Forget {
        /// Whose session it was.
        link: LinkId,
    },
    /// Drive the lines of the port, where it has them.
    Lines(ModemLines),
    /// Set the port's speed and format, where it has them, once what is in
    /// `host_out` now has left it. No input is taken before this is asked.
    Serial(Serial),
}

impl Action<'_> {
    /// The slot to call `handle_stored` with once this is done, or could not be;
    /// `None` where no such answer is due. What depends on it waits for that,
    /// however long it takes.
    pub fn answer_slot(&self) -> Option<Slot> {
        match *self {
            Self::Store { slot, .. } | Self::Erase { slot } => Some(slot),
            Self::Forget { link } => Some(Slot::Session(link, RecordKey::Identity)),
            Self::Open { .. } | Self::Close { .. } | Self::Lines(_) | Self::Serial(_) => None,
        }
    }
}

/// Without the bytes to keep: among them are passwords and keys.
impl core::fmt::Debug for Action<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Open { conn, to } => {
                let mut open = f.debug_struct("Open");
                open.field("conn", conn).field("to", to).finish()
            }
            Self::Close { conn, why } => {
                let mut close = f.debug_struct("Close");
                close.field("conn", conn).field("why", why).finish()
            }
            Self::Store { slot, bytes } => {
                let mut store = f.debug_struct("Store");
                store
                    .field("slot", slot)
                    .field("len", &bytes.len())
                    .finish()
            }
            Self::Erase { slot } => f.debug_struct("Erase").field("slot", slot).finish(),
            Self::Forget { link } => f.debug_struct("Forget").field("link", link).finish(),
            Self::Lines(lines) => f.debug_tuple("Lines").field(lines).finish(),
            Self::Serial(serial) => f.debug_tuple("Serial").field(serial).finish(),
        }
    }
}

/// Where a link goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoint<'m> {
    /// Host name or IP address of the broker.
    pub host: &'m str,
    /// TCP port.
    pub port: u16,
    /// TLS, where it is on.
    pub tls: Option<TlsFiles<'m>>,
    /// WebSocket, where MQTT is sent over it: in binary messages, each with any part of
    /// the stream (MQTT clause 6). The frames are the caller's.
    pub websocket: Option<WebSocketTarget<'m>>,
    /// When the modem gives up; it then asks for [`Action::Close`] by itself.
    pub deadline: Instant,
}

impl Endpoint<'_> {
    /// What MQTT goes over, in the field's word.
    pub fn transport(&self) -> &'static str {
        match (self.websocket, self.tls) {
            (None, None) => "TCP",
            (None, Some(_)) => "TLS",
            (Some(_), None) => "WebSocket",
            (Some(_), Some(_)) => "secure WebSocket",
        }
    }
}

/// What a WebSocket is asked for. The query is a secret, and so is what headers say.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct WebSocketTarget<'m> {
    /// The path, with its first `/`.
    pub path: &'m str,
    /// What stands behind the `?`, where there is one.
    pub query: Option<&'m str>,
    /// What else the request says.
    pub headers: Headers<'m>,
}

impl core::fmt::Debug for WebSocketTarget<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("WebSocketTarget")
            .field("path", &self.path)
            .field("query", &self.query.map(|_| "***"))
            .field("headers", &self.headers)
            .finish()
    }
}

/// What of the broker's certificate is checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Verify {
    /// Nothing: anyone can pass for the broker. Only where the modem was told so.
    Nothing,
    /// Everything.
    #[default]
    All,
    /// Everything but the name it is for.
    Chain,
}

impl Verify {
    /// What a value of the option `verify` means.
    pub fn of(option: u32) -> Self {
        match option {
            0 => Self::Nothing,
            2 => Self::Chain,
            _ => Self::All,
        }
    }
}

/// The versions of TLS that may be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TlsVersion {
    /// 1.2 or 1.3.
    #[default]
    Any,
    /// 1.2 alone.
    V12,
    /// 1.3 alone.
    V13,
}

impl TlsVersion {
    /// What a value of the option `tlsversion` means.
    pub fn of(option: u32) -> Self {
        match option {
            2 => Self::V12,
            3 => Self::V13,
            _ => Self::Any,
        }
    }
}

/// How a TLS link is made; each certificate PEM with LF line ends.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct TlsFiles<'m> {
    /// Roots to trust, one or several; `None` means the platform's trust store.
    pub root: Option<&'m [u8]>,
    /// The client's certificate, then the rest of its chain.
    pub certificate: Option<&'m [u8]>,
    /// The client's private key.
    pub key: Option<&'m [u8]>,
    /// What of the broker's certificate is checked.
    pub verify: Verify,
    /// Whether it may be out of date, with all that it hangs from.
    pub any_date: bool,
    /// The name to ask for and to find in the certificate, in place of
    /// [`Endpoint::host`].
    pub sni: Option<&'m str>,
    /// The protocols to offer (ALPN), with commas between them.
    pub alpn: Option<&'m str>,
    /// A pre-shared key, in place of every certificate: none is used or checked.
    pub psk: Option<Psk<'m>>,
    /// The versions of TLS that may be used.
    pub version: TlsVersion,
}

impl core::fmt::Debug for TlsFiles<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("TlsFiles")
            .field("root", &self.root.map(<[u8]>::len))
            .field("certificate", &self.certificate.map(<[u8]>::len))
            .field("key", &self.key.map(|_| "***"))
            .field("verify", &self.verify)
            .field("any_date", &self.any_date)
            .field("sni", &self.sni)
            .field("alpn", &self.alpn)
            .field("psk", &self.psk)
            .field("version", &self.version)
            .finish()
    }
}
