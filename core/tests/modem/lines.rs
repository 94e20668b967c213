//! What becomes of a whole line: nothing is sent or stored where a later command of it
//! is wrong, and bytes in quotes arrive as they were sent.

use crate::actions::carry_out;
use mqmodem_core::at::param::{Kind, Param};
use mqmodem_core::at::schema::Signature;
use mqmodem_core::dialect::native::NATIVE;
use mqmodem_core::modem::command::dialect::{Command, Outcome};
use mqmodem_core::modem::dialect::{Dialect, Table};
use mqmodem_core::{Action, Config, ConnId, Instant, LinkId, Memory, Modem, NetEvent};
use proptest::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};

const NOW: Instant = Instant::ZERO;
const CONN: ConnId = ConnId {
    link: LinkId(0),
    number: 1,
};

/// What makes a line wrong, wherever it stands behind another command.
const FAULTS: &[&str] = &[
    "60",
    "secret",
    "+NOSUCH",
    "+",
    ";",
    "+ABCDEFGHIJKLMNOPQ",
    "+CSQ=1",
    "+MQTTPUB",
    "+MQTTPUB?",
    "+CFUN",
    "+MQTTSTATE?x",
    "E2",
    "&W1",
    "S3=300",
    "S99=1",
    "S3",
    "+CMEE=3",
    "+CMEE=x",
    "+CMEE=",
    "+CMEE=1,1",
    "+CMEE=\"1",
    "+CMEE=\"1\"1",
    "+CPIN=123456789",
    "+MQTTPUB=t,0,0",
    "+MQTTPUB=t,3,0,x",
    "+MQTTPUB=t/#,0,0,x",
    "+MQTTPUB=\"a\\01\",0,0,x",
    "+MQTTPUB=\"t\"y,0,0,x",
    "+MQTTSUB=a+,0",
    "+MQTTSUB=\"\\00\",0",
    "+MQTTUNSUB=\"\"",
    "+MQTTCONFIG=h,1883,,0,60",
    "+MQTTCONFIG=h,1883,id,1,60,,pw",
    "+MQTTCONFIG=h,0,id,1,60",
    "+MQTTCONFIG=h o,1883,id,1,60",
    "+MQTTOPT=\"nosuch\",1",
    "+MQTTOPT=\"backoff\",0",
    "+MQTTOPT=\"reconnect\",on",
    "+MQTTOPT=\"sni\",\"a b\"",
    "+MQTTTLS=2",
    "+MQTTTLS=1,0,\"\",1",
    "+MQTTTLS=1,0,\"no PEM\",6",
    "+MQTTTLS=1,0,\"-----BEGIN CERTIFICATE-----MAMCAQc=-----END CERTIFICATE-----\",58;60",
    "+MQTTTLS=1,2,\"-----BEGIN CERTIFICATE-----MAMCAQc=-----END CERTIFICATE-----\",60",
    "+MQTTACK=0",
    "+MQTTQUEUE=x",
    "+CCLK=\"26/13/01,00:00:00\"",
    "+CSCS=\"KLINGON\"",
    "+ICF=2,2",
    "+CGDCONT=2",
];

/// Bytes that are no fault, in front of a fault or behind it.
const GOOD: &[&str] = &[
    "E0",
    "V1",
    "S0=1",
    "+CMEE=1",
    "+CREG=2",
    "+CSQ",
    "+MQTTSTATE?",
    "+MQTTPUB=\"t\",0,0,\"a;+NOSUCH\\\"\\00\"",
    "+MQTTPUB=t,1,0,x,7",
    "+MQTTSUB=\"a/#\",1",
    "+MQTTCONFIG=other,1883,id,0,60,user,\"p;w\"",
    "+MQTTOPT=\"reconnect\",1",
    "+MQTTREAD",
    "+CFUN=1",
    "+CFUN=0",
];

struct Host<'m> {
    modem: Modem<'m>,
}

impl<'m> Host<'m> {
    /// A host of a modem that is connected, without echo. Nothing of it is asked any more.
    fn connected(memory: &'m mut [u8]) -> Self {
        let memory = Memory::lent(memory).unwrap();
        let modem = Modem::new(Config::default(), memory, NOW);
        let mut host = Self { modem };
        host.send(b"ATE0\r");
        host.send(b"AT+MQTTCONFIG=h,1883,me,1,60\r");
        host.act();
        host.send(b"AT+MQTTCONNECT\r");
        host.act();
        host.modem.handle_net(NOW, CONN, NetEvent::Opened);
        host.sent();
        host.modem.handle_net_data(NOW, CONN, &[0x20, 2, 0, 0]);
        assert!(host.heard().ends_with("OK\r\n"));
        host.act();
        host
    }

