//! What crosses the border between the modem and its caller.

pub use super::failure::{Failure, LinkState, Stage};
pub use super::port::{HostLines, ModemLines, Parity, Serial};
use crate::buffer::Buf;
use crate::modem::table::Dialect;
use crate::mqtt::session::Record;
use crate::time::Instant;

/// One of the modem's links to a broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkId(pub u8);

/// One connection of a link, from its [`Action::Open`] to its end.
///
/// Whatever is told of it carries this, so that what comes late, when the link is
/// closed or is opened anew, is known for what it is and ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ConnId {
    /// Whose connection it is.
    pub link: LinkId,
    /// How many times the link was opened by then: the first has 1.
    pub number: u32,
}

/// What happened to a connection. Nothing more comes of it after `Failed` or
/// `Closed`, or after its [`Action::Close`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetEvent {
    /// It is being opened, and this is waited for now. Need not be told; where it
    /// is, a time-out names the layer that did not answer.
    Opening(Stage),
    /// The transport is up: name, TCP and, where asked for, TLS are done.
    Opened,
    /// It could not be opened, or broke, for this reason.
    Failed(NetError),
    /// The peer closed it.
    Closed,
}

/// Why a link failed, by layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetError {
    /// The broker's name has no address.
    NameNotFound,
    /// The connection was refused.
    Refused,
    /// There is no way to the network or host.
    Unreachable,
    /// The transport gave up waiting.
    TimedOut,
    /// The connection was reset or broke.
    Broken,
    /// This machine has no local port or address left for it.
    NoLocalAddress,
    /// This machine has no file handle left for it.
    NoFileHandle,
    /// This machine has no name server, or one that refuses.
    NoNameServer,
    /// TLS: the broker's certificate is not trusted.
    TlsUntrusted,
    /// TLS: the broker's certificate is for another name.
    TlsName,
    /// TLS: the broker's certificate is expired or not yet valid.
    TlsExpired,
    /// TLS: the client certificate or key is missing, does not fit or was refused.
    TlsClientCertificate,
    /// TLS: a certificate or key is of a kind that is not supported here.
    TlsUnsupported,
    /// TLS: anything else.
    TlsOther,
}

/// What the caller is to do next. Carried out in order, before bytes are sent.
///
/// Name every one of them in your `match`, without `_`: one that is passed over is
/// a modem that stands still. A later version that asks for more does not compile
/// until it is there.
#[derive(PartialEq, Eq)]
pub enum Action<'m> {
    /// Open a connection; answer with [`NetEvent`].
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
    /// for its [`Record::Identity`].
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
    pub fn owes(&self) -> Option<Slot> {
        match *self {
            Self::Store { slot, .. } | Self::Erase { slot } => Some(slot),
            Self::Forget { link } => Some(Slot::Session(link, Record::Identity)),
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
    /// When the modem gives up; it then asks for [`Action::Close`] by itself.
    pub deadline: Instant,
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

/// How a TLS link is made; each certificate PEM with LF line ends.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct TlsFiles<'m> {
    /// Roots to trust; `None` means the platform's trust store.
    pub root: Option<&'m [u8]>,
    /// The client's certificate, then the rest of its chain.
    pub certificate: Option<&'m [u8]>,
    /// The client's private key.
    pub key: Option<&'m [u8]>,
    /// What of the broker's certificate is checked.
    pub verify: Verify,
    /// The name to ask for and to find in the certificate, in place of
    /// [`Endpoint::host`].
    pub sni: Option<&'m str>,
    /// The protocols to offer (ALPN), with commas between them.
    pub alpn: Option<&'m str>,
}

impl core::fmt::Debug for TlsFiles<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("TlsFiles")
            .field("root", &self.root.map(<[u8]>::len))
            .field("certificate", &self.certificate.map(<[u8]>::len))
            .field("key", &self.key.map(|_| "***"))
            .field("verify", &self.verify)
            .field("sni", &self.sni)
            .field("alpn", &self.alpn)
            .finish()
    }
}

/// A name under which the modem keeps something between restarts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Slot {
    /// Broker, client id, keep-alive, user name and password of a link.
    Settings(LinkId),
    /// Whether a link uses TLS.
    Tls(LinkId),
    /// Roots a link trusts.
    Root(LinkId),
    /// Client certificate of a link.
    Certificate(LinkId),
    /// Client key of a link.
    Key(LinkId),
    /// The V.250 profile (`&W`).
    Profile,
    /// An option of a link (`+MQTTOPT`), by its number.
    Option(LinkId, u8),
    /// A record of a link's session. Changes to these must become durable in the
    /// order they were asked for: none without those before it.
    Session(LinkId, Record),
}

/// Bytes of a slot.
const SLOT: usize = 10;

