//! What must not be known to the broker before it is on disk, and what becomes of
//! what the disk refuses.

use super::disk::*;
use crate::client::*;
use mqmodem_core::mqtt::session::Stored;
use mqmodem_core::mqtt::{Connect, Version};

#[test]
fn a_message_is_sent_once_it_is_on_disk() {
    let mut kept = Kept::connected();
    let id = kept.client.publish_id(Q1, b"m");
    assert_eq!(kept.client.sent(), [""; 0]);
    assert_eq!(kept.ask(), ["put Outgoing(1)"]);
    assert_eq!(kept.client.sent(), [""; 0]);
    kept.answer(true);
    assert_eq!(kept.sent_ids(), [id]);
}

/// The answer for one does not let another go, nor overtake it.
#[test]
fn messages_are_sent_in_their_order_as_they_become_durable() {
    let mut kept = Kept::connected();
    let accepted = kept.accept_many(3);
    assert_eq!(kept.ask().len(), 3);
    for (i, message) in accepted.iter().enumerate() {
        assert_eq!(kept.client.session.backlog().messages, 3);
        assert!(!kept.client.session.is_accepted(message.number));
        kept.answer(true);
        assert!(kept.client.session.is_accepted(message.number));
        assert_eq!(kept.sent_ids(), [i as u16 + 1]);
    }
}

#[test]
fn pubrel_waits_until_released_is_on_disk() {
    let mut kept = Kept::connected();
    let id = kept.client.publish_id(Q2, b"m");
    kept.settle();
    kept.client.raw();
    kept.feed(&pubrec(id));
    // The broker may ask for it once more: still nothing.
    kept.feed(&pubrec(id));
    assert_eq!(kept.client.sent(), [""; 0]);
    kept.settle();
    assert_eq!(kept.client.sent(), ["PUBREL id=1"]);
    // On disk it needs to be answered at once.
    kept.feed(&pubrec(id));
    assert_eq!(kept.client.sent(), ["PUBREL id=1"]);
    let mut again = kept.restart();
    again.open(true);
    assert_eq!(again.client.sent(), ["PUBREL id=1"]);
}

#[test]
fn pubrec_and_pubcomp_wait_for_the_disk() {
    let mut kept = Kept::connected();
    assert!(kept.feed(&message(Q2, false, 9, b"m")));
    assert_eq!(kept.client.sent(), [""; 0]);
    assert_eq!(kept.ask(), ["put Received(9)"]);
    kept.answer(true);
    assert_eq!(kept.client.sent(), ["PUBREC id=9"]);
    kept.feed(&pubrel(9));
    assert_eq!(kept.client.sent(), [""; 0]);
    assert_eq!(kept.ask(), ["erase Received(9)"]);
    kept.answer(true);
    assert_eq!(kept.client.sent(), ["PUBCOMP id=9"]);
    assert!(kept.feed(&message(Q2, false, 9, b"another")));
}

/// `[MQTT-4.6.0-2]`, `[MQTT-4.6.0-3]`: acknowledgements of one kind in the order of
/// the messages; PUBACK has nothing to wait for.
#[test]
fn acknowledgements_keep_their_order() {
    let mut kept = Kept::connected();
    kept.feed(&message(Q2, false, 1, b""));
    kept.feed(&message(Q1, false, 2, b""));
    kept.feed(&message(Q2, false, 3, b""));
    assert_eq!(kept.client.sent(), ["PUBACK id=2"]);
    kept.settle();
    assert_eq!(kept.client.sent(), ["PUBREC id=1", "PUBREC id=3"]);
}

/// One there is no room for fails what stands behind it. Given again and again, it
/// would keep everything else from the disk.
#[test]
fn new_messages_are_put_on_disk_behind_everything_else() {
    let mut kept = Kept::connected();
    kept.feed(&message(Q2, false, 9, b"m"));
    let sent = kept.client.publish_id(Q1, b"sent");
    kept.settle();
    kept.accept(Q1, b"new", PROMISE).unwrap();
    kept.feed(&pubrel(9));
    kept.feed(&message(Q2, false, 10, b"m"));
    kept.feed(&puback(sent));
    let first = ["erase Outgoing(1)", "erase Received(9)", "put Received(10)"];
    let asked = kept.ask();
    assert_eq!(asked[..3], first);
    assert_eq!(asked[3..], ["put Outgoing(2)"]);
}

