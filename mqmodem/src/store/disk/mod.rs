//! Keeps what modems keep in one file of a state directory.

use super::api::{Done, Store, StoreChange};
use super::batch::{ChangeAnswer, Load, ModemChange, Request, StateContent, What};
use super::error::OpenError;
use super::kept::StoredState;
use super::persistence::Persistence;
use super::redb::RedbBackend;
use super::writer::{self, WriterMessage};
use mqmodem_core::Slot;
use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Sender, channel};
use std::task::{Context, Poll, ready};
use std::thread::JoinHandle;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// A state directory in use. When it is dropped, what was submitted before is
/// written, and what comes after fails.
pub struct StateDirectory {
    messages: Sender<WriterMessage>,
    writer: Option<JoinHandle<()>>,
    /// Whether what is there could be read at the start.
    read: bool,
}

/// What one modem keeps in a [`StateDirectory`].
pub struct DiskStore {
    modem: Arc<str>,
    messages: Sender<WriterMessage>,
    /// Where what the modem keeps comes from, where it could not be read yet. Until
    /// then nothing is kept.
    awaited: Option<UnboundedReceiver<StateContent>>,
    /// What was submitted and not told yet, oldest first.
    asked: VecDeque<Slot>,
    /// Whether one of these has failed, and so all behind it must.
    broken: Arc<AtomicBool>,
    /// How many of these have failed: none is told before all are through, so
    /// that what is submitted once one was told stands behind none of them.
    failed: usize,
    /// How many failures are now to be told.
    telling: usize,
    answer: UnboundedSender<bool>,
    answers: UnboundedReceiver<bool>,
}

impl StateDirectory {
    /// Opens a state directory, made where it is missing, and reads what is
    /// there. What is damaged is put aside. Where nothing can be written, or not even
    /// read, the modems still run: [`Store::poll_restored`] gives them what they keep
    /// once it can be read. All of that is logged. Fails only where another process
    /// has it, or a newer version wrote it.
    pub fn open(directory: &Path) -> Result<(Self, StoredState), OpenError> {
        let (backend, content) = RedbBackend::open(directory)?;
        let disk = Self::with(Persistence::new(Box::new(backend)), content.is_some());
        let kept = content.map(StoredState::sort).unwrap_or_default();
        Ok((disk.map_err(OpenError::Io)?, kept))
    }

    pub(super) fn with(persistence: Persistence, read: bool) -> io::Result<Self> {
        let (messages, waiting) = channel();
        let thread = std::thread::Builder::new().name("state".to_owned());
        let writer = thread.spawn(move || writer::run(&waiting, persistence))?;
        Ok(Self {
            messages,
            writer: Some(writer),
            read,
        })
    }

    /// Whether what is there could be read when it was opened.
    pub fn is_read(&self) -> bool {
        self.read
    }

    /// Everything that is kept now, with what was submitted before; nothing where
    /// the file cannot be opened to write.
    pub fn look(&self) -> Option<Result<StoredState, OpenError>> {
        let (answer, answers) = channel();
        let _ = self.messages.send(WriterMessage::Look(answer));
        let content = answers.recv().ok()?;
        Some(content.map(StoredState::sort))
    }

    /// The store of the modem of this name, which has not run yet: it begins with
    /// what [`open`](Self::open) found.
    pub fn store(&self, modem: &str) -> DiskStore {
        let mut store = self.new_store(modem);
        if !self.read {
            store.awaited = Some(self.ask_for(modem).0);
        }
        store
    }

    /// The store of a modem that may have run before, and what it keeps by now.
    pub fn load(&self, modem: &str) -> (DiskStore, Vec<(Slot, Vec<u8>)>) {
        let mut store = self.new_store(modem);
        let (mut contents, is_there) = self.ask_for(modem);
        let content = contents.try_recv().ok().filter(|_| is_there);
        store.awaited = Some(contents).filter(|_| content.is_none());
        let kept = content.map(|content| StoredState::sort(content).take(modem));
        (store, kept.unwrap_or_default())
    }

