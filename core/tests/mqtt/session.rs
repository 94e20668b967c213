//! The session beyond the letter of the standard: identifiers, and what is told
//! of each request.

use crate::client::*;
use mqmodem_core::mqtt::packet::SubscribeOptions;
use mqmodem_core::mqtt::session::WINDOW;
use mqmodem_core::mqtt::{Properties, Rules, SendError, SessionEvent, Violation};

#[test]
fn a_refusal_leaves_nothing_behind() {
    let mut client = Client::new();
    for code in 1..=5 {
        let out = &mut client.out;
        client.session.connect(at(0), &CLEAN, out).unwrap();
        assert_eq!(
            client.feed(&connack(false, code)),
            Ok(SessionEvent::Refused { code })
        );
        assert!(!client.session.is_connected());
        assert_eq!(client.session.poll_timeout(), None);
        client.raw();
    }
    client.open(&CLEAN, false);
}

#[test]
fn a_clean_session_cannot_be_present() {
    for (rules, said) in [
        (Rules::Strict, Err(Violation::Unexpected)),
        (
            Rules::Lenient,
            Ok(SessionEvent::Connected {
                session_present: false,
            }),
        ),
    ] {
        let mut client = Client::new();
        let Client { session, out, .. } = &mut client;
        session.set_rules(rules);
        session.connect(at(0), &CLEAN, out).unwrap();
        assert_eq!(client.feed(&connack(true, 0)), said);
    }
}

/// The first code is for the filter that was asked for.
#[test]
fn codes_too_many_in_suback_are_passed_over() {
    let suback = [0x90, 5, 0, 1, 1, 2, 0x80];
    let mut client = Client::connected(&CLEAN);
    client.subscribe("a", Q1).unwrap();
    let granted = Ok(Q1);
    let event = SessionEvent::Subscribed {
        id: id(1),
        granted,
        codes: &[1],
    };
    assert_eq!(client.feed(&suback), Ok(event));
    let mut client = Client::connected(&CLEAN);
    client.session.set_rules(Rules::Strict);
    client.subscribe("a", Q1).unwrap();
    assert_eq!(client.feed(&suback), Err(Violation::Unexpected));
}

#[test]
fn the_window_holds_for_publishes_only() {
    for connect in [CLEAN, KEPT] {
        let mut client = Client::connected(&connect);
        for _ in 0..WINDOW {
            client.publish(Q1, b"").unwrap();
        }
        client.raw();
        assert_eq!(client.publish(Q2, b""), Err(SendError::WindowFull));
        assert_eq!(client.session.in_flight(), WINDOW);
        assert_eq!(client.publish(Q0, b""), Ok(None));
        for _ in WINDOW..16 {
            client.subscribe("a", Q0).unwrap();
        }
        assert_eq!(client.subscribe("a", Q0), Err(SendError::WindowFull));
        assert_eq!(client.unsubscribe("a"), Err(SendError::WindowFull));
        client.feed(&puback(3)).unwrap();
        assert_eq!(client.publish_id(Q2, b""), 19);
    }
}

#[test]
fn a_wrong_or_unknown_acknowledgement_is_counted() {
    let mut client = Client::connected(&KEPT);
    client.publish_id(Q1, b"");
    client.publish_id(Q2, b"");
    client.subscribe("a", Q0).unwrap();
    client.unsubscribe("b").unwrap();
    client.raw();
    let suback = |number| vec![0x90, 3, 0, number, 0];
    let wrong = [
        [pubrec(1), pubcomp(1), suback(1), unsuback(1)],
        [puback(2), pubcomp(2), suback(2), unsuback(2)],
        [puback(3), pubrec(3), pubcomp(3), unsuback(3)],
        [puback(4), pubrec(4), pubcomp(4), suback(4)],
        [puback(17), pubcomp(18), suback(19), unsuback(20)],
    ];
    for packet in wrong.concat() {
        assert_eq!(client.feed(&packet), Ok(SessionEvent::Nothing));
    }
    assert_eq!(client.session.ignored_acks(), 20);
    assert_eq!(client.session.in_flight(), 2);
    assert_eq!(client.sent(), [""; 0]);
    client.feed(&pubrec(99)).unwrap();
    client.feed(&pubrel(99)).unwrap();
    assert_eq!(client.sent(), ["PUBREL id=99", "PUBCOMP id=99"]);
    assert_eq!(client.session.ignored_acks(), 21);
    assert_eq!(client.feed(&puback(1)), Ok(published(1)));
}

