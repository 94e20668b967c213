//! A scripted day of several modems, stopped at every write and every sync.

use super::place::SimulatedPlace;
use crate::store::batch::{ChangeAnswer, Key, ModemChange, Request, StateContent, What};
use crate::store::error::OpenError;
use crate::store::redb::place::DatabasePlace;
use crate::store::redb::tables;
use mqmodem_core::mqtt::session::RecordKey;
use mqmodem_core::{LinkId, Slot};
use mqmodem_testkit::Random;
use mqmodem_testkit::block::{BlockDisk, DiskFault, Medium};
use redb::Database;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

const MODEMS: [&str; 3] = ["one", "tcp 127.0.0.1:4000", "two"];

/// What is kept, by modem and name or key: a hash of it.
type State = BTreeMap<(String, String), u64>;

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

fn key(record: RecordKey) -> Key {
    Slot::Session(LinkId(0), record).to_bytes()
}

/// What the modems want written together, one batch after the other.
fn day() -> Vec<Vec<(&'static str, What)>> {
    let mut random = Random::new(7);
    let mut day = vec![MODEMS.map(begin).into_iter().flatten().collect()];
    for number in 1..=8_u64 {
        let sizes = [20, 150, 3000, 100, 9000];
        let size = sizes[number as usize % sizes.len()] + random.below(50);
        let mut send = Vec::new();
        let mut release = Vec::new();
        let mut done = Vec::new();
        for modem in MODEMS {
            let message = What::Record(key(RecordKey::Outgoing(number)), vec![number as u8; size]);
            send.push((modem, message));
            send.push((
                modem,
                What::Record(key(RecordKey::Identity), vec![number as u8; 40]),
            ));
            let received = key(RecordKey::Received(number as u16));
            release.push((modem, What::Record(received, vec![1; 4])));
            let released = What::Record(key(RecordKey::Outgoing(number)), vec![number as u8; 9]);
            release.push((modem, released));
            done.push((modem, What::Erase(received)));
            if number > 3 {
                done.push((modem, What::Erase(key(RecordKey::Outgoing(number - 3)))));
            }
        }
        day.extend([send, release, done]);
    }
    day.push(vec![("one", What::Forget(0)), ("two", What::Forget(1))]);
    day.push(vec![(
        "one",
        What::Record(key(RecordKey::Identity), vec![9; 40]),
    )]);
    day.push(vec![("two", What::Value("root 0".to_owned(), Vec::new()))]);
    day
}

fn begin(modem: &'static str) -> Vec<(&'static str, What)> {
    vec![
        (modem, What::Value("settings 0".to_owned(), vec![5; 60])),
        (modem, What::Value("root 0".to_owned(), vec![6; 1500])),
        (
            modem,
            What::Record(key(RecordKey::Subscription(1)), b"a/#".to_vec()),
        ),
    ]
}

fn make(state: &mut State, (modem, what): &(&str, What)) {
    let name = |name: &str| ((*modem).to_owned(), name.to_owned());
    match what {
        What::Value(slot, bytes) => drop(state.insert(name(slot), hash(bytes))),
        What::Record(key, bytes) => drop(state.insert(name(&format!("{key:?}")), hash(bytes))),
        What::Erase(key) => drop(state.remove(&name(&format!("{key:?}")))),
        What::Forget(link) => {
            let link = format!(", {link}, ");
            state.retain(|(of, key), _| {
                of != modem || !(key.starts_with('[') && key[3..].starts_with(&link))
            });
        }
    }
}

fn state(content: StateContent) -> State {
    let values = content.values.into_iter();
    let records = content.records.into_iter();
    let values = values.map(|(modem, slot, bytes)| ((modem, slot), hash(&bytes)));
    let records = records.map(|(modem, key, bytes)| ((modem, format!("{key:?}")), hash(&bytes)));
    values.chain(records).collect()
}

