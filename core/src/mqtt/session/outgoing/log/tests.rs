use super::*;
use crate::mqtt::{Properties, Qos};
use std::cell::Cell;

std::thread_local! {
    /// How many records were looked at.
    pub(in crate::mqtt::session::outgoing) static LOOKS: Cell<usize> = const { Cell::new(0) };
}

/// After four gigabytes positions start again at 0; none of them may mean "nowhere".
#[test]
fn a_place_is_somewhere_whenever_it_is_given() {
    let publish = Publish {
        dup: false,
        qos: Qos::AtLeastOnce,
        retain: false,
        topic: "t",
        id: PacketId::new(7),
        properties: Properties::NONE,
        payload: b"",
    };
    for base in [0, PLACES - 50, PLACES, PLACES + 1, NOWHERE - 50, NOWHERE] {
        let mut memory = [0; 128];
        let mut log = MessageLog::new(Buf::lent(&mut memory));
        log.base = base;
        let mut store = |number| {
            let record = MessageHeader::new(number, publish.id, 0, 0);
            log.store(record, &publish).expect("room")
        };
        let (one, two) = (store(1), store(2));
        assert!(one != NOWHERE && two != NOWHERE, "{base}");
        assert_eq!(log.get(two).map(|record| record.number), Some(2), "{base}");
        assert_eq!(log.finish(one).map(|record| record.number), Some(1));
        assert_eq!(log.finish(two).map(|record| record.number), Some(2));
        assert_eq!((log.live(), log.bytes(), log.buf.len()), (0, 0, 0));
    }
}

/// Messages with one byte of payload each, stored and asked to be put on disk.
fn asked(log: &mut MessageLog<'_>, count: u16) {
    log.persist();
    for number in 1..=count {
        let publish = Publish {
            dup: false,
            qos: Qos::AtLeastOnce,
            retain: false,
            topic: "t",
            id: PacketId::new(number),
            properties: Properties::NONE,
            payload: b"x",
        };
        let record = MessageHeader::new(number.into(), publish.id, 0, 0);
        log.store(record, &publish).expect("room");
        let at = log.next_change().expect("a change");
        log.ask(at);
    }
}

#[test]
fn an_answer_of_the_disk_is_found_without_a_look_at_all_messages() {
    const COUNT: u16 = 500;
    let mut memory = std::vec![0; 64 * COUNT as usize];
    let mut log = MessageLog::new(Buf::lent(&mut memory));
    asked(&mut log, COUNT);
    let before = LOOKS.get();
    for number in 1..=COUNT {
        assert!(log.answered(number.into(), true).is_some(), "{number}");
    }
    assert!(log.next_change().is_none());
    let looks = LOOKS.get() - before;
    assert!(looks <= 8 * usize::from(COUNT), "{looks}");
    // Out of turn, and what is over at the front: found all the same.
    let place = log.find(|record| record.number == 1).expect("there").0;
    log.finish(place);
    let at = log.next_change().expect("it is to be erased");
    log.ask(at);
    assert!(log.answered(1, true).is_some());
    assert_eq!(log.live(), usize::from(COUNT) - 1);
}