    fn send(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let taken = self.modem.handle_host(NOW, bytes);
            assert!(taken > 0 || !self.heard().is_empty(), "nothing is taken");
            bytes = &bytes[taken..];
        }
    }

    fn heard(&mut self) -> String {
        let said = String::from_utf8_lossy(self.modem.host_out()).into_owned();
        self.modem.host_sent(NOW, usize::MAX);
        said
    }

    /// Everything for the network, which takes it.
    fn sent(&mut self) -> Vec<u8> {
        let out = self.modem.net_out(CONN).to_vec();
        self.modem.net_sent(NOW, CONN, out.len());
        out
    }

    /// What the modem wants done to links and storage; all of it works.
    fn act(&mut self) -> Vec<String> {
        let mut asked = Vec::new();
        carry_out(&mut self.modem, NOW, |action| {
            if !matches!(action, Action::Lines(_) | Action::Serial(_)) {
                asked.push(format!("{action:?}"));
            }
        });
        asked
    }

    /// Whatever a host can ask that is not how the modem talks: that may change.
    fn state(&mut self) -> String {
        // LF ends a line whatever S3 is.
        self.send(b"AT&FE0\n");
        self.heard();
        // The port follows.
        assert_eq!(self.act(), Vec::<String>::new());
        self.send(b"AT+CFUN?;+CCLK?;+MQTTSTATE?;+MQTTREAD?;+MQTTQUEUE?;+MQTTSUB?\n");
        let said = self.heard();
        self.send(b"AT+MQTTCONFIG?;+MQTTTLS?;+MQTTOPT?\n");
        let said = said + &self.heard();
        assert!(said.ends_with("OK\r\n"), "{said}");
        said
    }

    /// Sends a line that is wrong somewhere: nothing comes of it.
    fn refused(&mut self, line: &str) {
        let before = self.state();
        self.send(format!("AT{line}\n").as_bytes());
        let said = self.heard();
        let quiet = line.starts_with("Q1");
        assert!(quiet || said.contains("ERROR"), "{line} -> {said}");
        assert_eq!(self.act(), Vec::<String>::new(), "{line}");
        assert_eq!(self.sent(), [], "{line}");
        assert!(!self.modem.is_busy(), "{line}");
        assert_eq!(self.state(), before, "{line}");
    }
}

/// A value as it is typed.
fn typed(param: &Param) -> String {
    match param.kind {
        Kind::Int { min, .. } => min.to_string(),
        // Not the first: that often is what is so already.
        Kind::Choice(choices) => choices.last().unwrap().0.to_string(),
        Kind::Text { .. } | Kind::Bytes { .. } => format!("\"{}\"", param.example),
    }
}

/// Every command, set by examples and executed.
fn every_command() -> Vec<String> {
    let mut all = Vec::new();
    for command in NATIVE.commands() {
        let name = command.name;
        let signatures = command.set.map_or(&[][..], |(signatures, _)| signatures);
        for signature in signatures {
            let values: Vec<_> = signature.params.iter().map(typed).collect();
            let equals = if name.len() > 2 && !name.starts_with('&') || name.starts_with('S') {
                "="
            } else {
                ""
            };
            all.push(format!("{name}{equals}{}", values.join(",")));
        }
        if command.execute.is_some() {
            all.push(name.to_owned());
        }
    }
    all
}

#[test]
fn no_command_takes_effect_before_a_fault_on_its_line() {
    let mut memory = vec![0; 128 * 1024];
    for command in every_command() {
        let mut host = Host::connected(&mut memory);
        for fault in ["+NOSUCH", "60"] {
            host.refused(&format!("{command};{fault}"));
        }
    }
}

#[test]
fn no_fault_is_found_too_late() {
    let mut memory = vec![0; 128 * 1024];
    let mut host = Host::connected(&mut memory);
    for fault in FAULTS {
        for first in ["+MQTTPUB=\"t\",0,0,\"m\"", "+MQTTCONFIG=x,1,x,1,1", "&W"] {
            host.refused(&format!("{first};{fault}"));
            host.refused(&format!("{first};{fault};+CSQ"));
            host.refused(&format!("{first};E0;{first};{fault}"));
        }
    }
}

