//! Damaged and arbitrary records of a disk; `tests/fuzz/` runs the same code for longer.

use mqmodem_chat::StorageMode;
use mqmodem_core::dialect;
use mqmodem_core::mqtt::session::RecordKey;
use mqmodem_core::{NetEvent, Slot};
use mqmodem_testkit::Random;
use mqmodem_testkit::laws::records::{Found, Records};
use mqmodem_testkit::laws::{Operation, Scenario, Variation, play};
use proptest::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What a busy modem has on its disk.
fn records() -> Records {
    let scenario = Scenario {
        dialect: dialect::DEFAULT,
        memory: 4096,
        strict: false,
        stores: true,
        operations: vec![
            Operation::line("AT+MQTTOPT=\"pubmode\",1;+MQTTOPT=\"queue\",4000"),
            Operation::line("AT+MQTTOPT=\"queueqos0\",1;+MQTTCONFIG=h,1883,c1,0,60"),
            Operation::Polite(true),
            Operation::line("AT+MQTTCONNECT"),
            Operation::line("AT+MQTTSUB=\"a/#\",1;+MQTTSUB=\"b\",2"),
            Operation::line("AT+MQTTPUB=\"t\",2,0,\"delivered\",16"),
            Operation::net(b"\x34\x07\x00\x01a\x00\x05hi"),
            Operation::Polite(false),
            Operation::line("AT+MQTTPUB=\"t\",2,0,\"released\";+MQTTPUB=\"t\",1,0,\"one\",17"),
            Operation::net(b"\x50\x02\x00\x04"),
            Operation::line("AT+MQTTOPT=\"recvmode\",1"),
            Operation::net(b"\x34\x07\x00\x01a\x00\x06hi\x32\x07\x00\x01a\x00\x07hi"),
            Operation::Event(0, NetEvent::Closed),
            Operation::line("AT+MQTTPUB=\"t\",0,0,\"two\";+MQTTPUB=\"t\",2,0,\"three\""),
            Operation::Disk(StorageMode::Works),
        ],
    };
    play(&scenario, Variation::default())
        .disk
        .into_iter()
        .collect()
}

/// One thing that may have happened to the records.
fn damage(records: &mut Records, random: &mut Random) {
    let mut pick = |below: usize| random.below(below);
    let at = pick(records.len());
    let (kind, from) = (pick(8), pick(records.len()));
    let byte = pick(256) as u8;
    let Some((slot, content)) = records.get_mut(at) else {
        return;
    };
    let place = pick(content.len());
    match (kind, content.get_mut(place)) {
        (0 | 1, Some(old)) => *old ^= 1 << (byte % 8),
        (2, Some(old)) => *old = byte,
        (3, Some(_)) => content.truncate(place),
        (4, _) => content.push(byte),
        (5, _) => drop(records.remove(at)),
        (6, _) => {
            let mut bytes = slot.to_bytes();
            bytes[9] = byte;
            *slot = Slot::from_bytes(bytes).unwrap_or(*slot);
        }
        _ => {
            let other = records[from].clone();
            records.insert(at, other);
        }
    }
}

fn check(found: &Found) -> Result<(), String> {
    let checked = catch_unwind(AssertUnwindSafe(|| found.check()));
    checked.unwrap_or_else(|_| Err("it panicked".to_owned()))
}

#[test]
fn stored_records_are_taken_back() {
    let records = records();
    assert!(records.len() > 12, "{records:?}");
    assert_eq!(check(&Found::new(records)), Ok(()));
}

#[test]
fn damaged_records_do_no_harm() {
    let whole = records();
    let mut random = Random::new(7);
    for _ in 0..600 {
        let mut records = whole.clone();
        for _ in 0..=random.below(3) {
            damage(&mut records, &mut random);
        }
        let found = Found::new(records);
        let result = check(&found);
        result.unwrap_or_else(|why| panic!("{found:02x?}\n{why}"));
    }
}

/// Only a forged record comes so far; a message that gets no number is refused.
#[test]
fn forged_numbers_that_run_out_are_refused() {
    let whole = records();
    let is_identity = |slot: &Slot| matches!(slot, Slot::Session(_, RecordKey::Identity));
    let identity = whole
        .iter()
        .position(|(slot, _)| is_identity(slot))
        .unwrap();
    let end = i64::MAX as u64;
    for number in (end - 1030..=end).step_by(2).chain([end - 1, end + 1]) {
        let mut records = whole.clone();
        records[identity].1[17..].copy_from_slice(&number.to_le_bytes());
        let result = check(&Found::new(records));
        result.unwrap_or_else(|why| panic!("{number:x}: {why}"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn arbitrary_records_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check(&Found::decode(&bytes)).map_err(TestCaseError::fail)?;
    }
}

/// What the fuzzer found, with as few records as it takes.
#[test]
#[ignore = "replays the file that CHAOS_FILE names"]
fn records_in_a_file_do_no_harm() {
    let file = std::env::var("CHAOS_FILE").expect("CHAOS_FILE names a file");
    let mut found = Found::decode(&std::fs::read(file).expect("a file"));
    let mut at = 0;
    while at < found.records.len() && check(&found).is_err() {
        let removed = found.records.remove(at);
        if check(&found).is_ok() {
            found.records.insert(at, removed);
            at += 1;
        }
    }
    assert_eq!(check(&found), Ok(()), "{found:02x?}");
}
