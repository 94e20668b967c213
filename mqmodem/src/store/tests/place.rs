//! A simulated disk as a place of a database, for tests.

use crate::store::error::OpenError;
use crate::store::persistence::Persistence;
use crate::store::redb::place::DatabasePlace;
use crate::store::redb::room::{Health, Noted, reserve_on};
use crate::store::redb::{RedbBackend, file};
use mqmodem_testkit::block::BlockDisk;
use redb::{Database, StorageBackend};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A database on a simulated disk.
#[derive(Clone, Debug)]
pub(in crate::store) struct SimulatedPlace {
    disk: BlockDisk,
    health: Arc<Health>,
    unreadable: Arc<AtomicBool>,
    lost: Arc<AtomicBool>,
}

impl SimulatedPlace {
    pub(in crate::store) fn new(disk: &BlockDisk) -> Self {
        Self {
            disk: disk.clone(),
            health: Arc::default(),
            unreadable: Arc::default(),
            lost: Arc::default(),
        }
    }

    /// What is there cannot be opened, or can again.
    pub(in crate::store) fn set_unreadable(&self, unreadable: bool) {
        self.unreadable.store(unreadable, Ordering::Release);
    }

    /// Another file stands where this one was, or this one again.
    pub(in crate::store) fn set_lost(&self, lost: bool) {
        self.lost.store(lost, Ordering::Release);
    }

    /// What writes there, opened where it can be.
    pub(in crate::store) fn persistence(&self) -> Persistence {
        let mut place = self.clone();
        let database = place.open().ok();
        Persistence::new(Box::new(RedbBackend::new(Box::new(place), database)))
    }
}

impl DatabasePlace for SimulatedPlace {
    fn open(&mut self) -> Result<Database, OpenError> {
        if self.unreadable.load(Ordering::Acquire) {
            return Err(OpenError::Io(std::io::Error::other("unreadable")));
        }
        let (disk, health) = (&self.disk, &self.health);
        let len = disk.len().unwrap();
        file::open_mended(len, |wanted| {
            if wanted != len {
                disk.set_len(wanted).map_err(OpenError::Io)?;
            }
            let backend = Noted::new(disk.clone(), health.clone());
            file::on_noted(backend.map_err(OpenError::Io)?, health)
        })
    }

    fn lost(&self) -> Option<String> {
        let lost = self.lost.load(Ordering::Acquire);
        lost.then(|| "it was removed".to_owned())
    }

    fn health(&self) -> &Health {
        &self.health
    }

    fn reserve(&mut self, more: u64) -> Result<(), String> {
        let reserve = reserve_on(self.disk.capacity());
        let held = self.disk.reserve(reserve, more);
        held.map_err(|error| error.to_string())
    }

    fn release(&mut self) {
        self.disk.release();
    }
}
