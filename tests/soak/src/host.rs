//! The AT host: publishes numbered messages with ids of its own, reads what
//! waits, and does both again when it does not know how it ended. It forgets
//! nothing itself: what it knows, the soak keeps while modems die.

use crate::judge::{Forgiven, Shared};
use crate::message::{Direction, Stream, client_id};
use crate::port::{Answer, Port};
use mqmodem_testkit::Random;
use std::collections::{HashMap, VecDeque};
use std::io::{ErrorKind, Result};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Seconds of the modem's keep-alive: black holes shall not take long.
const KEEP_ALIVE: u16 = 2;
/// The pause before it does again what did not work.
const PAUSE: Duration = Duration::from_millis(50);
/// Numbers of messages it remembers: more than can wait in the modem.
const REMEMBERED: usize = 64;
/// It hangs up once in so many commands, without waiting for the answer.
const HANG_UP: usize = 500;

/// A host at a modem.
pub struct Host {
    modem: usize,
    port: u16,
    judge: Shared,
    random: Random,
    /// Commands that set the modem up and have not been answered OK.
    setup: Vec<String>,
    /// The last number published of each stream up.
    numbers: [u32; 2],
    /// The last id given to a publish.
    id: u32,
    /// A publish that is not known to be accepted.
    open: Option<(Stream, u32)>,
    /// Accepted and not confirmed, by id.
    accepted: HashMap<u32, (Stream, u32)>,
    /// Numbers of messages read lately that may come again: the modem did not say
    /// that they are released.
    read: VecDeque<u64>,
    /// Something may wait to be read.
    waits: bool,
    /// No publish before this.
    not_before: Instant,
}

impl Host {
    /// A host at this modem, whose broker is at the port `broker`.
    pub fn new(judge: &Shared, random: Random, modem: usize, port: u16, broker: u16) -> Self {
        Self {
            modem,
            port,
            judge: judge.clone(),
            random,
            setup: setup(modem, broker, version(judge, modem)),
            numbers: [0; 2],
            id: 0,
            open: None,
            accepted: HashMap::new(),
            read: VecDeque::new(),
            waits: true,
            not_before: Instant::now(),
        }
    }

    /// Works at the port, and comes back when it is closed.
    pub async fn run(mut self) {
        loop {
            if let Ok(mut port) = Port::open(self.port).await {
                self.judge.borrow_mut().counts.visits += 1;
                let result = self.visit(&mut port).await;
                if result.is_err_and(|why| why.kind() == ErrorKind::TimedOut) {
                    self.breach("does not answer");
                }
            }
            sleep(PAUSE).await;
        }
    }

    async fn visit(&mut self, port: &mut Port) -> Result<()> {
        greet(port).await?;
        while let Some(command) = self.setup.first() {
            // Who is connected already needs no connect.
            let answer = port.ask(command).await?;
            if answer.ok || answer.lines == ["+CME ERROR: 3"] && command == "AT+MQTTCONNECT" {
                self.setup.remove(0);
            } else {
                sleep(PAUSE).await;
            }
        }
        self.judge.borrow_mut().subscribed(self.modem);
        // What the modem sent while nobody was there was not received.
        self.waits = true;
        loop {
            self.hear(port);
            let is_turn = self.random.one_in(2);
            if self.waits && is_turn {
                self.read(port).await?;
            } else if self.has_publish() {
                self.publish(port).await?;
            } else if !self.waits {
                port.listen(PAUSE).await?;
            }
        }
    }

    /// Takes note of what the modem said by itself.
    fn hear(&mut self, port: &mut Port) {
        while let Some(report) = port.reports.pop_front() {
            let (name, value) = report.split_once(':').unwrap_or((&report, ""));
            match name {
                "+MQTTRECVIND" => self.waits = true,
                "+MQTTPUBACK" => self.confirmed(value),
                "+MQTTPUBDROPPED" | "+MQTTRECVDROPPED" => self.dropped(&report),
                _ => {}
            }
        }
    }

    /// What a broker forgot, the modem can only tell.
    fn dropped(&self, report: &str) {
        if self.judge.borrow().forgiven != Forgiven::All {
            self.breach(report);
        }
    }

    fn confirmed(&mut self, value: &str) {
        let known = value
            .strip_suffix(",0")
            .and_then(|id| id.parse().ok())
            .and_then(|id| self.accepted.remove(&id));
        // Of one that was accepted just now, OK may not have been read.
        match known {
            Some((stream, number)) => self.judge.borrow_mut().confirmed(stream, number),
            None if value.ends_with(",0") => {}
            None => self.dropped(&format!("not confirmed: {value}")),
        }
    }

    /// Whether there is something to publish now.
    fn has_publish(&mut self) -> bool {
        if self.not_before > Instant::now() {
            return false;
        }
        if self.open.is_none() && !self.judge.borrow().waits_for_kills() {
            self.open = self.take();
            self.id += u32::from(self.open.is_some());
        }
        self.open.is_some()
    }

    fn take(&mut self) -> Option<(Stream, u32)> {
        let streams = Stream::both(self.modem, Direction::Up);
        let judge = self.judge.borrow();
        let numbers = streams.into_iter().zip(&mut self.numbers);
        let mut left = numbers.filter(|(stream, number)| **number < judge.asked(*stream));
        let second = left.next_back().filter(|_| self.random.one_in(2));
        let (stream, number) = second.or_else(|| left.next())?;
        *number += 1;
        Some((stream, *number))
    }

