use crate::{Config, ConnId, Instant, LinkId, Memory, Modem, NetEvent, Slot};
use std::collections::VecDeque;
use std::format;
use std::string::String;
use std::vec::Vec;

const NOW: Instant = Instant::ZERO;
const CONN: ConnId = ConnId {
    link: LinkId(0),
    number: 1,
};
const PUB: &str = "AT+MQTTPUB=\"t\",0,0,\"m\"\r";
const PACKET: &[u8] = b"0\x04\0\x01tm";

/// A modem without echo that is connected.
fn connected() -> Modem<'static> {
    let mut modem = Modem::new(Config::default(), Memory::heap(), NOW);
    write(&mut modem, "ATE0\r");
    write(&mut modem, "AT+MQTTCONFIG=b,1883,me,1,60\r");
    store(&mut modem, 1);
    write(&mut modem, "AT+MQTTCONNECT\r");
    store(&mut modem, 0);
    modem.handle_net(NOW, CONN, NetEvent::Opened);
    send(&mut modem);
    modem.handle_net_data(NOW, CONN, &[0x20, 2, 0, 0]);
    heard(&mut modem);
    modem
}

fn write(modem: &mut Modem<'_>, text: &str) -> usize {
    modem.handle_host(NOW, text.as_bytes())
}

/// What the modem asks the disk for, which does so much of it at once.
fn store(modem: &mut Modem<'_>, count: usize) -> VecDeque<Slot> {
    let mut slots = VecDeque::new();
    while let Some(action) = modem.poll_action() {
        slots.extend(action.answer_slot());
    }
    slots.drain(..count.min(slots.len())).for_each(|slot| {
        modem.handle_stored(NOW, slot, true);
    });
    slots
}

/// Everything for the network, which takes it.
fn send(modem: &mut Modem<'_>) -> Vec<u8> {
    let out = modem.net_out(CONN).to_vec();
    modem.net_sent(NOW, CONN, out.len());
    out
}

fn heard(modem: &mut Modem<'_>) -> String {
    let out = String::from_utf8(modem.host_out().to_vec()).unwrap();
    modem.host_sent(NOW, out.len());
    out.replace("\r\n", " ").trim().replace("  ", " ")
}

#[test]
fn publishes_received_together_are_sent_together() {
    let mut modem = connected();
    let lines = PUB.repeat(40);
    let taken = write(&mut modem, &lines);
    assert_eq!(taken, 32 * PUB.len());
    assert_eq!(heard(&mut modem), "");
    assert_eq!(send(&mut modem), PACKET.repeat(32));
    assert_eq!(heard(&mut modem), ["OK"; 32].join(" "));
    assert_eq!(write(&mut modem, &lines[taken..]), 8 * PUB.len());
    send(&mut modem);
    assert_eq!(heard(&mut modem), ["OK"; 8].join(" "));
}

#[test]
fn pending_publishes_are_answered_once_all_their_bytes_are_sent() {
    let mut modem = connected();
    write(&mut modem, &PUB.repeat(2));
    modem.net_sent(NOW, CONN, 2 * PACKET.len() - 1);
    assert_eq!(heard(&mut modem), "");
    modem.net_sent(NOW, CONN, 1);
    assert_eq!(heard(&mut modem), "OK OK");
}

#[test]
fn any_other_line_is_answered_after_pending_publishes() {
    for (line, answer) in [
        ("AT\r", "OK"),
        ("AT+NONSENSE\r", "ERROR"),
        ("AT+CMEE?\r", "+CMEE: 0 OK"),
        (
            "AT+MQTTPUB=?\r",
            "+MQTTPUB:<topic>,(0-2),(0-1);<message> OK",
        ),
        ("AT+MQTTPUB=\"t\",3,0,\"m\"\r", "ERROR"),
        ("AT+MQTTPUB=\"+\",0,0,\"m\"\r", "ERROR"),
    ] {
        let mut modem = connected();
        write(&mut modem, &[PUB, PUB, line].concat());
        assert_eq!(heard(&mut modem), "", "{line}");
        assert_eq!(send(&mut modem), PACKET.repeat(2), "{line}");
        let heard = heard(&mut modem);
        assert_eq!(heard, ["OK OK", answer].join(" "), "{line}");
    }
}