fn requests(batch: &[(&'static str, What)]) -> Vec<Request> {
    let (to, _) = tokio::sync::mpsc::unbounded_channel();
    let request = |(modem, what): &(&'static str, What)| Request {
        change: ModemChange {
            modem: (*modem).into(),
            what: what.clone(),
        },
        answer: ChangeAnswer {
            to: to.clone(),
            broken: Arc::default(),
            ok: false,
        },
    };
    batch.iter().map(request).collect()
}

/// Opens what is left on a disk as a restarted process does.
fn open(disk: &BlockDisk) -> Result<Database, OpenError> {
    SimulatedPlace::new(disk).open()
}

/// What a restarted process finds.
fn found(image: Vec<u8>) -> Result<State, OpenError> {
    let disk = BlockDisk::of(image);
    let database = open(&disk)?;
    Ok(state(tables::content(&database)?))
}

/// A day on a disk: where in its steps each batch was answered, and how.
struct Run {
    disk: BlockDisk,
    answered: Vec<(usize, Vec<bool>)>,
}

impl Run {
    /// Whether all of a batch was answered as durable.
    fn is_ok(&self, batch: usize) -> bool {
        self.answered[batch].1.iter().all(|ok| *ok)
    }

    fn failures(&self) -> usize {
        let batches = 0..self.answered.len();
        batches.filter(|batch| !self.is_ok(*batch)).count()
    }
}

fn run(disk: BlockDisk) -> Run {
    let mut persistence = SimulatedPlace::new(&disk).persistence();
    let mut answered = Vec::new();
    for batch in day() {
        let mut requests = requests(&batch);
        persistence.write(&mut requests);
        let ok = requests.iter().map(|request| request.answer.ok).collect();
        answered.push((disk.taken(), ok));
    }
    // Not closed: the process is killed.
    std::mem::forget(persistence);
    Run { disk, answered }
}

/// What may be found while each batch is in work, and after the last: with all
/// answered before, and perhaps this one. One that failed may be there or not; what
/// of it was answered as durable was made alone then, one change after the other.
fn allowed(run: &Run) -> Vec<Vec<State>> {
    let mut states: BTreeSet<State> = [State::new()].into();
    let mut allowed = Vec::new();
    for (batch, (_, oks)) in day().iter().zip(&run.answered) {
        let mut after = states.clone();
        if oks.iter().all(|ok| *ok) {
            after = with(after, batch);
            states.extend(after.clone());
        } else {
            states.extend(with(after, batch));
            after = states.clone();
            for (change, _) in batch.iter().zip(oks).filter(|(_, ok)| **ok) {
                after = with(after, std::slice::from_ref(change));
                states.extend(after.clone());
            }
        }
        allowed.push(states.into_iter().collect());
        states = after;
    }
    allowed.push(states.into_iter().collect());
    allowed
}

fn with(states: BTreeSet<State>, batch: &[(&'static str, What)]) -> BTreeSet<State> {
    let with = |mut state: State| {
        for change in batch {
            make(&mut state, change);
        }
        state
    };
    states.into_iter().map(with).collect()
}

/// Which batch was in work after this many steps.
fn in_work(run: &Run, taken: usize) -> usize {
    run.answered.partition_point(|(end, _)| *end <= taken)
}

/// Checks everything that may be left wherever the power goes.
fn check(run: &Run, subsets: u64) -> usize {
    let allowed = allowed(run);
    let mut left = Medium::default();
    let mut checked = 0;
    for (n, step) in run.disk.steps().iter().enumerate() {
        left.step(step);
        let taken = n + 1;
        let allowed = &allowed[in_work(run, taken)];
        for (which, image) in left.images(subsets).into_iter().enumerate() {
            checked += 1;
            match found(image) {
                Ok(state) => assert!(allowed.contains(&state), "step {n}, image {which}"),
                // Nothing was answered yet: it is put aside, and a new one made.
                Err(OpenError::Damaged(_)) if taken < run.answered[0].0 => {}
                Err(error) => panic!("step {n}, image {which}: {error}"),
            }
        }
    }
    checked
}

#[test]
fn what_was_answered_is_there_wherever_the_power_goes() {
    let run = run(BlockDisk::default());
    assert_eq!(run.failures(), 0);
    let checked = check(&run, 4);
    let steps = run.disk.taken();
    assert!(steps > 200 && checked > 5 * steps, "{checked} of {steps}");
}

#[test]
fn what_was_answered_is_there_if_the_power_goes_again_while_starting() {
    let run = run(BlockDisk::default());
    let allowed = allowed(&run);
    let mut left = Medium::default();
    for (n, step) in run.disk.steps().iter().enumerate() {
        left.step(step);
        let allowed = &allowed[in_work(&run, n + 1)];
        let image = left.some(n as u64);
        let disk = BlockDisk::of(image.clone());
        if open(&disk).is_err() {
            assert!(n < run.answered[0].0);
            continue;
        }
        let mut again = Medium::of(image);
        for (m, step) in disk.steps().iter().enumerate() {
            again.step(step);
            match found(again.some(m as u64)) {
                Ok(state) => assert!(allowed.contains(&state), "step {n}, then {m}"),
                // Nothing was answered yet: it is put aside, and a new one made.
                Err(OpenError::Damaged(_)) if n + 1 < run.answered[0].0 => {}
                Err(error) => panic!("step {n}, then {m}: {error}"),
            }
        }
    }
}

/// Runs a day on a disk that fails once at each of its steps, and lets the power
/// go after each answer that follows.
fn fail_everywhere(fault: DiskFault, length: usize) {
    let begin = BlockDisk::default();
    drop(SimulatedPlace::new(&begin).persistence());
    // The last batches show that it works again.
    let answered = run(BlockDisk::of(begin.bytes())).answered;
    let steps = answered[answered.len() - 1 - length].0;
    let mut failures = 0;
    for at in 0..steps {
        let disk = BlockDisk::of(begin.bytes());
        disk.fail(fault, at..at + length);
        let run = run(disk);
        failures += run.failures();
        assert!(run.is_ok(run.answered.len() - 1), "{at}: it works again");
        let allowed = allowed(&run);
        let mut left = Medium::of(begin.bytes());
        for (n, step) in run.disk.steps().iter().enumerate() {
            left.step(step);
            let answered = run.answered.iter().any(|(end, _)| *end == n + 1);
            if n + 1 < at || !answered {
                continue;
            }
            let state = found(left.some(0)).unwrap();
            assert!(allowed[in_work(&run, n + 1)].contains(&state), "{at}, {n}");
        }
    }
    assert!(failures > steps / 2, "{failures} in {steps}");
}

#[test]
fn what_a_failing_disk_fails_is_not_called_durable() {
    fail_everywhere(DiskFault::Short, 1);
}

#[test]
fn a_disk_that_fails_for_a_while_loses_nothing_that_was_answered() {
    fail_everywhere(DiskFault::Full, 5);
}

/// Cuts what a process left behind at each of the last `tail` bytes, where all is
/// still found, and in every page before them, where it is or its loss is told.
fn cut(disk: &BlockDisk, tail: usize) {
    let bytes = disk.bytes();
    let whole = found(bytes.clone()).unwrap();
    let begin = bytes.len() - tail;
    for len in (100..begin).step_by(2000).chain(begin..bytes.len()) {
        match found(bytes[..len].to_vec()) {
            Ok(state) if state == whole => {}
            Ok(_) | Err(OpenError::Damaged(_)) if len < begin => {}
            Ok(_) => panic!("cut at {len}: something is missing"),
            Err(error) => panic!("cut at {len}: {error}"),
        }
    }
}

#[test]
fn a_file_that_was_cut_starts() {
    let disk = run(BlockDisk::default()).disk;
    cut(&disk, 4096);
    // Ended in order, the file has nothing to spare but what its last page has.
    drop(open(&disk).unwrap());
    cut(&disk, 2000);
}