/// While an answer is late the broker is gone and back: on the new connection
/// nothing is acknowledged that was not sent on it.
#[test]
fn a_late_answer_acknowledges_nothing_on_another_connection() {
    let mut kept = Kept::connected();
    kept.feed(&message(Q2, false, 9, b"m"));
    kept.ask();
    kept.client.open(&KEPT, true);
    kept.client.raw();
    kept.settle();
    assert_eq!(kept.client.sent(), [""; 0]);
    assert!(!kept.feed(&message(Q2, true, 9, b"m")));
    assert_eq!(kept.client.sent(), ["PUBREC id=9"]);
}

#[test]
fn a_message_the_disk_refuses_is_not_sent() {
    let mut kept = Kept::connected();
    let accepted = kept.accept(Q1, b"m", PROMISE).unwrap();
    let refused = Stored::Refused {
        number: accepted.number,
        id: accepted.id,
    };
    assert_eq!(kept.fail(), [refused]);
    assert!(kept.client.session.is_stalled());
    assert_eq!(kept.ask(), [""; 0], "not before it is told to try again");
    kept.client.session.try_changes_again();
    // It may be there all the same.
    assert_eq!(kept.ask(), ["erase Outgoing(1)"]);
    kept.answer(true);
    assert_eq!(kept.client.sent(), [""; 0]);
    assert_eq!(kept.client.session.backlog().messages, 0);
    let next = kept.accept(Q1, b"n", PROMISE).unwrap();
    kept.settle();
    assert_eq!(kept.client.sent().len(), 1);
    assert!(kept.client.session.is_accepted(next.number));
}

/// What is not about a new message is tried until it is done.
#[test]
fn what_must_be_kept_is_tried_again() {
    let mut kept = Kept::connected();
    let id = kept.client.publish_id(Q2, b"m");
    kept.settle();
    kept.client.raw();
    kept.feed(&pubrec(id));
    kept.feed(&message(Q2, false, 9, b"m"));
    for _ in 0..3 {
        assert_eq!(kept.fail().len(), 2);
        assert_eq!(kept.client.sent(), [""; 0]);
        kept.client.session.try_changes_again();
    }
    kept.settle();
    let mut sent = kept.client.sent();
    sent.sort();
    assert_eq!(sent, ["PUBREC id=9", "PUBREL id=1"]);
}

#[test]
fn another_broker_forgets_everything_first() {
    let mut kept = Kept::connected();
    kept.accept(Q1, b"m", named(4)).unwrap();
    kept.settle();
    kept.feed(&message(Q2, false, 9, b"m"));
    kept.settle();
    kept.client.session.lost();
    kept.client.session.bind(BROKER + 1, "x");
    assert_eq!(kept.client.dropped(), [1]);
    kept.accept(Q1, b"new", PROMISE).unwrap();
    // What follows waits until the disk has forgotten.
    assert_eq!(kept.ask(), ["forget Identity"]);
    assert!(kept.disk.len() > 2);
    kept.answer(true);
    assert!(kept.disk.is_empty());
    assert_eq!(kept.ask(), ["put Identity", "put Outgoing(2)"]);
    kept.settle();
    let again = kept.restart();
    assert_eq!(again.client.session.backlog().messages, 1);
    assert_eq!(again.client.session.known(4), None);
}

#[test]
fn forgetting_that_fails_is_tried_again() {
    let mut kept = Kept::connected();
    kept.client.session.lost();
    kept.client.session.bind(BROKER + 1, "x");
    assert_eq!(kept.fail(), [Stored::Nothing]);
    assert_eq!(kept.ask(), [""; 0]);
    kept.client.session.try_changes_again();
    assert_eq!(kept.ask(), ["forget Identity"]);
    kept.answer(true);
    assert_eq!(kept.ask(), ["put Identity"]);
}

/// The answer for an identity on its way is not one for the forgetting that was
/// asked for after it.
#[test]
fn an_identity_being_written_is_forgotten_for_another_broker() {
    let mut kept = Kept::new();
    kept.client.session.bind(BROKER, "x");
    assert_eq!(kept.ask(), ["put Identity"]);
    kept.client.session.bind(BROKER + 1, "x");
    assert_eq!(kept.ask(), ["forget Identity"]);
    kept.answer(true);
    assert_eq!(kept.ask(), [""; 0], "nothing is forgotten yet");
    kept.answer(true);
    assert_eq!(kept.ask(), ["put Identity"]);
    kept.answer(false);
    kept.client.session.try_changes_again();
    assert_eq!(kept.ask(), ["put Identity"]);
}

