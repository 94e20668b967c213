//! A line that comes while a command runs, of a command set that does not let it wait.

use super::dialect::Busy;

/// What came of a line that is rejected.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Rejected {
    /// Nothing yet.
    #[default]
    None,
    /// What stands right behind raw bytes: it is no such line, and waits.
    Deferred,
    /// A part of it.
    Part {
        /// How many bytes.
        len: usize,
        /// Whether they are not the line that restarts the modem.
        differs: bool,
    },
}

/// How it is answered at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RejectedAnswer {
    /// It is empty, or not at its end.
    Nothing,
    /// By this text.
    Text(&'static str),
    /// By this text, and the modem restarts.
    Restart(&'static str),
}

impl Rejected {
    /// Whether nothing came of it yet, and nothing waits.
    pub(super) fn is_none(self) -> bool {
        matches!(self, Self::None)
    }

    /// Whether what comes now, where no command runs, is a line like any other; what waited
    /// is one.
    #[inline]
    pub(super) fn yields(&mut self) -> bool {
        if self.is_deferred() {
            *self = Self::None;
        }
        self.is_none()
    }

    /// Whether what stands behind raw bytes waits.
    pub(super) fn is_deferred(self) -> bool {
        matches!(self, Self::Deferred)
    }

    /// Takes bytes up to the end of the line; how many, and how it is answered.
    pub(super) fn take(&mut self, bytes: &[u8], busy: Busy) -> (usize, RejectedAnswer) {
        let end = bytes.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
        let taken = end.map_or(bytes.len(), |at| at + 1);
        let part = bytes.get(..taken).unwrap_or_default();
        self.note(part.trim_ascii(), busy);
        if end.is_none() {
            return (taken, RejectedAnswer::Nothing);
        }
        (taken, core::mem::take(self).answer(busy))
    }

    fn part(self) -> (usize, bool) {
        match self {
            Self::None | Self::Deferred => (0, false),
            Self::Part { len, differs } => (len, differs),
        }
    }

    /// More of it came.
    fn note(&mut self, part: &[u8], busy: Busy) {
        if part.is_empty() {
            return;
        }
        let line = match busy {
            Busy::RejectOrRestart { line, .. } => line,
            Busy::Queue | Busy::Reject(_) => "",
        };
        let (len, differs) = self.part();
        let expected = line.as_bytes().get(len..).unwrap_or_default();
        let agrees = expected.get(..part.len());
        let agrees = agrees.is_some_and(|expected| expected.eq_ignore_ascii_case(part));
        *self = Self::Part {
            len: len.saturating_add(part.len()),
            differs: differs || !agrees,
        };
    }

    /// How it is answered.
    fn answer(self, busy: Busy) -> RejectedAnswer {
        let (len, differs) = self.part();
        match busy {
            _ if len == 0 => RejectedAnswer::Nothing,
            Busy::Queue => RejectedAnswer::Nothing,
            Busy::Reject(text) => RejectedAnswer::Text(text),
            Busy::RejectOrRestart { line, notice, .. } if !differs && len == line.len() => {
                RejectedAnswer::Restart(notice)
            }
            Busy::RejectOrRestart { text, .. } => RejectedAnswer::Text(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUSY: Busy = Busy::RejectOrRestart {
        text: "busy",
        line: "AT+RST",
        notice: "restart",
    };

    #[test]
    fn only_the_whole_line_restarts_however_it_is_cut() {
        for (parts, answer) in [
            (
                &[&b"at+"[..], b"rst"][..],
                RejectedAnswer::Restart("restart"),
            ),
            (&[b"AT+RST", b"X"], RejectedAnswer::Text("busy")),
            (&[b"AT+RS"], RejectedAnswer::Text("busy")),
            (&[b"T+RST"], RejectedAnswer::Text("busy")),
            (&[b""], RejectedAnswer::Nothing),
        ] {
            let mut rejected = Rejected::default();
            for part in parts {
                rejected.note(part, BUSY);
            }
            assert_eq!(rejected.answer(BUSY), answer, "{parts:?}");
        }
    }
}
