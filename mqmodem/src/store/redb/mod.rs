//! What is written where, and what is done where that fails.

use super::file::OpenError;
use super::place::Place;
use super::tables::{self, Content, Effect, Need};
use super::writer::{Load, Request};
use redb::Database;
use std::sync::mpsc::Sender;

/// Beside a batch as much must be free on a disk that was full before.
const BESIDE: u64 = 64 * 1024;

/// On a full disk the file is made shorter once this part of it was freed.
const PART: u64 = 16;

/// The database, open or not.
pub(super) struct Keeper {
    place: Box<dyn Place>,
    database: Option<Database>,
    /// Bytes freed, since the disk was found full or the file was made shorter last.
    full: Option<u64>,
    /// Whether there is room kept back to free some.
    held: bool,
    failing: bool,
    /// Modems that run without what they keep, since it cannot be read.
    waiting: Vec<Load>,
    /// Why it cannot be opened, as it was told last.
    told: String,
}

impl Keeper {
    pub(super) fn new(place: Box<dyn Place>, database: Option<Database>) -> Self {
        Self {
            failing: database.is_none(),
            place,
            database,
            full: None,
            held: false,
            waiting: Vec::new(),
            told: String::new(),
        }
    }

    /// Whether modems wait for what they keep.
    pub(super) fn is_awaited(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Whether the database is open.
    #[cfg(test)]
    pub(super) fn is_open(&self) -> bool {
        self.database.is_some()
    }

    /// Writes a batch and notes in each request what became of it.
    pub(super) fn write(&mut self, batch: &mut [Request]) {
        let written = self.write_all(batch);
        self.tell(&written);
        // That something was erased from a full disk does not end that.
        self.failing = written.is_err() || self.failing && self.full.is_some();
    }

    fn write_all(&mut self, batch: &mut [Request]) -> Result<(), String> {
        self.open()?;
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

    /// Whether there may be room for so much more.
    fn may_grow(&mut self, bytes: u64) -> bool {
        if self.held && self.full.is_none() {
            return true;
        }
        let more = self.full.map_or(0, |_| bytes.saturating_mul(2) + BESIDE);
        self.held = self.place.hold(more).is_ok();
        let len = self.place.health().len();
        if !self.held && self.full.is_some_and(|freed| freed > len / PART) {
            self.shorten();
            self.held = self.place.hold(more).is_ok();
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
            let need = tables::need(self.open()?, &request.change);
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
            self.held = self.place.hold(0).is_ok();
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
    /// opened anew: what it holds in memory is not to be trusted any more.
    fn commit(&mut self, batch: &[Request]) -> Result<Effect, String> {
        self.place.health().take_full();
        self.open()?;
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
    pub(super) fn open(&mut self) -> Result<&Database, String> {
        let open = match self.database.take() {
            Some(open) => open,
            None => self.place.open().map_err(|error| error.to_string())?,
        };
        Ok(self.database.insert(open))
    }

    /// Logs when writing begins to fail, and when that ends.
    fn tell(&self, written: &Result<(), String>) {
        match written {
            Ok(()) if self.failing && self.full.is_none() => {
                tracing::warn!("settings and messages can be kept again");
            }
            Err(why) if !self.failing => tracing::error!(
                "settings and messages cannot be kept, commands that want it fail: {why}"
            ),
            _ => {}
        }
    }

    /// Everything that is kept; nothing is answered where it cannot be opened.
    pub(super) fn look(&mut self, to: &Sender<Result<Content, OpenError>>) {
        if let Ok(open) = self.open() {
            // Who asked may have gone.
            let _ = to.send(tables::content(open));
        }
    }

    /// Gives a modem what it keeps: now, or once it can be read.
    pub(super) fn load(&mut self, load: Load) {
        let done = self.give(&load).is_ok();
        // Who asked may have gone.
        let _ = load.now.send(done);
        if !done {
            self.waiting.push(load);
        }
    }

    fn give(&mut self, load: &Load) -> Result<(), String> {
        let content = tables::of_modem(self.open()?, &load.modem);
        let content = content.map_err(|error| error.to_string())?;
        let _ = load.to.send(content);
        Ok(())
    }

    /// Tries to give those who wait what they keep.
    pub(super) fn serve(&mut self) {
        self.waiting.retain(|load| !load.to.is_closed());
        let mut count = 0;
        while let Some(load) = self.waiting.pop() {
            if let Err(why) = self.give(&load) {
                self.waiting.push(load);
                return self.tell_unread(why);
            }
            count += 1;
        }
        if count > 0 {
            self.failing = false;
            tracing::warn!("what modems keep can be read: {count} begin anew with it");
        }
    }

    fn tell_unread(&mut self, why: String) {
        if self.told != why {
            tracing::error!("what modems keep cannot be read: {why}");
            self.told = why;
        }
    }
}

#[cfg(test)]
mod tests;
