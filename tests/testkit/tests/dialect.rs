//! The command set that proves the seam, played.

use mqmodem_core::at::param::{Kind, Param};
use mqmodem_core::{Action, Config, ConnId, Instant, LinkId, Memory, Modem, NetEvent};
use mqmodem_testkit::dialect::PROOF;
use std::time::Duration;

const CONN: ConnId = ConnId {
    link: LinkId(0),
    number: 1,
};
const CONNACK: [u8; 4] = [0x20, 2, 0, 0];

/// A host, a broker and the time between them.
struct World {
    modem: Modem<'static>,
    now: Instant,
}

impl World {
    fn new() -> Self {
        let now = Instant::from_micros(1);
        let modem = Modem::new(Config::of(&PROOF), Memory::heap(), now);
        let mut world = Self { modem, now };
        assert_eq!(world.types(""), "\r\nready\r\n", "the banner at power-on");
        world
    }

    /// With its transport up and the broker connected.
    fn connected() -> Self {
        let mut world = Self::new();
        world.types("AT#SET=\"host\",\"broker.example\"\r");
        world.types("AT#OPEN\r");
        world.opens();
        world.types("AT#CONN\r");
        world.sent();
        assert_eq!(world.broker(&CONNACK), "#UCONN:0,0,0\r\n");
        world
    }

    /// What the modem writes when the host types this.
    fn types(&mut self, text: &str) -> String {
        let mut rest = text.as_bytes();
        loop {
            let taken = self.modem.handle_host(self.now, rest);
            rest = &rest[taken..];
            if taken == 0 || rest.is_empty() {
                assert!(rest.is_empty(), "{text} is not taken");
                return self.written();
            }
        }
    }

    fn written(&mut self) -> String {
        let out = String::from_utf8(self.modem.host_out().to_vec()).unwrap();
        self.modem.host_sent(self.now, out.len());
        let more = String::from_utf8(self.modem.host_out().to_vec()).unwrap();
        self.modem.host_sent(self.now, more.len());
        out + &more
    }

    /// What the modem asks for; all of it works.
    fn asked(&mut self) -> Vec<String> {
        let mut asked = Vec::new();
        while let Some(action) = self.modem.poll_action() {
            if matches!(
                action,
                Action::Open { .. } | Action::Close { .. } | Action::Store { .. }
            ) {
                asked.push(format!("{action:?}"));
            }
            if let Some(slot) = action.answer_slot() {
                self.modem.handle_stored(self.now, slot, true);
            }
        }
        asked
    }

    /// The transport comes up.
    fn opens(&mut self) -> String {
        assert_eq!(self.asked().len(), 1);
        self.modem.handle_net(self.now, CONN, NetEvent::Opened);
        self.written()
    }

    /// What was written to the broker.
    fn sent(&mut self) -> Vec<u8> {
        let out = self.modem.net_out(CONN).to_vec();
        self.modem.net_sent(self.now, CONN, out.len());
        out
    }

    fn broker(&mut self, bytes: &[u8]) -> String {
        self.modem.handle_net_data(self.now, CONN, bytes);
        self.written()
    }

    fn passes(&mut self, millis: u64) -> String {
        let end = self.now + Duration::from_millis(millis);
        while let Some(at) = self.modem.poll_timeout().filter(|at| *at <= end) {
            self.now = at;
            self.modem.handle_timeout(at);
        }
        self.now = end;
        self.written()
    }
}

/// A PUBLISH to `a/b`.
fn publish(qos: u8, packet: u8, payload: &[u8]) -> Vec<u8> {
    let id: &[u8] = if qos > 0 { &[0, packet] } else { &[] };
    let rest = [b"\0\x03a/b", id, payload].concat();
    [&[0x30 | qos << 1, rest.len() as u8], &rest[..]].concat()
}

