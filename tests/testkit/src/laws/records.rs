//! A modem that finds arbitrary or damaged records on its disk, and is then used.

use super::operation::Operation;
use super::rig::play_on;
use super::scenario::{Scenario, opening, picked};
use super::trace::Trace;
use super::variation::Variation;
use mqmodem_chat::StorageMode;
use mqmodem_core::dialect;
use mqmodem_core::modem::dialect::Dialect;
use mqmodem_core::{NetEvent, Slot};
use std::time::Duration;

/// What a disk gives back, in some order.
pub type Records = Vec<(Slot, Vec<u8>)>;

/// Records and the modem that finds them.
#[derive(Debug)]
pub struct Found {
    dialect: &'static Dialect,
    memory: usize,
    /// Whether the host sets a broker first.
    configures: bool,
    /// What it finds, in this order.
    pub records: Records,
}

impl Found {
    /// Records a modem may have kept that has this broker set.
    pub fn new(records: Records) -> Self {
        Self {
            dialect: dialect::DEFAULT,
            memory: 4096,
            configures: false,
            records,
        }
    }

    /// Every string of bytes is a disk, of a modem that speaks what the first one says: the
    /// bytes of a slot, a length, a content.
    pub fn decode(bytes: &[u8]) -> Self {
        let (which, rest) = bytes.split_first().unwrap_or((&0, &[]));
        let (first, mut rest) = rest.split_first().unwrap_or((&0, &[]));
        let memory = [1024, 4096, 16_384][usize::from(first >> 1) % 3];
        let mut records = Vec::new();
        while let Some((head, behind)) = rest.split_first_chunk::<12>() {
            let [slot @ .., high, low] = *head;
            let len = usize::from(u16::from_be_bytes([high, low])).min(behind.len());
            let (content, more) = behind.split_at(len);
            rest = more;
            if let Some(slot) = Slot::from_bytes(slot) {
                assert_eq!(Slot::from_bytes(slot.to_bytes()), Some(slot));
                records.push((slot, content.to_vec()));
            }
        }
        Self {
            dialect: picked(*which),
            memory,
            configures: first & 1 == 1,
            records,
        }
    }

    /// Nothing panics, what is refused changes nothing, and what is taken can be
    /// sent, kept and given back again (which the rig sees to).
    pub fn check(&self) -> Result<(), String> {
        let connected = self.play(&self.records, connects(self.dialect));
        if !is_drained(&connected.host) {
            let text = connected.host.escape_ascii().to_string();
            return Err(format!("messages never reached the broker: {text}"));
        }
        let all = self.play(&self.records, lives(self.dialect));
        let mut taken = all.taken.iter();
        let mut accepted = self.records.clone();
        accepted.retain(|_| taken.next() == Some(&true));
        let again = self.play(&accepted, lives(self.dialect));
        if again.taken.contains(&false) {
            return Err("what was taken is refused without what was refused".to_owned());
        }
        match all.difference(&again) {
            Some(difference) => Err(format!("a refused record counts: {difference}")),
            None => Ok(()),
        }
    }

    fn play(&self, records: &Records, operations: Vec<Operation>) -> Trace {
        let mut scenario = Scenario {
            dialect: self.dialect,
            memory: self.memory,
            strict: false,
            stores: true,
            operations,
        };
        if self.configures {
            scenario
                .operations
                .insert(0, Operation::line("AT+MQTTCONFIG=h,1883,c1,0,60"));
        }
        play_on(records, &scenario, Variation::default())
    }
}

/// A connection to a broker that answers everything.
fn connects(dialect: &Dialect) -> Vec<Operation> {
    if dialect.name != dialect::DEFAULT.name {
        let mut operations = opening(dialect);
        operations.push(Operation::Wait(Duration::from_secs(10)));
        return operations;
    }
    vec![
        Operation::line("AT+MQTTQUEUE?"),
        Operation::Polite(true),
        Operation::line("AT+MQTTCONNECT"),
        Operation::Wait(Duration::from_secs(10)),
        Operation::line("AT+MQTTSTATE;+MQTTQUEUE?"),
    ]
}

/// Whether nothing is left to be sent on a connection that stands.
fn is_drained(host: &[u8]) -> bool {
    let text = String::from_utf8_lossy(host);
    // A kept S5 may edit the question away, then both times.
    let is_asked = text.contains("+MQTTQUEUE:");
    let tail = text.rfind("+MQTTSTATE:1").map(|at| &text[at..]);
    tail.is_none_or(|tail| tail.contains("+MQTTQUEUE:0,0,0") || !is_asked)
}

/// A life after that: traffic, a power cut, a connection that is lost, another
/// client.
fn lives(dialect: &Dialect) -> Vec<Operation> {
    let mut operations = connects(dialect);
    operations.extend([
        Operation::line("AT+MQTTSUB?;+MQTTSUB=\"b\",1;+MQTTPUB=\"t\",2,0,\"m\",17"),
        Operation::line("AT+MQTTUNSUB=\"a/#\""),
        Operation::net(b"\x3c\x07\x00\x01a\x00\x05hi\x62\x02\x00\x05"),
        Operation::net(b"\x3a\x07\x00\x01a\x00\x07hi\x34\x07\x00\x01a\x00\x08hi"),
        Operation::line("AT+MQTTREAD"),
        Operation::line("AT+MQTTREAD;+MQTTACK=1;+MQTTREAD?"),
        Operation::Disk(StorageMode::Holds),
        Operation::net(b"\x3c\x07\x00\x01a\x00\x09hi\x62\x02\x00\x08"),
        Operation::line("AT+MQTTPUB=\"t\",1,0,\"n\",18"),
        Operation::Answers(2),
        Operation::PowerCut,
        Operation::Disk(StorageMode::Works),
        Operation::line("AT+MQTTPUB=\"t\",2,0,\"m\",17"),
    ]);
    operations.extend(connects(dialect));
    operations.extend([
        Operation::Event(0, NetEvent::Closed),
        Operation::line("AT+MQTTPUB=\"t\",1,0,\"queued\""),
        Operation::line("AT+MQTTCONFIG=broker,1883,me,0,9"),
    ]);
    operations.extend(connects(dialect));
    operations.push(Operation::PowerCut);
    operations.extend(connects(dialect));
    operations
}
