//! A disk that fills up, and what is told of it; what is kept in which order.

use super::*;
use crate::store::redb::{file, tables};
use crate::store::tests::place::SimulatedPlace;
use mqmodem_core::LinkId;
use mqmodem_core::mqtt::session::RecordKey;
use mqmodem_testkit::block::{BlockDisk, DiskFault, DiskStep};
use std::future::poll_fn;

const TLS: Slot = Slot::Tls(LINK);
const LINK: LinkId = LinkId(0);

fn message(number: u64) -> Slot {
    Slot::Session(LINK, RecordKey::Outgoing(number))
}

fn fill(disk: &BlockDisk) {
    disk.fail(DiskFault::Full, 0..usize::MAX);
}

fn make_room(disk: &BlockDisk) {
    disk.fail(DiskFault::Full, 0..0);
}

fn syncs(disk: &BlockDisk) -> usize {
    let steps = disk.steps();
    steps.iter().filter(|s| matches!(s, DiskStep::Sync)).count()
}

fn disk(memory: &BlockDisk) -> StateDirectory {
    StateDirectory::with(SimulatedPlace::new(memory).persistence(), true).unwrap()
}

fn kept(memory: &BlockDisk, modem: &str) -> Vec<(Slot, Vec<u8>)> {
    let database = file::on(memory.clone()).unwrap();
    StoredState::sort(tables::content(&database).unwrap()).take(modem)
}

async fn done(store: &mut DiskStore) -> (Slot, bool) {
    let done = poll_fn(|cx| store.poll_done(cx)).await;
    (done.slot, done.ok)
}

async fn put(store: &mut DiskStore, bytes: &[u8]) -> bool {
    store.submit(StoreChange::Put { slot: TLS, bytes });
    let done = poll_fn(|cx| store.poll_done(cx)).await;
    assert_eq!(done.slot, TLS);
    done.ok
}

#[tokio::test]
async fn a_full_disk_fails_what_needs_it_until_there_is_room() {
    let memory = BlockDisk::default();
    let disk = disk(&memory);
    let mut store = disk.store("one");
    assert!(put(&mut store, b"old").await);
    fill(&memory);
    assert!(!put(&mut store, b"lost").await);
    assert!(!put(&mut store, b"lost too").await);
    make_room(&memory);
    assert!(put(&mut store, b"new").await);
    drop(disk);
    assert_eq!(kept(&memory, "one"), [(TLS, b"new".to_vec())]);
}

#[tokio::test]
async fn a_store_in_use_tells_what_it_keeps() {
    let memory = BlockDisk::default();
    let disk = disk(&memory);
    let mut store = disk.store("one");
    // Not awaited: what was submitted before is there all the same.
    store.submit(StoreChange::Put {
        slot: TLS,
        bytes: b"new",
    });
    let kept = || disk.look().unwrap().unwrap().take("one");
    assert_eq!(kept(), [(TLS, b"new".to_vec())]);
    assert_eq!(done(&mut store).await, (TLS, true));
    // What was not written is not told as kept.
    fill(&memory);
    assert!(!put(&mut store, b"lost").await);
    make_room(&memory);
    assert_eq!(kept(), [(TLS, b"new".to_vec())]);
}

#[tokio::test]
async fn a_change_that_failed_is_not_stored_later() {
    let memory = BlockDisk::default();
    let disk = disk(&memory);
    let mut store = disk.store("one");
    assert!(put(&mut store, b"old").await);
    fill(&memory);
    assert!(!put(&mut store, b"lost").await);
    drop(disk);
    make_room(&memory);
    assert_eq!(kept(&memory, "one"), [(TLS, b"old".to_vec())]);
}

#[tokio::test]
async fn waiting_changes_are_one_transaction() {
    let memory = BlockDisk::default();
    let persistence = SimulatedPlace::new(&memory).persistence();
    let (messages, waiting) = channel();
    let (answer, mut answers) = unbounded_channel();
    for n in 0..1000 {
        let request = Request {
            change: ModemChange {
                modem: format!("modem {n}").into(),
                what: What::Value("tls 0".to_owned(), vec![1]),
            },
            answer: ChangeAnswer {
                to: answer.clone(),
                broken: Arc::default(),
                ok: false,
            },
        };
        let _ = messages.send(WriterMessage::StoreChange(request));
    }
    let _ = messages.send(WriterMessage::End);
    let before = syncs(&memory);
    writer::run(&waiting, persistence);
    let syncs = syncs(&memory) - before;
    assert!(syncs < 10, "{syncs}");
    for _ in 0..1000 {
        assert_eq!(answers.recv().await, Some(true));
    }
}

#[tokio::test]
async fn changes_are_kept_in_order_and_the_last_before_the_end_too() {
    let memory = BlockDisk::default();
    let disk = disk(&memory);
    let mut store = disk.store("one");
    for n in 0..100 {
        store.submit(StoreChange::Put {
            slot: TLS,
            bytes: &[n],
        });
    }
    store.submit(StoreChange::Erase {
        slot: Slot::Profile,
    });
    drop(disk);
    let erased = (Slot::Profile, Vec::new());
    assert_eq!(kept(&memory, "one"), [erased, (TLS, vec![99])]);
    for _ in 0..101 {
        assert!(poll_fn(|cx| store.poll_done(cx)).await.ok);
    }
    // After the end nothing is kept, and that is told.
    assert!(!put(&mut store, b"late").await);
}

