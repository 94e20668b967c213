//! MQTT 5: what is announced and granted, reason codes, aliases, expiry, and how a
//! connection ends.

use crate::client::*;
use mqmodem_core::mqtt;
use mqmodem_core::mqtt::packet::{Publish, SubscribeOptions};
use mqmodem_core::mqtt::property::{self, PropertyValue};
use mqmodem_core::mqtt::session::{Acceptance, DropReason, Offer};
use mqmodem_core::mqtt::{
    Connect, Packet, Properties, Qos, Rules, SendError, SessionEvent, Version, Violation, carrier,
    frame_as,
};

const CLEAN5: Connect<'static> = Connect {
    version: Version::V5,
    ..CLEAN
};
const KEPT5: Connect<'static> = Connect {
    version: Version::V5,
    ..KEPT
};
const PLAIN: &[u8] = &[0x20, 3, 0, 0, 0];
const RESUMED: &[u8] = &[0x20, 3, 1, 0, 0];

fn client() -> Client {
    let mut client = Client::with(4096, 1024, 1024, 4096);
    client.session.lend(memory(4096));
    client.session.bind(0, "x");
    client
}

/// What was written since the last look, a line for each packet.
fn sent(client: &mut Client) -> Vec<String> {
    let bytes = client.raw();
    let mut rest = &bytes[..];
    let mut lines = Vec::new();
    while !rest.is_empty() {
        let mqtt::Frame::Whole { len } = frame_as(Version::V5, Rules::Strict, rest) else {
            panic!("{rest:x?}");
        };
        let packet = Packet::decode_as(Version::V5, Rules::Strict, &rest[..len]).unwrap();
        // Without the words of a reason code.
        let line = packet.to_string();
        lines.push(line.split(" (").next().unwrap_or_default().to_owned());
        rest = &rest[len..];
    }
    lines
}

/// CONNACK with these properties.
fn connack5(session_present: bool, block: &[u8]) -> Vec<u8> {
    let len = block.len() as u8;
    let head = [0x20, len + 3, session_present.into(), 0, len];
    [&head[..], block].concat()
}

/// Connects, and tells what CONNECT said.
fn open(client: &mut Client, connect: &Connect<'_>, connack: &[u8]) -> String {
    let said = greet(client, connect);
    let event = client.feed(connack);
    assert!(
        matches!(event, Ok(SessionEvent::Connected { .. })),
        "{event:?}"
    );
    said
}

fn greet(client: &mut Client, connect: &Connect<'_>) -> String {
    client.session.lost();
    client.out.clear();
    let Client { session, out, now } = client;
    session.connect(*now, connect, out).unwrap();
    sent(client).remove(0)
}

fn connected(connect: &Connect<'_>, connack: &[u8]) -> Client {
    let mut client = client();
    open(&mut client, connect, connack);
    client
}

/// PUBLISH of QoS 1 or 2 from the broker with this topic and this block.
fn publish5(qos: u8, id: u8, topic: &str, block: &[u8]) -> Vec<u8> {
    let rest = [
        &[0, topic.len() as u8],
        topic.as_bytes(),
        &[0, id, block.len() as u8],
        block,
        b"m",
    ];
    let rest = rest.concat();
    [&[0x30 | qos << 1, rest.len() as u8], &rest[..]].concat()
}

mod messages;
mod resumed;

#[test]
fn connect_says_what_the_options_say_and_nothing_by_default() {
    let mut client = client();
    assert_eq!(
        open(&mut client, &CLEAN5, PLAIN),
        r#"CONNECT version=5 client="x" clean=1 keepalive=60 receivemax=127"#
    );
    client.session.set_offer(Offer {
        session_expiry: 7,
        receive_max: 3,
        max_packet: 512,
        alias_in: 4,
        response_info: true,
        problem_info: false,
        ..Offer::default()
    });
    assert_eq!(
        open(&mut client, &KEPT5, PLAIN),
        r#"CONNECT version=5 client="x" clean=1 keepalive=60 sessionexpiry=7 receivemax=3 maxpacket=512 aliasin=4 responseinfo=1 probleminfo=0"#
    );
    // It holds a session by now.
    assert!(greet(&mut client, &KEPT5).contains(" clean=0 "));
}