#[test]
fn a_line_without_a_fault_is_carried_out_whole() {
    let mut memory = vec![0; 128 * 1024];
    let mut host = Host::connected(&mut memory);
    host.send(b"AT+MQTTPUB=\"t\",0,0,\"\\41\";E0;+MQTTPUB=\"\\75\",0,0,\"B\" ; // ;+NOSUCH\r");
    assert_eq!(host.sent(), b"0\x04\x00\x01tA");
    assert_eq!(host.sent(), b"0\x04\x00\x01uB");
    assert_eq!(host.heard(), "\r\nOK\r\n");
}

#[test]
fn what_depends_on_the_run_ends_the_line_where_it_happens() {
    let mut memory = vec![0; 128 * 1024];
    let mut host = Host::connected(&mut memory);
    host.send(b"AT+CMEE=1;+MQTTSUB=\"a\",0;+MQTTSUB=\"b\",0;+MQTTACK=9\r");
    host.sent();
    host.modem.handle_net_data(NOW, CONN, &[0x90, 3, 0, 1, 0]);
    host.sent();
    host.modem
        .handle_net_data(NOW, CONN, &[0x90, 3, 0, 2, 0x80]);
    assert_eq!(host.heard(), "\r\n+CME ERROR: 3\r\n");
    host.send(b"AT+MQTTSUB?\r");
    assert_eq!(host.heard(), "\r\n+MQTTSUB:a,0\r\n\r\nOK\r\n");
    // The next line is looked through anew.
    host.refused("+MQTTPUB=\"t\",0,0,\"m\";+NOSUCH");
}

/// How often the values of `+COUNT` were checked.
static CHECKS: AtomicUsize = AtomicUsize::new(0);

static COUNTING: Dialect = Dialect {
    tables: &[Table {
        title: "",
        commands: &[Command::new("+COUNT", "").commits().set(
            &[Signature::of(&[Param::int("n", 0, 9)]).check(|_| {
                CHECKS.fetch_add(1, Ordering::Relaxed);
                Ok(())
            })],
            |_, _| Outcome::Ok,
        )],
    }],
    ..NATIVE
};

#[test]
fn a_line_of_many_commands_is_looked_through_once() {
    let mut memory = vec![0; 128 * 1024];
    for (commands, checks) in [(1, 1), (1000, 2000)] {
        let memory = Memory::lent(&mut memory).unwrap();
        let config = Config {
            dialect: &COUNTING,
            ..Config::default()
        };
        let mut host = Host {
            modem: Modem::new(config, memory, NOW),
        };
        CHECKS.store(0, Ordering::Relaxed);
        let line = vec!["+COUNT=1"; commands].join(";");
        host.send(format!("AT{line}\r").as_bytes());
        assert!(host.heard().ends_with("\r\nOK\r\n"));
        assert_eq!(CHECKS.load(Ordering::Relaxed), checks);
    }
}

fn config() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// What a host that knows its language sends for these bytes.
fn quoted(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    for &byte in bytes {
        match byte {
            b'"' | b'\\' => text.extend([b'\\', byte]),
            byte => text.push(byte),
        }
    }
    text
}

/// A PUBLISH of QoS 0 to the topic `t`.
fn publish(payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x30];
    let mut rest = payload.len() + 3;
    while rest >= 0x80 {
        packet.push((rest & 0x7f) as u8 | 0x80);
        rest >>= 7;
    }
    packet.push(rest as u8);
    packet.extend(b"\x00\x01t");
    packet.extend(payload);
    packet
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn nothing_comes_of_a_line_with_a_fault(
        before in prop::collection::vec(0..GOOD.len(), 1..5),
        fault in 0..FAULTS.len(),
        behind in prop::collection::vec(0..GOOD.len(), 0..3),
    ) {
        let mut memory = vec![0; 128 * 1024];
        let mut host = Host::connected(&mut memory);
        let mut line: Vec<_> = before.iter().map(|at| GOOD[*at]).collect();
        line.push(FAULTS[fault]);
        line.extend(behind.iter().map(|at| GOOD[*at]));
        host.refused(&line.join(";"));
    }

    #[test]
    fn what_is_in_quotes_is_published(
        payload in prop::collection::vec(prop_oneof![any::<u8>(), 0..0x23_u8], 0..300),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut memory = vec![0; 128 * 1024];
        let mut host = Host::connected(&mut memory);
        let line = [b"AT+MQTTPUB=\"t\",0,0,\"", &quoted(&payload)[..], b"\"\r"].concat();
        let (one, other) = line.split_at(cut.index(line.len()));
        host.send(one);
        host.send(other);
        prop_assert_eq!(host.sent(), publish(&payload));
        prop_assert_eq!(host.heard(), "\r\nOK\r\n");
    }
}