/// A message the broker had taken over and forgot is told once, however often the
/// broker forgets.
#[test]
fn a_message_lost_with_the_session_is_told_once() {
    let mut kept = Kept::connected();
    let id = kept.client.publish_id(Q2, b"m");
    kept.settle();
    kept.hears(&pubrec(id));
    kept.open(false);
    assert_eq!(kept.client.dropped(), [id]);
    for _ in 0..2 {
        kept.open(false);
        assert_eq!(kept.client.dropped(), [0; 0]);
        assert_eq!(kept.client.sent(), ["PUBREL id=1"]);
    }
    let moved = kept.restart();
    kept.hears(&pubcomp(id));
    assert_eq!(kept.client.session.in_flight(), 0);
    // Nor once more in another life, when it goes on or its flow is given up.
    let mut kept = moved;
    kept.open(false);
    assert_eq!(kept.client.dropped(), [0; 0]);
    kept.client.session.lost();
    kept.client.session.bind(BROKER + 1, "x");
    assert_eq!(kept.client.dropped(), [0; 0]);
    assert_eq!(kept.client.session.backlog().messages, 0);
}

/// What belongs to the broker met last is asked for once the disk has forgotten,
/// and its answers are not those for another.
#[test]
fn only_the_last_of_several_brokers_is_stored_once_the_disk_answers() {
    let mut kept = Kept::connected();
    kept.feed(&message(Q2, false, 9, b"m"));
    assert_eq!(kept.ask(), ["put Received(9)"]);
    for (broker, asked) in [(1, &["forget Identity"][..]), (2, &[]), (3, &[])] {
        kept.client.session.lost();
        kept.client.session.bind(BROKER + broker, "x");
        assert_eq!(kept.ask(), asked);
    }
    kept.client.open(&KEPT, true);
    kept.client.raw();
    kept.feed(&message(Q2, false, 9, b"m"));
    kept.answer(true);
    assert_eq!(kept.client.sent(), [""; 0], "that was the other broker's");
    kept.answer(true);
    assert!(kept.disk.is_empty());
    assert_eq!(kept.ask(), ["put Identity", "put Received(9)"]);
    kept.answer(true);
    kept.answer(true);
    assert_eq!(kept.client.sent(), ["PUBREC id=9"]);
    assert_eq!(kept.ask(), [""; 0]);
}

/// A subscription the broker forgot is asked for anew while that is on its way to
/// the disk: there is nothing of it to restore yet.
#[test]
fn a_subscription_asked_for_is_not_one_to_restore() {
    let mut kept = Kept::connected();
    let id = kept.client.subscribe("a", Q1).unwrap();
    kept.feed(&[0x90, 3, 0, id.get() as u8, 1]);
    kept.settle();
    kept.client.open(&KEPT, false);
    kept.client.subscribe("a", Q1).unwrap();
    assert_eq!(kept.ask(), ["erase Subscription(0)"]);
}

/// Else it could come back behind them, where the power goes.
#[test]
fn what_the_broker_does_not_take_holds_up_the_others_until_it_is_erased() {
    let mut fresh = Kept::new();
    fresh.client.session.bind(BROKER, "x");
    fresh.accept(Q2, b"too much", PROMISE).unwrap();
    fresh.accept(Q1, b"m", PROMISE).unwrap();
    fresh.settle();
    let restored = fresh.restart();
    for mut kept in [fresh, restored] {
        let connect = Connect {
            version: Version::V5,
            ..KEPT
        };
        let Client { session, out, now } = &mut kept.client;
        session.bind(BROKER, "x");
        session.connect(*now, &connect, out).unwrap();
        kept.client.raw();
        // QoS 1 at most.
        kept.client.feed(&[0x20, 5, 0, 0, 2, 0x24, 1]).unwrap();
        assert!(kept.ask().contains(&"erase Outgoing(1)".to_owned()));
        assert!(kept.client.raw().is_empty());
        kept.settle();
        let sent = kept.client.raw();
        assert_eq!(sent[0] & 0xf6, 0x32, "{sent:02x?}");
    }
}