#[test]
fn a_qos1_publish_waits_for_pending_ones_and_is_sent_once() {
    let mut modem = connected();
    write(&mut modem, &[PUB, "AT+MQTTPUB=\"t\",1,0,\"m\"\r"].concat());
    assert_eq!(send(&mut modem), PACKET);
    assert_eq!(heard(&mut modem), "OK");
    let out = send(&mut modem);
    let &[0x32, 6, 0, 1, b't', high, low, b'm'] = &out[..] else {
        panic!("{out:?}");
    };
    modem.handle_net_data(NOW, CONN, &[0x40, 2, high, low]);
    assert_eq!(heard(&mut modem), "OK");
}

#[test]
fn pending_qos0_publishes_fail_when_the_link_is_lost() {
    let mut modem = connected();
    write(&mut modem, &[PUB, PUB, "AT+MQTTSTATE\r"].concat());
    modem.handle_net(NOW, CONN, NetEvent::Closed);
    let said = "ERROR ERROR +MQTTSTATE:0 OK +MQTTDISCONNECTED:24";
    assert_eq!(heard(&mut modem), said);
}

#[test]
fn pending_qos0_publishes_fail_when_the_network_takes_nothing() {
    let mut modem = connected();
    write(&mut modem, &[PUB, PUB, "AT\r"].concat());
    let late = modem.poll_timeout().expect("a deadline");
    modem.handle_timeout(late);
    assert_eq!(heard(&mut modem), "ERROR ERROR OK");
}

#[test]
fn with_echo_each_publish_is_answered_before_the_next_is_read() {
    let mut modem = connected();
    write(&mut modem, "ATE1\r");
    heard(&mut modem);
    assert_eq!(write(&mut modem, &PUB.repeat(2)), PUB.len());
}

/// A line that publishes a message with QoS 1 by this name.
fn named(name: u32) -> String {
    format!("AT+MQTTPUB=\"t\",1,0,\"m\",{name}\r")
}

/// A modem that answers for its messages, and what the disk is to do for lines that
/// come at once.
fn accepting(lines: &str) -> (Modem<'static>, VecDeque<Slot>) {
    let mut modem = connected();
    write(&mut modem, "AT+MQTTOPT=\"pubmode\",1\r");
    store(&mut modem, 9);
    // Else the disk is asked for more numbers in between.
    write(&mut modem, &named(1000));
    store(&mut modem, 9);
    send(&mut modem);
    heard(&mut modem);
    assert_eq!(write(&mut modem, lines), lines.len());
    let slots = store(&mut modem, 0);
    assert_eq!(heard(&mut modem), "");
    (modem, slots)
}

#[test]
fn durable_publishes_received_together_are_stored_together() {
    let lines: String = (1..=20).map(named).collect();
    let (taken, rest) = lines.split_at(lines.find(&named(17)).unwrap());
    let (mut modem, slots) = accepting(taken);
    assert_eq!(slots.len(), 16);
    assert_eq!(write(&mut modem, rest), 0);
    let ok = |names: std::ops::RangeInclusive<u32>| -> Vec<String> {
        names.map(|name| format!("+MQTTPUB:{name} OK")).collect()
    };
    for (name, slot) in (1..).zip(slots) {
        modem.handle_stored(NOW, slot, true);
        assert_eq!(heard(&mut modem), ok(name..=name)[0]);
    }
    assert_eq!(write(&mut modem, rest), rest.len());
    assert_eq!(store(&mut modem, 4).len(), 0);
    assert_eq!(heard(&mut modem), ok(17..=20).join(" "));
}

