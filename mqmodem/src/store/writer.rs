//! The thread that writes for all modems.
//!
//! It takes everything that waits as one transaction: ten thousand modems that
//! publish at once wait for a few syncs of the disk, not for ten thousand.

use super::file::OpenError;
use super::keeper::Keeper;
use super::tables::{Change, Content};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::Duration;
use tokio::sync::mpsc::UnboundedSender;

/// Bytes gathered into one transaction; also bounds what redb holds of it.
const BATCH: usize = 1024 * 1024;

/// How often what cannot be read is tried again.
const PAUSE: Duration = Duration::from_secs(1);

/// What the thread is told.
pub(super) enum Message {
    Change(Request),
    /// Write what came before, then read everything; nothing is answered where the
    /// database cannot be opened.
    Look(Sender<Result<Content, OpenError>>),
    /// Write what came before, then read what one modem keeps.
    Load(Load),
    /// Write what came before, then end.
    End,
}

/// A modem that is to begin with what it keeps.
pub(super) struct Load {
    pub(super) modem: Arc<str>,
    /// Where that goes, once it can be read.
    pub(super) to: UnboundedSender<Content>,
    /// Whether it went there at once.
    pub(super) now: Sender<bool>,
}

/// One change, durable before it is answered.
pub(super) struct Request {
    pub(super) change: Change,
    pub(super) answer: Answer,
}

/// Says what became of a change, at the latest when it is dropped: whatever
/// happens to the thread, no modem waits for ever.
pub(super) struct Answer {
    pub(super) to: UnboundedSender<bool>,
    /// Whether a change before this one has failed, and so this one must.
    pub(super) broken: Arc<AtomicBool>,
    pub(super) ok: bool,
}

impl Answer {
    pub(super) fn must_fail(&self) -> bool {
        self.broken.load(Ordering::Acquire)
    }

    /// It is not made, and none of its modem behind it.
    pub(super) fn refuse(&self) {
        self.broken.store(true, Ordering::Release);
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        if !self.ok {
            self.broken.store(true, Ordering::Release);
        }
        // A modem that is gone wants no answer.
        let _ = self.to.send(self.ok);
    }
}

/// What stands behind a batch.
enum Then {
    More,
    Look(Sender<Result<Content, OpenError>>),
    Load(Load),
    End,
}

/// Writes until it is told to end.
pub(super) fn run(messages: &Receiver<Message>, mut keeper: Keeper) {
    loop {
        let first = match next(messages, keeper.is_awaited()) {
            Ok(first) => first,
            Err(RecvTimeoutError::Timeout) => {
                keeper.serve();
                continue;
            }
            Err(RecvTimeoutError::Disconnected) => return,
        };
        let (mut batch, then) = gather(first, messages);
        if !batch.is_empty() {
            keeper.write(&mut batch);
        }
        match then {
            Then::More => {}
            Then::Look(to) => keeper.look(&to),
            Then::Load(load) => keeper.load(load),
            Then::End => return,
        }
    }
}

/// The next message; none for a while ends the wait where modems wait too.
fn next(messages: &Receiver<Message>, awaited: bool) -> Result<Message, RecvTimeoutError> {
    if awaited {
        return messages.recv_timeout(PAUSE);
    }
    let message = messages.recv();
    message.map_err(|_| RecvTimeoutError::Disconnected)
}

/// The changes that wait, and what stands behind them.
fn gather(first: Message, messages: &Receiver<Message>) -> (Vec<Request>, Then) {
    let mut batch = Vec::new();
    let mut size = 0;
    let mut next = Some(first);
    while let Some(message) = next {
        match message {
            Message::End => return (batch, Then::End),
            Message::Look(to) => return (batch, Then::Look(to)),
            Message::Load(load) => return (batch, Then::Load(load)),
            // Dropped, and so answered: one before it has failed.
            Message::Change(request) if request.answer.must_fail() => {}
            Message::Change(request) => {
                size += request.change.what.size();
                batch.push(request);
            }
        }
        next = if size < BATCH {
            messages.try_recv().ok()
        } else {
            None
        };
    }
    (batch, Then::More)
}
