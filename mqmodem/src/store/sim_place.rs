//! A simulated disk as a place of a database, for tests.

use super::error::OpenError;
use super::keeper::Keeper;
use super::redb::place::DatabasePlace;
use super::redb::room::{Health, Noted, reserve_on};
use super::redb::{RedbBackend, file};
use super::sim_disk::SimDisk;
use redb::{Database, StorageBackend};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A database on a simulated disk.
#[derive(Clone, Debug)]
pub(super) struct SimPlace {
    disk: SimDisk,
    health: Arc<Health>,
    unreadable: Arc<AtomicBool>,
    lost: Arc<AtomicBool>,
}

impl SimPlace {
    pub(super) fn new(disk: &SimDisk) -> Self {
        Self {
            disk: disk.clone(),
            health: Arc::default(),
            unreadable: Arc::default(),
            lost: Arc::default(),
        }
    }

    /// What is there cannot be opened, or can again.
    pub(super) fn set_unreadable(&self, unreadable: bool) {
        self.unreadable.store(unreadable, Ordering::Release);
    }

    /// Another file stands where this one was, or this one again.
    pub(super) fn set_lost(&self, lost: bool) {
        self.lost.store(lost, Ordering::Release);
    }

    /// What writes there, opened where it can be.
    pub(super) fn keeper(&self) -> Keeper {
        let mut place = self.clone();
        let database = place.open().ok();
        Keeper::new(Box::new(RedbBackend::new(Box::new(place), database)))
    }
}

impl DatabasePlace for SimPlace {
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
        let held = self.disk.hold(reserve, more);
        held.map_err(|error| error.to_string())
    }

    fn release(&mut self) {
        self.disk.release();
    }
}
