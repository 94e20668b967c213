//! What the modem has to say; a dialect finds the words.

use super::fail::Fail;
use super::progress::scratch::Staged;
use crate::at::reply::Reply;
use crate::mqtt::session::MOST_FILTERS;
use crate::mqtt::{PacketId, Properties};

/// A message from the broker, as the host wants it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received<'e> {
    /// Its topic.
    pub topic: &'e str,
    /// The quality of service it came with.
    pub qos: u8,
    /// The packet identifier the broker gave it; none with QoS 0.
    pub id: Option<PacketId>,
    /// Whether the broker had kept it.
    pub retain: bool,
    /// Its properties; none in 3.1.1.
    pub properties: Properties<'e>,
    /// Its content.
    pub payload: &'e [u8],
    /// How the host wants its content: 0 raw, 1 in hex, 2 in base64.
    pub format: u32,
}

/// How the host wants the messages of a link.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MessageForm {
    /// As in [`Received`].
    pub(crate) format: u32,
    /// Whether properties are told.
    pub(crate) properties: bool,
}

impl Received<'_> {
    /// The same as the host wants it.
    pub(crate) fn shaped(self, form: MessageForm) -> Self {
        let properties = if form.properties {
            self.properties
        } else {
            Properties::NONE
        };
        Self {
            format: form.format,
            properties,
            ..self
        }
    }

    /// Bytes of its content.
    pub(crate) fn len(&self) -> u32 {
        u32::try_from(self.payload.len()).unwrap_or(u32::MAX)
    }
}

/// Something a command has begun, as its dialect knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Task {
    /// Which command began it: a number of the dialect's own.
    pub command: u8,
    /// The host's own number of it, where it has one.
    pub number: u32,
}

/// What the broker answered to each filter of a request, in their order: the QoS it granted,
/// or why it refused. None where it answered nothing of that kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GrantedCodes {
    codes: [u8; MOST_FILTERS],
    count: u8,
}

impl GrantedCodes {
    /// The codes of a SUBACK.
    pub(crate) fn of(given: &[u8]) -> Self {
        let mut granted = Self::default();
        for (place, code) in granted.codes.iter_mut().zip(given) {
            *place = *code;
            granted.count += 1;
        }
        granted
    }

    /// One after the other.
    pub fn iter(&self) -> impl Iterator<Item = u8> + use<> {
        let codes = self.codes.into_iter();
        codes.take(self.count.into())
    }
}

/// A packet by which the broker answers, or asks for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum BrokerPacket {
    /// What became of CONNECT.
    Connack = 2,
    /// A message of QoS 1 has arrived.
    Puback = 4,
    /// A message of QoS 2 has arrived.
    Pubrec = 5,
    /// A message of QoS 2 from the broker will not be sent again.
    Pubrel = 6,
    /// A message of QoS 2 is at its end.
    Pubcomp = 7,
    /// What became of SUBSCRIBE.
    Suback = 9,
    /// UNSUBSCRIBE is done.
    Unsuback = 11,
    /// The broker is there.
    Pingresp = 13,
}

impl BrokerPacket {
    /// The packet of this type, if it is one of these.
    pub(crate) fn of(kind: u8) -> Option<Self> {
        Some(match kind {
            2 => Self::Connack,
            4 => Self::Puback,
            5 => Self::Pubrec,
            6 => Self::Pubrel,
            7 => Self::Pubcomp,
            9 => Self::Suback,
            11 => Self::Unsuback,
            13 => Self::Pingresp,
            _ => return None,
        })
    }

    /// What a packet is, if it is one of these, and the code it says.
    pub(crate) fn read(packet: &[u8]) -> Option<(Self, u8)> {
        let kind = Self::of(packet.first()? >> 4)?;
        let code = match kind {
            Self::Connack => packet.get(3),
            Self::Suback => packet.last(),
            _ => None,
        };
        Some((kind, code.copied().unwrap_or(0)))
    }
}

/// Something a host is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'e> {
    /// How the connect command ended: part of its answer.
    ConnectDone {
        /// One of [`code::all`](super::code::all).
        code: u8,
    },
    /// What a command has begun, with OK before, is at its end.
    Finished {
        /// What it was.
        task: Task,
        /// Whether it worked.
        result: Result<(), Fail>,
        /// Why not: one of [`code::all`](super::code::all), 0 if that says nothing.
        code: u8,
        /// What a subscription was granted.
        granted: GrantedCodes,
    },
    /// What a command has begun is not at its end yet; told where its dialect
    /// [asked](super::command::context::Context::report_overdue) for it.
    Overdue {
        /// What it is.
        task: Task,
        /// How often it was told by now, this time included.
        count: u8,
    },
    /// The broker has answered, of a command set that
    /// [reports each packet](crate::modem::dialect::Dialect::reports_packets).
    Packet {
        /// By what.
        packet: BrokerPacket,
        /// The return code of CONNACK or SUBACK, else 0.
        code: u8,
    },
    /// A message has come.
    Message(Received<'e>),
    /// A message has come that is too large for the modem; it was acknowledged and
    /// is gone.
    TooLarge {
        /// Its topic.
        topic: &'e str,
        /// The quality of service it came with.
        qos: u8,
        /// Length of its payload in bytes.
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
        /// 0 if the broker has it, else one of [`code::all`](super::code::all).
        code: u8,
    },
    /// Messages wait for the host.
    Waiting {
        /// How many.
        count: u32,
        /// How many of them it was told of before.
        known: u32,
    },
    /// The oldest message that waits, which the host asked for: mostly a part of the answer.
    Read {
        /// Its number.
        number: u32,
        /// How many wait behind it.
        left: u32,
        /// The message.
        message: Received<'e>,
    },
    /// A message waits in a numbered place.
    Numbered {
        /// The place.
        place: u8,
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
    Restarted {
        /// The time by its clock, in seconds since 1970.
        unix: u32,
    },
    /// The clock is known, which it was not when the modem started; told where the
    /// [banner](super::dialect::Banner::Timed) of the dialect says so.
    ClockKnown {
        /// The time by it, in seconds since 1970.
        unix: u32,
    },
    /// The link was lost.
    Lost {
        /// One of [`code::all`](super::code::all); where each packet is told, 0 is what the
        /// host asked for.
        code: u8,
    },
}

impl Event<'_> {
    /// The same without its payload.
    pub(crate) fn shortened(self) -> Self {
        match self {
            Self::Message(message) | Self::Read { message, .. } => Self::TooLarge {
                topic: message.topic,
                qos: message.qos,
                length: message.len(),
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

/// How a dialect words an event: of a link, whose staged values tell which it is. An event of
/// the modem as a whole is one of the first link.
pub type WordEvent = fn(Staged<'_>, &Event, &mut Reply);
