//! The names under which the modem stores something between restarts.

use super::ids::LinkId;
use super::options::OPTIONS;
use crate::mqtt::session::RecordKey;
use core::fmt;

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
    /// What the broker publishes if a link is cut (`+MQTTWILL`).
    Will(LinkId),
    /// User properties of CONNECT and headers of WebSocket, which `+MQTTCONFIG` keeps.
    ConnectProperties(LinkId),
    /// Something a dialect keeps of its own, by a number of its own.
    Dialect(u8),
    /// A file of the host, by its number; its name stands in the record.
    File(u16),
    /// An option of a link (`+MQTTOPT`), by its number.
    Option(LinkId, u8),
    /// An entry of the certificate store (`+MQTTCERT`), which all links share, by its
    /// number; its name stands in the record.
    Credential(u16),
    /// A record of a link's session. Changes to these must become durable in the
    /// order they were asked for: none without those before it.
    Session(LinkId, RecordKey),
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
            Self::Profile => (5, LinkId::FIRST, 0),
            Self::Will(link) => (6, link, 0),
            Self::ConnectProperties(link) => (8, link, 0),
            Self::Credential(number) => (7, LinkId::FIRST, number.into()),
            Self::Dialect(number) => (9, LinkId::FIRST, number.into()),
            Self::File(number) => (10, LinkId::FIRST, number.into()),
            Self::Session(link, record) => {
                let (kind, number) = record.to_number();
                (SESSION_SLOTS + kind, link, number)
            }
            Self::Option(link, option) => (OPTION_SLOTS | (option & !OPTION_SLOTS), link, 0),
        };
        let [n0, n1, n2, n3, n4, n5, n6, n7] = number.to_be_bytes();
        [kind, link.0, n0, n1, n2, n3, n4, n5, n6, n7]
    }

    /// The link it is of; none where it is the modem's.
    pub fn link(self) -> Option<LinkId> {
        match self {
            Self::Settings(link) | Self::Tls(link) | Self::Option(link, _) => Some(link),
            Self::Root(link) | Self::Certificate(link) | Self::Key(link) => Some(link),
            Self::Will(link) | Self::ConnectProperties(link) | Self::Session(link, _) => Some(link),
            Self::Profile | Self::Credential(_) | Self::Dialect(_) | Self::File(_) => None,
        }
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
            6 => Self::Will(link),
            8 => Self::ConnectProperties(link),
            7 => Self::Credential(u16::try_from(number).ok()?),
            9 => Self::Dialect(u8::try_from(number).ok()?),
            10 => Self::File(u16::try_from(number).ok()?),
            OPTION_SLOTS.. => Self::Option(link, kind & !OPTION_SLOTS),
            SESSION_SLOTS.. => {
                let record = RecordKey::from_number(kind - SESSION_SLOTS, number)?;
                Self::Session(link, record)
            }
            _ => return None,
        })
    }
}

/// What it is called: a kind, and the number of its link behind that, such as `settings 0`;
/// of a session the record stands last, such as `session 0 message 12`.
impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, link) = match *self {
            Self::Settings(link) => ("settings", link),
            Self::Tls(link) => ("tls", link),
            Self::Root(link) => ("root", link),
            Self::Certificate(link) => ("certificate", link),
            Self::Key(link) => ("key", link),
            Self::Will(link) => ("will", link),
            Self::ConnectProperties(link) => ("connect-properties", link),
            Self::Profile => return f.write_str("profile"),
            Self::Dialect(number) => return write!(f, "dialect {number}"),
            Self::File(number) => return write!(f, "file {number}"),
            Self::Credential(number) => return write!(f, "credential {number}"),
            Self::Option(link, number) => {
                return match OPTIONS.get(usize::from(number)) {
                    Some(option) => write!(f, "option:{} {}", option.param.name, link.0),
                    None => write!(f, "option:{number} {}", link.0),
                };
            }
            Self::Session(link, record) => return write!(f, "session {} {record}", link.0),
        };
        write!(f, "{kind} {}", link.0)
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