    async fn publish(&mut self, port: &mut Port) -> Result<()> {
        let Some((stream, number)) = self.open else {
            return Ok(());
        };
        let (topic, qos) = (stream.topic(), stream.qos().level());
        let payload = stream.payload(number);
        let id = self.id;
        let command = format!("AT+MQTTPUB=\"{topic}\",{qos},0,\"{payload}\",{id}");
        let known = self.accepted.insert(id, (stream, number)).is_some();
        self.judge.borrow_mut().counts.repeated += u64::from(known);
        if self.ask(port, &command).await?.ok {
            self.open = None;
        } else {
            // Certainly not accepted: under another id it must not be doubled.
            self.accepted.remove(&id);
            self.id += 1;
            self.judge.borrow_mut().counts.refused += 1;
            self.not_before = Instant::now() + PAUSE;
        }
        Ok(())
    }

    /// Reads the next message and releases it: itself, or with the next read.
    async fn read(&mut self, port: &mut Port) -> Result<()> {
        self.waits = false;
        let answer = self.ask(port, "AT+MQTTREAD").await?;
        if !answer.ok {
            self.breach(&format!("cannot be read: {:?}", answer.lines));
            return Ok(());
        }
        let mut lines = answer.lines.iter();
        let Some(line) = lines.find_map(|line| line.strip_prefix("+MQTTREAD:")) else {
            return Ok(());
        };
        self.waits = true;
        let Some((number, topic, payload)) = message(line) else {
            self.breach(&format!("read: {line}"));
            return Ok(());
        };
        if self.read.contains(&number) {
            self.judge.borrow_mut().counts.reread += 1;
        } else {
            self.judge.borrow_mut().arrived(topic, payload.as_bytes());
            self.read.push_front(number);
            self.read.truncate(REMEMBERED);
        }
        // Else the next read releases it.
        if self.random.one_in(2) {
            self.release(port, number).await?;
        }
        Ok(())
    }

    async fn release(&mut self, port: &mut Port, number: u64) -> Result<()> {
        let answer = self.ask(port, &format!("AT+MQTTACK={number}")).await?;
        if answer.ok {
            self.read.retain(|read| *read != number);
        } else {
            self.breach(&format!("message {number} is not released"));
        }
        Ok(())
    }

    /// Asks, or now and then hangs up instead of waiting for the answer.
    async fn ask(&mut self, port: &mut Port, command: &str) -> Result<Answer> {
        if self.random.one_in(HANG_UP) {
            port.send(command).await?;
            return Err(ErrorKind::ConnectionAborted.into());
        }
        port.ask(command).await
    }

    fn breach(&self, what: &str) {
        let what = format!("modem {}: {what}", self.modem);
        self.judge.borrow_mut().breach(what);
    }
}

/// Sets the modem up to lose nothing.
fn setup(modem: usize, broker: u16, version: usize) -> Vec<String> {
    let id = client_id(modem);
    let option = |(name, value)| format!("AT+MQTTOPT=\"{name}\",{value}");
    let subscribe = |stream: Stream| {
        let (topic, qos) = (stream.topic(), stream.qos().level());
        format!("AT+MQTTSUB=\"{topic}\",{qos}")
    };
    let options = [
        ("reconnect", 1),
        ("backoff", 1),
        ("autoconnect", 1),
        ("connecttimeout", 2),
        ("pubmode", 1),
        ("recvmode", 1),
        // Every other modem keeps messages also while the broker is away.
        ("queue", if modem % 2 == 1 { 16_384 } else { 0 }),
        ("version", version),
    ];
    let mut commands = vec![
        "AT+CMEE=1".to_owned(),
        format!("AT+MQTTCONFIG=127.0.0.1,{broker},{id},0,{KEEP_ALIVE}"),
    ];
    commands.extend(options.into_iter().map(option));
    commands.push("AT+MQTTCONNECT".to_owned());
    commands.extend(Stream::both(modem, Direction::Down).map(subscribe));
    commands
}

/// What the option `version` of a modem says: of each kind one in three. A restarted
/// Mosquitto may stop sending to a client of MQTT 5, whose modem has nothing to judge then.
fn version(judge: &Shared, modem: usize) -> usize {
    match judge.borrow().forgiven {
        Forgiven::Nothing => [4, 5, 0][modem % 3],
        Forgiven::Exact | Forgiven::All => 4,
    }
}

/// Says hello until the answer is to that: the answer to what the last host
/// asked may come before it.
async fn greet(port: &mut Port) -> Result<()> {
    let mut answer = port.ask("ATE0+CMEE=1;+MQTTSTATE?").await?;
    while !answer
        .lines
        .iter()
        .any(|line| line.starts_with("+MQTTSTATE:"))
    {
        answer = port.answer().await?;
    }
    Ok(())
}

/// Number, topic and payload of a message that was read.
fn message(line: &str) -> Option<(u64, &str, &str)> {
    let mut fields = line.splitn(6, ',');
    let number = fields.next()?.parse().ok()?;
    let topic = fields.next()?.trim_matches('"');
    let length: usize = fields.nth(2)?.parse().ok()?;
    let payload = fields.next()?;
    (payload.len() == length).then_some((number, topic, payload))
}