/// A value as it is typed.
fn typed(param: &Param, value: &str) -> String {
    match param.kind {
        Kind::Int { .. } | Kind::Choice(_) => value.into(),
        Kind::Text { .. } | Kind::Bytes { .. } => format!("\"{value}\""),
    }
}

/// A value that is taken, and one that is not.
fn good_and_bad(param: &Param) -> (String, String) {
    match param.kind {
        Kind::Int { min, max } => (min.to_string(), (u64::from(max) + 1).to_string()),
        Kind::Choice(choices) => (choices[0].0.to_string(), "x".into()),
        Kind::Text { max, .. } | Kind::Bytes { max, .. } => {
            (param.example.into(), "a".repeat(max + 1))
        }
    }
}

#[test]
fn nothing_is_opened_before_what_is_stored_can_be_read() {
    let mut world = World::new();
    world.modem.await_restore();
    world.types("AT#SET=\"host\",\"broker.example\"\r");
    let answer = world.types("AT#OPEN\r");
    assert!(answer.contains("ERR"), "{answer}");
    assert_eq!(world.asked(), [""; 0]);
    world.modem.handle_restored(world.now);
    world.written();
    world.types("AT#SET=\"host\",\"broker.example\"\r");
    world.types("AT#OPEN\r");
    assert_eq!(world.asked().len(), 1);
}

#[test]
fn every_command_takes_what_it_declares_and_refuses_what_it_does_not() {
    for command in PROOF.commands() {
        let signatures = command.set.map_or(&[][..], |(signatures, _)| signatures);
        for signature in signatures.iter().filter(|_| command.is_extended()) {
            for wrong in (0..signature.params.len()).map(Some).chain([None]) {
                let values = signature.params.iter().enumerate().map(|(at, param)| {
                    let (good, bad) = good_and_bad(param);
                    typed(param, if Some(at) == wrong { &bad } else { &good })
                });
                let values = values.collect::<Vec<_>>().join(",");
                let line = format!("AT{}={values}\r", command.name);
                let written = World::connected().types(&line);
                let refused = written.contains("#WHY:") && written.contains("700");
                assert_eq!(refused, wrong.is_some(), "{line} -> {written}");
            }
        }
        for (form, exists) in [("?", command.read), ("", command.execute)] {
            let written = World::new().types(&format!("AT{}{form}\r", command.name));
            let missing = written == "\r\nERROR\r\n";
            let basic = !command.is_extended();
            assert!(
                basic || missing == exists.is_none(),
                "{}{form}",
                command.name
            );
        }
    }
}

#[test]
fn information_lines_have_no_line_break_before_them_and_share_a_frame() {
    let mut world = World::new();
    let settings = "#SET:host,\r\n#SET:port,\r\n#SET:id,\r\n";
    assert_eq!(world.types("AT#SET?\r"), format!("{settings}\r\nOK\r\n"));
}

#[test]
fn settings_are_given_one_by_one_and_nothing_of_them_is_stored() {
    let mut world = World::new();
    assert_eq!(world.types("AT#OPEN\r"), "\r\n+CME ERROR: 701\r\n");
    for line in [
        "\"host\",\"broker.example\"",
        "\"port\",\"1884\"",
        "\"id\",\"me\"",
    ] {
        assert_eq!(world.types(&format!("AT#SET={line}\r")), "\r\nOK\r\n");
    }
    let wrong = world.types("AT#SET=\"port\",\"x\"\r");
    assert_eq!(wrong, "#WHY:#SET\r\n\r\n+CME ERROR: 700\r\n");
    assert_eq!(world.types("AT#OPEN\r"), "\r\nOK\r\n");
    let asked = world.asked();
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert!(
        asked[0].contains("broker.example") && asked[0].contains("1884"),
        "{asked:?}"
    );
}

