//! Every wait ends, whatever became of the link.

use crate::actions::carry_out;
use mqmodem_core::{
    Action, Buf, Config, ConnId, HostLines, Instant, LinkId, Memory, Modem, NetEvent,
};
use std::time::Duration;

const CONNACK: &[u8] = &[0x20, 2, 0, 0];
const GONE: HostLines = HostLines {
    dtr: false,
    rts: false,
};

struct Rig {
    modem: Modem<'static>,
    now: Instant,
    opens: usize,
}

impl Rig {
    /// A modem that is connected, with `net_out` bytes for the broker.
    fn online(net_out: usize, keep_alive: u16) -> Self {
        let memory = Memory {
            net_out: Buf::heap(net_out),
            ..Memory::heap()
        };
        let modem = Modem::new(Config::default(), memory, Instant::ZERO);
        let now = Instant::ZERO;
        let mut rig = Self {
            modem,
            now,
            opens: 0,
        };
        rig.host("ATE0+CMEE=1");
        rig.host(&format!("AT+MQTTCONFIG=h,1,me,1,{keep_alive}"));
        rig.host("AT+MQTTCONNECT");
        rig.said();
        rig.greet();
        assert!(rig.said().ends_with("OK\r\n"));
        rig
    }

    /// The connection the modem asked for last.
    fn conn(&self) -> ConnId {
        ConnId {
            link: LinkId(0),
            number: self.opens as u32,
        }
    }

    /// The transport opens and the broker accepts.
    fn greet(&mut self) {
        let conn = self.conn();
        self.modem.handle_net(self.now, conn, NetEvent::Opened);
        self.send();
        self.modem.handle_net_data(self.now, conn, CONNACK);
    }

    /// The broker closes.
    fn closed(&mut self) {
        let conn = self.conn();
        self.modem.handle_net(self.now, conn, NetEvent::Closed);
    }

    fn host(&mut self, line: &str) {
        let line = format!("{line}\r");
        self.modem.handle_host(self.now, line.as_bytes());
        self.act();
    }

    /// Carries out what the modem asks for.
    fn act(&mut self) {
        let opens = &mut self.opens;
        carry_out(&mut self.modem, self.now, |action| {
            *opens += usize::from(matches!(action, Action::Open { .. }));
        });
    }

    /// The network takes all there is.
    fn send(&mut self) {
        let conn = self.conn();
        let len = self.modem.net_out(conn).len();
        self.modem.net_sent(self.now, conn, len);
        self.act();
    }

    /// Lets time pass, stopping at every deadline.
    fn wait(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(due) = self.modem.poll_timeout().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            self.modem.handle_timeout(self.now);
            self.act();
        }
        self.now = end;
    }

    fn said(&mut self) -> String {
        let said = String::from_utf8_lossy(self.modem.host_out()).into_owned();
        self.modem.host_sent(self.now, usize::MAX);
        self.act();
        said
    }
}

#[test]
fn a_disconnect_without_room_for_its_packet_succeeds() {
    let mut rig = Rig::online(100, 0);
    // 100 bytes: header 2, topic 3, payload 95.
    rig.host(&format!("AT+MQTTPUB=t,0,0,{}", "x".repeat(95)));
    rig.wait(Duration::from_secs(5));
    assert_eq!(rig.said(), "\r\n+CME ERROR: 31\r\n");
    rig.host("AT+MQTTDISCONNECT");
    rig.wait(Duration::ZERO);
    assert_eq!(rig.said(), "\r\nOK\r\n");
}

#[test]
fn a_waiting_publish_fails_when_the_host_hangs_up() {
    let mut rig = Rig::online(1000, 0);
    rig.host("AT&D2");
    rig.host("AT+MQTTPUB=t,1,0,m");
    rig.send();
    rig.said();
    rig.modem.handle_host_lines(rig.now, GONE);
    rig.send();
    assert_eq!(
        rig.said(),
        "\r\n+CME ERROR: 31\r\n\r\n+MQTTDISCONNECTED:33\r\n"
    );
}

