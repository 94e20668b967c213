//! Sessions of MQTT 5 that go on: what is sent again, and what their end is blamed on.

use super::*;
use mqmodem_core::mqtt::session::SessionChange;

/// A broker that takes so many messages at once.
fn takes(most: u8) -> Vec<u8> {
    connack5(true, &[0x21, 0, most])
}

/// With messages of this quality in flight.
fn with_messages(qos: Qos, count: usize) -> Client {
    let mut client = connected(&KEPT5, PLAIN);
    for _ in 0..count {
        client.publish_id(qos, b"m");
    }
    client.raw();
    client
}

#[test]
fn no_more_is_sent_again_than_the_broker_takes_and_the_rest_waits_in_order() {
    let mut client = with_messages(Q1, 4);
    open(&mut client, &KEPT5, &takes(2));
    let again = |id: u16| format!(r#"PUBLISH q1 d1 r0 id={id} "out" 1 bytes"#);
    assert_eq!(sent(&mut client), [again(1), again(2)]);
    assert!(client.publish(Q1, b"new").is_err());
    client.feed(&puback(1)).unwrap();
    assert_eq!(sent(&mut client), [again(3)]);
    client.feed(&puback(2)).unwrap();
    client.feed(&puback(3)).unwrap();
    assert_eq!(sent(&mut client), [again(4)]);
    assert_eq!(client.session.in_flight(), 1);
    assert_eq!(client.publish_id(Q1, b"new"), 5);
}

#[test]
fn a_release_is_no_message_and_holds_its_place_until_pubcomp() {
    let mut client = with_messages(Q2, 3);
    client.feed(&pubrec(1)).unwrap();
    client.feed(&pubrec(2)).unwrap();
    open(&mut client, &KEPT5, &takes(1));
    assert_eq!(sent(&mut client), ["PUBREL id=1", "PUBREL id=2"]);
    client.feed(&pubcomp(1)).unwrap();
    assert!(sent(&mut client).is_empty());
    client.feed(&pubcomp(2)).unwrap();
    assert_eq!(
        sent(&mut client),
        [r#"PUBLISH q2 d1 r0 id=3 "out" 1 bytes"#]
    );
}

#[test]
fn what_the_broker_took_over_is_lost_with_a_session_also_before_it_is_sent_again() {
    let mut client = with_messages(Q2, 3);
    client.feed(&pubrec(2)).unwrap();
    // The first alone fits, and is not answered.
    open(&mut client, &KEPT5, &takes(1));
    client.open(&KEPT, false);
    assert_eq!(client.dropped(), [2]);
}

#[test]
fn a_disconnect_of_the_broker_counts_against_what_was_sent_again() {
    let mut client = with_messages(Q1, 1);
    client.session.set_give_up(2);
    for try_ in 1..=2 {
        open(&mut client, &KEPT5, &takes(2));
        assert!(client.dropped().is_empty(), "{try_}");
        client.raw();
        let ended = client.feed(&[0xe0, 1, 0x99]);
        assert_eq!(ended, Ok(SessionEvent::Disconnected { code: 0x99 }));
        // Nothing more is written, nor read.
        assert!(client.raw().is_empty() && !client.session.is_connected());
        assert_eq!(client.feed(&puback(1)), Ok(SessionEvent::Nothing));
        assert!(!client.session.judge(true));
        client.session.lost();
    }
    let dropped = client.session.poll_dropped().unwrap();
    assert_eq!(dropped.reason, DropReason::SetAside);
}

/// Subscribed with all options and an identifier, to a filter of which the broker grants
/// QoS 1.
fn subscribed() -> Client {
    let mut client = connected(&KEPT5, PLAIN);
    client.session.set_renewing(true);
    subscribe(&mut client);
    client
}

fn subscribe(client: &mut Client) {
    let options = SubscribeOptions {
        qos: Q2,
        no_local: true,
        retain_as_published: true,
        retain_handling: 2,
    };
    let block = [0x0b, 0xff, 0xff, 0xff, 0x7f];
    let properties = Properties::parse(carrier::Carrier::Subscribe, &block).unwrap();
    let Client { session, out, .. } = client;
    let id = session.subscribe_with("a/#", options, properties, out);
    let id = id.unwrap().get() as u8;
    client.raw();
    client.feed(&[0x90, 4, 0, id, 0, 1]).unwrap();
}

const WHOLE: &str =
    r#"SUBSCRIBE id=2 "a/#" q1 nolocal=1 retainaspublished=1 retainhandling=2 subid=268435455"#;

#[test]
fn a_renewed_subscription_has_what_the_host_asked_for() {
    let mut client = subscribed();
    open(&mut client, &KEPT5, RESUMED);
    assert!(sent(&mut client).is_empty(), "the broker has it");
    open(&mut client, &KEPT5, PLAIN);
    assert_eq!(sent(&mut client), [WHOLE]);
    // Not answered: once more, as far as the connection has it.
    open(&mut client, &KEPT5, &connack5(false, &[0x29, 0]));
    let without = WHOLE
        .replace(" subid=268435455", "")
        .replace(" id=2", " id=3");
    assert_eq!(sent(&mut client), [without]);
    client.open(&KEPT, false);
    assert_eq!(client.sent(), [r#"SUBSCRIBE id=4 "a/#" q1"#]);
    client.feed(&suback(4, 1)).unwrap();
    open(&mut client, &KEPT5, PLAIN);
    assert_eq!(sent(&mut client), [WHOLE.replace(" id=2", " id=5")]);
}

#[test]
fn a_subscription_has_what_was_asked_for_also_after_a_restart() {
    let [mut client, mut again] = [(); 2].map(|()| {
        let mut client = Client::new();
        client.session.persist();
        client.session.set_renewing(true);
        client.session.bind(1, "x");
        client
    });
    open(&mut client, &KEPT5, PLAIN);
    subscribe(&mut client);
    while let Some(change) = client.session.poll_change() {
        let SessionChange::Put(record, bytes) = change else {
            panic!("{change:?}");
        };
        assert!(
            again.session.restore(record, bytes),
            "{record:?} {bytes:x?}"
        );
        let Client { session, out, .. } = &mut client;
        session.stored(record, true, out);
    }
    open(&mut again, &KEPT5, PLAIN);
    assert_eq!(sent(&mut again), [WHOLE.replace(" id=2", " id=1")]);
}
