//! The file as redb sees it, with notes on how it fails; and room kept back.
//!
//! redb writes every change to pages that are free. So on a full disk nothing could
//! be erased any more, and a queue that has filled it would never drain. A file of
//! nothing beside the database holds room for that: it is given up to erase, and
//! nothing is added before it is there again.

use redb::{BackendError, StorageBackend};
use rustix::fs::{FallocateFlags, fallocate, fstatvfs, ftruncate};
use rustix::io::Errno;
use std::fs::File;
use std::io::{self, ErrorKind};
use std::ops::Bound;
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Bytes kept back where the disk is large, and where it is small.
const MOST: u64 = 256 * 1024;
const LEAST: u64 = 64 * 1024;

/// What is known of a file, over all the databases that are opened on it.
#[derive(Debug, Default)]
pub(in crate::store) struct Health {
    /// There was no room for something.
    full: AtomicBool,
    /// A write or a sync failed otherwise: what is read may not be on the medium.
    doubtful: AtomicBool,
    /// How long the file is.
    len: AtomicU64,
    /// Where it could not be written again.
    obstacle: AtomicU64,
}

impl Health {
    /// Whether there was no room for something since the last time this was asked.
    pub(in crate::store) fn take_full(&self) -> bool {
        self.full.swap(false, Ordering::AcqRel)
    }

    /// Whether what is read may not be on the medium.
    pub(in crate::store) fn is_doubtful(&self) -> bool {
        self.doubtful.load(Ordering::Acquire)
    }

    /// All of it was written again, or has to be.
    pub(in crate::store) fn set_doubtful(&self, doubtful: bool) {
        self.doubtful.store(doubtful, Ordering::Release);
    }

    /// Where the file could not be written again.
    pub(in crate::store) fn obstacle(&self) -> u64 {
        self.obstacle.load(Ordering::Acquire)
    }

    /// The file is being written again from here on.
    pub(in crate::store) fn set_obstacle(&self, at: u64) {
        self.obstacle.store(at, Ordering::Release);
    }

    /// How long the file is.
    pub(in crate::store) fn len(&self) -> u64 {
        self.len.load(Ordering::Acquire)
    }

    fn note<T>(&self, done: io::Result<T>) -> io::Result<T> {
        match &done {
            Ok(_) => {}
            Err(error) if is_full(error) => self.full.store(true, Ordering::Release),
            Err(_) => self.set_doubtful(true),
        }
        done
    }
}

/// Whether a disk, a quota or a file has reached its limit.
pub(in crate::store) fn is_full(error: &io::Error) -> bool {
    let full = [
        ErrorKind::StorageFull,
        ErrorKind::QuotaExceeded,
        ErrorKind::FileTooLarge,
    ];
    full.contains(&error.kind())
}

/// How much is kept back on a disk of this size.
pub(in crate::store) fn reserve_on(capacity: u64) -> u64 {
    (capacity / 8).clamp(LEAST, MOST)
}

/// Makes a file of nothing hold as much of the disk as is kept back, once it is seen
/// that there is so much `more`.
pub(in crate::store) fn reserve_room(file: &File, more: u64) -> io::Result<()> {
    let disk = fstatvfs(file)?;
    let reserve = reserve_on(disk.f_blocks.saturating_mul(disk.f_frsize));
    let wanted = reserve.saturating_add(more);
    let before = file.metadata()?.len().min(reserve);
    match fallocate(file, FallocateFlags::empty(), 0, wanted) {
        Ok(()) => Ok(ftruncate(file, reserve)?),
        Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL | Errno::NODEV) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            if free.saturating_add(before) < wanted {
                return Err(ErrorKind::StorageFull.into());
            }
            file.write_all_at(&vec![0; usize::try_from(reserve).unwrap_or(0)], 0)
        }
        Err(error) => {
            // Part of it may have been given; what is held stays.
            ftruncate(file, before)?;
            Err(error.into())
        }
    }
}

/// A file whose failures are noted.
#[derive(Debug)]
pub(in crate::store) struct Noted<B> {
    backend: B,
    health: Arc<Health>,
}

impl<B: StorageBackend> Noted<B> {
    pub(in crate::store) fn new(backend: B, health: Arc<Health>) -> io::Result<Self> {
        health.len.store(backend.len()?, Ordering::Release);
        Ok(Self { backend, health })
    }
}

impl<B: StorageBackend> StorageBackend for Noted<B> {
    fn len(&self) -> io::Result<u64> {
        self.backend.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.backend.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.health.note(self.backend.set_len(len))?;
        self.health.len.store(len, Ordering::Release);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let synced = self.backend.sync_data();
        if synced.is_err() {
            // Even for want of room: what was written is not there.
            self.health.set_doubtful(true);
        }
        self.health.note(synced)
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.health.note(self.backend.write(offset, data))
    }

    fn close(&self) -> io::Result<()> {
        self.backend.close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.backend.try_lock_range(start, end)
    }

    fn try_lock_shared_range(
        &self,
        start: Bound<u64>,
        end: Bound<u64>,
    ) -> Result<bool, BackendError> {
        self.backend.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.backend.lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.backend.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.backend.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.backend.query_lock_range(start, end)
    }
}
