//! What ends the connection each time it is sent, and what the caller drops: what is
//! set aside, what is kept of it, and which identifiers are not used again.

use super::disk::*;
use crate::client::*;
use mqmodem_core::mqtt::session::{DropError, DropReason, RecordKey};

impl Kept {
    fn with_limit(tries: u8) -> Self {
        let mut kept = Self::connected();
        kept.client.session.set_give_up(tries);
        kept
    }

    /// The broker ends the connection, and takes the next; which identifiers are sent
    /// on it.
    fn closed(&mut self) -> Vec<u16> {
        self.client.session.judge(true);
        self.client.session.lost();
        self.settle();
        self.client.open(&KEPT, true);
        self.settle();
        self.sent_ids()
    }

    fn told(&mut self) -> Vec<(Option<u32>, DropReason)> {
        let session = &mut self.client.session;
        let dropped = std::iter::from_fn(|| session.poll_dropped());
        dropped.map(|it| (it.tracked, it.reason)).collect()
    }

    fn is_kept(&self, record: RecordKey) -> bool {
        self.disk.contains_key(&record)
    }
}

/// The broker closes on the second of three and never gets to answer the first.
#[test]
fn only_the_message_that_ends_the_connection_is_set_aside() {
    let mut kept = Kept::with_limit(4);
    let accepted = kept.accept_many(3);
    kept.settle();
    assert_eq!(kept.sent_ids(), [1, 2, 3]);
    assert_eq!(kept.closed(), [1, 2, 3]);
    assert_eq!(kept.closed(), [1, 2, 3]);
    assert_eq!(kept.closed(), [1], "the oldest is suspected: alone");
    assert_eq!(kept.hears(&puback(1)).len(), 2, "it was not that");
    assert_eq!(kept.closed(), [2, 3]);
    assert_eq!(kept.closed(), [2]);
    assert_eq!(kept.closed(), [2]);
    assert_eq!(kept.told(), []);
    assert_eq!(kept.closed(), [3]);
    let name = Some(accepted[1].name);
    assert_eq!(kept.told(), [(name, DropReason::SetAside)]);
    assert!(!kept.is_kept(RecordKey::Outgoing(accepted[1].number)));
    kept.hears(&puback(3));
    assert_eq!(kept.client.session.backlog().messages, 0);
}

#[test]
fn a_limit_of_one_is_not_reached_together_with_others() {
    let mut kept = Kept::with_limit(1);
    kept.accept_many(2);
    kept.settle();
    kept.sent_ids();
    assert_eq!(kept.closed(), [1, 2]);
    assert_eq!(kept.closed(), [1]);
    assert_eq!(kept.told(), []);
    assert_eq!(kept.closed(), [2]);
    assert_eq!(kept.told().len(), 1);
}

#[test]
fn tries_are_counted_over_restarts_and_forgotten_with_the_answer() {
    let mut kept = Kept::with_limit(3);
    kept.accept(Q2, b"m", PROMISE).unwrap();
    kept.settle();
    assert_eq!(kept.closed(), [1]);
    for _ in 0..2 {
        assert_eq!(kept.closed(), [1]);
        kept = kept.restart();
        kept.client.session.set_give_up(3);
        kept.open(true);
        assert_eq!(kept.sent_ids(), [1]);
    }
    let mut innocent = kept.restart();
    innocent.client.session.set_give_up(3);
    innocent.open(true);
    innocent.hears(&pubrec(1));
    assert!(!innocent.is_kept(RecordKey::Suspect), "PUBREC is an answer");
    assert_eq!(kept.closed(), [0_u16; 0]);
    assert_eq!(kept.told().len(), 1);
    assert!(kept.is_kept(RecordKey::Suspect), "its identifier");
}

#[test]
fn a_message_is_not_dropped_where_the_broker_did_not_end_the_connection() {
    let mut kept = Kept::with_limit(2);
    kept.accept(Q1, b"m", PROMISE).unwrap();
    kept.settle();
    for _ in 0..10 {
        kept.closed();
        kept.client.session.judge(false);
        kept.client.session.lost();
        kept.settle();
        kept.client.open(&KEPT, true);
        kept.settle();
    }
    assert_eq!((kept.sent_ids().is_empty(), kept.told().len()), (false, 0));
}

