//! A load for callgrind: `parse WHAT N` lets a modem carry out N publish commands, and
//! `parse DIALECT LENGTH N` lets a modem of a dialect publish N payloads of that length with
//! QoS 1.
//!
//! Everything from the first byte of the line to the last byte of the answer is
//! done as the program does it: the line is given to the modem, it is asked for
//! actions and for its next deadline, the packet is taken from it, the broker's
//! PUBACK is given to it, the answer is compared and taken. `cargo xtask bench
//! parse` runs two N and looks at the difference, so start-up does not count.

use mqmodem_core::modem::dialect::Dialect;
use mqmodem_core::{
    Action, Buf, Config, ConnId, FurtherLinks, Instant, LinkId, Memory, Modem, NetEvent, dialect,
};
use mqmodem_testkit::speech;
use std::time::Duration;

const CONN: ConnId = ConnId {
    link: LinkId(0),
    number: 1,
};
const STEP: Duration = Duration::from_micros(500);

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let number = |word: &str| word.parse().expect("a number");
    match *words.as_slice() {
        [what, n] => native(what, number(n)),
        [name, length, n] => spoken(name, number(length), number(n)),
        _ => panic!("parse WHAT N or parse DIALECT LENGTH N"),
    }
}

/// Plays a load of the native command set.
fn native(what: &str, n: usize) {
    let (line, answer) = load(what);
    let payload = if what.starts_with("bulk") { 1024 } else { 7 };
    let mut rig = Rig::new(dialect::DEFAULT, payload);
    rig.exchange(b"ATE0\r\n", b"ATE0\r\r\nOK\r\n");
    if what != "refused" {
        rig.connect();
    }
    for _ in 0..n {
        rig.exchange(line.as_bytes(), answer.as_bytes());
    }
}

/// Publishes as a host of this dialect does.
fn spoken(name: &str, length: usize, n: usize) {
    let dialect = dialect::find(name).expect("a dialect");
    let speech = speech::of(dialect).expect("a speech of the dialect");
    let payload = "x".repeat(length);
    let fill = |&(said, answer): &speech::Exchange| (speech::filled(said, &payload), answer);
    let publish: Vec<_> = speech.publish.iter().map(fill).collect();
    let mut rig = Rig::new(dialect, length);
    rig.say(b"ATE0\r\n");
    for (said, answer) in speech.connect {
        rig.exchange(said.as_bytes(), answer.as_bytes());
    }
    for _ in 0..n {
        for (said, answer) in &publish {
            rig.exchange(said.as_bytes(), answer.as_bytes());
        }
    }
}

/// The line to be carried out and the answer it must get.
fn load(what: &str) -> (String, &'static str) {
    let ok = "\r\nOK\r\n";
    let line = |qos, payload: &str| format!("AT+MQTTPUB=\"topic\",{qos},0,\"{payload}\"\r\n");
    let bulk = "0123456789abcdef".repeat(64);
    match what {
        "short-0" => (line(0, "payload"), ok),
        "short-1" => (line(1, "payload"), ok),
        "bulk-0" => (line(0, &bulk), ok),
        "bulk-1" => (line(1, &bulk), ok),
        "refused" => (line(1, "payload"), "\r\nERROR\r\n"),
        _ => panic!("parse short-0|short-1|bulk-0|bulk-1|refused N"),
    }
}

/// A modem with a host and a broker that acknowledges.
struct Rig {
    modem: Modem<'static>,
    now: Instant,
    /// Bytes of payload in each PUBLISH: the packet id stands before it.
    payload: usize,
}

impl Rig {
    fn new(dialect: &'static Dialect, payload: usize) -> Self {
        let heap = || Buf::heap(64 * 1024);
        let memory = Memory {
            line: heap(),
            values: heap(),
            host_out: heap(),
            inbox: heap(),
            settings: heap(),
            net_in: heap(),
            net_out: heap(),
            in_flight: heap(),
            received: heap(),
            subscriptions: heap(),
            terms: heap(),
            links: FurtherLinks::heap(7),
        };
        let now = Instant::ZERO;
        // As the program without a state directory.
        let config = Config {
            keeps_sessions: false,
            gap: Some(0),
            ..Config::of(dialect)
        };
        let modem = Modem::new(config, memory, now);
        Self {
            modem,
            now,
            payload,
        }
    }

    fn connect(&mut self) {
        let config = b"AT+MQTTCONFIG=broker,1883,bench,1,60\r\n";
        self.exchange(config, b"\r\nOK\r\n");
        let connected = b"\r\n+MQTTCONNECT:0\r\n\r\nOK\r\n";
        self.exchange(b"AT+MQTTCONNECT\r\n", connected);
    }

    /// Types a line, whatever comes back.
    fn say(&mut self, line: &[u8]) {
        let taken = self.modem.handle_host(self.now, line);
        assert_eq!(taken, line.len(), "the modem takes a line");
        let said = self.modem.host_out().len();
        self.modem.host_sent(self.now, said);
    }

    /// Types a line until all is done; exactly `answer` must come back.
    fn exchange(&mut self, line: &[u8], answer: &[u8]) {
        self.now = self.now + STEP;
        let (mut typed, mut heard) = (line, answer);
        loop {
            if !typed.is_empty() {
                let taken = self.modem.handle_host(self.now, typed);
                typed = &typed[taken..];
            }
            let moved = self.actions() | self.broker();
            let said = self.modem.host_out();
            if !said.is_empty() {
                heard = heard.strip_prefix(said).expect("the answer");
                let said = said.len();
                self.modem.host_sent(self.now, said);
            } else if !moved && typed.is_empty() {
                if self.modem.poll_timeout().is_none_or(|at| at > self.now) {
                    break;
                }
                self.modem.handle_timeout(self.now);
            }
        }
        assert!(heard.is_empty(), "the whole answer");
    }

    /// Carries out what the modem asks for; whether it asked to open the link.
    fn actions(&mut self) -> bool {
        let mut opened = false;
        while let Some(action) = self.modem.poll_action() {
            opened |= matches!(action, Action::Open { .. });
            if let Some(slot) = action.answer_slot() {
                self.modem.handle_stored(self.now, slot, true);
            }
        }
        if opened {
            self.modem.handle_net(self.now, CONN, NetEvent::Opened);
        }
        opened
    }

    /// Takes what goes to the broker and answers it; whether there was any.
    fn broker(&mut self) -> bool {
        let out = self.modem.net_out(CONN);
        let len = out.len();
        let reply = match out.first() {
            None => return false,
            Some(0x10) => Some([0x20, 2, 0, 0]),
            Some(0x32) => {
                let &[.., high, low] = &out[..len - self.payload] else {
                    panic!("a PUBLISH without packet id");
                };
                Some([0x40, 2, high, low])
            }
            _ => None,
        };
        self.modem.net_sent(self.now, CONN, len);
        if let Some(reply) = reply {
            self.modem.handle_net_data(self.now, CONN, &reply);
        }
        true
    }
}
