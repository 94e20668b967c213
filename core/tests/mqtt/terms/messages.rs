//! Messages of MQTT 5: aliases, expiry, and what a broker does not take.

use super::*;

#[test]
fn aliases_of_the_broker_stand_for_topics() {
    let mut client = client();
    client.session.set_offer(Offer {
        alias_in: 2,
        ..Offer::default()
    });
    open(&mut client, &KEPT5, PLAIN);
    assert!(client.delivers(&[0x30, 8, 0, 1, b't', 3, 0x23, 0, 2, b'm']));
    let known = publish5(1, 1, "", &[0x23, 0, 2]);
    let Ok(SessionEvent::Message {
        topic: "", alias, ..
    }) = client.feed(&known)
    else {
        panic!();
    };
    assert_eq!(client.session.topic_of(alias), Some("t"));
    for (block, topic, violation) in [
        ([0x23, 0, 0], "t", Violation::Alias),
        ([0x23, 0, 3], "t", Violation::Alias),
        ([0x23, 0, 1], "", Violation::Unexpected),
    ] {
        open(&mut client, &KEPT5, RESUMED);
        client.raw();
        assert_eq!(client.feed(&publish5(1, 2, topic, &block)), Err(violation));
        let code = violation.code();
        assert_eq!(sent(&mut client), [format!("DISCONNECT code={code}")]);
    }
    open(&mut client, &KEPT5, RESUMED);
    assert_eq!(
        client.feed(&known),
        Err(Violation::Unexpected),
        "of another connection"
    );
}

#[test]
fn aliases_shorten_topics_and_a_resend_has_them_whole() {
    let mut client = client();
    client.session.set_offer(Offer {
        alias_out: 5,
        ..Offer::default()
    });
    open(&mut client, &KEPT5, &connack5(false, &[0x22, 0, 2]));
    for topic in ["a", "b", "c", "b", "a"] {
        client
            .session
            .publish(topic, Q1, false, b"", &mut client.out)
            .unwrap();
    }
    assert_eq!(
        sent(&mut client),
        [
            r#"PUBLISH q1 d0 r0 id=1 "a" alias=1 0 bytes"#,
            r#"PUBLISH q1 d0 r0 id=2 "b" alias=2 0 bytes"#,
            r#"PUBLISH q1 d0 r0 id=3 "c" 0 bytes"#,
            r#"PUBLISH q1 d0 r0 id=4 "" alias=2 0 bytes"#,
            r#"PUBLISH q1 d0 r0 id=5 "" alias=1 0 bytes"#,
        ]
    );
    open(&mut client, &KEPT5, RESUMED);
    let again = sent(&mut client);
    assert_eq!(again[3], r#"PUBLISH q1 d1 r0 id=4 "b" 0 bytes"#);
    assert_eq!(again.len(), 5);
}

const PROMISE: Acceptance = Acceptance {
    tracked: false,
    host_id: 0,
    limit: usize::MAX,
    drop_oldest: false,
};

/// Properties with an expiry.
fn expiry(seconds: u32) -> Properties<'static> {
    let mut block = memory(16);
    property::EXPIRY
        .write(PropertyValue::Four(seconds), &mut block)
        .unwrap();
    let bytes = block.as_slice().to_vec().leak();
    Properties::parse(carrier::Carrier::Publish, bytes).unwrap()
}

fn with(properties: Properties<'static>, qos: Qos) -> Publish<'static> {
    Publish {
        dup: false,
        qos,
        retain: false,
        topic: "t",
        id: None,
        properties,
        payload: b"m",
    }
}

#[test]
fn expiry_counts_while_a_message_waits() {
    let mut client = client();
    client.session.set_time(100);
    for seconds in [5, 50] {
        let publish = with(expiry(seconds), Q1);
        client
            .session
            .accept(&publish, PROMISE, &mut client.out)
            .unwrap();
    }
    client.session.set_time(110);
    open(&mut client, &KEPT5, PLAIN);
    assert_eq!(
        sent(&mut client),
        [r#"PUBLISH q1 d0 r0 id=2 "t" expiry=40 1 bytes"#]
    );
    let dropped = client.session.poll_dropped().unwrap();
    assert_eq!(dropped.reason, DropReason::Expired);
    // Once it was sent it does not expire.
    client.session.set_time(1000);
    open(&mut client, &KEPT5, RESUMED);
    assert_eq!(
        sent(&mut client),
        [r#"PUBLISH q1 d1 r0 id=2 "t" expiry=1 1 bytes"#]
    );
}

#[test]
fn a_message_goes_out_by_either_version() {
    let mut client = client();
    let publish = with(expiry(50), Q1);
    client
        .session
        .accept(&publish, PROMISE, &mut client.out)
        .unwrap();
    client.open(&KEPT, false);
    assert_eq!(client.sent(), [r#"PUBLISH q1 d0 r0 id=1 "t" 1 bytes"#]);
    open(&mut client, &KEPT5, RESUMED);
    assert_eq!(
        sent(&mut client),
        [r#"PUBLISH q1 d1 r0 id=1 "t" expiry=50 1 bytes"#]
    );
    client.open(&KEPT, true);
    assert_eq!(client.sent(), [r#"PUBLISH q1 d1 r0 id=1 "t" 1 bytes"#]);
    let refused = client.session.send(publish, &mut client.out);
    assert_eq!(refused, Err(SendError::Unsupported(0)));
}

#[test]
fn what_waited_and_the_broker_does_not_take_is_dropped() {
    let mut client = client();
    for qos in [Q2, Q1] {
        client
            .session
            .accept(&with(Properties::NONE, qos), PROMISE, &mut client.out)
            .unwrap();
    }
    open(&mut client, &KEPT5, &connack5(false, &[0x24, 1]));
    assert_eq!(sent(&mut client), [r#"PUBLISH q1 d0 r0 id=2 "t" 1 bytes"#]);
    assert_eq!(
        client.session.poll_dropped().unwrap().reason,
        DropReason::NoQos
    );
}

#[test]
fn a_new_session_knows_of_nothing() {
    let mut client = connected(&KEPT5, PLAIN);
    client.publish_id(Q2, b"");
    client.publish_id(Q2, b"");
    client.raw();
    client.feed(&pubrec(1)).unwrap();
    open(&mut client, &KEPT5, PLAIN);
    assert_eq!(
        sent(&mut client),
        [r#"PUBLISH q2 d0 r0 id=2 "out" 0 bytes"#]
    );
    assert_eq!(client.dropped(), [1]);
}