impl Slot {
    /// The slot as bytes that mean the same in every later version. In their
    /// order the slots of a session can be restored.
    pub fn to_bytes(self) -> [u8; SLOT] {
        let (kind, link, number) = match self {
            Self::Settings(link) => (0, link, 0),
            Self::Tls(link) => (1, link, 0),
            Self::Root(link) => (2, link, 0),
            Self::Certificate(link) => (3, link, 0),
            Self::Key(link) => (4, link, 0),
            Self::Profile => (5, LinkId(0), 0),
            Self::Session(link, record) => {
                let (kind, number) = record.to_number();
                (SESSION_SLOTS + kind, link, number)
            }
            Self::Option(link, option) => (OPTION_SLOTS | (option & !OPTION_SLOTS), link, 0),
        };
        let [n0, n1, n2, n3, n4, n5, n6, n7] = number.to_be_bytes();
        [kind, link.0, n0, n1, n2, n3, n4, n5, n6, n7]
    }

    /// The slot of these bytes, none if this version does not know it.
    pub fn from_bytes([kind, link, number @ ..]: [u8; SLOT]) -> Option<Self> {
        let link = LinkId(link);
        let number = u64::from_be_bytes(number);
        Some(match kind {
            0 => Self::Settings(link),
            1 => Self::Tls(link),
            2 => Self::Root(link),
            3 => Self::Certificate(link),
            4 => Self::Key(link),
            5 => Self::Profile,
            OPTION_SLOTS.. => Self::Option(link, kind & !OPTION_SLOTS),
            SESSION_SLOTS.. => {
                let record = Record::from_number(kind - SESSION_SLOTS, number)?;
                Self::Session(link, record)
            }
            _ => return None,
        })
    }
}

/// Slots of sessions start here.
const SESSION_SLOTS: u8 = 0x10;
/// Slots of options start here; there may be as many.
const OPTION_SLOTS: u8 = 0x80;

/// What was kept cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestoreError {
    /// The bytes are damaged or of a version this one does not know.
    Invalid,
    /// They do not fit the memory lent.
    Full,
}

/// How a modem behaves, set once.
#[derive(Clone, Copy, Debug)]
pub struct Config<'a> {
    /// The command set it speaks.
    pub dialect: &'static Dialect,
    /// What it says of itself.
    pub identity: Identity<'a>,
    /// Seed of everything that looks random.
    pub seed: u64,
    /// Whether the leniences of rules R2, R4, R6 and R8 are off, and those towards
    /// brokers ([`Rules`](crate::mqtt::Rules)).
    pub strict: bool,
    /// Whether reading a password back shows `***`.
    pub mask_secrets: bool,
    /// Whether sessions and the messages in them are kept by [`Action::Store`],
    /// and so survive that the modem is switched off.
    pub keeps_sessions: bool,
    /// The largest payload received, in bytes, where the memory holds that much. Of
    /// a larger one the host is told its length.
    pub max_payload: usize,
}

/// What a modem says of itself.
#[derive(Clone, Copy, Debug)]
pub struct Identity<'a> {
    /// `+CGMI`
    pub manufacturer: &'a str,
    /// `+CGMM`
    pub model: &'a str,
    /// `+CGMR`
    pub revision: &'a str,
    /// `+CGSN`; `None` makes a valid one from the seed.
    pub imei: Option<&'a str>,
    /// `+CIMI`
    pub imsi: &'a str,
    /// `+CCID`
    pub iccid: &'a str,
}

impl Default for Identity<'_> {
    fn default() -> Self {
        Self {
            manufacturer: "mqmodem",
            model: "mqmodem",
            revision: env!("CARGO_PKG_VERSION"),
            imei: None,
            imsi: "001010123456789",
            iccid: "8988211000000000000",
        }
    }
}

/// The memory a modem runs on.
#[derive(Debug)]
pub struct Memory<'a> {
    /// The command line as it is typed: bounds the longest line.
    pub line: Buf<'a>,
    /// Values whose escapes were resolved; as large as the line.
    pub values: Buf<'a>,
    /// Bytes for the host.
    pub host_out: Buf<'a>,
    /// Messages and events that wait for the host.
    pub inbox: Buf<'a>,
    /// Settings and certificates.
    pub settings: Buf<'a>,
    /// A packet that has come in part: bounds the largest packet received, which is
    /// its payload, its topic and 9 bytes at most.
    pub net_in: Buf<'a>,
    /// Bytes for the broker: bounds the largest packet sent.
    pub net_out: Buf<'a>,
    /// Outgoing messages in flight.
    pub in_flight: Buf<'a>,
    /// 8 bytes for each message from the broker whose flow has not ended; at least 16.
    pub received: Buf<'a>,
    /// Subscriptions.
    pub subscriptions: Buf<'a>,
}