/// A message dropped twice over is told once, in order, and only what the
/// caller still waits for.
#[test]
fn a_lost_clean_session_tells_what_it_dropped() {
    let mut client = Client::connected(&CLEAN);
    for qos in [Q1, Q2, Q1, Q2] {
        client.publish_id(qos, b"");
    }
    client.feed(&pubrec(4)).unwrap();
    client.feed(&puback(1)).unwrap();
    client.session.give_up(id(3));
    client.session.lost();
    client.session.lost();
    assert_eq!(client.session.in_flight(), 0);
    client.open(&CLEAN, false);
    assert_eq!(client.sent(), [""; 0]);
    assert_eq!(client.dropped(), [2, 4]);
    assert_eq!(client.dropped(), []);
    assert_eq!(client.feed(&puback(2)), Ok(SessionEvent::Nothing));
}

#[test]
fn what_was_dropped_is_told_in_order_around_the_end_of_the_numbers() {
    let mut client = Client::new();
    client.session = mqmodem_core::mqtt::Session::new(memory(0), memory(0), memory(0), 65_533);
    client.open(&CLEAN, false);
    for _ in 0..6 {
        client.publish_id(Q1, b"");
    }
    client.session.lost();
    assert_eq!(client.dropped(), [65_533, 65_534, 65_535, 1, 2, 3]);
}

/// PUBREC had come: the broker may or may not have passed the message on.
#[test]
fn a_broker_that_lost_the_session_is_told() {
    let mut client = Client::connected(&KEPT);
    for qos in [Q1, Q2, Q2] {
        client.publish_id(qos, b"x");
    }
    client.feed(&pubrec(2)).unwrap();
    client.subscribe("a", Q1).unwrap();
    client.feed(&[0x90, 3, 0, 4, 1]).unwrap();
    client.feed(&message(Q2, false, 7, b"")).unwrap();
    client.raw();
    client.open(&KEPT, false);
    assert_eq!(client.dropped(), [2]);
    assert_eq!(client.subscriptions(), []);
    assert_eq!(client.sent().len(), 3);
    // Its numbers start afresh, ours go on.
    assert!(client.delivers(&message(Q2, false, 7, b"")));
    assert_eq!(client.feed(&pubcomp(2)), Ok(SessionEvent::Nothing));
    assert_eq!(client.session.ignored_acks(), 0);
    client.feed(&pubrec(3)).unwrap();
    assert_eq!(client.feed(&pubcomp(3)), Ok(published(3)));
    assert_eq!(client.feed(&puback(1)), Ok(published(1)));
    assert_eq!(client.session.in_flight(), 0);
}

/// The identifier of what was dropped is in use until that was told, even if
/// the broker has answered.
#[test]
fn a_dropped_message_is_told_after_its_pubcomp() {
    let mut client = Client::connected(&KEPT);
    client.publish_id(Q2, b"");
    client.feed(&pubrec(1)).unwrap();
    client.raw();
    client.open(&KEPT, false);
    assert_eq!(client.feed(&pubcomp(1)), Ok(SessionEvent::Nothing));
    assert_eq!(client.session.in_flight(), 0);
    assert_eq!(client.dropped(), [1]);
    assert_eq!(client.dropped(), []);
}

#[test]
fn who_gave_up_is_not_told_but_the_identifier_stays_in_use() {
    let mut client = Client::connected(&CLEAN);
    client.publish_id(Q2, b"");
    client.subscribe("a", Q1).unwrap();
    client.unsubscribe("b").unwrap();
    for number in 1..=3 {
        client.session.give_up(id(number));
    }
    assert_eq!(client.session.in_flight(), 1);
    for _ in 0..30 {
        let number = client.publish_id(Q1, b"");
        assert!(!(1..=3).contains(&(number % 16)));
        client.feed(&puback(number)).unwrap();
        client.raw();
    }
    assert_eq!(client.feed(&pubrec(1)), Ok(SessionEvent::Nothing));
    assert_eq!(client.feed(&pubcomp(1)), Ok(SessionEvent::Nothing));
    assert_eq!(client.feed(&[0x90, 3, 0, 2, 1]), Ok(SessionEvent::Nothing));
    assert_eq!(client.feed(&unsuback(3)), Ok(SessionEvent::Nothing));
    assert_eq!(client.session.in_flight(), 0);
    assert_eq!(client.session.ignored_acks(), 0);
    // The broker did subscribe us.
    assert_eq!(client.subscriptions(), [("a".to_string(), 1)]);
}

#[test]
fn a_kept_message_cannot_be_given_up() {
    let mut client = Client::connected(&KEPT);
    client.publish_id(Q1, b"");
    client.session.give_up(id(1));
    client.raw();
    client.open(&KEPT, true);
    assert_eq!(client.sent().len(), 1);
    assert_eq!(client.feed(&puback(1)), Ok(published(1)));
}

