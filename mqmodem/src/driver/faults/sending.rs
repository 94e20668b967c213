//! Lines that are sent to a modem beside its host.

use super::desk::ControlAnswer;
use mqmodem_core::Instant;
use mqmodem_core::modem::dialect::Dialect;
use mqmodem_faults::escape::escape;
use std::collections::VecDeque;
use std::ops::Range;
use std::time::Duration;
use tokio::sync::oneshot;

/// Bytes of an answer that are kept.
const LONGEST: usize = 64 * 1024;
/// Bytes for the host that are kept while somebody else is answered.
const PENDING: usize = 64 * 1024;
/// How long a host that is attached must be quiet before.
const QUIET: Duration = Duration::from_millis(100);

/// Lines that are sent beside the host, the first of which may be under way.
#[derive(Debug, Default)]
pub(in crate::driver) struct SendingQueue {
    lines: VecDeque<Sending>,
    /// What the host is to hear once the line is answered.
    pending: Vec<u8>,
    /// When host or modem was last at work.
    worked: Instant,
}

/// A line that is sent beside the host, and its answer.
#[derive(Debug)]
struct Sending {
    line: String,
    reply: oneshot::Sender<ControlAnswer>,
    answer: Vec<u8>,
    started: bool,
}

impl SendingQueue {
    pub(in crate::driver) fn push(&mut self, line: String, reply: oneshot::Sender<ControlAnswer>) {
        self.lines.push_back(Sending {
            line,
            reply,
            answer: Vec::new(),
            started: false,
        });
    }

    /// Whether the modem answers such a line now.
    pub(in crate::driver) fn is_answered(&self) -> bool {
        self.lines.front().is_some_and(|it| it.started)
    }

    /// The host has begun a line, or the modem works.
    pub(in crate::driver) fn note_work(&mut self, now: Instant) {
        self.worked = now;
    }

    /// When the next line may be typed, if it waits for nothing else.
    pub(in crate::driver) fn due(&self, is_attached: bool) -> Option<Instant> {
        let next = self.lines.front().filter(|it| !it.started)?;
        // Who has given up is to be forgotten.
        let waits = is_attached && !next.reply.is_closed();
        Some(if waits {
            self.worked + QUIET
        } else {
            self.worked
        })
    }

    /// The line that is typed now, as a host types it.
    pub(in crate::driver) fn take_next(
        &mut self,
        is_attached: bool,
        dialect: &Dialect,
    ) -> Option<Vec<u8>> {
        loop {
            let next = self.lines.front_mut().filter(|it| !it.started)?;
            let behind = next.line.as_bytes().get(2..).unwrap_or_default();
            if is_attached && dialect.changes_host_side(behind) {
                self.end(Err(
                    "it would change how the modem speaks to its host; detach the host, \
                     or let the host send it"
                        .to_owned(),
                ));
            } else if next.reply.is_closed() {
                self.lines.pop_front();
            } else {
                next.started = true;
                return Some([next.line.as_bytes(), b"\r"].concat());
            }
        }
    }

    /// The modem says this, of which these parts are for the host.
    pub(in crate::driver) fn receive(&mut self, bytes: &[u8], apart: &[Range<usize>]) {
        let mut at = 0;
        for part in apart {
            self.answer(bytes.get(at..part.start).unwrap_or_default());
            let part = part.start..part.end.min(bytes.len());
            self.pending
                .extend_from_slice(bytes.get(part.clone()).unwrap_or_default());
            at = part.end;
        }
        self.answer(bytes.get(at..).unwrap_or_default());
    }

    fn answer(&mut self, bytes: &[u8]) {
        if let Some(sending) = self.lines.front_mut() {
            let room = LONGEST.saturating_sub(sending.answer.len());
            let bytes = bytes.get(..room).unwrap_or(bytes);
            sending.answer.extend_from_slice(bytes);
        }
    }

    /// What the host is to hear now.
    pub(in crate::driver) fn pending(&self) -> &[u8] {
        if self.is_answered() && self.pending.len() < PENDING {
            return &[];
        }
        &self.pending
    }

    /// Whether there is anything it is to hear later.
    pub(in crate::driver) fn has_pending(&self) -> bool {
        !self.pending.is_empty()
    }

    /// The host has so much of it.
    pub(in crate::driver) fn sent(&mut self, count: usize) {
        self.pending.drain(..count.min(self.pending.len()));
    }

    /// The modem has answered.
    pub(in crate::driver) fn end_answer(&mut self, asked: bool) {
        let answer = self.lines.front().map(Sending::lines);
        self.end(match answer {
            _ if asked => Err("it asks for raw bytes, which the host alone can send".to_owned()),
            Some(lines) => Ok(lines),
            None => return,
        });
    }

    fn end(&mut self, answer: ControlAnswer) {
        if let Some(sending) = self.lines.pop_front() {
            // Who asked may have gone.
            let _ = sending.reply.send(answer);
        }
    }
}

impl Sending {
    /// The lines of the answer, without the echo.
    fn lines(&self) -> String {
        let lines = self.answer.split(|byte| matches!(byte, b'\r' | b'\n'));
        let lines = lines.filter(|line| !line.is_empty());
        let echo = self.line.as_bytes();
        let lines: Vec<&[u8]> = lines.skip_while(|line| *line == echo).collect();
        escape(&lines.join(&b'\n')).replace('\n', "\\n")
    }
}
