//! A disk in memory that knows what was not synced, for tests: it fails where it
//! is told to, and says what may be left of it wherever the power goes.

use redb::StorageBackend;
use std::collections::BTreeSet;
use std::io;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard};

/// What a disk writes whole or not at all.
const SECTOR: usize = 512;

/// What of a disk is given to a file at once.
const BLOCK: usize = 4096;

/// One thing the disk was asked to do.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Write(u64, Vec<u8>),
    Resize(u64),
    /// Room was set aside.
    Hold,
    Sync,
    /// What was not synced is read as before but never reaches the medium.
    FailedSync,
}

/// How a disk fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// There is no room: nothing is written.
    Full,
    /// A write ends in the middle.
    Short,
    /// Nothing can be written.
    Broken,
    /// What is written is never durable.
    Unsynced,
    /// The power is gone.
    Stop,
}

impl Fault {
    /// How a write or a resize fails, where it does.
    fn of_write(self) -> Option<io::Error> {
        match self {
            Self::Full | Self::Stop => Some(io::ErrorKind::StorageFull.into()),
            Self::Short => Some(io::Error::other("the write ended early")),
            Self::Broken => Some(io::Error::other("the write failed")),
            Self::Unsynced => None,
        }
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct SimDisk(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    bytes: Vec<u8>,
    steps: Vec<Step>,
    asked: usize,
    fault: Option<(Fault, Range<usize>)>,
    /// How many blocks there are; without it as many as are wanted.
    capacity: Option<usize>,
    /// The blocks of it that are in use.
    blocks: BTreeSet<usize>,
    /// How many are set aside.
    held: usize,
}

impl SimDisk {
    /// A disk of so many bytes.
    pub(super) fn of_capacity(bytes: usize) -> Self {
        let disk = Self::default();
        disk.lock().capacity = Some(bytes / BLOCK);
        disk
    }

    /// Other files take all that is left but so many bytes.
    pub(super) fn crowd(&self, left: usize) {
        let mut disk = self.lock();
        disk.capacity = Some(disk.blocks.len() + disk.held + left / BLOCK);
    }

    /// How large it is.
    pub(super) fn capacity(&self) -> u64 {
        let capacity = self.lock().capacity;
        capacity.map_or(u64::MAX, |blocks| (blocks * BLOCK) as u64)
    }

    /// Sets so much aside, if there is so much `more` besides.
    pub(super) fn hold(&self, bytes: u64, more: u64) -> io::Result<()> {
        let blocks = |bytes: u64| usize::try_from(bytes).unwrap().div_ceil(BLOCK);
        let mut disk = self.lock();
        if let Some(error) = disk.ask().and_then(Fault::of_write) {
            return Err(error);
        }
        let used = disk.blocks.len() + blocks(bytes) + blocks(more);
        if disk.capacity.is_some_and(|capacity| used > capacity) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        disk.held = blocks(bytes);
        disk.take(Step::Hold);
        Ok(())
    }

    /// Gives up what was set aside.
    pub(super) fn release(&self) {
        self.lock().held = 0;
    }

    /// How many bytes were written, in all.
    pub(super) fn written(&self) -> usize {
        let disk = self.lock();
        let written = disk.steps.iter().map(|step| match step {
            Step::Write(_, data) => data.len(),
            _ => 0,
        });
        written.sum()
    }

    /// A disk on which these bytes are durable.
    pub(super) fn of(bytes: Vec<u8>) -> Self {
        let disk = Self::default();
        disk.lock().bytes = bytes;
        disk
    }

    /// Fails these of the steps that are asked of it.
    pub(super) fn fail(&self, fault: Fault, steps: Range<usize>) {
        self.lock().fault = Some((fault, steps));
    }

    /// Whether the power is gone.
    pub(super) fn is_stopped(&self) -> bool {
        let disk = self.lock();
        let fault = disk.fault.as_ref();
        fault.is_some_and(|(fault, at)| *fault == Fault::Stop && disk.asked > at.start)
    }

    /// How many steps it took.
    pub(super) fn taken(&self) -> usize {
        self.lock().steps.len()
    }

    pub(super) fn steps(&self) -> Vec<Step> {
        self.lock().steps.clone()
    }

    /// What is read now: what a killed process leaves behind.
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.lock().bytes.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap()
    }
}

impl Inner {
    fn ask(&mut self) -> Option<Fault> {
        let at = self.asked;
        self.asked += 1;
        let (fault, steps) = self.fault.as_ref()?;
        steps.contains(&at).then_some(*fault)
    }

    fn take(&mut self, step: Step) {
        apply(&mut self.bytes, &step);
        self.steps.push(step);
    }

