//! The thread that writes for all modems.
//!
//! It takes everything that waits as one transaction: ten thousand modems that
//! are set up at once wait for a few syncs of the disk, not for ten thousand.

use super::file::VALUES;
use redb::Database;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use tokio::sync::mpsc::UnboundedSender;

/// Bytes gathered into one transaction; also bounds what redb holds of it.
const BATCH: usize = 1024 * 1024;

/// Opens the database again after a write has failed.
pub(super) type Reopen = Box<dyn FnMut() -> Result<Database, String> + Send>;

/// What the thread is told.
pub(super) enum Message {
    Change(Request),
    /// Write what came before, then end.
    End,
}

/// One change, durable before it is answered.
pub(super) struct Request {
    pub(super) modem: Arc<str>,
    pub(super) slot: String,
    /// Empty for what is erased.
    pub(super) bytes: Vec<u8>,
    pub(super) answer: Answer,
}

/// Says what became of a change, at the latest when it is dropped: whatever
/// happens to the thread, no modem waits for ever.
pub(super) struct Answer {
    pub(super) to: UnboundedSender<bool>,
    pub(super) ok: bool,
}

impl Drop for Answer {
    fn drop(&mut self) {
        // A modem that is gone wants no answer.
        let _ = self.to.send(self.ok);
    }
}

/// Writes until it is told to end.
pub(super) fn run(
    messages: &Receiver<Message>,
    mut database: Option<Database>,
    mut reopen: Reopen,
) {
    let mut failing = database.is_none();
    while let Ok(Message::Change(first)) = messages.recv() {
        let (mut batch, end) = gather(first, messages);
        let written = write(&mut database, &mut reopen, &batch);
        match &written {
            Ok(()) if failing => tracing::warn!("settings can be kept again"),
            Err(why) if !failing => {
                tracing::error!("settings cannot be kept, commands that change them fail: {why}");
            }
            _ => {}
        }
        failing = written.is_err();
        for request in &mut batch {
            request.answer.ok = written.is_ok();
        }
        if end {
            return;
        }
    }
}

/// The changes that wait, and whether the end stands behind them.
fn gather(first: Request, messages: &Receiver<Message>) -> (Vec<Request>, bool) {
    let mut size = first.bytes.len();
    let mut batch = vec![first];
    while size < BATCH {
        match messages.try_recv() {
            Ok(Message::Change(next)) => {
                size += next.bytes.len();
                batch.push(next);
            }
            Ok(Message::End) => return (batch, true),
            Err(_) => break,
        }
    }
    (batch, false)
}

/// Writes a batch. After a failure the database is opened anew before the next:
/// what it holds in memory is not to be trusted any more.
fn write(
    database: &mut Option<Database>,
    reopen: &mut Reopen,
    batch: &[Request],
) -> Result<(), String> {
    let open = match database.take() {
        Some(open) => open,
        None => reopen()?,
    };
    commit(&open, batch).map_err(|error| error.to_string())?;
    *database = Some(open);
    Ok(())
}

fn commit(database: &Database, batch: &[Request]) -> Result<(), redb::Error> {
    let write = database.begin_write()?;
    {
        let mut values = write.open_table(VALUES)?;
        for request in batch {
            values.insert((&*request.modem, &*request.slot), &*request.bytes)?;
        }
    }
    write.commit()?;
    Ok(())
}
