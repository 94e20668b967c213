//! The session beyond the letter of the standard: memory, identifiers, what is
//! told of each request, resending in pieces.

mod mqtt_client;

use mqmodem_core::mqtt::session::WINDOW;
use mqmodem_core::mqtt::{Event, SendError, Violation};
use mqtt_client::*;

#[test]
fn a_refusal_leaves_nothing_behind() {
    let mut client = Client::new();
    for code in 1..=5 {
        let out = &mut client.out;
        client.session.connect(at(0), &CLEAN, out).unwrap();
        assert_eq!(
            client.feed(&connack(false, code)),
            Ok(Event::Refused { code })
        );
        assert!(!client.session.is_connected());
        assert_eq!(client.session.poll_timeout(), None);
        client.raw();
    }
    client.open(&CLEAN, false);
}

#[test]
fn a_clean_session_cannot_be_present() {
    let mut client = Client::new();
    client
        .session
        .connect(at(0), &CLEAN, &mut client.out)
        .unwrap();
    assert_eq!(client.feed(&connack(true, 0)), Err(Violation::Unexpected));
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
        assert_eq!(client.feed(&packet), Ok(Event::Nothing));
    }
    assert_eq!(client.session.ignored_acks(), 20);
    assert_eq!(client.session.in_flight(), 2);
    assert_eq!(client.sent(), [""; 0]);
    client.feed(&pubrec(99)).unwrap();
    client.feed(&pubrel(99)).unwrap();
    assert_eq!(client.sent(), ["PUBREL id=99", "PUBCOMP id=99"]);
    assert_eq!(client.session.ignored_acks(), 21);
    assert_eq!(client.feed(&puback(1)), Ok(Event::Published(id(1))));
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
    assert_eq!(client.feed(&puback(2)), Ok(Event::Nothing));
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
    assert_eq!(client.feed(&pubcomp(2)), Ok(Event::Nothing));
    assert_eq!(client.session.ignored_acks(), 0);
    client.feed(&pubrec(3)).unwrap();
    assert_eq!(client.feed(&pubcomp(3)), Ok(Event::Published(id(3))));
    assert_eq!(client.feed(&puback(1)), Ok(Event::Published(id(1))));
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
    assert_eq!(client.feed(&pubcomp(1)), Ok(Event::Nothing));
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
    assert_eq!(client.feed(&pubrec(1)), Ok(Event::Nothing));
    assert_eq!(client.feed(&pubcomp(1)), Ok(Event::Nothing));
    assert_eq!(client.feed(&[0x90, 3, 0, 2, 1]), Ok(Event::Nothing));
    assert_eq!(client.feed(&unsuback(3)), Ok(Event::Nothing));
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
    assert_eq!(client.feed(&puback(1)), Ok(Event::Published(id(1))));
}

