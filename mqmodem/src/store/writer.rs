//! The thread that writes for all modems.
//!
//! It takes everything that waits as one transaction: ten thousand modems that
//! publish at once wait for a few syncs of the disk, not for ten thousand.

use super::batch::{Content, Load, Request};
use super::error::OpenError;
use super::keeper::Keeper;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

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
