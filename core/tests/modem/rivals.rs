//! Two modems with one client id: the broker throws one out for the other.

use mqmodem_core::mqtt::{Frame, Packet, frame};
use mqmodem_core::{Action, Config, ConnId, Instant, Memory, Modem, NetEvent};
use std::time::Duration;

const CONNACK: &[u8] = &[0x20, 2, 0, 0];

/// A broker with room for one client of the name, and the two that have it.
struct Fight {
    modems: [Modem<'static>; 2],
    now: Instant,
    /// Who has the link.
    holder: Option<usize>,
    /// The connection of each.
    conns: [Option<ConnId>; 2],
    connects: Vec<Instant>,
}

impl Fight {
    fn new() -> Self {
        let modem = |seed| {
            let config = Config {
                seed,
                ..Config::default()
            };
            Modem::new(config, Memory::heap(), Instant::ZERO)
        };
        let mut fight = Self {
            modems: [modem(1), modem(2)],
            now: Instant::ZERO,
            holder: None,
            conns: [None; 2],
            connects: Vec::new(),
        };
        for who in 0..2 {
            fight.host(who, "AT+MQTTOPT=\"reconnect\",1");
            fight.host(who, "AT+MQTTCONFIG=h,1,same,1,60");
            fight.host(who, "AT+MQTTCONNECT");
            fight.host(who, "AT+MQTTSUB=\"a\",1");
        }
        fight
    }

    fn host(&mut self, who: usize, line: &str) {
        let line = format!("{line}\r");
        self.modems[who].handle_host(self.now, line.as_bytes());
        self.move_all();
    }

    fn move_all(&mut self) {
        while (0..2).any(|who| self.move_one(who)) {}
    }

    /// Moves what a modem has to say; whether there was something.
    fn move_one(&mut self, who: usize) -> bool {
        let modem = &mut self.modems[who];
        let said = modem.host_out().len();
        modem.host_sent(self.now, said);
        if let Some(action) = modem.poll_action() {
            match action {
                Action::Open { conn, .. } => {
                    self.conns[who] = Some(conn);
                    modem.handle_net(self.now, conn, NetEvent::Opened);
                }
                Action::Store { slot, .. } => modem.handle_stored(self.now, slot, true),
                _ => {}
            }
            return true;
        }
        let Some(conn) = self.conns[who] else {
            return said > 0;
        };
        let Frame::Whole { len } = frame(modem.net_out(conn)) else {
            return said > 0;
        };
        let packet = modem.net_out(conn)[..len].to_vec();
        modem.net_sent(self.now, conn, len);
        self.answer(who, &packet);
        true
    }

    fn answer(&mut self, who: usize, packet: &[u8]) {
        let answer = match Packet::decode(packet) {
            Ok(Packet::Connect(_)) => {
                self.connects.push(self.now);
                let other = self.holder.replace(who).filter(|it| *it != who);
                if let Some((other, conn)) = other.and_then(|it| Some((it, self.conns[it]?))) {
                    self.modems[other].handle_net(self.now, conn, NetEvent::Closed);
                }
                CONNACK.to_vec()
            }
            Ok(Packet::Subscribe(it)) => {
                let [high, low] = it.id.get().to_be_bytes();
                vec![0x90, 3, high, low, 1]
            }
            _ => vec![0xd0, 0],
        };
        if let Some(conn) = self.conns[who] {
            self.modems[who].handle_net_data(self.now, conn, &answer);
        }
    }

    fn run(&mut self, until: Instant) {
        loop {
            let due = self.modems.iter().filter_map(Modem::poll_timeout).min();
            let Some(due) = due.filter(|due| *due <= until) else {
                self.now = until;
                return;
            };
            self.now = self.now.max(due);
            let now = self.now;
            self.modems.iter_mut().for_each(|it| it.handle_timeout(now));
            self.move_all();
        }
    }
}

/// Each has its subscription acknowledged before it is thrown out.
#[test]
fn two_modems_with_one_client_id_slow_down() {
    let mut fight = Fight::new();
    let minute = Duration::from_mins(1);
    let counts = [1_u32, 2, 3, 4, 5, 6].map(|minutes| {
        let before = fight.connects.len();
        fight.run(Instant::ZERO + minute * minutes);
        fight.connects.len() - before
    });
    assert!(counts[0] <= 24, "{counts:?} connects in a minute");
    assert!(counts[2..].iter().all(|count| *count <= 8), "{counts:?}");
    assert!(counts[2..].iter().all(|count| *count > 0), "{counts:?}");
}