#[test]
fn opening_and_connecting_are_two_steps_and_each_ends_as_an_event() {
    let mut world = World::new();
    world.types("AT#SET=\"host\",\"b\"\r");
    assert_eq!(world.types("AT#CONN\r"), "\r\n+CME ERROR: 701\r\n");
    assert_eq!(world.types("AT#OPEN\r"), "\r\nOK\r\n");
    assert_eq!(world.opens(), "#UOPEN:0,0,0\r\n");
    assert_eq!(world.sent(), [], "no CONNECT yet");
    assert_eq!(world.types("AT#STATE?\r"), "#STATE:1\r\n\r\nOK\r\n");
    assert_eq!(world.types("AT#CONN\r"), "\r\nOK\r\n");
    assert_eq!(world.sent().first(), Some(&0x10));
    assert_eq!(world.broker(&CONNACK), "#UCONN:0,0,0\r\n");
    assert_eq!(world.types("AT#STATE?\r"), "#STATE:2\r\n\r\nOK\r\n");
    assert_eq!(world.types("AT#CLOSE\r"), "\r\nOK\r\n");
    world.sent();
    assert_eq!(world.written(), "#UCLOSE:0,0,0\r\n");
}

#[test]
fn what_fails_after_ok_is_an_event_with_its_reason() {
    let mut world = World::new();
    world.types("AT#SET=\"host\",\"b\"\r");
    world.types("AT#OPEN\r");
    world.asked();
    world.modem.handle_net(world.now, CONN, NetEvent::Closed);
    assert_eq!(world.written(), "#UOPEN:0,0,24\r\n");
    let mut world = World::new();
    world.types("AT#SET=\"host\",\"b\"\r");
    world.types("AT#OPEN\r");
    world.opens();
    world.modem.handle_net(world.now, CONN, NetEvent::Closed);
    assert_eq!(world.written(), "#ULOST:0,24\r\n");
    let mut world = World::connected();
    world.types("AT#PUB=\"a/b\",1,9\r");
    assert_eq!(world.types("x\x1a"), "\r\nOK\r\n");
    assert_eq!(world.passes(2999), "");
    assert_eq!(world.passes(1), "#UPUB:0,9,23\r\n");
}

#[test]
fn data_ends_by_a_byte_a_length_or_an_escape_and_the_values_outlive_it() {
    let mut world = World::connected();
    assert_eq!(world.types("AT#PUB=\"a/b\",1,7\r"), "\r\n>");
    assert_eq!(world.types("x,\"\r\ny"), "");
    assert_eq!(
        world.types("\x1aAT#STATE?\r"),
        "\r\nOK\r\n#STATE:2\r\n\r\nOK\r\n"
    );
    let packet = world.sent();
    let id = packet[8];
    assert_eq!(packet, publish(1, id, b"x,\"\r\ny"));
    assert_eq!(world.broker(&[0x40, 2, 0, id]), "#UPUB:0,7,0\r\n");

    assert_eq!(world.types("AT#PUB=\"a/b\",1,7\r"), "\r\n>");
    assert_eq!(world.types("never\x1b"), "\r\nOK\r\n");
    assert_eq!(world.sent(), []);

    assert_eq!(
        world.types("AT#PUBN=\"a/b\",0,8,3\r\n\x1a\x1b+"),
        "\r\n>\r\nOK\r\n"
    );
    assert_eq!(world.sent(), publish(0, 0, b"\x1a\x1b+"));
    assert_eq!(world.written(), "#UPUB:0,8,0\r\n");
    assert_eq!(world.types("AT#PUBN=\"a/b\",0,8,0\r"), "\r\n>\r\nOK\r\n");
    assert_eq!(world.sent(), publish(0, 0, b""));
    assert_eq!(world.written(), "#UPUB:0,8,0\r\n");

    assert_eq!(world.types("AT#PUBS=\"a/b\",0,1,0\r"), "\r\nGO\r\n");
    assert_eq!(world.types("a++b+++"), "\r\nOK\r\n");
    assert_eq!(world.sent(), publish(0, 0, b"a++b"));
    assert_eq!(world.written(), "#UPUB:0,1,0\r\n");
}

