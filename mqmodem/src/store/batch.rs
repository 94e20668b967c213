//! Batches of changes, in the form every backend takes them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use tokio::sync::mpsc::UnboundedSender;

/// A slot as bytes.
pub(super) type Key = [u8; 10];

/// A change of one modem.
pub(super) struct ModemChange {
    pub(super) modem: Arc<str>,
    pub(super) what: What,
}

/// What is to be changed.
#[derive(Clone)]
pub(super) enum What {
    /// Keep a value under its name; empty is what was erased.
    Value(String, Vec<u8>),
    /// Keep a record of a session.
    Record(Key, Vec<u8>),
    /// Erase a record of a session.
    Erase(Key),
    /// Erase every record of the session of this link.
    Forget(u8),
}

/// Everything that is kept.
#[derive(Default)]
pub(super) struct StateContent {
    /// Modem, name of the slot, bytes.
    pub(super) values: Vec<(String, String, Vec<u8>)>,
    /// Modem, slot, bytes.
    pub(super) records: Vec<(String, Key, Vec<u8>)>,
}

impl What {
    /// About what it adds to a transaction.
    pub(super) fn size(&self) -> usize {
        let bytes = match self {
            Self::Value(_, bytes) | Self::Record(_, bytes) => bytes.len(),
            Self::Erase(_) | Self::Forget(_) => 0,
        };
        size_of::<Key>() + bytes
    }
}

/// A modem that is to begin with what it keeps.
pub(super) struct Load {
    pub(super) modem: Arc<str>,
    /// Where that goes, once it can be read.
    pub(super) to: UnboundedSender<StateContent>,
    /// Whether it went there at once.
    pub(super) now: Sender<bool>,
}

/// One change, durable before it is answered.
pub(super) struct Request {
    pub(super) change: ModemChange,
    pub(super) answer: ChangeAnswer,
}

/// Says what became of a change, at the latest when it is dropped: whatever
/// happens to the thread, no modem waits for ever.
pub(super) struct ChangeAnswer {
    pub(super) to: UnboundedSender<bool>,
    /// Whether a change before this one has failed, and so this one must.
    pub(super) broken: Arc<AtomicBool>,
    pub(super) ok: bool,
}

impl ChangeAnswer {
    pub(super) fn must_fail(&self) -> bool {
        self.broken.load(Ordering::Acquire)
    }

    /// It is not made, and none of its modem behind it.
    pub(super) fn refuse(&self) {
        self.broken.store(true, Ordering::Release);
    }
}

impl Drop for ChangeAnswer {
    fn drop(&mut self) {
        if !self.ok {
            self.broken.store(true, Ordering::Release);
        }
        // A modem that is gone wants no answer.
        let _ = self.to.send(self.ok);
    }
}
