//! How a modem writes what it has to report: what of a dialect the machine needs.

use super::event::WordEvent;
use super::fail::Fail;
use crate::at::framing::Framing;
use crate::at::reply::Final;

/// Numbers of `+CME ERROR:` with their words.
pub type Codes = &'static [(u16, &'static str)];

/// The words of a dialect.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wording {
    /// What stands around a line.
    pub(crate) framing: &'static Framing,
    /// The words of `+CMEE=2`.
    pub(crate) codes: Codes,
    /// Whether the loss of a link is told before the results of commands that fail by it.
    pub(crate) loss_leads: bool,
    /// Whether each packet by which the broker answers is told.
    pub(crate) reports_packets: bool,
    /// Whether a link that was reset is told from one that was closed.
    pub(crate) tells_resets: bool,
    /// Whether a link that was lost with the network comes back with it.
    pub(crate) revives_links: bool,
    /// What a failure is that has no number among `codes`.
    pub(crate) other: Fail,
    /// The slot of the dialect's own by which it has joined a network when it starts.
    pub(crate) joins: Option<u8>,
    /// Whether it is told what time it is once the clock is known.
    pub(crate) tells_time: bool,
    /// The words of events.
    pub(crate) event: WordEvent,
}

impl Wording {
    /// How a failure is written, as `+CMEE` wants it.
    pub(crate) fn failure(&self, cmee: u8, fail: Fail) -> Final {
        let is_known = |code| self.codes.iter().any(|(known, _)| *known == code);
        let fail = match fail {
            Fail::Cme(code) if !is_known(code) => self.other,
            fail => fail,
        };
        match (fail, cmee) {
            (Fail::Plain, _) | (Fail::Cme(_) | Fail::Number(_), 0) => Final::Error,
            (Fail::Number(code), _) => Final::Cme { code, words: None },
            (Fail::Cme(code), level) => {
                let known = self.codes.iter().find(|(known, _)| *known == code);
                let words = known.map(|(_, words)| *words).filter(|_| level == 2);
                Final::Cme { code, words }
            }
        }
    }
}
