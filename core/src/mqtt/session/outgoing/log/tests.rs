use super::*;
use crate::mqtt::{Properties, Qos};

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
