//! Damaged and arbitrary records of a disk; `tests/fuzz/` runs the same code for longer.

use mqmodem_core::Slot;
use mqmodem_core::mqtt::session::Record;
use mqmodem_testkit::laws::cuts::next;
use mqmodem_testkit::laws::disk::Mode;
use mqmodem_testkit::laws::records::{Found, Records};
use mqmodem_testkit::laws::rig::{Way, play};
use mqmodem_testkit::laws::{Op, Session};
use proptest::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What a busy modem has on its disk.
fn records() -> Records {
    let host = |line: &str| Op::Host(format!("{line}\r").into_bytes());
    let net = |bytes: &[u8]| Op::Net {
        bytes: bytes.to_vec(),
        rude: false,
    };
    let session = Session {
        memory: 4096,
        strict: false,
        keeps: true,
        ops: vec![
            host("AT+MQTTOPT=\"pubmode\",1;+MQTTOPT=\"queue\",4000"),
            host("AT+MQTTOPT=\"queueqos0\",1;+MQTTCONFIG=h,1883,c1,0,60"),
            Op::Polite(true),
            host("AT+MQTTCONNECT"),
            host("AT+MQTTSUB=\"a/#\",1;+MQTTSUB=\"b\",2"),
            host("AT+MQTTPUB=\"t\",2,0,\"delivered\",16"),
            net(b"\x34\x07\x00\x01a\x00\x05hi"),
            Op::Polite(false),
            host("AT+MQTTPUB=\"t\",2,0,\"released\";+MQTTPUB=\"t\",1,0,\"one\",17"),
            net(b"\x50\x02\x00\x04"),
            host("AT+MQTTOPT=\"recvmode\",1"),
            net(b"\x34\x07\x00\x01a\x00\x06hi\x32\x07\x00\x01a\x00\x07hi"),
            Op::Event(0, mqmodem_core::NetEvent::Closed),
            host("AT+MQTTPUB=\"t\",0,0,\"two\";+MQTTPUB=\"t\",2,0,\"three\""),
            Op::Disk(Mode::Works),
        ],
    };
    play(&session, Way::default()).disk.into_iter().collect()
}

/// One thing that may have happened to the records.
fn damage(records: &mut Records, seed: &mut u64) {
    let mut pick = |below: usize| (next(seed) >> 8) as usize % below.max(1);
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
fn what_a_modem_kept_is_taken_back() {
    let records = records();
    assert!(records.len() > 12, "{records:?}");
    assert_eq!(check(&Found::new(records)), Ok(()));
}

#[test]
fn damaged() {
    let whole = records();
    let mut seed = 7;
    for _ in 0..600 {
        let mut records = whole.clone();
        for _ in 0..=next(&mut seed) % 3 {
            damage(&mut records, &mut seed);
        }
        let found = Found::new(records);
        let result = check(&found);
        result.unwrap_or_else(|why| panic!("{found:02x?}\n{why}"));
    }
}

/// Only a forged record comes so far; a message that gets no number is refused.
#[test]
fn numbers_that_run_out() {
    let whole = records();
    let is_identity = |slot: &Slot| matches!(slot, Slot::Session(_, Record::Identity));
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
    fn arbitrary(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check(&Found::decode(&bytes)).map_err(TestCaseError::fail)?;
    }
}

/// What the fuzzer found, with as few records as it takes.
#[test]
#[ignore = "replays the file that CHAOS_FILE names"]
fn records_in_a_file() {
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