#[test]
fn a_dropped_identifier_is_not_used_before_the_broker_answers_or_forgets() {
    let mut kept = Kept::connected();
    let accepted = kept.accept(Q2, b"m", PROMISE).unwrap();
    kept.settle();
    assert_eq!(kept.sent_ids(), [1]);
    let session = &mut kept.client.session;
    assert_eq!(session.drop_message(99), Err(DropError::Unknown));
    assert_eq!(session.drop_message(accepted.name), Ok(()));
    assert!(session.is_dropping());
    kept.settle();
    assert!(!kept.client.session.is_dropping());
    assert_eq!(kept.told(), [(Some(accepted.name), DropReason::Dropped)]);
    // A session that starts anew begins with 1 again.
    let mut again = kept.restart();
    again.open(true);
    assert_eq!(again.client.sent(), [""; 0]);
    assert_eq!(again.client.publish_id(Q2, b"other"), 2);
    let mut forgotten = kept.restart();
    forgotten.open(false);
    assert_eq!(forgotten.client.publish_id(Q2, b"other"), 1);
    assert!(kept.hears(&pubrec(1)).contains(&"PUBREL id=1".to_owned()));
    kept.hears(&pubcomp(1));
    assert!(!kept.is_kept(RecordKey::Suspect));
}

/// Else the power could bring the message back after the broker passed it on.
#[test]
fn pubrel_of_a_dropped_message_waits_for_the_disk() {
    let mut kept = Kept::connected();
    let accepted = kept.accept(Q2, b"m", PROMISE).unwrap();
    kept.settle();
    kept.sent_ids();
    kept.client.session.drop_message(accepted.name).unwrap();
    kept.feed(&pubrec(1));
    assert_eq!(kept.client.sent(), [""; 0]);
    kept.fail();
    assert_eq!(kept.client.sent(), [""; 0]);
    kept.client.session.try_changes_again();
    kept.settle();
    assert_eq!(kept.client.sent(), ["PUBREL id=1"]);
}

#[test]
fn what_the_broker_has_taken_over_is_not_dropped() {
    let mut kept = Kept::connected();
    let taken = kept.accept(Q2, b"m", PROMISE).unwrap();
    kept.accept_many(30);
    kept.settle();
    kept.hears(&pubrec(1));
    let session = &mut kept.client.session;
    assert_eq!(session.drop_message(taken.name), Err(DropError::TooLate));
    session.drop_messages();
    kept.settle();
    assert_eq!(kept.told().len(), 30);
    assert_eq!(kept.client.session.backlog().messages, 1);
    assert_eq!(kept.restart().client.session.backlog().messages, 1);
    // The answers to those in flight are not taken for others.
    for id in 2..=10 {
        kept.hears(&puback(id));
    }
    kept.hears(&pubcomp(1));
    assert_eq!(kept.client.session.in_flight(), 0);
}

/// The power could bring it back until its end is on disk.
#[test]
fn a_session_is_not_emptied_before_the_end_of_each_message_is_on_disk() {
    for (qos, end) in [(Q1, puback(1)), (Q2, pubrec(1))] {
        let mut kept = Kept::connected();
        kept.accept(qos, b"m", PROMISE).unwrap();
        kept.settle();
        kept.feed(&end);
        kept.client.session.drop_messages();
        let session = &kept.client.session;
        assert!(!session.is_dropping() && session.is_emptying());
        kept.client.raw();
        let mut before = kept.restart();
        before.open(true);
        assert_eq!(before.client.sent().len(), 1, "a PUBLISH");
        kept.settle();
        assert!(!kept.client.session.is_emptying());
        let mut after = kept.restart();
        after.open(true);
        assert!(after.client.sent().iter().all(|it| it == "PUBREL id=1"));
    }
}

#[test]
fn only_what_was_kept_is_taken_back() {
    let mut kept = Kept::with_limit(9);
    kept.accept(Q1, b"m", PROMISE).unwrap();
    kept.settle();
    kept.closed();
    kept.closed();
    let bytes = kept.disk.remove(&RecordKey::Suspect).unwrap();
    let mut again = kept.restart();
    let mut take = |bytes: &[u8]| again.client.session.restore(RecordKey::Suspect, bytes);
    assert!(!take(&bytes[2..]) && !take(&[]) && take(&bytes));
    let mut unknown = bytes;
    unknown[1] = 9;
    assert!(!take(&unknown), "a kind nobody knows");
    unknown[..2].copy_from_slice(&[9, 0]);
    assert!(!take(&unknown), "a form nobody knows");
}
