//! A load for callgrind: `parse WHAT N` lets a modem carry out N publish commands.
//!
//! Everything from the first byte of the line to the last byte of the answer is
//! done as the program does it: the line is given to the modem, it is asked for
//! actions and for its next deadline, the packet is taken from it, the broker's
//! PUBACK is given to it, the answer is compared and taken. `cargo xtask bench
//! parse` runs two N and looks at the difference, so start-up does not count.

use mqmodem_core::{
    Action, Buf, Config, ConnId, FurtherLinks, Instant, LinkId, Memory, Modem, NetEvent,
};
use std::time::Duration;

const CONN: ConnId = ConnId {
    link: LinkId(0),
    number: 1,
};
const STEP: Duration = Duration::from_micros(500);

fn main() {
    let mut words = std::env::args().skip(1);
    let what = words.next().unwrap_or_default();
    let n = words.next().and_then(|n| n.parse().ok()).unwrap_or(1);
    let (line, answer) = load(&what);
    let mut rig = Rig::new(if what.starts_with("bulk") { 1024 } else { 7 });
    rig.exchange(b"ATE0\r\n", b"ATE0\r\r\nOK\r\n");
    if what != "refused" {
        rig.connect();
    }
    for _ in 0..n {
        rig.exchange(line.as_bytes(), answer.as_bytes());
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
    fn new(payload: usize) -> Self {
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
            ..Config::default()
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
                break;
            }
        }
        assert!(heard.is_empty(), "the whole answer");
        if self.modem.poll_timeout().is_some_and(|at| at <= self.now) {
            self.modem.handle_timeout(self.now);
        }
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