#[test]
fn each_durable_publish_is_answered_at_its_own_line() {
    let lines: String = (1..=3).map(named).collect();
    let (mut modem, slots) = accepting(&lines);
    // The disk fails for a while, and answers in any order.
    modem.handle_stored(NOW, slots[2], true);
    assert_eq!(heard(&mut modem), "");
    modem.handle_stored(NOW, slots[1], false);
    assert_eq!(heard(&mut modem), "");
    modem.handle_stored(NOW, slots[0], true);
    let said = "+MQTTPUB:1 OK ERROR +MQTTPUB:3 OK";
    assert_eq!(heard(&mut modem), said);
}

#[test]
fn any_other_line_is_answered_after_durable_publishes() {
    for (line, answer) in [
        ("AT\r", "OK"),
        ("AT+NONSENSE\r", "ERROR"),
        ("AT+MQTTQUEUE=7\r", "ERROR"),
        ("AT+MQTTPUB=\"+\",1,0,\"m\"\r", "ERROR"),
        ("AT+MQTTPUB=\"t\",1,0,\"m\",1\r", "+MQTTPUB:1 OK"),
        ("AT+MQTTPUB=\"t\",3,0,\"m\";+CMEE?\r", "ERROR"),
        ("AT+CMEE?;+MQTTPUB=\"t\",3,0,\"m\"\r", "+CMEE: 0 ERROR"),
    ] {
        let (mut modem, slots) = accepting(&[&named(1), &named(2), line].concat());
        assert_eq!(slots.len(), 2, "{line}");
        for slot in slots {
            modem.handle_stored(NOW, slot, true);
        }
        let said = ["+MQTTPUB:1 OK +MQTTPUB:2 OK", answer].join(" ");
        assert_eq!(heard(&mut modem), said, "{line}");
    }
}

#[test]
fn a_qos0_publish_does_not_overtake_durable_ones() {
    let (mut modem, slots) = accepting(&[&named(1), PUB].concat());
    assert_eq!(send(&mut modem), b"");
    modem.handle_stored(NOW, slots[0], true);
    assert_eq!(heard(&mut modem), "+MQTTPUB:1 OK");
    let out = send(&mut modem);
    assert_eq!((out.len(), out.strip_suffix(PACKET).is_some()), (14, true));
    assert_eq!(heard(&mut modem), "OK");
}

#[test]
fn durable_publishes_are_accepted_though_the_link_is_lost() {
    let lines = [&named(1), &named(2), "AT+MQTTSTATE\r"].concat();
    let (mut modem, slots) = accepting(&lines);
    modem.handle_net(NOW, CONN, NetEvent::Closed);
    assert_eq!(heard(&mut modem), "");
    for slot in slots {
        modem.handle_stored(NOW, slot, true);
    }
    let said = "+MQTTPUB:1 OK +MQTTPUB:2 OK +MQTTSTATE:0 OK +MQTTDISCONNECTED:24";
    assert_eq!(heard(&mut modem), said);
}

#[test]
fn an_event_is_reported_before_more_durable_publishes_are_taken() {
    let (mut modem, slots) = accepting(&named(1));
    modem.handle_net_data(NOW, CONN, b"0\x04\0\x01eX");
    assert_eq!(write(&mut modem, &named(2)), 0);
    modem.handle_stored(NOW, slots[0], true);
    assert_eq!(heard(&mut modem), "+MQTTPUB:1 OK +MQTTRECV:\"e\",0,0,1,X");
    assert_eq!(write(&mut modem, &named(2)), named(2).len());
}

#[test]
fn with_echo_each_durable_publish_is_answered_before_the_next_is_read() {
    let (mut modem, _) = accepting("");
    write(&mut modem, "ATE1\r");
    heard(&mut modem);
    assert_eq!(write(&mut modem, &named(1).repeat(2)), named(1).len());
}
