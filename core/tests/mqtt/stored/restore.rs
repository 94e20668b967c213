//! What is found on disk: taken back whole and in order, or refused and without
//! any effect.

use super::disk::*;
use crate::client::*;
use mqmodem_core::mqtt::session::{RecordKey, WINDOW};
use mqmodem_core::mqtt::{Connect, Version};

/// A session with one record of each kind, and what it kept.
fn busy() -> Vec<(RecordKey, Vec<u8>)> {
    let mut kept = Kept::connected();
    kept.accept(Q1, b"delivered", named(5)).unwrap();
    kept.settle();
    kept.hears(&puback(1));
    kept.accept(Q2, b"released", PROMISE).unwrap();
    kept.accept(Q1, b"sent", named(6)).unwrap();
    kept.settle();
    kept.hears(&pubrec(2));
    kept.hears(&message(Q2, false, 9, b"taken"));
    kept.client.subscribe("a/#", Q1).unwrap();
    kept.hears(&suback(4, 1));
    kept.disk.into_iter().collect()
}

#[test]
fn a_record_of_each_kind_is_restored() {
    let records = busy();
    let all: Vec<RecordKey> = records.iter().map(|(record, _)| *record).collect();
    let expected = [
        RecordKey::Identity,
        RecordKey::Outgoing(2),
        RecordKey::Outgoing(3),
        RecordKey::Received(9),
        RecordKey::Subscription(0),
        RecordKey::Seen(0),
    ];
    assert_eq!(all, expected);
    let (mut kept, taken) = Kept::take(&records);
    assert_eq!(taken, expected);
    assert_eq!(kept.client.subscriptions(), [("a/#".to_owned(), 1)]);
    kept.open(true);
    assert_eq!(
        kept.client.sent(),
        ["PUBREL id=2", "PUBLISH q1 d1 r0 id=3 \"out\" 4 bytes"]
    );
    assert!(!kept.feed(&message(Q2, true, 9, b"taken")));
    assert!(kept.client.session.known(5).is_some());
    assert!(kept.client.session.known(6).is_some());
}

/// Every record cut off anywhere, or longer than it was.
#[test]
fn a_record_of_another_length_is_refused() {
    let records = busy();
    for at in 0..records.len() {
        let (record, whole) = &records[at];
        let lengths = (0..whole.len()).chain([whole.len() + 1]);
        for len in lengths {
            let mut records = records.clone();
            records[at].1.resize(len, 0);
            let (_, taken) = Kept::take(&records);
            // Of a released message only the header counts.
            let whole = *record == RecordKey::Outgoing(2) && len > whole.len();
            assert_eq!(taken.contains(record), whole, "{record:?} with {len} bytes");
        }
    }
}

/// Any bit of any record turned: what is taken can be sent to its end and kept
/// once more.
#[test]
fn a_record_with_a_flipped_bit_does_no_harm() {
    let records = busy();
    for at in 0..records.len() {
        for bit in 0..records[at].1.len() * 8 {
            let mut records = records.clone();
            records[at].1[bit / 8] ^= 1 << (bit % 8);
            let (mut kept, taken) = Kept::take(&records);
            kept.disk = records.into_iter().collect();
            kept.disk.retain(|record, _| taken.contains(record));
            let context = format!("record {at} bit {bit}");
            drain(&mut kept.restart(), &context);
            drain(&mut kept, &context);
        }
    }
}

/// A broker that answers everything: nothing is left.
fn drain(kept: &mut Kept, context: &str) {
    kept.open(true);
    for _ in 0..50 {
        for line in kept.client.sent() {
            kept.feed(&answer(&line));
        }
        kept.settle();
    }
    let left = kept.client.session.backlog();
    assert_eq!(left.messages, 0, "{context}: {left:?}");
    assert_eq!(kept.client.session.in_flight(), 0, "{context}");
    drop(kept.restart());
}

#[test]
fn nothing_is_taken_before_the_identity_nor_out_of_order() {
    let records = busy();
    let (_, taken) = Kept::take(&records[1..]);
    assert_eq!(taken, []);
    let mut swapped = records.clone();
    swapped.swap(1, 2);
    let (_, taken) = Kept::take(&swapped);
    assert!(!taken.contains(&RecordKey::Outgoing(2)));
    let mut twice = records.clone();
    twice.extend(records);
    let (kept, taken) = Kept::take(&twice);
    assert_eq!(kept.client.session.backlog().messages, 2);
    let seen = |record: &&RecordKey| matches!(record, RecordKey::Seen(_));
    assert_eq!(taken.iter().filter(|it| !seen(it)).count(), 5, "{taken:?}");
}

#[test]
fn records_of_another_version_are_refused() {
    let mut records = busy();
    records[0].1[0] += 1;
    assert_eq!(Kept::take(&records).1, []);
}

/// Under a name that is not its own, a record could never be erased.
#[test]
fn a_record_under_another_name_is_refused() {
    let other = |record| match record {
        RecordKey::Outgoing(_) => Some(RecordKey::Outgoing(4)),
        RecordKey::Received(_) => Some(RecordKey::Received(10)),
        RecordKey::Subscription(_) => Some(RecordKey::Subscription(1)),
        RecordKey::Seen(_) => Some(RecordKey::Seen(1)),
        RecordKey::Identity | RecordKey::Suspect => None,
    };
    for (record, bytes) in busy() {
        let Some(name) = other(record) else { continue };
        let identity = busy().swap_remove(0);
        let (_, taken) = Kept::take(&[identity, (name, bytes)]);
        assert_eq!(taken, [RecordKey::Identity], "{record:?} as {name:?}");
    }
}

/// A number that was not given away yet would be given to another message.
#[test]
fn a_number_of_the_future_is_refused() {
    let mut records = busy();
    let far = 1_u64 << 40;
    records[2].0 = RecordKey::Outgoing(far);
    records[2].1[8..16].copy_from_slice(&far.to_le_bytes());
    let (_, taken) = Kept::take(&records);
    assert!(!taken.contains(&RecordKey::Outgoing(far)));
    records[0].1[17..].fill(0xff);
    assert_eq!(Kept::take(&records).1, [], "there are no numbers left");
}

/// Messages whose identifiers have the same place in the table of those in use
/// cannot both have been in flight.
#[test]
fn only_messages_that_can_have_been_in_flight_are_sent_first() {
    let mut kept = Kept::connected();
    kept.accept_many(40);
    kept.settle();
    assert_eq!(kept.sent_ids(), (1..=10).collect::<Vec<u16>>());
    // The broker answers all but the first: the window stops before 17.
    for id in 2..=16 {
        kept.hears(&puback(id));
    }
    let mut again = kept.restart();
    again.open(true);
    let first = again.sent_ids();
    assert_eq!(first, [1], "17 has the place of 1");
    again.hears(&puback(1));
    again.client.raw();
    for id in 17..=40 {
        again.hears(&puback(id));
    }
    assert_eq!(again.client.session.backlog().messages, 0);
    assert_eq!(again.client.session.in_flight(), 0);
    assert_eq!(WINDOW, 10);
}

#[test]
fn a_session_of_which_only_its_name_is_left_is_resumed_by_mqtt_5() {
    let mut again = Kept::connected().restart();
    let connect = Connect {
        version: Version::V5,
        ..KEPT
    };
    let Client {
        session, out, now, ..
    } = &mut again.client;
    session.bind(BROKER, "x");
    session.connect(*now, &connect, out).unwrap();
    let flags = again.client.raw()[9];
    assert_eq!(flags & 0x02, 0, "no clean start");
}
