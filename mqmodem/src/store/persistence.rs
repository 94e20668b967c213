//! Keeps what modems keep in a backend: logs where that fails, and has modems wait
//! for what cannot be read yet.

use super::backend::Backend;
use super::batch::{Load, Request, StateContent};
use super::error::OpenError;
use std::sync::mpsc::Sender;

/// A backend, and who waits for it.
pub(super) struct Persistence {
    backend: Box<dyn Backend>,
    failing: bool,
    /// Modems that run without what they keep, since it cannot be read.
    waiting: Vec<Load>,
    /// Why it cannot be read, as it was told last.
    reported: String,
}

impl Persistence {
    pub(super) fn new(backend: Box<dyn Backend>) -> Self {
        Self {
            failing: !backend.is_open(),
            backend,
            waiting: Vec::new(),
            reported: String::new(),
        }
    }

    /// Everything that is kept.
    #[cfg(test)]
    pub(super) fn content(&mut self) -> StateContent {
        self.backend.read_all().unwrap().unwrap()
    }

    /// Whether modems wait for what they keep.
    pub(super) fn is_awaited(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Whether the backend is open.
    #[cfg(test)]
    pub(super) fn is_open(&self) -> bool {
        self.backend.is_open()
    }

    /// Writes a batch and notes in each request what became of it.
    pub(super) fn write(&mut self, batch: &mut [Request]) {
        let written = self.backend.write(batch);
        self.report(&written);
        // That something was erased from a full disk does not end that.
        self.failing = written.is_err() || self.failing && self.backend.is_full();
    }

    /// Logs when writing begins to fail, and when that ends.
    fn report(&self, written: &Result<(), String>) {
        match written {
            Ok(()) if self.failing && !self.backend.is_full() => {
                tracing::warn!("settings and messages can be kept again");
            }
            Err(why) if !self.failing => tracing::error!(
                "settings and messages cannot be kept, commands that want it fail: {why}"
            ),
            _ => {}
        }
    }

    /// Everything that is kept; nothing is answered where it cannot be opened.
    pub(super) fn look(&mut self, to: &Sender<Result<StateContent, OpenError>>) {
        if let Some(content) = self.backend.read_all() {
            // Who asked may have gone.
            let _ = to.send(content);
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
        let content = self.backend.read(&load.modem)?;
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
                return self.report_unread(why);
            }
            count += 1;
        }
        if count > 0 {
            self.failing = false;
            tracing::warn!("the state directory can be read: {count} modems restart with it");
        }
    }

    fn report_unread(&mut self, why: String) {
        if self.reported != why {
            tracing::error!("what modems keep cannot be read: {why}");
            self.reported = why;
        }
    }
}
