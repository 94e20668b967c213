//! A disk that is full of what it keeps, one that fails, and a file that is gone.

use crate::store::batch::{ChangeAnswer, Key, ModemChange, Request, What};
use crate::store::persistence::Persistence;
use crate::store::tests::place::SimulatedPlace;
use crate::store::tests::world::{StoreWorld, Trouble, Unsynced};
use mqmodem_core::mqtt::session::RecordKey;
use mqmodem_core::{LinkId, Slot};
use mqmodem_testkit::block::{BlockDisk, DiskFault};
use std::sync::Arc;

const MODEMS: [&str; 6] = ["m0", "m1", "m2", "m3", "m4", "m5"];
const PAYLOAD: usize = 100;

fn message(number: u64) -> Key {
    Slot::Session(LinkId(0), RecordKey::Outgoing(number)).to_bytes()
}

fn put(number: u64, len: usize) -> What {
    What::Record(message(number), vec![7; len])
}

fn request(modem: &str, what: What) -> Request {
    let (to, _) = tokio::sync::mpsc::unbounded_channel();
    Request {
        change: ModemChange {
            modem: modem.into(),
            what,
        },
        answer: ChangeAnswer {
            to,
            broken: Arc::default(),
            ok: false,
        },
    }
}

/// Whether each change of a batch was made.
fn write(persistence: &mut Persistence, changes: Vec<(&str, What)>) -> Vec<bool> {
    let requests = changes.into_iter();
    let mut batch: Vec<_> = requests.map(|(modem, what)| request(modem, what)).collect();
    persistence.write(&mut batch);
    batch.iter().map(|request| request.answer.ok).collect()
}

/// Fills a disk of this size with messages; the last number that was taken.
fn fill(disk: &BlockDisk, persistence: &mut Persistence) -> u64 {
    for number in 1.. {
        let all = MODEMS.map(|modem| (modem, put(number, PAYLOAD)));
        if write(persistence, all.into()).contains(&false) {
            assert!(disk.written() > 0);
            return number - 1;
        }
    }
    unreachable!("no disk is endless")
}

fn rows(persistence: &mut Persistence) -> usize {
    persistence.content().records.len()
}

#[test]
fn a_disk_full_of_its_own_rows_is_emptied_whatever_else_fills_it() {
    for size in [400, 700, 2000] {
        let disk = BlockDisk::of_capacity(size * 1024);
        let mut persistence = SimulatedPlace::new(&disk).persistence();
        let last = fill(&disk, &mut persistence);
        assert!(last > 100, "{size}: {last}");
        disk.crowd(0);
        for number in 1..=last {
            let all = MODEMS.map(|modem| (modem, What::Erase(message(number))));
            let done = write(&mut persistence, all.into());
            assert!(!done.contains(&false), "{size}: {number} of {last}");
        }
        // Now there is room again.
        assert_eq!(
            write(&mut persistence, vec![("m0", put(last + 1, PAYLOAD))]),
            [true]
        );
        assert_eq!(rows(&mut persistence), 1);
    }
}

#[test]
fn a_full_disk_is_emptied_after_a_restart_too() {
    let disk = BlockDisk::of_capacity(700 * 1024);
    let mut persistence = SimulatedPlace::new(&disk).persistence();
    let last = fill(&disk, &mut persistence);
    disk.crowd(0);
    drop(persistence);
    let mut persistence = SimulatedPlace::new(&disk).persistence();
    for number in 1..=last {
        let all = MODEMS.map(|modem| (modem, What::Erase(message(number))));
        assert!(
            !write(&mut persistence, all.into()).contains(&false),
            "{number}"
        );
    }
}

#[test]
fn a_message_ends_on_a_full_disk_and_a_new_one_waits_for_room() {
    let disk = BlockDisk::of_capacity(700 * 1024);
    let mut persistence = SimulatedPlace::new(&disk).persistence();
    let last = fill(&disk, &mut persistence);
    disk.crowd(0);
    let small = |record| Slot::Session(LinkId(0), record).to_bytes();
    let (seen, aside) = (small(RecordKey::Seen(1)), small(RecordKey::Suspect));
    let done = write(
        &mut persistence,
        vec![
            ("m0", What::Record(seen, vec![1; 8])),
            ("m0", What::Record(aside, vec![1; 74])),
            ("m0", put(1, 9)),
            ("m1", put(last + 9, PAYLOAD)),
            ("m0", What::Erase(message(2))),
            ("m0", put(last + 9, PAYLOAD)),
            // Behind one that was refused.
            ("m0", What::Erase(message(3))),
        ],
    );
    assert_eq!(done, [true, true, true, false, true, false, true]);
}