#[test]
fn one_packet_asks_for_several_filters_and_each_has_its_answer() {
    let mut client = Client::connected(&CLEAN);
    client.subscribe("b", Q2).unwrap();
    client.feed(&[0x90, 3, 0, 1, 2]).unwrap();
    let all = ["a", "b", "c"].map(|filter| (filter, SubscribeOptions::new(Q1)));
    let none = Properties::NONE;
    let Client { session, out, .. } = &mut client;
    session.subscribe_all(&all, none, out).unwrap();
    let codes = [0x80, 1, 0];
    let event = SessionEvent::Subscribed {
        id: id(2),
        granted: Ok(Q1),
        codes: &codes,
    };
    assert_eq!(client.feed(&[0x90, 5, 0, 2, 0x80, 1, 0]), Ok(event));
    let list = [("b".into(), 1), ("c".into(), 0)];
    assert_eq!(client.subscriptions(), list);
    // What is taken out moves what stands behind it, of other requests too.
    let Client { session, out, .. } = &mut client;
    session.unsubscribe_all(&["b", "x"], none, out).unwrap();
    session.subscribe_all(&all, none, out).unwrap();
    assert_eq!(
        client.feed(&[0xb0, 2, 0, 3]),
        Ok(SessionEvent::Unsubscribed(id(3)))
    );
    client.feed(&[0x90, 5, 0, 4, 2, 0x80, 1]).unwrap();
    assert_eq!(client.subscriptions(), [("c".into(), 1), ("a".into(), 2)]);
    // Too few codes are no answer; too many filters are no request.
    let Client { session, out, .. } = &mut client;
    session.subscribe_all(&all, none, out).unwrap();
    let filters = ["x"; 9];
    let refused = session.unsubscribe_all(&filters, none, out);
    assert_eq!(refused, Err(SendError::WindowFull));
    assert!(client.feed(&[0x90, 3, 0, 5, 0]).is_err());
}

#[test]
fn subscriptions_are_those_the_broker_granted() {
    let mut client = Client::connected(&KEPT);
    let suback = |number, code| vec![0x90, 3, 0, number, code];
    for filter in ["a", "b", "c", "d"] {
        client.subscribe(filter, Q2).unwrap();
    }
    assert_eq!(client.subscriptions(), []);
    let granted = SessionEvent::Subscribed {
        id: id(2),
        granted: Ok(Q1),
        codes: &[1],
    };
    assert_eq!(client.feed(&suback(2, 1)), Ok(granted));
    let refused = SessionEvent::Subscribed {
        id: id(1),
        granted: Err(0x80),
        codes: &[0x80],
    };
    assert_eq!(client.feed(&suback(1, 0x80)), Ok(refused));
    client.feed(&suback(4, 2)).unwrap();
    let list = |client: &Client| {
        let line = |(filter, qos): (String, u8)| format!("{filter}{qos}");
        client
            .subscriptions()
            .into_iter()
            .map(line)
            .collect::<Vec<_>>()
    };
    assert_eq!(list(&client), ["b1", "d2"]);
    // Again, with another QoS: the entry stays where it is; refused, as it is.
    client.subscribe("b", Q0).unwrap();
    client.feed(&suback(5, 0)).unwrap();
    client.subscribe("d", Q0).unwrap();
    client.feed(&suback(6, 0x80)).unwrap();
    assert_eq!(list(&client), ["b0", "d2"]);
    // The one asked for before is not answered on a new connection.
    client.raw();
    client.open(&KEPT, true);
    assert_eq!(client.feed(&suback(3, 1)), Ok(SessionEvent::Nothing));
    assert_eq!(list(&client), ["b0", "d2"]);
    client.unsubscribe("b").unwrap();
    assert_eq!(list(&client), ["b0", "d2"]);
    assert_eq!(
        client.feed(&unsuback(7)),
        Ok(SessionEvent::Unsubscribed(id(7)))
    );
    assert_eq!(list(&client), ["d2"]);
    client.session.lost();
    assert_eq!(list(&client), ["d2"]);
}

/// The answers come in the order of the requests.
#[test]
fn answers_to_several_requests_are_taken_in_their_order() {
    let mut client = Client::connected(&CLEAN);
    client.subscribe("a", Q2).unwrap();
    client.feed(&[0x90, 3, 0, 1, 2]).unwrap();
    client.unsubscribe("a").unwrap();
    client.subscribe("a", Q1).unwrap();
    client.feed(&unsuback(2)).unwrap();
    assert_eq!(client.subscriptions(), []);
    client.feed(&[0x90, 3, 0, 3, 1]).unwrap();
    assert_eq!(client.subscriptions(), [("a".to_string(), 1)]);
}

/// Its identifier is in use here, but nobody waits for the broker any more.
#[test]
fn a_dropped_message_is_as_good_as_unknown() {
    let mut client = Client::connected(&CLEAN);
    client.publish_id(Q2, b"");
    client.session.lost();
    client.open(&CLEAN, false);
    client.feed(&pubrec(1)).unwrap();
    assert_eq!(client.sent(), ["PUBREL id=1"]);
    client.feed(&pubcomp(1)).unwrap();
    assert_eq!(client.session.ignored_acks(), 2);
    assert_eq!(client.dropped(), [1]);
}
