//! A line that is sent to a modem beside its host.

use super::desk::ControlAnswer;
use mqmodem_faults::escape::escape;
use tokio::sync::oneshot;

/// Bytes of an answer that are kept.
const LONGEST: usize = 64 * 1024;

/// A line that is sent to a modem beside its host, and its answer.
#[derive(Debug)]
pub(super) struct Sending {
    line: String,
    reply: oneshot::Sender<ControlAnswer>,
    answer: Vec<u8>,
    pub(super) started: bool,
}

impl Sending {
    pub(super) fn new(line: String, reply: oneshot::Sender<ControlAnswer>) -> Self {
        Self {
            line,
            reply,
            answer: Vec::new(),
            started: false,
        }
    }

    /// Whether nobody waits for it any more.
    pub(super) fn is_given_up(&self) -> bool {
        self.reply.is_closed()
    }

    /// The line as a host types it.
    pub(super) fn typed(&self) -> Vec<u8> {
        [self.line.as_bytes(), b"\r"].concat()
    }

    /// The modem says this.
    pub(super) fn receive(&mut self, bytes: &[u8]) {
        let room = LONGEST.saturating_sub(self.answer.len());
        let bytes = bytes.get(..room).unwrap_or(bytes);
        self.answer.extend_from_slice(bytes);
    }

    /// The modem has answered: its lines, without the echo.
    pub(super) fn end(self) {
        let lines = self.answer.split(|byte| matches!(byte, b'\r' | b'\n'));
        let lines = lines.filter(|line| !line.is_empty());
        let echo = self.line.as_bytes();
        let lines: Vec<&[u8]> = lines.skip_while(|line| *line == echo).collect();
        // Who asked may have gone.
        let _ = self
            .reply
            .send(Ok(escape(&lines.join(&b'\n')).replace('\n', "\\n")));
    }
}
