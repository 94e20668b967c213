//! The thread that writes for all modems.
//!
//! It takes everything that waits as one transaction: ten thousand modems that
//! publish at once wait for a few syncs of the disk, not for ten thousand.

use super::file::OpenError;
use super::tables::{self, Change, Content};
use redb::Database;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender};
use tokio::sync::mpsc::UnboundedSender;

/// Bytes gathered into one transaction; also bounds what redb holds of it.
const BATCH: usize = 1024 * 1024;

/// Opens the database again after a write has failed.
pub(super) type Reopen = Box<dyn FnMut() -> Result<Database, String> + Send>;

/// What the thread is told.
pub(super) enum Message {
    Change(Request),
    /// Write what came before, then read everything; nothing is answered where the
    /// database cannot be opened.
    Look(Sender<Result<Content, OpenError>>),
    /// Write what came before, then end.
    End,
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
    fn must_fail(&self) -> bool {
        self.broken.load(Ordering::Acquire)
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
    End,
}

/// Writes until it is told to end.
pub(super) fn run(
    messages: &Receiver<Message>,
    mut database: Option<Database>,
    mut reopen: Reopen,
) {
    let mut failing = database.is_none();
    while let Ok(first) = messages.recv() {
        let (mut batch, then) = gather(first, messages);
        if !batch.is_empty() {
            let written = write(&mut database, &mut reopen, &batch);
            tell(&written, failing);
            failing = written.is_err();
            for request in &mut batch {
                request.answer.ok = written.is_ok();
            }
        }
        match then {
            Then::More => {}
            Then::Look(to) => {
                database = database.or_else(|| reopen().ok());
                if let Some(open) = &database {
                    // Who asked may have gone.
                    let _ = to.send(tables::content(open));
                }
            }
            Then::End => return,
        }
    }
}

/// Logs when writing begins to fail, and when that ends.
fn tell(written: &Result<(), String>, failing: bool) {
    match written {
        Ok(()) if failing => tracing::warn!("settings and messages can be kept again"),
        Err(why) if !failing => tracing::error!(
            "settings and messages cannot be kept, commands that want it fail: {why}"
        ),
        _ => {}
    }
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

/// Writes a batch. After a failure the database is opened anew: what it holds in
/// memory is not to be trusted any more, nor all that is read of the file.
pub(super) fn write(
    database: &mut Option<Database>,
    reopen: &mut Reopen,
    batch: &[Request],
) -> Result<(), String> {
    let open = match database.take() {
        Some(open) => open,
        None => reopen()?,
    };
    let changes = batch.iter().map(|request| &request.change);
    let written = tables::commit(&open, changes);
    if written.is_ok() {
        *database = Some(open);
    } else {
        drop(open);
        // What cannot be opened now is tried again with the next batch.
        *database = reopen().ok();
    }
    written.map_err(|error| error.to_string())
}
