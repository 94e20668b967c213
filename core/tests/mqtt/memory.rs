//! The session on little memory: what does not fit, what comes back, resending in
//! pieces.

use crate::client::*;
use mqmodem_core::mqtt::SendError;

#[test]
fn a_full_list_refuses_before_anything_is_sent() {
    let mut client = Client::with(0, 0, 26, 256);
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
    let mut client = Client::with(80, 0, 64, 20);
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
    let mut client = Client::with(38, 0, 0, 256);
    client.open(&KEPT, false);
    assert_eq!(client.publish(Q1, b"123456"), Err(SendError::Full));
    assert!(client.out.is_empty());
    assert_eq!(client.publish_id(Q1, b"12345"), 1);
}

/// Each message takes 38 bytes: 9, its payload of 5 and 24 for the record.
#[test]
fn memory_of_messages_in_flight_comes_back() {
    let mut client = Client::with(114, 0, 0, 256);
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
    let mut client = Client::with(198, 0, 0, 256);
    client.open(&KEPT, false);
    for _ in 0..3 {
        client.publish_id(Q2, &[5; 33]);
    }
    client.feed(&pubrec(1)).unwrap();
    client.feed(&pubrec(2)).unwrap();
    client.publish_id(Q1, &[5; 33]);
    assert_eq!(client.publish(Q1, &[5; 33]), Err(SendError::Full));
    client.raw();
    client.open(&KEPT, true);
    let resent = client.sent();
    assert_eq!(resent[..2], ["PUBREL id=1", "PUBREL id=2"]);
    assert!(resent[2].starts_with("PUBLISH q2 d1 r0 id=3"));
    assert!(resent[3].starts_with("PUBLISH q1 d1 r0 id=4"));
    for number in 1..=2 {
        assert_eq!(client.feed(&pubcomp(number)), Ok(published(number)));
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
    assert_eq!(client.feed(&puback(1)), Ok(published(1)));
    // Room was there, so that wrote the next one; then none is.
    assert!(client.session.poll_send(&mut client.out));
    while !client.out.is_empty() {
        resent.extend(client.sent());
        client.session.poll_send(&mut client.out);
    }
    let ids = [1, 2, 3, 4, 5].map(|n| format!("PUBLISH q1 d1 r0 id={n} \"out\" 40 bytes"));
    assert_eq!(resent, ids);
    assert!(!client.session.poll_send(&mut client.out));
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

/// Identifiers that share a place, and a table used to the last one but that of QoS 1.
#[test]
fn identifiers_received_are_a_set() {
    let mut client = Client::with(0, 72, 0, 256);
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
fn without_room_pubrec_is_put_off() {
    let mut client = Client::connected(&KEPT);
    client.out = memory(40);
    client.out.extend(&[0; 38]).unwrap();
    let packet = message(Q2, false, 7, b"");
    assert!(client.delivers(&packet));
    assert_eq!(client.out.len(), 38);
    client.raw();
    client.session.poll_send(&mut client.out);
    assert_eq!(client.sent(), ["PUBREC id=7"]);
    assert!(!client.delivers(&packet));
}
