//! Scenarios: a modem's memory and what happens to it.

use super::operation::Operation;
use super::phrases;
use super::reader::Reader;
use crate::speech;
use mqmodem_chat::StorageMode;
use mqmodem_chat::environment::Stale;
use mqmodem_core::dialect;
use mqmodem_core::modem::dialect::Dialect;
use mqmodem_core::{HostLines, NetError, NetEvent, Stage};
use std::fmt;
use std::time::Duration;

/// A modem's memory and what happens to it.
#[derive(Clone)]
pub struct Scenario {
    /// The modem's command set.
    pub dialect: &'static Dialect,
    /// Bytes of each of the modem's buffers.
    pub memory: usize,
    /// Whether the rules are strict.
    pub strict: bool,
    /// Whether sessions are stored.
    pub stores: bool,
    /// What happens, in order.
    pub operations: Vec<Operation>,
}

impl Scenario {
    /// Every string of bytes is a scenario; it says which dialect the host speaks.
    pub fn decode(bytes: &[u8]) -> Self {
        let (which, rest) = bytes.split_first().unwrap_or((&0, &[]));
        Self::decode_for(picked(*which), rest)
    }

    /// Likewise, with a host that speaks this dialect.
    pub fn decode_for(dialect: &'static Dialect, bytes: &[u8]) -> Self {
        let mut reader = Reader::new(bytes);
        let memory = [48, 128, 300, 1024, 4096, 16_384][usize::from(reader.byte() % 6)];
        let how = reader.byte();
        let (strict, stores) = (how % 8 == 7, how / 8 % 4 != 3);
        let mut operations = Vec::new();
        while !reader.is_empty() {
            reader.operation(dialect, &mut operations);
        }
        Self {
            dialect,
            memory,
            strict,
            stores,
            operations,
        }
    }
}

/// The dialect a byte picks: that of a host that asks for none by half of them.
pub(super) fn picked(which: u8) -> &'static Dialect {
    let number = which.checked_sub(128).map_or(0, usize::from);
    dialect::ALL[number % dialect::ALL.len()]
}

/// The byte that picks a dialect.
pub fn pick(dialect: &Dialect) -> u8 {
    let same = |it: &&Dialect| it.full_name() == dialect.full_name();
    let number = dialect::ALL.iter().position(same);
    128 | number.unwrap_or(0) as u8
}

impl fmt::Debug for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scenario")
            .field("dialect", &self.dialect.full_name())
            .field("memory", &self.memory)
            .field("strict", &self.strict)
            .field("stores", &self.stores)
            .field("operations", &self.operations)
            .finish()
    }
}

impl Reader<'_> {
    fn operation(&mut self, dialect: &'static Dialect, operations: &mut Vec<Operation>) {
        let operation = match self.byte() % 24 {
            0 | 1 => Operation::Host(self.bytes()),
            2..=6 => Operation::Host(phrases::host(dialect, self.byte(), self.byte())),
            7 => Operation::Net {
                link: self.link(),
                bytes: self.bytes(),
                rude: false,
            },
            8..=10 => Operation::Net {
                link: self.link(),
                bytes: phrases::net(self.byte(), self.byte()),
                rude: false,
            },
            11 => self.rare(),
            12 => Operation::Wait(Duration::from_millis(u64::from(self.byte()))),
            13 => Operation::Wait(Duration::from_secs(u64::from(self.byte()))),
            14 => Operation::HostTakes(self.budget()),
            15 => Operation::NetTakes(self.budget()),
            16 => Operation::Polite(self.flag()),
            17 => Operation::Timeout,
            // Deep states are what arbitrary bytes hardly ever reach.
            18 => return connect(dialect, operations, self.byte()),
            19 => Operation::Event(self.link(), event(self.byte())),
            20 => Operation::Host(phrases::storing(dialect, self.byte(), self.byte())),
            _ => self.disk(),
        };
        operations.push(operation);
    }

    fn disk(&mut self) -> Operation {
        match self.byte() % 8 {
            0 | 1 => Operation::Disk(StorageMode::Works),
            2 => Operation::Disk(StorageMode::Fails),
            3 | 4 => Operation::Disk(StorageMode::Holds),
            5 | 6 => Operation::Answers(usize::from(self.byte() % 4)),
            _ => Operation::PowerCut,
        }
    }

    fn rare(&mut self) -> Operation {
        match self.byte() % 8 {
            0 => Operation::Shutdown,
            1 => Operation::Event(self.byte(), event(self.byte())),
            2 | 3 => Operation::Stale {
                link: self.link(),
                age: self.byte(),
                what: self.stale(),
            },
            4 => Operation::Net {
                link: self.link(),
                bytes: self.bytes(),
                rude: true,
            },
            _ => {
                let byte = self.byte();
                if byte & 0b1100 == 0b1100 {
                    return Operation::Break;
                }
                Operation::Lines(HostLines {
                    dtr: byte & 1 == 0,
                    rts: byte & 2 == 0,
                })
            }
        }
    }

    /// Something of a connection that is over.
    fn stale(&mut self) -> Stale {
        match self.byte() {
            byte @ 0..=199 => Stale::Event(event(byte)),
            200..=229 => Stale::Data(self.bytes()),
            230.. => Stale::Sent(self.byte().into()),
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

/// A session with a broker begins; in the default dialect clean or not, in any version.
fn connect(dialect: &Dialect, operations: &mut Vec<Operation>, how: u8) {
    if dialect.name != dialect::DEFAULT.name {
        return operations.extend(opening(dialect));
    }
    let settings = format!("AT+MQTTCONFIG=broker,1883,me,{},9\r", how & 1);
    operations.push(Operation::Polite(true));
    if let version @ (0 | 5) = [4, 4, 5, 0][usize::from(how / 2 % 4)] {
        let option = format!("AT+MQTTOPT=\"version\",{version}\r");
        operations.push(Operation::Host(option.into_bytes()));
    }
    operations.push(Operation::Host(settings.into_bytes()));
    operations.push(Operation::Host(b"AT+MQTTCONNECT\r".to_vec()));
}

/// A host of a dialect connects to a broker that answers.
pub fn opening(dialect: &Dialect) -> Vec<Operation> {
    let said = speech::of(dialect).map_or(&[][..], |it| it.connect);
    let lines = said.iter().map(|(line, _)| line.as_bytes().to_vec());
    [Operation::Polite(true)]
        .into_iter()
        .chain(lines.map(Operation::Host))
        .collect()
}

fn event(byte: u8) -> NetEvent {
    const ERRORS: [NetError; 17] = [
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
        NetError::Protocol,
        NetError::WebSocket { status: 403 },
        NetError::Proxy { status: 407 },
    ];
    const STAGES: [Stage; 6] = [
        Stage::Turn,
        Stage::Name,
        Stage::Tcp,
        Stage::Tls,
        Stage::Proxy,
        Stage::WebSocket,
    ];
    match byte % 23 {
        3 => NetEvent::Opening(STAGES[usize::from(byte >> 4) % STAGES.len()]),
        0..=2 => NetEvent::Opened,
        4 | 5 => NetEvent::Closed,
        n => NetEvent::Failed(ERRORS[usize::from(n) - 6]),
    }
}