    /// Where what a modem keeps will come from, and whether it is there already.
    fn ask_for(&self, modem: &str) -> (UnboundedReceiver<StateContent>, bool) {
        let (to, contents) = unbounded_channel();
        let (now, is_there) = channel();
        let modem = modem.into();
        let _ = self
            .messages
            .send(WriterMessage::Load(Load { modem, to, now }));
        (contents, is_there.recv().unwrap_or(false))
    }

    fn new_store(&self, modem: &str) -> DiskStore {
        let (answer, answers) = unbounded_channel();
        DiskStore {
            modem: modem.into(),
            messages: self.messages.clone(),
            awaited: None,
            asked: VecDeque::new(),
            broken: Arc::default(),
            failed: 0,
            telling: 0,
            answer,
            answers,
        }
    }
}

impl Drop for StateDirectory {
    fn drop(&mut self) {
        let _ = self.messages.send(WriterMessage::End);
        if let Some(writer) = self.writer.take()
            && writer.join().is_err()
        {
            tracing::error!("the writer of the state directory failed, please report it");
        }
    }
}

impl Store for DiskStore {
    fn submit(&mut self, change: StoreChange<'_>) {
        self.asked.push_back(change.slot());
        let answer = ChangeAnswer {
            to: self.answer.clone(),
            broken: self.broken.clone(),
            ok: false,
        };
        if self.awaited.is_some() {
            // Dropped, and so answered: it would be written over what was not read.
            return;
        }
        let change = ModemChange {
            modem: self.modem.clone(),
            what: what(change),
        };
        // Where the thread is gone, the request is dropped and so answered.
        let _ = self
            .messages
            .send(WriterMessage::StoreChange(Request { change, answer }));
    }

    fn poll_done(&mut self, cx: &mut Context<'_>) -> Poll<Done> {
        let mut ok = false;
        while self.telling == 0 && !ok {
            ok = ready!(self.answers.poll_recv(cx)) == Some(true);
            self.failed += usize::from(!ok);
            if self.failed == self.asked.len() {
                self.telling = std::mem::take(&mut self.failed);
                self.broken = Arc::default();
            }
        }
        self.telling = self.telling.saturating_sub(1);
        match self.asked.pop_front() {
            Some(slot) => Poll::Ready(Done { slot, ok }),
            None => Poll::Pending,
        }
    }

    fn is_restored(&self) -> bool {
        self.awaited.is_none()
    }

    fn poll_restored(&mut self, cx: &mut Context<'_>) -> Poll<Vec<(Slot, Vec<u8>)>> {
        let Some(awaited) = self.awaited.as_mut().filter(|_| self.asked.is_empty()) else {
            return Poll::Pending;
        };
        let Some(content) = ready!(awaited.poll_recv(cx)) else {
            // The thread is gone, and nothing will be kept any more.
            return Poll::Pending;
        };
        self.awaited = None;
        Poll::Ready(StoredState::sort(content).take(&self.modem))
    }
}

/// Where a change goes, and as what.
pub(super) fn what(change: StoreChange<'_>) -> What {
    let slot = change.slot();
    match (change, slot) {
        (StoreChange::Forget { link }, _) => What::Forget(link.0),
        (StoreChange::Put { bytes, .. }, Slot::Session(..)) => {
            What::Record(slot.to_bytes(), bytes.to_vec())
        }
        (StoreChange::Erase { .. }, Slot::Session(..)) => What::Erase(slot.to_bytes()),
        (StoreChange::Put { bytes, .. }, _) => What::Value(slot.to_string(), bytes.to_vec()),
        (StoreChange::Erase { .. }, _) => What::Value(slot.to_string(), Vec::new()),
    }
}

impl fmt::Debug for StateDirectory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Disk").finish_non_exhaustive()
    }
}

impl fmt::Debug for DiskStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut store = f.debug_struct("DiskStore");
        store.field("modem", &self.modem).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