#[test]
fn what_a_full_disk_refuses_writes_nothing_however_often_it_is_tried() {
    let disk = BlockDisk::of_capacity(700 * 1024);
    let mut persistence = SimulatedPlace::new(&disk).persistence();
    let last = fill(&disk, &mut persistence);
    disk.crowd(0);
    let before = disk.written();
    for _ in 0..100 {
        assert_eq!(
            write(&mut persistence, vec![("m0", put(last + 1, PAYLOAD))]),
            [false]
        );
        // What was refused is erased, as it could be there.
        let erase = What::Erase(message(last + 1));
        assert_eq!(write(&mut persistence, vec![("m0", erase)]), [true]);
    }
    assert_eq!(disk.written() - before, 0);
}

#[test]
fn a_disk_that_fails_is_not_written_again_at_each_try() {
    let disk = BlockDisk::default();
    let mut persistence = SimulatedPlace::new(&disk).persistence();
    for number in 1..2000 {
        write(&mut persistence, vec![("m0", put(number, PAYLOAD))]);
    }
    let whole = disk.bytes().len();
    for fault in [DiskFault::Broken, DiskFault::Unsynced] {
        disk.fail(fault, 0..usize::MAX);
        assert_eq!(write(&mut persistence, vec![("m0", put(1, 9))]), [false]);
        let before = disk.written();
        for _ in 0..20 {
            assert_eq!(write(&mut persistence, vec![("m0", put(1, 9))]), [false]);
        }
        let a_try = (disk.written() - before) / 20;
        assert!(a_try * 4 < whole, "{fault:?}: {a_try} of {whole}");
        disk.fail(fault, 0..0);
        assert_eq!(write(&mut persistence, vec![("m0", put(1, 9))]), [true]);
        assert!(disk.written() - before > whole, "written again once");
    }
}

#[test]
fn what_nobody_would_find_is_not_called_durable() {
    let disk = BlockDisk::default();
    let place = SimulatedPlace::new(&disk);
    let mut persistence = place.persistence();
    place.set_lost(true);
    let before = disk.written();
    assert_eq!(write(&mut persistence, vec![("m0", put(1, 9))]), [false]);
    assert_eq!(disk.written(), before);
    place.set_lost(false);
    assert_eq!(write(&mut persistence, vec![("m0", put(1, 9))]), [true]);
}

/// A modem whose messages fill its disk hands all of them to the broker, and has
/// refused all others.
#[test]
fn a_queue_that_fills_its_disk_drains() {
    let trouble = Trouble {
        fault: DiskFault::Full,
        length: 0,
        unsynced: Unsynced::Dropped,
        eager: true,
    };
    let mut world = StoreWorld::on(BlockDisk::of_capacity(300 * 1024), trouble);
    for line in [
        "AT+MQTTOPT=\"pubmode\",1",
        "AT+MQTTOPT=\"queue\",262144",
        "AT+MQTTCONFIG=h,1883,c1,0,60",
    ] {
        world.command(line).unwrap();
    }
    let payload = "x".repeat(1000);
    let mut accepted = Vec::new();
    let mut refused = 0;
    for number in 1..=1000 {
        let line = format!(
            "AT+MQTTPUB=\"out\",{},0,\"{number} {payload}\"",
            number % 2 + 1
        );
        let lines = world.try_command(&line).unwrap();
        if lines.iter().any(|line| line == "OK") {
            accepted.push(format!("{number} {payload}"));
        } else {
            refused += 1;
        }
        if refused > 3 {
            break;
        }
    }
    assert!(accepted.len() > 20 && refused > 3, "{}", accepted.len());
    world.disk().crowd(0);
    world.connect().unwrap();
    for _ in 0..1000 {
        let broker = world.broker();
        if broker.received().len() >= accepted.len() && broker.is_done() {
            break;
        }
        world.wait().unwrap();
    }
    let mut received = world.broker().received().to_vec();
    received.sort();
    accepted.sort();
    assert!(received == accepted, "{}", received.len());
    let left = world.stored();
    let left = left
        .iter()
        .filter(|(slot, _)| matches!(slot, Slot::Session(_, RecordKey::Outgoing(_))));
    assert_eq!(left.count(), 0);
}
