//! Sessions made of arbitrary bytes: both sides, the network and the clock,
//! interleaved. The property tests (`laws.rs`) and the fuzz target (`tests/fuzz/`) run
//! the same code, so what one of them finds the other can replay.

mod broker;
pub mod codec;
pub mod cuts;
pub mod disk;
mod late;
pub mod phrases;
pub mod records;
pub mod rig;
pub mod wire;

use disk::Mode;
pub use late::Late;
use mqmodem_core::{HostLines, NetError, NetEvent, Stage};
use std::fmt;
use std::time::Duration;

/// Something that happens to a modem.
#[derive(Clone, PartialEq, Eq)]
pub enum Op {
    /// The host sends bytes.
    Host(Vec<u8>),
    /// The broker sends bytes. A rude one sends them also where no link is open.
    Net {
        /// What is sent.
        bytes: Vec<u8>,
        /// Whether also without a link.
        rude: bool,
    },
    /// Something happens to a link, whether that makes sense or not.
    Event(u8, NetEvent),
    /// Something is told of a connection so many before the present one.
    Late(u8, Late),
    /// Time passes.
    Wait(Duration),
    /// From now on the host takes so many bytes after each op; `None`: all.
    HostTakes(Option<usize>),
    /// From now on the network takes so many bytes after each op.
    NetTakes(Option<usize>),
    /// The host moves its lines.
    Lines(HostLines),
    /// The host sends a break.
    Break,
    /// From now on the disk does as it is asked, or does not; what it has not
    /// answered it answers likewise.
    Disk(Mode),
    /// The disk answers so much of what it was asked.
    Answers(usize),
    /// The modem loses power and is switched on again, with what is durable.
    PowerCut,
    /// From now on a broker is there that answers, or not.
    Polite(bool),
    /// `handle_timeout` is called, whether due or not.
    Timeout,
    /// The modem is to be switched off.
    Shutdown,
}

impl fmt::Debug for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(bytes) => write!(f, "host {}", bytes.escape_ascii()),
            Self::Net { bytes, rude } => write!(f, "net {} rude {rude}", bytes.escape_ascii()),
            Self::Event(link, event) => write!(f, "link {link} {event:?}"),
            Self::Late(age, late) => write!(f, "late by {age} {late:?}"),
            Self::Wait(time) => write!(f, "wait {time:?}"),
            Self::HostTakes(n) => write!(f, "host takes {n:?}"),
            Self::NetTakes(n) => write!(f, "net takes {n:?}"),
            Self::Lines(lines) => write!(f, "{lines:?}"),
            Self::Break => write!(f, "break"),
            Self::Disk(mode) => write!(f, "disk {mode:?}"),
            Self::Answers(count) => write!(f, "disk answers {count}"),
            Self::PowerCut => write!(f, "power cut"),
            Self::Polite(polite) => write!(f, "polite broker {polite}"),
            Self::Timeout => write!(f, "timeout"),
            Self::Shutdown => write!(f, "shutdown"),
        }
    }
}

/// A modem's memory and what happens to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Bytes of each of the modem's buffers.
    pub memory: usize,
    /// Whether the rules are strict.
    pub strict: bool,
    /// Whether sessions are kept.
    pub keeps: bool,
    /// What happens, in order.
    pub ops: Vec<Op>,
}

impl Session {
    /// Every string of bytes is a session.
    pub fn decode(bytes: &[u8]) -> Self {
        let mut reader = Reader(bytes);
        let memory = [48, 128, 300, 1024, 4096, 16_384][usize::from(reader.byte() % 6)];
        let how = reader.byte();
        let (strict, keeps) = (how % 8 == 7, how / 8 % 4 != 3);
        let mut ops = Vec::new();
        while !reader.0.is_empty() {
            reader.op(&mut ops);
        }
        Self {
            memory,
            strict,
            keeps,
            ops,
        }
    }
}

