//! A load for `cargo xtask bench durable`: `durable DIRECTORY` publishes QoS 1
//! messages through the store of a state directory there, as modems do: each is
//! put on disk, sent when it is durable, and erased together with the next. A line
//! for each number: what, a tab, how many a second.
#![allow(clippy::print_stdout)]

use mqmodem::store::{DiskStore, StateDirectory, Store, StoreChange};
use mqmodem_core::mqtt::session::RecordKey;
use mqmodem_core::{LinkId, Slot};
use std::fs::OpenOptions;
use std::future::poll_fn;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const BYTES: usize = 120;
const TIME: Duration = Duration::from_secs(5);

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let directory = PathBuf::from(std::env::args().nth(1).unwrap_or_default());
    let sync = sync(&directory)?;
    println!("append and fdatasync\t{sync:.0}");
    for (modems, waiting) in [(1, 0), (1000, 0), (1000, 100)] {
        let state = directory.join(format!("state-{modems}-{waiting}"));
        let (disk, _) = StateDirectory::open(&state).map_err(io::Error::other)?;
        let stores = (0..modems).map(|n| disk.store(&format!("modem {n}")));
        let rate = publish(stores.collect(), waiting).await;
        println!("modems: {modems}, messages waiting in each: {waiting}\t{rate:.0}");
    }
    Ok(())
}

/// How often a second a record can be appended to a file and synced.
fn sync(directory: &Path) -> io::Result<f64> {
    let mut options = OpenOptions::new();
    let mut file = options
        .create(true)
        .append(true)
        .open(directory.join("file"))?;
    let begin = Instant::now();
    let mut n = 0_u32;
    while begin.elapsed() < TIME {
        file.write_all(&[7; BYTES])?;
        file.sync_data()?;
        n += 1;
    }
    Ok(f64::from(n) / begin.elapsed().as_secs_f64())
}

/// Messages a second of modems that publish one after the other, each with so
/// many that stay where they are.
async fn publish(stores: Vec<DiskStore>, waiting: u64) -> f64 {
    let filling = stores
        .into_iter()
        .map(|store| tokio::spawn(filled(store, waiting)));
    let mut ready = Vec::new();
    for store in filling.collect::<Vec<_>>() {
        ready.extend(store.await);
    }
    let begin = Instant::now();
    let modems = ready
        .into_iter()
        .map(|store| tokio::spawn(modem(store, waiting, begin)));
    let mut messages = 0.0;
    for modem in modems.collect::<Vec<_>>() {
        messages += f64::from(modem.await.unwrap_or_default());
    }
    messages / begin.elapsed().as_secs_f64()
}

async fn filled(mut store: DiskStore, waiting: u64) -> DiskStore {
    for number in 0..waiting {
        put(&mut store, number);
    }
    for _ in 0..waiting {
        done(&mut store).await;
    }
    store
}

async fn modem(mut store: DiskStore, first: u64, begin: Instant) -> u32 {
    let mut messages = 0;
    put(&mut store, first);
    done(&mut store).await;
    while begin.elapsed() < TIME {
        let before = first + u64::from(messages);
        messages += 1;
        let slot = slot(before);
        store.submit(StoreChange::Erase { slot });
        put(&mut store, before + 1);
        done(&mut store).await;
        done(&mut store).await;
    }
    messages
}

fn slot(number: u64) -> Slot {
    Slot::Session(LinkId(0), RecordKey::Outgoing(number))
}

fn put(store: &mut DiskStore, number: u64) {
    let bytes = &[7; BYTES];
    let slot = slot(number);
    store.submit(StoreChange::Put { slot, bytes });
}

async fn done(store: &mut DiskStore) {
    let done = poll_fn(|cx| store.poll_done(cx)).await;
    assert!(done.ok, "the disk is full");
}
