//! A disk that fills up, and what is told of it.

use super::*;
use mqmodem_core::LinkId;
use redb::StorageBackend;
use redb::backends::InMemoryBackend;
use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

const TLS: Slot = Slot::Tls(LinkId(0));

/// A disk in memory that outlives the database on it, and can be full.
#[derive(Clone, Debug, Default)]
struct Memory(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    memory: InMemoryBackend,
    full: AtomicBool,
    syncs: AtomicUsize,
}

impl Memory {
    fn check(&self) -> io::Result<()> {
        if self.0.full.load(Ordering::SeqCst) {
            Err(io::ErrorKind::StorageFull.into())
        } else {
            Ok(())
        }
    }

    fn open(&self) -> Result<Database, OpenError> {
        file::on(self.clone())
    }

    fn open_again(&self) -> Result<Database, OpenError> {
        file::on_doubtful(self.clone())
    }
}

impl StorageBackend for Memory {
    fn len(&self) -> Result<u64, io::Error> {
        self.0.memory.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), io::Error> {
        self.0.memory.read(offset, out)
    }

    fn set_len(&self, len: u64) -> Result<(), io::Error> {
        self.check()?;
        self.0.memory.set_len(len)
    }

    fn sync_data(&self) -> Result<(), io::Error> {
        self.0.syncs.fetch_add(1, Ordering::SeqCst);
        self.check()
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<(), io::Error> {
        self.check()?;
        self.0.memory.write(offset, data)
    }
}

fn disk(memory: &Memory) -> Disk {
    let again = memory.clone();
    let reopen = Box::new(move || again.open_again().map_err(|error| error.to_string()));
    Disk::with(Some(memory.open().unwrap()), reopen).unwrap()
}

fn kept(memory: &Memory, modem: &str) -> Vec<(Slot, Vec<u8>)> {
    Kept::sort(tables::content(&memory.open().unwrap()).unwrap()).take(modem)
}

async fn put(store: &mut DiskStore, bytes: &[u8]) -> bool {
    store.submit(Change::Put { slot: TLS, bytes });
    let done = poll_fn(|cx| store.poll_done(cx)).await;
    assert_eq!(done.slot, TLS);
    done.ok
}

#[tokio::test]
async fn a_full_disk_fails_what_needs_it_until_there_is_room() {
    let memory = Memory::default();
    let disk = disk(&memory);
    let mut store = disk.store("one");
    assert!(put(&mut store, b"old").await);
    memory.0.full.store(true, Ordering::SeqCst);
    assert!(!put(&mut store, b"lost").await);
    assert!(!put(&mut store, b"lost too").await);
    memory.0.full.store(false, Ordering::SeqCst);
    assert!(put(&mut store, b"new").await);
    drop(disk);
    assert_eq!(kept(&memory, "one"), [(TLS, b"new".to_vec())]);
}

#[tokio::test]
async fn what_failed_is_not_there_later() {
    let memory = Memory::default();
    let disk = disk(&memory);
    let mut store = disk.store("one");
    assert!(put(&mut store, b"old").await);
    memory.0.full.store(true, Ordering::SeqCst);
    assert!(!put(&mut store, b"lost").await);
    drop(disk);
    memory.0.full.store(false, Ordering::SeqCst);
    assert_eq!(kept(&memory, "one"), [(TLS, b"old".to_vec())]);
}

#[tokio::test]
async fn what_waits_is_one_transaction() {
    let memory = Memory::default();
    let database = memory.open().unwrap();
    let (messages, waiting) = channel();
    let (answer, mut answers) = unbounded_channel();
    for n in 0..1000 {
        let request = Request {
            change: tables::Change {
                modem: format!("modem {n}").into(),
                what: What::Value("tls 0".to_owned(), vec![1]),
            },
            answer: Answer {
                to: answer.clone(),
                broken: Arc::default(),
                ok: false,
            },
        };
        let _ = messages.send(Message::Change(request));
    }
    let _ = messages.send(Message::End);
    let before = memory.0.syncs.load(Ordering::SeqCst);
    writer::run(&waiting, Some(database), Box::new(|| Err(String::new())));
    let syncs = memory.0.syncs.load(Ordering::SeqCst) - before;
    assert!(syncs < 10, "{syncs}");
    for _ in 0..1000 {
        assert_eq!(answers.recv().await, Some(true));
    }
}

#[tokio::test]
async fn changes_are_kept_in_order_and_the_last_before_the_end_too() {
    let memory = Memory::default();
    let disk = disk(&memory);
    let mut store = disk.store("one");
    for n in 0..100 {
        store.submit(Change::Put {
            slot: TLS,
            bytes: &[n],
        });
    }
    store.submit(Change::Erase {
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