#[test]
fn subscriptions_are_those_the_broker_granted() {
    let mut client = Client::connected(&KEPT);
    let suback = |number, code| vec![0x90, 3, 0, number, code];
    for filter in ["a", "b", "c", "d"] {
        client.subscribe(filter, Q2).unwrap();
    }
    assert_eq!(client.subscriptions(), []);
    let granted = Event::Subscribed {
        id: id(2),
        granted: Ok(Q1),
    };
    assert_eq!(client.feed(&suback(2, 1)), Ok(granted));
    let refused = Event::Subscribed {
        id: id(1),
        granted: Err(()),
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
    assert_eq!(client.feed(&suback(3, 1)), Ok(Event::Nothing));
    assert_eq!(list(&client), ["b0", "d2"]);
    client.unsubscribe("b").unwrap();
    assert_eq!(list(&client), ["b0", "d2"]);
    assert_eq!(client.feed(&unsuback(7)), Ok(Event::Unsubscribed(id(7))));
    assert_eq!(list(&client), ["d2"]);
    client.session.lost();
    assert_eq!(list(&client), ["d2"]);
}

#[test]
fn a_suback_for_more_than_was_asked_is_a_violation() {
    let mut client = Client::connected(&CLEAN);
    client.subscribe("a", Q0).unwrap();
    assert_eq!(
        client.feed(&[0x90, 4, 0, 1, 0, 0]),
        Err(Violation::Unexpected)
    );
}

#[test]
fn a_full_list_refuses_before_anything_is_sent() {
    let mut client = Client::with(0, 0, 10, 256);
    client.open(&CLEAN, false);
    client.subscribe("a", Q0).unwrap();
    client.raw();
    assert_eq!(client.subscribe("bc", Q0), Err(SendError::Full));
    assert!(client.out.is_empty());
    client.subscribe("b", Q0).unwrap();
    client.subscribe("a", Q2).unwrap();
    // What is not known can be unsubscribed all the same.
    client.unsubscribe("cde").unwrap();
    // Refused, so its room is free again.
    client.feed(&[0x90, 3, 0, 2, 0x80]).unwrap();
    client.subscribe("c", Q0).unwrap();
}

#[test]
fn nothing_changes_if_it_does_not_fit() {
    let mut client = Client::with(64, 0, 64, 20);
    client.open(&KEPT, false);
    let long = [0; 20];
    assert_eq!(client.publish(Q1, &long), Err(SendError::Full));
    assert_eq!(client.publish(Q0, &long), Err(SendError::Full));
    let long = "a".repeat(20);
    assert_eq!(client.subscribe(&long, Q0), Err(SendError::Full));
    assert_eq!(client.unsubscribe(&long), Err(SendError::Full));
    assert!(client.out.is_empty());
    assert_eq!(client.session.in_flight(), 0);
    assert_eq!(client.publish_id(Q1, b""), 1);
    let free = client.out.free();
    client.out.extend(&vec![0; free - 1]).unwrap();
    assert!(client.session.disconnect(&mut client.out).is_err());
    assert!(client.session.is_connected());
    let mut client = Client::with(20, 0, 0, 256);
    client.open(&KEPT, false);
    assert_eq!(client.publish(Q1, b"123456"), Err(SendError::Full));
    assert!(client.out.is_empty());
    assert_eq!(client.publish_id(Q1, b"12345"), 1);
}

/// Each message takes 20 bytes: 9, its payload of 5 and 6 for the record.
#[test]
fn memory_of_messages_in_flight_comes_back() {
    let mut client = Client::with(60, 0, 0, 256);
    client.open(&KEPT, false);
    let mut oldest = client.publish_id(Q2, b"12345");
    for round in 0..1000_u32 {
        let (a, b) = (
            client.publish_id(Q1, b"12345"),
            client.publish_id(Q1, b"12345"),
        );
        assert_eq!(client.publish(Q1, b"12345"), Err(SendError::Full));
        let first = if round % 3 == 0 { a } else { b };
        client.feed(&puback(first)).unwrap();
        client.raw();
        // The room is behind one that is still there.
        let c = client.publish_id(Q1, b"54321");
        client.raw();
        client.open(&KEPT, true);
        let resent = client.sent();
        assert_eq!(resent.len(), 3);
        assert!(resent[0].contains(&format!("id={oldest} ")));
        assert!(resent[2].contains(&format!("id={c} ")));
        client.feed(&puback(a + b - first)).unwrap();
        client.feed(&puback(c)).unwrap();
        if round % 7 == 0 {
            client.feed(&pubrec(oldest)).unwrap();
            client.feed(&pubcomp(oldest)).unwrap();
            client.raw();
            oldest = client.publish_id(Q2, b"12345");
        }
        client.raw();
    }
}

/// Of a message with PUBREC only its record stays.
#[test]
fn a_released_message_needs_no_memory() {
    let mut client = Client::with(60, 0, 0, 256);
    client.open(&KEPT, false);
    for _ in 0..3 {
        client.publish_id(Q2, b"12345");
    }
    client.feed(&pubrec(1)).unwrap();
    client.feed(&pubrec(2)).unwrap();
    client.publish_id(Q1, b"12345");
    assert_eq!(client.publish(Q1, b"12345"), Err(SendError::Full));
    client.raw();
    client.open(&KEPT, true);
    let resent = client.sent();
    assert_eq!(resent[..2], ["PUBREL id=1", "PUBREL id=2"]);
    assert!(resent[2].starts_with("PUBLISH q2 d1 r0 id=3"));
    assert!(resent[3].starts_with("PUBLISH q1 d1 r0 id=4"));
    for number in 1..=2 {
        assert_eq!(
            client.feed(&pubcomp(number)),
            Ok(Event::Published(id(number)))
        );
    }
}

/// `out` holds one message at a time, and acknowledgements come in between.
#[test]
fn resending_goes_on_as_there_is_room() {
    let mut client = Client::with(4096, 0, 0, 64);
    client.open(&KEPT, false);
    for _ in 0..5 {
        client.publish_id(Q1, &[0; 40]);
        client.raw();
    }
    client.session.lost();
    client
        .session
        .connect(at(0), &KEPT, &mut client.out)
        .unwrap();
    client.raw();
    client.feed(&connack(true, 0)).unwrap();
    let mut resent = client.sent();
    assert_eq!(resent.len(), 1);
    assert_eq!(client.publish(Q1, b""), Err(SendError::WindowFull));
    assert_eq!(client.publish(Q0, b""), Ok(None));
    client.raw();
    assert_eq!(client.feed(&puback(1)), Ok(Event::Published(id(1))));
    // Room was there, so that wrote the next one; then none is.
    assert!(client.session.poll_resend(&mut client.out));
    while !client.out.is_empty() {
        resent.extend(client.sent());
        client.session.poll_resend(&mut client.out);
    }
    let ids = [1, 2, 3, 4, 5].map(|n| format!("PUBLISH q1 d1 r0 id={n} \"out\" 40 bytes"));
    assert_eq!(resent, ids);
    assert!(!client.session.poll_resend(&mut client.out));
    assert_eq!(client.publish_id(Q1, b""), 6);
}

#[test]
fn what_never_fits_is_dropped_when_it_is_resent() {
    let mut client = Client::connected(&KEPT);
    client.publish_id(Q1, &[0; 100]);
    client.publish_id(Q1, b"");
    client.out = memory(64);
    client.open(&KEPT, true);
    assert_eq!(client.dropped(), [1]);
    assert_eq!(client.sent().len(), 1);
    assert_eq!(client.session.in_flight(), 1);
}

/// Identifiers that share a place, and a table used to the last one.
#[test]
fn identifiers_received_are_a_set() {
    let mut client = Client::with(0, 16, 0, 256);
    client.open(&CLEAN, false);
    let numbers = [8, 16, 24, 7, 15, 9, 65_535, 1];
    for number in numbers {
        assert!(client.delivers(&message(Q2, false, number, b"")));
        client.raw();
    }
    for released in 0..numbers.len() {
        for (place, &number) in numbers.iter().enumerate() {
            if place > released {
                assert!(
                    !client.delivers(&message(Q2, true, number, b"")),
                    "{number}"
                );
            }
        }
        client.raw();
        client.feed(&pubrel(numbers[released])).unwrap();
        assert_eq!(client.sent().len(), 1);
    }
    for number in numbers {
        assert!(client.delivers(&message(Q2, false, number, b"")));
        client.raw();
    }
}

#[test]
fn no_room_for_pubrec_means_not_received() {
    let mut client = Client::connected(&KEPT);
    client.out = memory(40);
    client.out.extend(&[0; 38]).unwrap();
    let packet = message(Q2, false, 7, b"");
    assert_eq!(client.feed(&packet), Err(Violation::Full));
    client.raw();
    client.open(&KEPT, true);
    assert!(client.delivers(&packet));
}