#[test]
fn an_escape_with_guard_times_is_data_without_them() {
    let mut world = World::connected();
    assert_eq!(world.types("AT#PUBS=\"a/b\",0,1,500\r"), "\r\nGO\r\n");
    assert_eq!(world.types("a+++"), "");
    assert_eq!(world.passes(600), "");
    assert_eq!(world.types("+++"), "");
    assert_eq!(world.passes(499), "");
    assert_eq!(world.passes(1), "\r\nOK\r\n");
    assert_eq!(world.sent(), publish(0, 0, b"a+++"));
}

#[test]
fn late_data_fails_and_its_rest_is_no_command_or_is_taken_for_all_of_it() {
    let mut world = World::connected();
    world.types("AT#PUBN=\"a/b\",0,8,5\r");
    assert_eq!(world.types("ab"), "");
    assert_eq!(world.passes(5000), "\r\n+CME ERROR: 50\r\n");
    assert_eq!(world.types("AT#STATE?\r"), "", "still its data");
    assert_eq!(world.passes(1000), "");
    assert_eq!(world.types("AT#STATE?\r"), "#STATE:2\r\n\r\nOK\r\n");
    world.types("AT#PUBS=\"a/b\",0,8,0\r");
    assert_eq!(world.types("all"), "");
    assert_eq!(world.passes(2000), "\r\nOK\r\n");
    assert_eq!(world.sent(), publish(0, 0, b"all"));
}

#[test]
fn a_line_that_comes_while_a_command_runs_is_rejected() {
    let mut world = World::connected();
    assert_eq!(world.types("AT#SUB=\"a/#\",1\r"), "");
    assert_eq!(world.types("AT#STATE?\r\n"), "\r\nbusy\r\n");
    assert_eq!(world.types("AT#ST"), "");
    let packet = world.sent();
    assert_eq!(
        world.broker(&[0x90, 3, packet[2], packet[3], 1]),
        "\r\nOK\r\n"
    );
    assert_eq!(
        world.types("ATE?\r"),
        "\r\nbusy\r\n",
        "the rest of a rejected line"
    );
    assert_eq!(world.types("AT#STATE?\r"), "#STATE:2\r\n\r\nOK\r\n");
    assert_eq!(world.broker(&publish(0, 0, b"on")), "#UMSG:0,a/b,on\r\n");
}

#[test]
fn the_proof_dialect_has_its_own_grammar() {
    let mut world = World::new();
    for line in [
        "AT#STATE?;#STATE?",
        "AT#STATE? // why",
        "ATE0E0",
        "A/",
        "AT#SET=\"host\",\"a,b\"",
        "AT#SET=host,\"a\"",
        "AT+CGMM",
    ] {
        let written = world.types(&format!("{line}\r"));
        assert!(!written.contains("OK"), "{line} -> {written}");
    }
    assert_eq!(
        world.types("AT#SET=\"id\",\"a\\,\\\\\\22\"\r"),
        "\r\nOK\r\n"
    );
    assert!(world.types("AT#SET?\r").contains("#SET:id,a,\\22\r\n"));
    let long = format!("AT#SET=\"id\",\"{}\"\r", "x".repeat(300));
    assert_eq!(world.types(&long), "\r\nERROR\r\n");
}

#[test]
fn the_echo_ends_lines_by_two_bytes_and_holds_data() {
    let mut world = World::connected();
    assert_eq!(world.types("ATE1\r"), "\r\nOK\r\n");
    assert_eq!(
        world.types("AT#STATE?\r\n"),
        "AT#STATE?\r\n#STATE:2\r\n\r\nOK\r\n"
    );
    assert_eq!(
        world.types("AT#PUBN=\"a/b\",0,8,2\rhi"),
        "AT#PUBN=\"a/b\",0,8,2\r\n\r\n>hi\r\nOK\r\n"
    );
}