#[tokio::test]
async fn nothing_passes_what_failed_before_it() {
    let memory = BlockDisk::default();
    let disk = disk(&memory);
    let mut store = disk.store("one");
    let mut other = disk.store("two");
    // Of a size that makes it a transaction of its own, which alone fails.
    let large = vec![1; 2 * 1024 * 1024];
    let next = memory.taken();
    memory.fail(DiskFault::Full, next..next + 1);
    let submit = |store: &mut DiskStore, n, bytes: &[u8]| {
        let slot = message(n);
        store.submit(StoreChange::Put { slot, bytes });
    };
    submit(&mut store, 1, &large);
    submit(&mut store, 2, b"2");
    store.submit(StoreChange::Forget { link: LINK });
    submit(&mut other, 1, b"1");
    assert_eq!(done(&mut other).await, (message(1), true));
    assert_eq!(done(&mut store).await, (message(1), false));
    // One failure told, and what is submitted now stands behind none of them.
    submit(&mut store, 1, b"1");
    submit(&mut store, 3, b"3");
    assert_eq!(done(&mut store).await, (message(2), false));
    let forgotten = Slot::Session(LINK, RecordKey::Identity);
    assert_eq!(done(&mut store).await, (forgotten, false));
    assert_eq!(done(&mut store).await, (message(1), true));
    assert_eq!(done(&mut store).await, (message(3), true));
    drop(disk);
    let expected = [(message(1), b"1".to_vec()), (message(3), b"3".to_vec())];
    assert_eq!(kept(&memory, "one"), expected);
}

#[tokio::test]
async fn a_session_is_restored_in_order_and_forgotten_alone() {
    let memory = BlockDisk::default();
    let disk = disk(&memory);
    let mut store = disk.store("one");
    let session = [
        RecordKey::Identity,
        RecordKey::Outgoing(2),
        RecordKey::Outgoing(300),
        RecordKey::Outgoing(70_000),
        RecordKey::Received(5),
        RecordKey::Subscription(1),
        RecordKey::Seen(9),
    ];
    let other = Slot::Session(LinkId(1), RecordKey::Outgoing(7));
    let slots = session.map(|record| Slot::Session(LINK, record));
    for &slot in slots.iter().rev().chain(&[other, TLS]) {
        store.submit(StoreChange::Put { slot, bytes: b"x" });
    }
    store.submit(StoreChange::Erase { slot: slots[1] });
    for _ in 0..session.len() + 3 {
        assert!(done(&mut store).await.1);
    }
    drop(disk);
    let found = kept(&memory, "one");
    let found: Vec<Slot> = found.iter().map(|(slot, _)| *slot).collect();
    let mut expected = vec![slots[0], slots[2], slots[3], other];
    expected.extend(&slots[4..]);
    assert_eq!(found, [&[TLS], &expected[..]].concat());
    let disk = self::disk(&memory);
    let mut store = disk.store("one");
    store.submit(StoreChange::Forget { link: LINK });
    drop(disk);
    assert!(done(&mut store).await.1);
    let found = kept(&memory, "one");
    assert_eq!(found, [(TLS, b"x".to_vec()), (other, b"x".to_vec())]);
}

/// A modem that began while its store could not be read, and the store.
fn unread(memory: &BlockDisk) -> (SimulatedPlace, StateDirectory) {
    let place = SimulatedPlace::new(memory);
    place.set_unreadable(true);
    let disk = StateDirectory::with(place.persistence(), false).unwrap();
    (place, disk)
}

#[tokio::test]
async fn nothing_is_written_over_what_could_not_be_read() {
    let memory = BlockDisk::default();
    let before = disk(&memory);
    assert!(put(&mut before.store("one"), b"old").await);
    drop(before);
    let image = memory.bytes();
    let (place, disk) = unread(&memory);
    let mut store = disk.store("one");
    assert!(!store.is_restored());
    assert!(!put(&mut store, b"new").await);
    assert_eq!(memory.bytes(), image);
    place.set_unreadable(false);
    // Still not restored, as the modem has not got it.
    assert!(!put(&mut store, b"new").await);
    let kept = poll_fn(|cx| store.poll_restored(cx)).await;
    assert_eq!(kept, [(TLS, b"old".to_vec())]);
    assert!(store.is_restored());
    assert!(put(&mut store, b"new").await);
    drop(disk);
    assert_eq!(self::kept(&memory, "one"), [(TLS, b"new".to_vec())]);
}

#[tokio::test]
async fn a_modem_that_runs_again_begins_with_what_it_kept_last() {
    let memory = BlockDisk::default();
    let disk = disk(&memory);
    let mut first = disk.store("one");
    assert!(put(&mut first, b"old").await);
    // Not awaited: it is there all the same.
    first.submit(StoreChange::Put {
        slot: TLS,
        bytes: b"new",
    });
    assert!(put(&mut disk.store("other"), b"its own").await);
    let (mut second, kept) = disk.load("one");
    assert_eq!(kept, [(TLS, b"new".to_vec())]);
    assert!(second.is_restored());
    assert!(put(&mut second, b"newer").await);
}

#[tokio::test]
async fn a_modem_that_runs_again_waits_for_what_cannot_be_read() {
    let memory = BlockDisk::default();
    let (place, disk) = unread(&memory);
    let (mut store, kept) = disk.load("one");
    assert!(kept.is_empty() && !store.is_restored());
    place.set_unreadable(false);
    assert!(poll_fn(|cx| store.poll_restored(cx)).await.is_empty());
    assert!(put(&mut store, b"new").await);
}
