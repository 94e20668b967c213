//! Records of version 0.1, which did not yet begin with their form, are read.

use super::disk::*;
use crate::client::*;
use mqmodem_core::mqtt::session::RecordKey;

/// What version 0.1 put on disk for [`busy`].
const OLDER: [(RecordKey, &str); 12] = [
    (
        RecordKey::Identity,
        "01071702864cf563af07000000000000000104000000000000",
    ),
    (
        RecordKey::Outgoing(2),
        "0d0000010657020002000000000000000000000000000000",
    ),
    (
        RecordKey::Outgoing(3),
        "11000000060f030003000000000000000000000000000000",
    ),
    (
        RecordKey::Outgoing(4),
        "0d0000000203040004000000000000000600000000000000320b00036f7574000473656e74",
    ),
    (
        RecordKey::Outgoing(8),
        "0d0000000203000008000000000000000000000000000000300b00036f7574717565756564",
    ),
    (
        RecordKey::Outgoing(9),
        "0f0000000203070009000000000000000000000000000000340d00036f75740007717565756564",
    ),
    (RecordKey::Received(9), "0900060d00000000"),
    (RecordKey::Received(10), "0a00020706000000"),
    (RecordKey::Received(11), "0b00020607000000"),
    (RecordKey::Subscription(0), "01ff000200000300612f23"),
    (RecordKey::Seen(0), "0500000000000000"),
    (
        RecordKey::Suspect,
        "010202000000000000000500000000000000000000000000000000000000000000000000000000000000\
         0000000000000000000000000000000000000000000000000000000000000000",
    ),
];

/// A session with each kind of record in each state in which it is on disk.
fn busy() -> Kept {
    let mut kept = Kept::connected();
    kept.client.session.set_give_up(5);
    kept.accept(Q1, b"delivered", named(5)).unwrap();
    kept.accept(Q2, b"lost", PROMISE).unwrap();
    kept.settle();
    kept.hears(&puback(1));
    kept.hears(&pubrec(2));
    kept.client.session.lost();
    // The broker forgot the session: the second message is told as dropped.
    kept.open(false);
    kept.client.raw();
    kept.accept(Q2, b"released", PROMISE).unwrap();
    kept.accept(Q1, b"sent", named(6)).unwrap();
    kept.accept(Q1, b"dropped", named(7)).unwrap();
    kept.settle();
    kept.hears(&pubrec(3));
    kept.client.session.drop_message(7).unwrap();
    kept.hears(&message(Q2, false, 9, b"taken"));
    kept.client.session.set_deferring(true);
    kept.hears(&message(Q2, false, 10, b"held"));
    kept.hears(&message(Q1, false, 11, b"held"));
    kept.client.subscribe("a/#", Q1).unwrap();
    kept.hears(&suback(6, 1));
    for _ in 0..2 {
        kept.client.session.judge(true);
        kept.client.session.lost();
        kept.settle();
        kept.client.open(&KEPT, true);
        kept.settle();
    }
    kept.client.session.lost();
    kept.accept(Q0, b"queued", PROMISE).unwrap();
    kept.accept(Q2, b"queued", PROMISE).unwrap();
    kept.settle();
    kept
}

fn bytes(hex: &str) -> Vec<u8> {
    let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(byte).collect()
}

/// A session that finds these records and is used; what it says, writes and keeps.
fn life(records: &[(RecordKey, Vec<u8>)]) -> (Vec<String>, Records) {
    let (mut kept, taken) = Kept::take(records);
    assert_eq!(taken.len(), records.len(), "{taken:?}");
    kept.disk = records.iter().cloned().collect();
    kept.client.session.set_give_up(5);
    let mut all = vec![
        format!("{:?}", kept.client.session.backlog()),
        format!("{:?}", kept.client.subscriptions()),
        format!("{:?}", [5, 6, 7].map(|id| kept.client.session.known(id))),
    ];
    kept.open(true);
    all.extend(kept.client.sent());
    for packet in [
        message(Q2, true, 9, b"taken"),
        message(Q2, true, 10, b"held"),
        message(Q1, true, 11, b"held"),
        pubrel(9),
        pubcomp(2),
        pubcomp(3),
        puback(4),
        pubrec(7),
        pubcomp(7),
    ] {
        all.extend(kept.hears(&packet));
    }
    let session = &mut kept.client.session;
    all.extend(std::iter::from_fn(|| session.poll_dropped()).map(|it| format!("{it:?}")));
    kept.client.subscribe("b", Q2).unwrap();
    all.extend(kept.hears(&suback(8, 2)));
    (all, kept.disk)
}

#[test]
fn records_of_version_0_1_are_read() {
    let older = OLDER.map(|(record, hex)| (record, bytes(hex)));
    let present: Vec<_> = busy().disk.into_iter().collect();
    let kinds = |records: &[(RecordKey, Vec<u8>)]| -> Vec<RecordKey> {
        records.iter().map(|(record, _)| *record).collect()
    };
    assert_eq!(kinds(&older), kinds(&present));
    let (was, _) = life(&older);
    let (is, disk) = life(&present);
    assert_eq!(was, is);
    assert!(is.contains(&"PUBREL id=7".to_owned()), "{is:?}");
    assert!(!disk.contains_key(&RecordKey::Outgoing(9)), "it has ended");
}

/// All of them in one form, which no record of before has.
#[test]
fn records_begin_with_their_form() {
    for (record, bytes) in busy().disk {
        assert_eq!(bytes.first(), Some(&0x10), "{record:?}");
    }
}
