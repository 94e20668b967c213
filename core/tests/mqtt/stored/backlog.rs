//! Many messages, little memory, and numbers that are given once.

use super::disk::*;
use crate::client::*;
use mqmodem_core::mqtt::session::{Acceptance, DropReason, IdStatus, RecordKey, WINDOW};
use mqmodem_core::mqtt::{SendError, Session};

/// Bytes of a message with a payload of four: header, PUBLISH.
const SIZE: usize = 24 + 13;

#[test]
fn a_backlog_of_hundreds_goes_out_in_order_through_the_window() {
    let mut kept = Kept::with([16_384, 64, 64, 4096]);
    kept.client.session.bind(BROKER, "x");
    kept.accept_many(300);
    kept.settle();
    let mut kept = kept.restart();
    kept.open(false);
    let mut sent = kept.sent_ids();
    assert_eq!(sent.len(), WINDOW);
    for id in 1..=300 {
        assert!(kept.client.session.in_flight() <= WINDOW);
        kept.feed(&puback(id));
        kept.settle();
        sent.extend(kept.sent_ids());
    }
    assert_eq!(sent, (1..=300).collect::<Vec<u16>>());
    assert_eq!(kept.client.session.backlog().messages, 0);
    assert_eq!(kept.disk.keys().collect::<Vec<_>>(), [&RecordKey::Identity]);
}

/// A message without an answer holds up those whose identifier has its place, and
/// lets go of them when it is answered.
#[test]
fn a_message_that_waits_long_stops_the_window_but_not_for_good() {
    let mut kept = Kept::connected();
    kept.accept_many(60);
    kept.settle();
    let mut sent = kept.sent_ids();
    for id in 2..=16 {
        kept.feed(&puback(id));
        kept.settle();
        sent.extend(kept.sent_ids());
    }
    assert_eq!(sent, (1..=16).collect::<Vec<u16>>());
    kept.hears(&puback(1));
    assert_eq!(kept.sent_ids(), []);
}

#[test]
fn of_a_full_queue_the_oldest_not_sent_is_dropped() {
    let mut kept = Kept::connected();
    let first = kept.accept(Q1, b"sent", PROMISE).unwrap();
    kept.settle();
    kept.client.raw();
    kept.client.session.lost();
    let limit = 4 * SIZE;
    let tight = Acceptance { limit, ..PROMISE };
    for _ in 0..3 {
        kept.accept(Q1, b"wait", tight).unwrap();
    }
    kept.settle();
    assert_eq!(kept.accept(Q1, b"more", tight), Err(SendError::Full));
    let tight = Acceptance {
        drop_oldest: true,
        ..tight
    };
    kept.accept(Q1, b"more", tight).unwrap();
    // It is told once it cannot come back.
    assert_eq!(kept.client.session.poll_dropped(), None);
    assert_eq!(kept.ask(), ["erase Outgoing(2)", "put Outgoing(5)"]);
    kept.answer(true);
    let dropped = kept.client.session.poll_dropped().unwrap();
    assert_eq!(
        dropped.tracked,
        Some(2),
        "not {}, which was sent",
        first.name
    );
    assert_eq!(dropped.reason, DropReason::NoRoom);
    assert_eq!(kept.client.session.poll_dropped(), None);
    kept.settle();
    let mut again = kept.restart();
    again.open(true);
    assert_eq!(again.sent_ids(), [1, 3, 4, 5]);
}

/// What is dropped before it was ever on its way to the disk is not asked for, and
/// what is on its way is erased after it.
#[test]
fn a_message_dropped_while_it_is_written_is_erased_afterwards() {
    let tight = Acceptance {
        limit: 40,
        drop_oldest: true,
        ..PROMISE
    };
    let mut kept = Kept::new();
    kept.client.session.bind(BROKER, "x");
    kept.accept(Q1, b"one", tight).unwrap();
    kept.accept(Q1, b"two", tight).unwrap();
    assert_eq!(kept.ask(), ["put Identity", "put Outgoing(2)"]);
    kept.accept(Q1, b"three", tight).unwrap();
    // Both at once may be more than there is memory for.
    assert_eq!(kept.ask(), [""; 0]);
    kept.answer(true);
    kept.answer(true);
    assert_eq!(kept.ask(), ["erase Outgoing(2)", "put Outgoing(3)"]);
    kept.settle();
    let mut again = kept.restart();
    again.open(false);
    assert_eq!(again.sent_ids(), [3]);
}

/// The first message stays; what is behind it is done, but not yet on disk, when
/// its memory is needed.
#[test]
fn memory_is_used_again_while_the_disk_is_late() {
    let mut kept = Kept::with([5 * SIZE, 64, 64, 4096]);
    kept.open(false);
    kept.client.raw();
    kept.accept_many(5);
    kept.settle();
    kept.client.raw();
    assert_eq!(kept.accept(Q1, b"late", PROMISE), Err(SendError::Full));
    kept.feed(&puback(3));
    kept.feed(&puback(4));
    let asked = kept.ask();
    assert_eq!(asked, ["erase Outgoing(3)", "erase Outgoing(4)"]);
    // Without their packets, but for the headers the disk has not answered for.
    kept.answer(true);
    kept.accept(Q1, b"late", PROMISE).unwrap();
    kept.feed(&puback(5));
    assert_eq!(kept.client.session.backlog().messages, 3);
    kept.settle();
    assert_eq!(kept.sent_ids(), [6]);
    kept.hears(&puback(1));
    kept.hears(&puback(6));
    let mut again = kept.restart();
    again.open(true);
    assert_eq!(again.sent_ids(), [2]);
    again.hears(&puback(2));
    assert_eq!(again.client.session.backlog().bytes, 0);
}

