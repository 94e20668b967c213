//! What the modem has to say; a dialect finds the words.

use crate::at::reply::Reply;

/// Something a host is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'e> {
    /// How the connect command ended: part of its answer.
    ConnectDone {
        /// One of [`code::ALL`](super::code::ALL).
        code: u8,
    },
    /// A message has come.
    Message {
        /// Its topic.
        topic: &'e str,
        /// The quality of service it came with.
        qos: u8,
        /// Whether the broker had kept it.
        retain: bool,
        /// Its content.
        payload: &'e [u8],
        /// How the host wants its content: 0 raw, 1 in hex, 2 in base64.
        format: u32,
    },
    /// A message has come that is larger than the modem's memory; it was
    /// acknowledged and is gone.
    TooLarge {
        /// Its topic.
        topic: &'e str,
        /// The quality of service it came with.
        qos: u8,
        /// Its length in bytes, as far as it is known: payload or packet.
        length: u32,
    },
    /// A message is accepted: part of the answer to the publish command.
    Accepted {
        /// What the host knows it by.
        name: u32,
    },
    /// What became of a message that was accepted.
    Tracked {
        /// What the host knows it by.
        name: u32,
        /// 0 if the broker has it, else one of [`code::ALL`](super::code::ALL).
        code: u8,
    },
    /// Messages wait for the host.
    Waiting {
        /// How many.
        count: u32,
    },
    /// The oldest message that waits: part of the answer to the read command.
    Read {
        /// Its number.
        number: u32,
        /// Its topic.
        topic: &'e str,
        /// The quality of service it came with.
        qos: u8,
        /// Whether the broker had kept it.
        retain: bool,
        /// Its content.
        payload: &'e [u8],
        /// How the host wants its content.
        format: u32,
    },
    /// Publishes the broker had not finished were lost with its session.
    Dropped {
        /// How many.
        count: u32,
    },
    /// The network is there or gone.
    Registration {
        /// Who asked: `+CREG`, `+CGREG` or `+CEREG`.
        which: usize,
        /// Whether it is there.
        on: bool,
        /// Whether it is told where.
        located: bool,
    },
    /// The modem has opened a link by itself.
    Restored {
        /// Whether the broker still had the session.
        session_present: bool,
    },
    /// The modem has restarted.
    Restarted,
    /// The link was lost.
    Lost {
        /// One of [`code::ALL`](super::code::ALL).
        code: u8,
    },
}

impl Event<'_> {
    /// The same without its payload.
    pub(crate) fn shortened(self) -> Self {
        match self {
            Self::Message {
                topic,
                qos,
                payload,
                ..
            }
            | Self::Read {
                topic,
                qos,
                payload,
                ..
            } => Self::TooLarge {
                topic,
                qos,
                length: u32::try_from(payload.len()).unwrap_or(u32::MAX),
            },
            other => other,
        }
    }

    /// A message too large without its topic.
    pub(crate) fn nameless(self) -> Self {
        match self {
            Self::TooLarge { qos, length, .. } => Self::TooLarge {
                topic: "",
                qos,
                length,
            },
            other => other,
        }
    }
}

/// How a dialect words events.
pub type Wording = fn(&Event, &mut Reply);
