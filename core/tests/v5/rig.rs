//! A modem between a host that types lines and a broker that sends bytes.

use crate::wire::{connack, packets};
use mqmodem_core::{Action, Config, ConnId, Instant, LinkId, Memory, Modem, NetEvent, Slot};
use std::collections::BTreeMap;
use std::time::Duration;

/// What becomes of a publish is an event, and its command ends when it is accepted.
pub const EVENTS: &str = "+MQTTOPT=\"pubmode\",1";

pub struct Rig {
    modem: Modem<'static>,
    now: Instant,
    disk: BTreeMap<Slot, Vec<u8>>,
    /// The connection the modem asked for last.
    conn: ConnId,
    /// How many it asked for.
    pub opens: usize,
    closed: bool,
    /// What the modem sent on this connection and was not looked at.
    wire: Vec<u8>,
}

impl Rig {
    /// A modem of version 5, after these commands.
    pub fn new(commands: &[&str]) -> Self {
        let mut rig = Self::of_any_version();
        rig.ok("AT+MQTTOPT=\"version\",5");
        for command in commands {
            rig.ok(&format!("AT{command}"));
        }
        rig
    }

    /// A modem as it is by default, without echo and with numbers for errors.
    pub fn of_any_version() -> Self {
        let now = Instant::from_micros(1);
        let mut rig = Self {
            modem: Modem::new(Config::default(), Memory::heap(), now),
            now,
            disk: BTreeMap::new(),
            conn: ConnId {
                link: LinkId(0),
                number: 0,
            },
            opens: 0,
            closed: true,
            wire: Vec::new(),
        };
        rig.ok("ATE0+CMEE=1");
        rig
    }

    /// Connected with clean session 1, after CONNACK with these properties.
    pub fn clean(commands: &[&str], properties: &[u8]) -> Self {
        let mut rig = Self::new(commands);
        rig.ok("AT+MQTTCONFIG=h,1883,me,1,60");
        rig.connect(false, properties);
        rig
    }

    /// Likewise with clean session 0.
    pub fn kept(commands: &[&str], properties: &[u8]) -> Self {
        let mut rig = Self::new(commands);
        rig.ok("AT+MQTTCONFIG=h,1883,me,0,60");
        rig.connect(false, properties);
        rig
    }

    /// A session that is kept, and a message of it in flight; its packet.
    pub fn in_flight(qos: u8) -> (Self, Vec<u8>) {
        let mut rig = Self::kept(&[EVENTS], &[]);
        rig.ok(&format!("AT+MQTTPUB=\"t\",{qos},0,\"x\",7"));
        let packet = rig.sent_one();
        (rig, packet)
    }

    /// Connects, and the broker accepts; the CONNECT.
    pub fn connect(&mut self, present: bool, properties: &[u8]) -> Vec<u8> {
        let connect = self.greets();
        let said = self.broker(&connack(present, 0, properties));
        assert!(said.contains("+MQTTCONNECT:0\r\n"), "{said}");
        connect
    }

    /// Connects as far as CONNECT, which is all that was sent.
    pub fn greets(&mut self) -> Vec<u8> {
        let said = self.types("AT+MQTTCONNECT");
        assert_eq!(said, "", "while the transport is opened");
        self.opened()
    }

    /// The transport opens; the CONNECT, which is all that was sent.
    pub fn opened(&mut self) -> Vec<u8> {
        self.modem.handle_net(self.now, self.conn, NetEvent::Opened);
        self.act();
        let mut sent = self.sent();
        assert_eq!(sent.len(), 1, "{sent:02x?}");
        sent.remove(0)
    }

    /// What the modem answers to a line.
    pub fn types(&mut self, line: &str) -> String {
        self.types_bytes(line.as_bytes())
    }

    pub fn types_bytes(&mut self, line: &[u8]) -> String {
        let line = [line, b"\r"].concat();
        let mut rest = &line[..];
        let mut said = String::new();
        while !rest.is_empty() {
            let taken = self.modem.handle_host(self.now, rest);
            rest = &rest[taken..];
            self.act();
            let heard = self.heard();
            assert!(taken > 0 || !heard.is_empty(), "the modem takes no more");
            said += &heard;
        }
        said
    }

    /// A line that is answered with OK at once; what came before it.
    pub fn ok(&mut self, line: &str) -> String {
        let said = self.types(line);
        let before = said.strip_suffix("\r\nOK\r\n");
        before
            .unwrap_or_else(|| panic!("{line} -> {said}"))
            .to_owned()
    }

    /// A line that is refused with this number, and nothing is sent.
    pub fn refused(&mut self, line: &str, code: u8) {
        self.refused_bytes(line.as_bytes(), code);
    }

    pub fn refused_bytes(&mut self, line: &[u8], code: u8) {
        let said = self.types_bytes(line);
        let expected = format!("\r\n+CME ERROR: {code}\r\n");
        assert_eq!(said, expected, "{}", line.escape_ascii());
        assert_eq!(
            self.sent(),
            Vec::<Vec<u8>>::new(),
            "{}",
            line.escape_ascii()
        );
    }

