//! A load for callgrind: `parse WHAT N` lets a modem carry out N publish commands.
//!
//! Everything from the first byte of the line to the last byte of the answer is
//! done as the program does it: the line is given to the modem, it is asked for
//! actions and for its next deadline, the packet is taken from it, the broker's
//! PUBACK is given to it, the answer is taken and compared. `cargo xtask bench
//! parse` runs two N and looks at the difference, so start-up does not count.

use mqmodem_core::{Action, Buf, Config, Instant, LinkId, Memory, Modem, NetEvent};
use std::time::Duration;

const LINK: LinkId = LinkId(0);
const STEP: Duration = Duration::from_micros(500);

fn main() {
    let mut words = std::env::args().skip(1);
    let what = words.next().unwrap_or_default();
    let n = words.next().and_then(|n| n.parse().ok()).unwrap_or(1);
    let (line, answer) = load(&what);
    let mut rig = Rig::new();
    rig.exchange(b"ATE0\r\n");
    if what != "refused" {
        rig.connect();
    }
    for _ in 0..n {
        assert_eq!(rig.exchange(line.as_bytes()), answer.as_bytes(), "{what}");
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
    answer: Vec<u8>,
}

impl Rig {
    fn new() -> Self {
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
        };
        let now = Instant::ZERO;
        let modem = Modem::new(Config::default(), memory, now);
        let answer = Vec::with_capacity(64 * 1024);
        Self { modem, now, answer }
    }

    fn connect(&mut self) {
        self.exchange(b"AT+MQTTCONFIG=broker,1883,bench,1,60\r\n");
        let answer = self.exchange(b"AT+MQTTCONNECT\r\n");
        assert_eq!(answer, b"\r\n+MQTTCONNECT:0\r\n\r\nOK\r\n");
    }

    /// Types a line and returns what comes back until all is done.
    fn exchange(&mut self, line: &[u8]) -> &[u8] {
        self.now = self.now + STEP;
        self.answer.clear();
        let mut at = 0;
        loop {
            if at < line.len() {
                at += self.modem.handle_host(self.now, &line[at..]);
            }
            if !self.work() && at == line.len() {
                break;
            }
        }
        if self.modem.poll_timeout().is_some_and(|at| at <= self.now) {
            self.modem.handle_timeout(self.now);
        }
        &self.answer
    }

    /// Moves bytes and events once; whether there was anything to do.
    fn work(&mut self) -> bool {
        let opened = self.actions();
        if opened {
            self.modem.handle_net(self.now, LINK, NetEvent::Opened);
        }
        let written = self.broker();
        let answer = self.modem.host_out();
        let answered = answer.len();
        if answered > 0 {
            self.answer.extend_from_slice(answer);
            self.modem.host_sent(self.now, answered);
        }
        opened || written || answered > 0
    }

    /// Carries out what the modem asks for; whether a link is to be opened.
    fn actions(&mut self) -> bool {
        let mut opened = false;
        while let Some(action) = self.modem.poll_action() {
            match action {
                Action::Store { slot, .. } | Action::Erase { slot } => {
                    self.modem.handle_stored(self.now, slot, true);
                }
                Action::Open { .. } => opened = true,
                _ => {}
            }
        }
        opened
    }

    /// Takes what goes to the broker and answers it; whether there was any.
    fn broker(&mut self) -> bool {
        let out = self.modem.net_out(LINK);
        let len = out.len();
        let reply = match out.first() {
            None => return false,
            Some(0x10) => Some([0x20, 2, 0, 0]),
            Some(0x32) => packet_id(out).map(|[high, low]| [0x40, 2, high, low]),
            _ => None,
        };
        self.modem.net_sent(self.now, LINK, len);
        if let Some(reply) = reply {
            self.modem.handle_net_data(self.now, LINK, &reply);
        }
        true
    }
}

/// The packet id of a PUBLISH with QoS 1.
fn packet_id(packet: &[u8]) -> Option<[u8; 2]> {
    let header = 1 + packet[1..].iter().position(|byte| byte & 0x80 == 0)? + 1;
    let topic = usize::from(u16::from_be_bytes([packet[header], packet[header + 1]]));
    packet.get(header + 2 + topic..)?.first_chunk().copied()
}