#[test]
fn a_waiting_publish_fails_when_the_modem_is_switched_off() {
    let mut rig = Rig::online(1000, 0);
    rig.host("AT+MQTTPUB=t,1,0,m;+MQTTCONNECT");
    rig.send();
    rig.modem.handle_shutdown(rig.now);
    rig.send();
    assert_eq!(rig.said(), "\r\n+CME ERROR: 31\r\n");
    assert!(rig.modem.is_off());
}

#[test]
fn a_line_does_not_connect_a_modem_that_is_switched_off() {
    let mut rig = Rig::online(1000, 0);
    rig.host("AT+MQTTDISCONNECT;+MQTTCONNECT");
    rig.modem.handle_shutdown(rig.now);
    rig.send();
    assert_eq!(rig.said(), "\r\n+CME ERROR: 3\r\n");
    assert!(rig.modem.is_off());
}

/// Else the host's next line would find the old link and could not connect.
#[test]
fn the_radio_is_off_once_the_link_is_closed() {
    let mut rig = Rig::online(1000, 0);
    rig.host("AT+CFUN=0");
    assert_eq!(rig.said(), "");
    rig.send();
    assert_eq!(rig.said(), "\r\nOK\r\n\r\n+MQTTDISCONNECTED:30\r\n");
    rig.host("AT+CFUN=4;+CFUN=1;+MQTTCONNECT");
    assert_eq!(rig.opens, 2);
}

#[test]
fn a_broker_that_takes_no_bytes_is_dead_in_the_end() {
    // In the second case a message waits for the room its PUBACK needs.
    for puback in [false, true] {
        let mut rig = Rig::online(100, 10);
        rig.host(&format!("AT+MQTTPUB=t,0,0,{}", "x".repeat(95)));
        if puback {
            let message = b"\x32\x06\x00\x01t\x00\x07m";
            rig.modem.handle_net_data(rig.now, rig.conn(), message);
        }
        rig.wait(Duration::from_secs(30));
        assert_eq!(
            rig.said(),
            "\r\n+CME ERROR: 31\r\n\r\n+MQTTDISCONNECTED:31\r\n"
        );
    }
}

/// A modem that restores its link by itself is at it.
fn restoring() -> Rig {
    let mut rig = Rig::online(1000, 0);
    rig.host("AT+MQTTOPT=reconnect,1");
    rig.closed();
    assert_eq!(rig.said(), "\r\nOK\r\n\r\n+MQTTDISCONNECTED:24\r\n");
    rig.wait(Duration::from_secs(1));
    assert_eq!(rig.opens, 2);
    rig
}

#[test]
fn an_attempt_of_the_modems_own_is_given_up() {
    let hour = Duration::from_hours(1);
    // That the link is down has been told: there is no news.
    let answer = "\r\nOK\r\n";
    for line in ["AT+MQTTDISCONNECT", "AT+CFUN=0"] {
        let mut rig = restoring();
        rig.host(line);
        rig.wait(hour);
        assert_eq!((rig.said().as_str(), rig.opens), (answer, 2));
        // The same in the pause before the next attempt.
        let mut rig = restoring();
        rig.closed();
        rig.host(line);
        rig.wait(hour);
        assert_eq!((rig.said().as_str(), rig.opens), (answer, 2));
    }
}

#[test]
fn a_host_that_hangs_up_ends_the_attempts() {
    for pause in [false, true] {
        let mut rig = restoring();
        rig.host("AT&D2");
        rig.said();
        if pause {
            rig.closed();
        }
        rig.modem.handle_host_lines(rig.now, GONE);
        rig.wait(Duration::from_hours(1));
        assert_eq!((rig.said().as_str(), rig.opens), ("", 2));
    }
}

#[test]
fn a_modem_that_is_switched_off_or_restarts_makes_no_attempt() {
    for pause in [false, true] {
        for restart in [false, true] {
            let mut rig = restoring();
            if pause {
                rig.closed();
            }
            let said = if restart {
                rig.host("AT+CFUN=1,1");
                "\r\nOK\r\n\r\nRDY\r\n"
            } else {
                rig.modem.handle_shutdown(rig.now);
                rig.act();
                assert!(rig.modem.is_off());
                ""
            };
            rig.wait(Duration::from_hours(1));
            assert_eq!(
                (rig.said().as_str(), rig.opens),
                (said, 2),
                "{pause} {restart}"
            );
        }
    }
}
