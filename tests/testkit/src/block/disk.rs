//! A disk in memory that fails where it is asked to.

use super::step::DiskStep;
use redb::StorageBackend;
use std::collections::BTreeSet;
use std::io;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard};

/// What of a disk is given to a file at once.
const BLOCK: usize = 4096;

/// How a disk fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiskFault {
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

impl DiskFault {
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

/// A disk of blocks, and a file on it.
#[derive(Clone, Debug, Default)]
pub struct BlockDisk(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    bytes: Vec<u8>,
    steps: Vec<DiskStep>,
    asked: usize,
    fault: Option<(DiskFault, Range<usize>)>,
    /// How many blocks there are; without it as many as are wanted.
    capacity: Option<usize>,
    /// The blocks of it that are in use.
    blocks: BTreeSet<usize>,
    /// How many are set aside.
    reserved: usize,
}

impl BlockDisk {
    /// A disk of so many bytes.
    pub fn of_capacity(bytes: usize) -> Self {
        let disk = Self::default();
        disk.lock().capacity = Some(bytes / BLOCK);
        disk
    }

    /// Other files take all that is left but so many bytes.
    pub fn crowd(&self, left: usize) {
        let mut disk = self.lock();
        disk.capacity = Some(disk.blocks.len() + disk.reserved + left / BLOCK);
    }

    /// How large it is.
    pub fn capacity(&self) -> u64 {
        let capacity = self.lock().capacity;
        capacity.map_or(u64::MAX, |blocks| (blocks * BLOCK) as u64)
    }

    /// Sets so much aside, if there is so much `more` besides.
    ///
    /// # Errors
    /// Where the disk is full or fails.
    pub fn reserve(&self, bytes: u64, more: u64) -> io::Result<()> {
        let blocks = |bytes: u64| usize::try_from(bytes).unwrap().div_ceil(BLOCK);
        let mut disk = self.lock();
        if let Some(error) = disk.ask().and_then(DiskFault::of_write) {
            return Err(error);
        }
        let used = disk.blocks.len() + blocks(bytes) + blocks(more);
        if disk.capacity.is_some_and(|capacity| used > capacity) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        disk.reserved = blocks(bytes);
        disk.take(DiskStep::Reserve);
        Ok(())
    }

    /// Gives up what was set aside.
    pub fn release(&self) {
        self.lock().reserved = 0;
    }

    /// How many bytes were written, in all.
    pub fn written(&self) -> usize {
        let disk = self.lock();
        let written = disk.steps.iter().map(|step| match step {
            DiskStep::Write(_, data) => data.len(),
            _ => 0,
        });
        written.sum()
    }

    /// A disk on which these bytes are durable.
    pub fn of(bytes: Vec<u8>) -> Self {
        let disk = Self::default();
        disk.lock().bytes = bytes;
        disk
    }

    /// Fails these of the steps that are asked of it.
    pub fn fail(&self, fault: DiskFault, steps: Range<usize>) {
        self.lock().fault = Some((fault, steps));
    }

    /// Whether the power is gone.
    pub fn is_stopped(&self) -> bool {
        let disk = self.lock();
        let fault = disk.fault.as_ref();
        fault.is_some_and(|(fault, at)| *fault == DiskFault::Stop && disk.asked > at.start)
    }

    /// How many steps it took.
    pub fn taken(&self) -> usize {
        self.lock().steps.len()
    }

    /// What it was asked to do.
    pub fn steps(&self) -> Vec<DiskStep> {
        self.lock().steps.clone()
    }

    /// What is read now: what a killed process leaves behind.
    pub fn bytes(&self) -> Vec<u8> {
        self.lock().bytes.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap()
    }
}

impl Inner {
    fn ask(&mut self) -> Option<DiskFault> {
        let at = self.asked;
        self.asked += 1;
        let (fault, steps) = self.fault.as_ref()?;
        steps.contains(&at).then_some(*fault)
    }

    fn take(&mut self, step: DiskStep) {
        step.apply(&mut self.bytes);
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
        if self.blocks.len() + self.reserved + new.len() > capacity {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.blocks.extend(new);
        Ok(())
    }
}

impl StorageBackend for BlockDisk {
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
        if let Some(error) = disk.ask().and_then(DiskFault::of_write) {
            return Err(error);
        }
        let end = usize::try_from(len).unwrap().div_ceil(BLOCK);
        disk.blocks.split_off(&end);
        disk.take(DiskStep::Resize(len));
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut disk = self.lock();
        match disk.ask() {
            None => disk.take(DiskStep::Sync),
            Some(DiskFault::Stop) => return Err(io::Error::other("stopped")),
            Some(_) => {
                disk.take(DiskStep::FailedSync);
                return Err(io::Error::other("the sync failed"));
            }
        }
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut disk = self.lock();
        let fault = disk.ask();
        let Some(error) = fault.and_then(DiskFault::of_write) else {
            disk.occupy(offset, data.len() as u64)?;
            disk.take(DiskStep::Write(offset, data.to_vec()));
            return Ok(());
        };
        if fault == Some(DiskFault::Short) {
            let half = data[..data.len() / 2].to_vec();
            disk.take(DiskStep::Write(offset, half));
        }
        Err(error)
    }
}
