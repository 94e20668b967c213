//! The thread that writes for all modems.
//!
//! It takes everything that waits as one transaction: ten thousand modems that
//! publish at once wait for a few syncs of the disk, not for ten thousand.

use super::batch::{Load, Request, StateContent};
use super::error::OpenError;
use super::persistence::Persistence;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

/// Bytes gathered into one transaction; also bounds what redb holds of it.
const BATCH: usize = 1024 * 1024;

/// How often what cannot be read is tried again.
const PAUSE: Duration = Duration::from_secs(1);

/// What the thread is told.
pub(super) enum WriterMessage {
    StoreChange(Request),
    /// Write what came before, then read everything; nothing is answered where the
    /// database cannot be opened.
    Look(Sender<Result<StateContent, OpenError>>),
    /// Write what came before, then read what one modem keeps.
    Load(Load),
    /// Write what came before, then end.
    End,
}

/// What stands behind a batch.
enum Then {
    More,
    Look(Sender<Result<StateContent, OpenError>>),
    Load(Load),
    End,
}

/// Writes until it is told to end.
pub(super) fn run(messages: &Receiver<WriterMessage>, mut persistence: Persistence) {
    loop {
        let first = match next(messages, persistence.is_awaited()) {
            Ok(first) => first,
            Err(RecvTimeoutError::Timeout) => {
                persistence.serve();
                continue;
            }
            Err(RecvTimeoutError::Disconnected) => return,
        };
        let (mut batch, then) = gather(first, messages);
        if !batch.is_empty() {
            persistence.write(&mut batch);
        }
        match then {
            Then::More => {}
            Then::Look(to) => persistence.look(&to),
            Then::Load(load) => persistence.load(load),
            Then::End => return,
        }
    }
}

/// The next message; none for a while ends the wait where modems wait too.
fn next(
    messages: &Receiver<WriterMessage>,
    awaited: bool,
) -> Result<WriterMessage, RecvTimeoutError> {
    if awaited {
        return messages.recv_timeout(PAUSE);
    }
    let message = messages.recv();
    message.map_err(|_| RecvTimeoutError::Disconnected)
}

/// The changes that wait, and what stands behind them.
fn gather(first: WriterMessage, messages: &Receiver<WriterMessage>) -> (Vec<Request>, Then) {
    let mut batch = Vec::new();
    let mut size = 0;
    let mut next = Some(first);
    while let Some(message) = next {
        match message {
            WriterMessage::End => return (batch, Then::End),
            WriterMessage::Look(to) => return (batch, Then::Look(to)),
            WriterMessage::Load(load) => return (batch, Then::Load(load)),
            // Dropped, and so answered: one before it has failed.
            WriterMessage::StoreChange(request) if request.answer.must_fail() => {}
            WriterMessage::StoreChange(request) => {
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