    /// The code behind the last failure, as `+MQTTERR?` has it.
    pub fn error(&mut self) -> u8 {
        let said = self.ok("AT+MQTTERR?");
        let code = said.trim().split(',').nth(1).map(str::parse);
        code.unwrap_or_else(|| panic!("{said}")).unwrap()
    }

    fn heard(&mut self) -> String {
        let mut said = Vec::new();
        loop {
            let out = self.modem.host_out().to_vec();
            if out.is_empty() {
                return String::from_utf8_lossy(&said).into_owned();
            }
            self.modem.host_sent(self.now, out.len());
            self.act();
            said.extend(out);
        }
    }

    /// Carries out what the modem asks for, and takes what it sends.
    fn act(&mut self) {
        loop {
            let mut moved = false;
            while let Some(action) = self.modem.poll_action() {
                moved = true;
                match &action {
                    Action::Open { conn, .. } => {
                        assert!(self.closed, "one connection at a time");
                        self.conn = *conn;
                        self.opens += 1;
                        self.closed = false;
                    }
                    Action::Close { .. } => self.closed = true,
                    Action::Store { slot, bytes } => {
                        self.disk.insert(*slot, bytes.to_vec());
                    }
                    Action::Erase { slot } => {
                        self.disk.remove(slot);
                    }
                    Action::Forget { link } => self
                        .disk
                        .retain(|slot, _| !matches!(slot, Slot::Session(of, _) if of == link)),
                    Action::Lines(_) | Action::Serial(_) => {}
                }
                if let Some(slot) = action.answer_slot() {
                    self.modem.handle_stored(self.now, slot, true);
                }
            }
            let out = self.modem.net_out(self.conn).to_vec();
            if !self.closed && !out.is_empty() {
                moved = true;
                self.modem.net_sent(self.now, self.conn, out.len());
                self.wire.extend(out);
            }
            if !moved {
                return;
            }
        }
    }

    /// The packets the modem sent since this was asked.
    pub fn sent(&mut self) -> Vec<Vec<u8>> {
        packets(&std::mem::take(&mut self.wire))
    }

    /// The one packet it sent.
    pub fn sent_one(&mut self) -> Vec<u8> {
        let mut sent = self.sent();
        assert_eq!(sent.len(), 1, "{sent:02x?}");
        sent.remove(0)
    }

    /// The broker sends bytes; what the modem tells its host.
    pub fn broker(&mut self, bytes: &[u8]) -> String {
        let mut rest = bytes;
        let mut said = String::new();
        while !rest.is_empty() && !self.closed {
            let taken = self.modem.handle_net_data(self.now, self.conn, rest);
            rest = &rest[taken..];
            self.act();
            let heard = self.heard();
            assert!(taken > 0 || !heard.is_empty(), "{rest:02x?} is not taken");
            said += &heard;
        }
        said
    }

    /// The broker sends what no broker may; the modem says why, closes, and tells it.
    pub fn violated(&mut self, bytes: &[u8], code: u8) {
        self.sent();
        let said = self.broker(bytes);
        let sent = self.sent();
        let last = sent
            .last()
            .unwrap_or_else(|| panic!("{bytes:02x?}: nothing sent"));
        assert_eq!(last[0], 0xe0, "{bytes:02x?} -> {sent:02x?}");
        assert_eq!(last.get(2), Some(&code), "{bytes:02x?} -> {last:02x?}");
        assert!(self.closed, "{bytes:02x?} and still open");
        assert!(
            said.contains("+MQTTDISCONNECTED:32\r\n") || said.contains("+MQTTCONNECT:32\r\n"),
            "{bytes:02x?} -> {said}"
        );
    }

    /// Whether the modem has closed the connection.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// The connection breaks; what is told.
    pub fn cut(&mut self) -> String {
        assert!(!self.closed, "there is a connection");
        self.closed = true;
        self.wire.clear();
        self.modem.handle_net(self.now, self.conn, NetEvent::Closed);
        self.act();
        self.heard()
    }

    /// The modem loses power and is switched on again with what was durable.
    pub fn power_cut(&mut self) {
        self.modem = Modem::new(Config::default(), Memory::heap(), self.now);
        for (slot, bytes) in &self.disk {
            self.modem.restore(*slot, bytes).unwrap();
        }
        self.closed = true;
        self.wire.clear();
        self.conn.number = 0;
        self.ok("ATE0+CMEE=1");
    }

    /// Time passes; what is told.
    pub fn passes(&mut self, seconds: u64) -> String {
        let end = self.now + Duration::from_secs(seconds);
        let mut said = String::new();
        while let Some(at) = self.modem.poll_timeout().filter(|at| *at <= end) {
            self.now = at.max(self.now);
            self.modem.handle_timeout(self.now);
            self.act();
            said += &self.heard();
        }
        self.now = end;
        said
    }
}
