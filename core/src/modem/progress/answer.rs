//! The answer to the present command, as it is written.

use super::notes::{OutputKind, OutputNotes};
use crate::at::reply::{RESULT_ROOM, Reply, Style, joined};
use crate::buffer::Buf;
use core::ops::Range;

/// The information text of one command: it fits in half the memory for output,
/// or it is not said at all. So whether it fits does not depend on how fast the
/// host reads.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    /// Where in the output it starts.
    start: usize,
    overflow: bool,
    /// Where in the output secrets are, of this answer and of those before.
    secret: Range<usize>,
    /// What of the output is what, where that is watched.
    pub(in crate::modem) notes: OutputNotes,
    beside: Beside,
}

/// Whether the present line is one of somebody beside the host, who can send no raw bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Beside {
    #[default]
    No,
    Yes,
    /// Some were asked for.
    Asked,
}

impl Answer {
    /// It begins here.
    pub(crate) fn begin(&mut self, out: &Buf) {
        self.start = out.len();
        self.overflow = false;
    }

    /// Says more of it.
    pub(crate) fn write(&mut self, out: &mut Buf, style: Style, write: impl FnOnce(&mut Reply)) {
        let before = out.len();
        let follows = before > self.start;
        let room = self.room(out);
        let mut reply = Reply::new(out, style, room).behind(follows);
        write(&mut reply);
        self.overflow |= reply.overflowed();
        let secret = reply.secrets();
        self.notes.add(OutputKind::Info, before..out.len());
        if !secret.is_empty() {
            self.secret = joined(&self.secret, &secret);
        }
    }

    /// The next line is of somebody who can send no raw bytes.
    pub(in crate::modem) fn begin_beside(&mut self) {
        self.beside = Beside::Yes;
    }

    /// It is over; whether it asked for some.
    pub(in crate::modem) fn end_beside(&mut self) -> bool {
        core::mem::take(&mut self.beside) == Beside::Asked
    }

    /// Whether raw bytes may be asked for.
    pub(in crate::modem) fn may_ask(&mut self) -> bool {
        let may = self.beside == Beside::No;
        if !may {
            self.beside = Beside::Asked;
        }
        may
    }

    /// How many bytes more it may have.
    pub(crate) fn room(&self, out: &Buf) -> usize {
        if self.overflow {
            return 0;
        }
        let said = out.len().saturating_sub(self.start);
        let most = (out.capacity() / 2).saturating_sub(RESULT_ROOM);
        most.saturating_sub(said)
    }

    /// Where in the output secrets are.
    pub(in crate::modem) fn secret(&self) -> Range<usize> {
        self.secret.clone()
    }

    /// So much of the output was sent.
    #[inline]
    pub(in crate::modem) fn sent(&mut self, count: usize) {
        if self.secret.end > 0 {
            let left = |at: usize| at.saturating_sub(count);
            self.secret = left(self.secret.start)..left(self.secret.end);
        }
    }

    /// Takes back an answer that did not fit; whether it did not.
    #[inline]
    pub(crate) fn retract(&mut self, out: &mut Buf) -> bool {
        if self.overflow {
            self.take_back(out);
            return true;
        }
        false
    }

    #[cold]
    fn take_back(&mut self, out: &mut Buf) {
        self.overflow = false;
        out.truncate(self.start);
        self.notes.truncate(self.start);
        self.secret.end = self.secret.end.min(self.start);
    }
}
