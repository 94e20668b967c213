//! One redb file in a state directory, and what is done where writing it fails.

pub(super) mod file;
mod open;
pub(super) mod place;
pub(super) mod room;
pub(super) mod tables;

use super::backend::Backend;
use super::batch::{Request, StateContent};
use super::error::OpenError;
use place::DatabasePlace;
use redb::Database;
use tables::{Effect, Need};

/// Beside a batch as much must be free on a disk that was full before.
const BESIDE: u64 = 64 * 1024;

/// On a full disk the file is made shorter once this part of it was freed.
const PART: u64 = 16;

/// The database, open or not.
pub(super) struct RedbBackend {
    place: Box<dyn DatabasePlace>,
    database: Option<Database>,
    /// Bytes freed, since the disk was found full or the file was made shorter last.
    full: Option<u64>,
    /// Whether there is room kept back to free some.
    held: bool,
}

impl RedbBackend {
    pub(super) fn new(place: Box<dyn DatabasePlace>, database: Option<Database>) -> Self {
        Self {
            place,
            database,
            full: None,
            held: false,
        }
    }

    /// Whether there may be room for so much more.
    fn may_grow(&mut self, bytes: u64) -> bool {
        if self.held && self.full.is_none() {
            return true;
        }
        let more = self.full.map_or(0, |_| bytes.saturating_mul(2) + BESIDE);
        self.held = self.place.reserve(more).is_ok();
        let len = self.place.health().len();
        if !self.held && self.full.is_some_and(|freed| freed > len / PART) {
            self.shorten();
            self.held = self.place.reserve(more).is_ok();
        }
        self.full = if self.held {
            None
        } else {
            self.full.or(Some(0))
        };
        self.held
    }

    /// Gives back to the disk what is free in the file.
    fn shorten(&mut self) {
        self.full = Some(0);
        let Some(mut database) = self.database.take() else {
            return;
        };
        self.place.release();
        // Where that fails it is as it was.
        let _ = database.compact();
        drop(database);
        self.database = self.place.open().ok();
    }

    /// On a full disk: makes one by one the changes that free room, and refuses the
    /// others without touching it.
    fn free(&mut self, batch: &mut [Request]) -> Result<(), String> {
        let mut all = Ok(());
        for request in batch.iter_mut() {
            if request.answer.must_fail() {
                continue;
            }
            let need = tables::need(self.database()?, &request.change);
            match need.map_err(|error| error.to_string())? {
                Need::Nothing => {}
                Need::Frees => self.free_with(request)?,
                Need::Grows => {
                    request.answer.refuse();
                    all = Err("the disk is full".to_owned());
                    continue;
                }
            }
            request.answer.ok = true;
        }
        if !self.held {
            self.held = self.place.reserve(0).is_ok();
        }
        all
    }

    fn free_with(&mut self, request: &Request) -> Result<(), String> {
        self.place.release();
        self.held = false;
        let freed = self.commit(std::slice::from_ref(request))?.freed;
        self.full = self.full.map(|before| before + freed);
        Ok(())
    }

    /// Makes changes durable where they will be found. After a failure the database is
    /// opened again: what it has in memory cannot be trusted any more.
    fn commit(&mut self, batch: &[Request]) -> Result<Effect, String> {
        self.place.health().take_full();
        self.database()?;
        self.is_there()?;
        let database = self.database.take().ok_or("it is not open")?;
        let changes = batch.iter().map(|request| &request.change);
        match tables::commit(&database, changes) {
            Ok(effect) => {
                self.database = Some(database);
                self.is_there()?;
                Ok(effect)
            }
            Err(error) => {
                drop(database);
                // What cannot be opened now is tried again with the next batch.
                self.database = self.place.open().ok();
                Err(error.to_string())
            }
        }
    }

    fn is_there(&self) -> Result<(), String> {
        self.place.lost().map_or(Ok(()), Err)
    }

    /// The database, opened where it is not.
    fn database(&mut self) -> Result<&Database, String> {
        let open = match self.database.take() {
            Some(open) => open,
            None => self.place.open().map_err(|error| error.to_string())?,
        };
        Ok(self.database.insert(open))
    }
}

impl Backend for RedbBackend {
    fn write(&mut self, batch: &mut [Request]) -> Result<(), String> {
        self.database()?;
        self.is_there()?;
        let size = batch.iter().map(|it| it.change.what.size() as u64).sum();
        if !self.may_grow(size) {
            return self.free(batch);
        }
        match self.commit(batch) {
            Ok(_) => {
                for request in batch.iter_mut() {
                    request.answer.ok = true;
                }
                Ok(())
            }
            Err(_) if self.place.health().take_full() => {
                self.full = Some(0);
                self.free(batch)
            }
            failed => failed.map(drop),
        }
    }

    fn read_all(&mut self) -> Option<Result<StateContent, OpenError>> {
        self.database().ok().map(tables::content)
    }

    fn read(&mut self, modem: &str) -> Result<StateContent, String> {
        let content = tables::of_modem(self.database()?, modem);
        content.map_err(|error| error.to_string())
    }

    fn is_open(&self) -> bool {
        self.database.is_some()
    }

    fn is_full(&self) -> bool {
        self.full.is_some()
    }
}

#[cfg(test)]
mod tests;