#[test]
fn a_host_has_room_for_all_a_broker_may_send() {
    let mut client = Client::with(4096, 512 * 1024 + 16, 1024, 4096);
    client.session.lend(memory(4096));
    client
        .session
        .connect(at(0), &CLEAN5, &mut client.out)
        .unwrap();
    assert_eq!(client.raw(), b"\x10\x0e\0\x04MQTT\x05\x02\0\x3c\0\0\x01x");
}

#[test]
fn a_session_nobody_holds_cannot_be_present() {
    for connect in [CLEAN5, KEPT5] {
        let mut client = client();
        greet(&mut client, &connect);
        assert_eq!(client.feed(RESUMED), Err(Violation::Unexpected));
        assert_eq!(sent(&mut client), ["DISCONNECT code=130"]);
    }
}

#[test]
fn what_connack_grants_is_in_force() {
    let block = [
        0x13, 0, 5, 0x21, 0, 2, 0x24, 1, 0x25, 0, 0x27, 0, 0, 0, 30, 0x28, 0,
    ];
    let mut client = connected(&KEPT5, &connack5(false, &block));
    let granted = client.session.granted().unwrap();
    assert_eq!((granted.keep_alive(), granted.receive_max()), (5, 2));
    assert_eq!((granted.max_qos(), granted.retain()), (Q1, false));
    assert_eq!(
        (granted.max_packet(), granted.wildcard()),
        (Some(30), false)
    );
    let unsupported = |code| Err(SendError::Unsupported(code));
    assert_eq!(client.publish(Q2, b""), unsupported(155).map(|()| None));
    let retained = client.session.publish("t", Q0, true, b"", &mut client.out);
    assert_eq!(retained, unsupported(154).map(|()| None));
    assert_eq!(
        client.publish(Q0, &[0; 40]),
        unsupported(149).map(|()| None)
    );
    assert_eq!(
        client.subscribe("a/#", Q0),
        Err(SendError::Unsupported(162))
    );
    assert_eq!(sent(&mut client), [""; 0]);
    client.publish_id(Q1, b"");
    client.publish_id(Q1, b"");
    assert_eq!(client.publish(Q1, b""), Err(SendError::WindowFull));
    assert_eq!(client.publish(Q0, b""), Ok(None));
    client.subscribe("a", Q0).unwrap();
    assert_eq!(
        client.session.poll_timeout(),
        Some(mqmodem_core::Instant::from_micros(4_500_000))
    );
}

#[test]
fn an_assigned_client_id_is_there_exactly_if_there_is_no_other() {
    let assigned = connack5(false, b"\x12\0\x01q");
    let nameless = Connect {
        client_id: "",
        ..CLEAN5
    };
    for (connect, connack, accepted) in [
        (CLEAN5, PLAIN, true),
        (CLEAN5, &assigned[..], false),
        (nameless, PLAIN, false),
        (nameless, &assigned, true),
    ] {
        let mut client = client();
        greet(&mut client, &connect);
        assert_eq!(client.feed(connack).is_ok(), accepted);
    }
}

#[test]
fn an_old_broker_is_told_from_a_broken_one() {
    let mut client = client();
    greet(&mut client, &CLEAN5);
    let refused = SessionEvent::Refused { code: 1 };
    assert_eq!(client.feed(&[0x20, 2, 0, 1]), Ok(refused));
    greet(&mut client, &CLEAN5);
    assert_eq!(client.feed(&[0x20, 2, 0, 0]), Err(Violation::Malformed));
    assert_eq!(sent(&mut client), ["DISCONNECT code=129"]);
    greet(&mut client, &CLEAN5);
    let refused = [&[0x20, 8, 0, 0x87, 5, 0x1f, 0, 2], &b"no"[..]].concat();
    assert_eq!(
        client.feed(&refused),
        Ok(SessionEvent::Refused { code: 0x87 })
    );
    assert_eq!(client.session.reason(), "no");
}