#[test]
fn identifiers_go_on_after_65535() {
    let mut kept = Kept::new();
    kept.client.session = Session::new(memory(4096), memory(64), memory(64), 65_531);
    kept.client.session.persist();
    kept.client.session.bind(BROKER, "x");
    kept.accept_many(8);
    kept.settle();
    let mut kept = kept.restart();
    kept.open(false);
    let ids = kept.sent_ids();
    assert_eq!(ids, [65_531, 65_532, 65_533, 65_534, 65_535, 1, 2, 3]);
}

/// With an identity on disk, no number is given twice, whenever power fails.
#[test]
fn no_number_is_given_twice() {
    let mut kept = Kept::connected();
    let mut last = 0;
    for life in 0..40 {
        for _ in 0..life * 7 {
            let accepted = kept.accept(Q1, b"m", PROMISE).unwrap();
            assert!(accepted.number > last);
            last = accepted.number;
            kept.settle();
            kept.client.raw();
            let id = accepted.id.unwrap().get();
            kept.feed(&puback(id));
            kept.settle();
        }
        kept = kept.restart();
        kept.open(true);
        kept.client.raw();
    }
}

#[test]
fn the_last_identifiers_of_the_host_are_remembered() {
    let mut kept = Kept::connected();
    for host_id in 1..=40 {
        let accepted = kept.accept(Q1, b"m", named(host_id)).unwrap();
        kept.settle();
        let known = kept.client.session.known(host_id);
        assert_eq!(known, Some(IdStatus::Waiting(accepted)));
        kept.feed(&puback(accepted.id.unwrap().get()));
        // Never is it unknown on disk: remembered before the message is erased.
        let asked = kept.ask();
        assert!(asked[0].starts_with("put Seen"), "{asked:?}");
        assert!(asked[1].starts_with("erase Outgoing"), "{asked:?}");
        kept.settle();
    }
    for kept in [&kept, &kept.restart()] {
        let known =
            |host_id: &u32| kept.client.session.known(*host_id) == Some(IdStatus::Delivered);
        let remembered: Vec<u32> = (1..=50).filter(known).collect();
        assert_eq!(remembered, (9..=40).collect::<Vec<_>>());
    }
}

/// A message that is dropped is not known any more: the host may give it again.
#[test]
fn what_is_dropped_is_not_delivered() {
    let mut kept = Kept::connected();
    kept.accept(Q1, b"m", named(4)).unwrap();
    kept.settle();
    kept.client.session.lost();
    kept.client.session.bind(BROKER + 1, "x");
    kept.settle();
    assert_eq!(kept.client.session.known(4), None);
}

#[test]
fn qos_0_in_the_queue_goes_out_once_and_in_its_place() {
    let mut kept = Kept::new();
    kept.client.session.bind(BROKER, "x");
    kept.accept(Q1, b"one", PROMISE).unwrap();
    kept.accept(Q0, b"two", PROMISE).unwrap();
    kept.accept(Q2, b"three", PROMISE).unwrap();
    kept.settle();
    kept.open(false);
    let expected = [
        "PUBLISH q1 d0 r0 id=1 \"out\" 3 bytes",
        "PUBLISH q0 d0 r0 \"out\" 3 bytes",
        "PUBLISH q2 d0 r0 id=2 \"out\" 5 bytes",
    ];
    assert_eq!(kept.client.sent(), expected);
    kept.settle();
    let mut again = kept.restart();
    again.open(true);
    assert_eq!(again.sent_ids(), [1, 2]);
}

/// A message that was dropped before the disk was asked does not hide what else is
/// to be put there.
#[test]
fn a_message_dropped_unasked_hides_nothing() {
    let tight = Acceptance {
        drop_oldest: true,
        ..PROMISE
    };
    let mut kept = Kept::with([130, 64, 64, 4096]);
    kept.open(false);
    kept.accept(Q1, b"first", PROMISE).unwrap();
    kept.settle();
    kept.accept(Q1, b"a message", PROMISE).unwrap();
    kept.accept(Q1, &[b'x'; 30], tight).unwrap();
    kept.feed(&message(Q2, false, 9, b"m"));
    assert_eq!(kept.ask(), ["put Received(9)", "put Outgoing(3)"]);
}

/// What makes no room for a message is not dropped for it.
#[test]
fn a_message_that_is_too_large_drops_no_other() {
    let mut kept = Kept::connected();
    kept.accept(Q1, b"sent", PROMISE).unwrap();
    kept.settle();
    kept.client.session.lost();
    kept.accept(Q1, b"wait", PROMISE).unwrap();
    let tight = Acceptance {
        limit: 2 * SIZE,
        drop_oldest: true,
        ..PROMISE
    };
    let larger = kept.accept(Q1, &[b'x'; SIZE], tight);
    assert_eq!(larger, Err(SendError::Full));
    assert_eq!(kept.client.session.poll_dropped(), None);
    assert_eq!(kept.client.session.backlog().messages, 2);
}
