//! What happens to a modem.

use mqmodem_chat::StorageMode;
use mqmodem_chat::environment::Stale;
use mqmodem_core::{HostLines, NetEvent};
use std::fmt;
use std::time::Duration;

/// Something that happens to a modem.
#[derive(Clone, PartialEq, Eq)]
pub enum Operation {
    /// The host sends bytes.
    Host(Vec<u8>),
    /// A broker sends bytes.
    Net {
        /// Over which link.
        link: u8,
        /// What it sends.
        bytes: Vec<u8>,
        /// Whether it sends them also where no connection is open.
        rude: bool,
    },
    /// Something happens to a link, whether that makes sense or not.
    Event(u8, NetEvent),
    /// Something is reported of a connection so many before the present one.
    Stale {
        /// Of which link.
        link: u8,
        /// How many connections ago.
        age: u8,
        /// What is reported.
        what: Stale,
    },
    /// Time passes.
    Wait(Duration),
    /// From now on the host takes so many bytes after each operation; `None`: all.
    HostTakes(Option<usize>),
    /// From now on the network takes so many bytes after each operation.
    NetTakes(Option<usize>),
    /// The host moves its lines.
    Lines(HostLines),
    /// The host sends a break.
    Break,
    /// From now on the disk does as it is asked, or does not; what it has not
    /// answered it answers likewise.
    Disk(StorageMode),
    /// The disk answers so much of what it was asked.
    Answers(usize),
    /// The modem loses power and is switched on again, with what is durable.
    PowerCut,
    /// From now on brokers are there that answer, or not.
    Polite(bool),
    /// `handle_timeout` is called, whether due or not.
    Timeout,
    /// The modem is to be switched off.
    Shutdown,
}

impl Operation {
    /// The host sends a line.
    pub fn line(line: &str) -> Self {
        Self::Host(format!("{line}\r").into_bytes())
    }

    /// The broker of the first link sends bytes over an open connection.
    pub fn net(bytes: &[u8]) -> Self {
        Self::Net {
            link: 0,
            bytes: bytes.to_vec(),
            rude: false,
        }
    }
}

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(bytes) => write!(f, "host {}", bytes.escape_ascii()),
            Self::Net { link, bytes, rude } => {
                write!(f, "link {link} {} rude {rude}", bytes.escape_ascii())
            }
            Self::Event(link, event) => write!(f, "link {link} {event:?}"),
            Self::Stale { link, age, what } => write!(f, "link {link}, {age} ago: {what:?}"),
            Self::Wait(time) => write!(f, "wait {time:?}"),
            Self::HostTakes(n) => write!(f, "host takes {n:?}"),
            Self::NetTakes(n) => write!(f, "net takes {n:?}"),
            Self::Lines(lines) => write!(f, "{lines:?}"),
            Self::Break => write!(f, "break"),
            Self::Disk(storage) => write!(f, "disk {storage:?}"),
            Self::Answers(count) => write!(f, "disk answers {count}"),
            Self::PowerCut => write!(f, "power cut"),
            Self::Polite(polite) => write!(f, "polite brokers {polite}"),
            Self::Timeout => write!(f, "timeout"),
            Self::Shutdown => write!(f, "shutdown"),
        }
    }
}