    /// Gives blocks to the file, all that are wanted or none.
    fn occupy(&mut self, at: u64, len: u64) -> io::Result<()> {
        let Some(capacity) = self.capacity.filter(|_| len > 0) else {
            return Ok(());
        };
        let block = |at: u64| usize::try_from(at).unwrap() / BLOCK;
        let wanted = block(at)..=block(at + len - 1);
        let new = wanted.filter(|block| !self.blocks.contains(block));
        let new: Vec<usize> = new.collect();
        if self.blocks.len() + self.held + new.len() > capacity {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.blocks.extend(new);
        Ok(())
    }
}

impl StorageBackend for SimDisk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.lock().bytes.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let disk = self.lock();
        let from = usize::try_from(offset).unwrap();
        let there = disk.bytes.get(from..from + out.len());
        out.copy_from_slice(there.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut disk = self.lock();
        if let Some(error) = disk.ask().and_then(Fault::of_write) {
            return Err(error);
        }
        let end = usize::try_from(len).unwrap().div_ceil(BLOCK);
        disk.blocks.split_off(&end);
        disk.take(Step::Resize(len));
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut disk = self.lock();
        match disk.ask() {
            None => disk.take(Step::Sync),
            Some(Fault::Stop) => return Err(io::Error::other("stopped")),
            Some(_) => {
                disk.take(Step::FailedSync);
                return Err(io::Error::other("the sync failed"));
            }
        }
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut disk = self.lock();
        let fault = disk.ask();
        let Some(error) = fault.and_then(Fault::of_write) else {
            disk.occupy(offset, data.len() as u64)?;
            disk.take(Step::Write(offset, data.to_vec()));
            return Ok(());
        };
        if fault == Some(Fault::Short) {
            let half = data[..data.len() / 2].to_vec();
            disk.take(Step::Write(offset, half));
        }
        Err(error)
    }
}

fn apply(bytes: &mut Vec<u8>, step: &Step) {
    match step {
        Step::Write(at, data) => put(bytes, usize::try_from(*at).unwrap(), data),
        Step::Resize(len) => bytes.resize(usize::try_from(*len).unwrap(), 0),
        Step::Hold | Step::Sync | Step::FailedSync => {}
    }
}

fn put(bytes: &mut Vec<u8>, at: usize, data: &[u8]) {
    let end = at + data.len();
    if bytes.len() < end {
        bytes.resize(end, 0);
    }
    bytes[at..end].copy_from_slice(data);
}

/// What the medium holds as the steps go by.
#[derive(Clone, Debug, Default)]
pub(super) struct Left {
    synced: Vec<u8>,
    unsynced: Vec<Step>,
}

impl Left {
    pub(super) fn of(bytes: Vec<u8>) -> Self {
        Self {
            synced: bytes,
            unsynced: Vec::new(),
        }
    }

    /// What is there whatever happens.
    pub(super) fn synced(&self) -> Vec<u8> {
        self.synced.clone()
    }

    pub(super) fn step(&mut self, step: &Step) {
        match step {
            Step::Sync => {
                for step in self.unsynced.drain(..) {
                    apply(&mut self.synced, &step);
                }
            }
            Step::FailedSync => self.unsynced.clear(),
            other => self.unsynced.push(other.clone()),
        }
    }

    /// What may be there if the power goes now: nothing that was not synced, all
    /// of it, the last write alone, all with the last write cut at each sector
    /// and within the first, or any sectors of any of it.
    pub(super) fn images(&self, subsets: u64) -> Vec<Vec<u8>> {
        let mut images = vec![self.synced.clone()];
        let Some((last, before)) = self.unsynced.split_last() else {
            return images;
        };
        images.push(self.with(std::slice::from_ref(last)));
        let all_before = self.with(before);
        if let Step::Write(at, data) = last {
            let cuts = (0..data.len()).step_by(SECTOR);
            for cut in cuts.chain([1, 7, 64, 100, 192, 193, data.len() - 1]) {
                let mut torn = all_before.clone();
                let part = data[..cut.min(data.len())].to_vec();
                apply(&mut torn, &Step::Write(*at, part));
                images.push(torn);
            }
        }
        images.push(self.with(&self.unsynced));
        images.extend((0..subsets).map(|seed| self.some(seed)));
        images.dedup();
        images
    }

    fn with(&self, steps: &[Step]) -> Vec<u8> {
        let mut bytes = self.synced.clone();
        for step in steps {
            apply(&mut bytes, step);
        }
        bytes
    }

    /// With any sectors of what was not synced.
    pub(super) fn some(&self, seed: u64) -> Vec<u8> {
        let mut bytes = self.synced.clone();
        let mut dice = Dice(seed.wrapping_add(self.unsynced.len() as u64));
        for step in &self.unsynced {
            let Step::Write(at, data) = step else {
                if dice.throw() {
                    apply(&mut bytes, step);
                }
                continue;
            };
            for (n, sector) in data.chunks(SECTOR).enumerate() {
                if dice.throw() {
                    put(&mut bytes, *at as usize + n * SECTOR, sector);
                }
            }
        }
        bytes
    }
}

/// Numbers that look random and are the same each time (splitmix64).
#[derive(Debug)]
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn throw(&mut self) -> bool {
        self.next() & 1 == 1
    }
}
