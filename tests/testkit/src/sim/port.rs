//! The port between a modem and the hosts of its links: one command at a time.

use super::reply::{self, Reply};
use crate::links;
use mqmodem_chat::environment::Feed;

/// Of a line that is longer the modem echoes so many bytes, and its end.
const ECHOED: usize = 128;

/// What is written to a modem and read from it.
#[derive(Debug, Default)]
pub(crate) struct Port {
    pub(crate) out: Feed,
    read: Vec<u8>,
    echo: Vec<u8>,
    /// Whether the modem echoes, since its profile could not be read.
    pub(crate) echoes: bool,
    /// The link whose command is unanswered.
    asking: Option<usize>,
}

impl Port {
    /// Whether a command is unanswered.
    pub(crate) fn is_asking(&self) -> bool {
        self.asking.is_some()
    }

    /// Whether a command is under way, or its answer is not read yet.
    pub(crate) fn is_busy(&self) -> bool {
        self.is_asking() || !self.out.is_empty() || !self.read.is_empty()
    }

    /// Writes a command for a link.
    pub(crate) fn write(&mut self, link: usize, command: &str, is_echoed: bool) {
        let command = links::command(link, command);
        if is_echoed {
            self.echo = command.bytes().take(ECHOED).chain([b'\r']).collect();
        }
        self.out.extend(command.as_bytes());
        self.out.extend(b"\r");
        self.asking = Some(link);
    }

    /// Bytes of the modem have come.
    pub(crate) fn receive(&mut self, bytes: &[u8]) {
        self.read.extend(bytes);
    }

    /// The next reply that is whole, and the link it is for.
    pub(crate) fn next_reply(&mut self) -> Result<Option<(usize, Reply)>, String> {
        let echoed = self.echo.iter().zip(&self.read);
        let echoed = echoed.take_while(|(one, two)| one == two).count();
        self.echo.drain(..echoed);
        self.read.drain(..echoed);
        let taken = reply::take(&mut self.read)?;
        let asking = self.asking.unwrap_or_default();
        Ok(taken.map(|(link, reply)| (link.unwrap_or(asking), reply)))
    }

    /// The final result of the command has come.
    pub(crate) fn answered(&mut self) {
        self.asking = None;
    }

    /// What was read is of no use.
    pub(crate) fn clear_read(&mut self) {
        self.read.clear();
    }

    /// The modem or the hosts died.
    pub(crate) fn reset(&mut self) {
        self.out.clear();
        self.read.clear();
        self.echo.clear();
        self.asking = None;
    }
}