/// Takes numbers off the front; zeros when there is nothing left.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn byte(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        *first
    }

    fn flag(&mut self) -> bool {
        self.byte() & 1 == 1
    }

    /// A length and so many bytes, or all there are.
    fn bytes(&mut self) -> Vec<u8> {
        let len = usize::from(self.byte()).min(self.0.len());
        let (bytes, rest) = self.0.split_at(len);
        self.0 = rest;
        bytes.to_vec()
    }

    fn op(&mut self, ops: &mut Vec<Op>) {
        let op = match self.byte() % 24 {
            0 | 1 => Op::Host(self.bytes()),
            2..=6 => Op::Host(phrases::host(self.byte(), self.byte())),
            7 => Op::Net {
                bytes: self.bytes(),
                rude: false,
            },
            8..=10 => Op::Net {
                bytes: phrases::net(self.byte(), self.byte()),
                rude: false,
            },
            11 => self.rare(),
            12 => Op::Wait(Duration::from_millis(u64::from(self.byte()))),
            13 => Op::Wait(Duration::from_secs(u64::from(self.byte()))),
            14 => Op::HostTakes(self.budget()),
            15 => Op::NetTakes(self.budget()),
            16 => Op::Polite(self.flag()),
            17 => Op::Timeout,
            // Deep states are what arbitrary bytes hardly ever reach.
            18 => return connect(ops, self.flag()),
            19 => Op::Event(0, event(self.byte())),
            20 => Op::Host(phrases::keeping(self.byte(), self.byte())),
            _ => self.disk(),
        };
        ops.push(op);
    }

    fn disk(&mut self) -> Op {
        match self.byte() % 8 {
            0 | 1 => Op::Disk(Mode::Works),
            2 => Op::Disk(Mode::Fails),
            3 | 4 => Op::Disk(Mode::Holds),
            5 | 6 => Op::Answers(usize::from(self.byte() % 4)),
            _ => Op::PowerCut,
        }
    }

    fn rare(&mut self) -> Op {
        match self.byte() % 8 {
            0 => Op::Shutdown,
            1 => Op::Event(self.byte(), event(self.byte())),
            2 | 3 => Op::Late(self.byte(), self.late()),
            4 => Op::Net {
                bytes: self.bytes(),
                rude: true,
            },
            _ => {
                let byte = self.byte();
                if byte & 0b1100 == 0b1100 {
                    return Op::Break;
                }
                Op::Lines(HostLines {
                    dtr: byte & 1 == 0,
                    rts: byte & 2 == 0,
                })
            }
        }
    }

    /// Something of a connection that is over.
    fn late(&mut self) -> Late {
        match self.byte() {
            byte @ 0..=199 => Late::Event(event(byte)),
            200..=229 => Late::Data(self.bytes()),
            230.. => Late::Sent(self.byte().into()),
        }
    }

    /// How many bytes may go out after each op.
    fn budget(&mut self) -> Option<usize> {
        match self.byte() {
            n @ 0..=127 => Some(usize::from(n)),
            _ => None,
        }
    }
}

/// A session with a broker begins.
fn connect(ops: &mut Vec<Op>, clean: bool) {
    let settings = format!("AT+MQTTCONFIG=broker,1883,me,{},9\r", u8::from(clean));
    ops.push(Op::Polite(true));
    ops.push(Op::Host(settings.into_bytes()));
    ops.push(Op::Host(b"AT+MQTTCONNECT\r".to_vec()));
}

fn event(byte: u8) -> NetEvent {
    const ERRORS: [NetError; 14] = [
        NetError::NameNotFound,
        NetError::Refused,
        NetError::Unreachable,
        NetError::TimedOut,
        NetError::Broken,
        NetError::NoLocalAddress,
        NetError::NoFileHandle,
        NetError::NoNameServer,
        NetError::TlsUntrusted,
        NetError::TlsName,
        NetError::TlsExpired,
        NetError::TlsClientCertificate,
        NetError::TlsUnsupported,
        NetError::TlsOther,
    ];
    const STAGES: [Stage; 4] = [Stage::Turn, Stage::Name, Stage::Tcp, Stage::Tls];
    match byte % 20 {
        3 => NetEvent::Opening(STAGES[usize::from(byte >> 4 & 3)]),
        0..=2 => NetEvent::Opened,
        4 | 5 => NetEvent::Closed,
        n => NetEvent::Failed(ERRORS[usize::from(n) - 6]),
    }
}
