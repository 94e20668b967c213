//! A modem that is online, its host, and the broker it receives from.

use crate::actions::carry_out;
use mqmodem_core::{Config, ConnId, Instant, LinkId, Memory, Modem, NetEvent};

pub(crate) const NOW: Instant = Instant::ZERO;
pub(crate) const CONN: ConnId = ConnId {
    link: LinkId(0),
    number: 1,
};

/// A modem without echo that is connected, its host being told so.
pub(crate) struct Receiver(pub(crate) Modem<'static>);

impl Receiver {
    /// With this memory, these lines of its host before the connect, and this answer of
    /// the broker to it.
    pub(crate) fn online(memory: Memory<'static>, lines: &[&str], connack: &[u8]) -> Self {
        let mut modem = Self(Modem::new(Config::default(), memory, NOW));
        modem.say("ATE0");
        modem.say("AT+MQTTCONFIG=h,1,me,1,60");
        for line in lines {
            modem.say(line);
        }
        modem.say("AT+MQTTCONNECT");
        modem.0.handle_net(NOW, CONN, NetEvent::Opened);
        modem.act();
        assert!(modem.hear(connack).contains("OK"));
        modem
    }

    fn act(&mut self) {
        carry_out(&mut self.0, NOW, |_| {});
        self.0.net_sent(NOW, CONN, usize::MAX);
    }

    /// What the host reads.
    pub(crate) fn heard(&mut self) -> String {
        let mut heard = Vec::new();
        loop {
            self.act();
            let said = self.0.host_out().to_vec();
            if said.is_empty() {
                return String::from_utf8(heard).unwrap();
            }
            self.0.host_sent(NOW, said.len());
            heard.extend(said);
        }
    }

    pub(crate) fn say(&mut self, line: &str) -> String {
        self.0.handle_host(NOW, format!("{line}\r").as_bytes());
        self.heard()
    }

    /// The broker sends `bytes`, in pieces as a network brings them.
    pub(crate) fn hear(&mut self, bytes: &[u8]) -> String {
        let mut heard = String::new();
        for piece in bytes.chunks(50_000) {
            let mut taken = 0;
            while taken < piece.len() {
                taken += self.0.handle_net_data(NOW, CONN, &piece[taken..]);
                heard += &self.heard();
            }
        }
        heard
    }
}