#[test]
fn a_refused_message_is_over() {
    let mut client = connected(&KEPT5, &connack5(false, &[0x21, 0, 2]));
    for round in 0..20 {
        let id = client.publish_id(if round % 2 == 0 { Q1 } else { Q2 }, b"");
        client.raw();
        let kind = if round % 2 == 0 { 0x40 } else { 0x50 };
        let refusal = [kind, 3, 0, id as u8, 0x97];
        let refused = SessionEvent::Rejected {
            id: self::id(id),
            tracked: None,
            code: 0x97,
        };
        assert_eq!(client.feed(&refusal), Ok(refused));
        assert_eq!(sent(&mut client), [""; 0]);
    }
    assert_eq!(client.session.in_flight(), 0);
    let id = client.publish_id(Q1, b"");
    client.raw();
    let nobody = SessionEvent::Published {
        id: self::id(id),
        tracked: None,
        code: 16,
    };
    assert_eq!(client.feed(&[0x40, 3, 0, id as u8, 16]), Ok(nobody));
    open(&mut client, &KEPT5, RESUMED);
    assert_eq!(sent(&mut client), [""; 0]);
}

#[test]
fn the_broker_may_end_a_connection_and_say_why() {
    let mut client = connected(&KEPT5, PLAIN);
    let taken_over = [&[0xe0, 7, 0x8e, 5, 0x1f, 0, 2], &b"me"[..]].concat();
    assert_eq!(
        client.feed(&taken_over),
        Ok(SessionEvent::Disconnected { code: 142 })
    );
    assert_eq!(
        (client.session.reason(), client.session.is_connected()),
        ("me", false)
    );
    for wrong in [
        &[0xe0, 1, 4][..],
        &[0xe0, 7, 0, 5, 0x11, 0, 0, 0, 1],
        &[0xf0, 0],
    ] {
        let mut client = connected(&KEPT5, PLAIN);
        assert_eq!(client.feed(wrong), Err(Violation::Unexpected), "{wrong:x?}");
        assert_eq!(sent(&mut client), ["DISCONNECT code=130"]);
    }
    let mut client = client_greeting();
    assert_eq!(client.feed(&[0xe0, 0]), Err(Violation::Unexpected));
}

fn client_greeting() -> Client {
    let mut client = client();
    greet(&mut client, &CLEAN5);
    client
}

#[test]
fn more_than_the_receive_maximum_ends_the_connection() {
    let mut client = client();
    client.session.set_offer(Offer {
        receive_max: 2,
        ..Offer::default()
    });
    open(&mut client, &KEPT5, PLAIN);
    for id in [1, 2, 1] {
        client.feed(&publish5(2, id, "t", b"")).unwrap();
    }
    assert_eq!(client.feed(&publish5(2, 3, "t", b"")), Err(Violation::Full));
    assert_eq!(sent(&mut client).last().unwrap(), "DISCONNECT code=147");
}

#[test]
fn problem_information_comes_only_if_asked_for() {
    let reason = [0x1f, 0, 1, b'r'];
    for (asked, head) in [(true, 0x40_u8), (false, 0x40), (false, 0x50)] {
        let mut client = client();
        client.session.set_offer(Offer {
            problem_info: asked,
            ..Offer::default()
        });
        open(&mut client, &KEPT5, PLAIN);
        client.publish_id(if head == 0x40 { Q1 } else { Q2 }, b"");
        let ack = [&[head, 8, 0, 1, 0, 4], &reason[..]].concat();
        assert_eq!(client.feed(&ack).is_ok(), asked);
    }
}

#[test]
fn subscriptions_have_options_in_5_only() {
    let options = SubscribeOptions {
        no_local: true,
        ..SubscribeOptions::new(Q1)
    };
    let none = Properties::NONE;
    let mut client = connected(&KEPT5, PLAIN);
    let Client { session, out, .. } = &mut client;
    session.subscribe_with("a", options, none, out).unwrap();
    let said = sent(&mut client);
    assert_eq!(said, [r#"SUBSCRIBE id=1 "a" q1 nolocal=1"#]);
    let refused = SessionEvent::Subscribed {
        id: id(1),
        granted: Err(0x87),
        codes: &[0x87],
    };
    assert_eq!(client.feed(&[0x90, 4, 0, 1, 0, 0x87]), Ok(refused));
    client.unsubscribe("a").unwrap();
    let refused = SessionEvent::Rejected {
        id: id(2),
        tracked: None,
        code: 0x87,
    };
    assert_eq!(client.feed(&[0xb0, 4, 0, 2, 0, 0x87]), Ok(refused));
    client.open(&KEPT, true);
    let Client { session, out, .. } = &mut client;
    let refused = session.subscribe_with("a", options, none, out);
    assert_eq!(refused, Err(SendError::Unsupported(0)));
}
