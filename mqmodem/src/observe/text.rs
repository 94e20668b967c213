//! Lines of host and modem as they may be written down.

use super::answers::CutLine;
use mqmodem_core::OutputKind;
use std::fmt::{self, Write};

/// The longest line written for people; the rest is counted only.
const MAX: usize = 4096;

/// A line of the host, or its echo, as far as it may be shown: not behind the first value
/// that is declared secret, nor behind what the modem does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommandLine<'l> {
    /// What it says.
    pub content: CommandText<'l>,
    /// Lines of this host up to this one.
    pub number: u64,
    /// Bytes it has on the wire.
    pub bytes: usize,
    /// These bytes, where the text tells each of them but how it was typed.
    pub raw: Option<&'l [u8]>,
}

/// What a line of the host says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandText<'l> {
    /// What stands behind its `AT`.
    Line {
        /// The front, which may be shown.
        shown: &'l [u8],
        /// How many bytes stand behind that.
        hidden: usize,
    },
    /// `A/`: the last line once more.
    Repeat,
    /// It was too long, and so is forgotten.
    TooLong,
}

impl CommandText<'_> {
    /// Bytes that may not be shown; of a line that was too long it is not known.
    pub fn hidden(&self) -> usize {
        match self {
            Self::Line { hidden, .. } => *hidden,
            _ => 0,
        }
    }

    /// All that may be shown, with `***` where something is hidden.
    pub fn text(&self) -> String {
        match self {
            Self::Line { shown, hidden } => {
                let hidden = if *hidden > 0 { HIDDEN } else { "" };
                format!("AT{}{hidden}", String::from_utf8_lossy(shown))
            }
            Self::Repeat => "A/".to_owned(),
            Self::TooLong => HIDDEN.to_owned(),
        }
    }
}

/// For people: what is no text comes in hex, and much of it is cut.
impl fmt::Display for CommandText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line { shown, hidden } => {
                f.write_str("AT")?;
                write_part(f, shown, MAX)?;
                write_rest(f, shown.len().saturating_sub(MAX))?;
                f.write_str(if *hidden > 0 { HIDDEN } else { "" })
            }
            Self::Repeat => f.write_str("A/"),
            Self::TooLong => f.write_str("*** (a line that is too long)"),
        }
    }
}

/// Raw bytes of the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataPiece<'l> {
    /// How many.
    pub bytes: usize,
    /// These bytes, where they may be shown.
    pub shown: Option<&'l [u8]>,
    /// How many came before them since they were asked for.
    pub before: usize,
    /// The line that asked for them.
    pub command: Option<u64>,
}

/// A line of the modem; where a secret stands in it, what is before and behind that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnswerLine<'l> {
    /// What it is.
    pub kind: OutputKind,
    /// The line of the host it answers.
    pub command: Option<u64>,
    /// Bytes it has on the wire.
    pub bytes: usize,
    /// These bytes, where none of them is secret.
    pub raw: Option<&'l [u8]>,
    /// How many of them may not be shown.
    pub hidden: usize,
    before: &'l [u8],
    behind: Option<&'l [u8]>,
}

impl<'l> AnswerLine<'l> {
    pub(super) fn new(kind: OutputKind, command: Option<u64>, line: &CutLine<'l>) -> Self {
        Self {
            kind,
            command,
            bytes: line.wire.len(),
            raw: line.behind.is_none().then_some(line.wire),
            hidden: line.hidden,
            before: line.before,
            behind: line.behind,
        }
    }

    /// Whether it is `ERROR` or `+CME ERROR: …`, the final result of a line that failed.
    pub fn is_error(&self) -> bool {
        let ends = matches!(self.kind, OutputKind::Result | OutputKind::Rejection);
        ends && (self.before == b"ERROR" || self.before.starts_with(b"+CME ERROR"))
    }

    /// All that may be shown, with `***` where something is hidden.
    pub fn text(&self) -> String {
        let mut text = String::from_utf8_lossy(self.before).into_owned();
        if let Some(behind) = self.behind {
            text.push_str(HIDDEN);
            text.push_str(&String::from_utf8_lossy(behind));
        }
        text
    }
}

/// For people: what is no text comes in hex, and much of it is cut.
impl fmt::Display for AnswerLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_part(f, self.before, MAX)?;
        let mut more = self.before.len().saturating_sub(MAX);
        if let Some(behind) = self.behind {
            f.write_str(HIDDEN)?;
            let room = MAX.saturating_sub(self.before.len() + HIDDEN.len());
            write_part(f, behind, room)?;
            more += behind.len().saturating_sub(room);
        }
        write_rest(f, more)
    }
}

/// What stands for a secret.
const HIDDEN: &str = "***";

fn write_part(f: &mut fmt::Formatter<'_>, bytes: &[u8], most: usize) -> fmt::Result {
    escape(bytes.get(..most).unwrap_or(bytes), f)
}

fn write_rest(f: &mut fmt::Formatter<'_>, more: usize) -> fmt::Result {
    match more {
        0 => Ok(()),
        more => write!(f, "… ({more} bytes more)"),
    }
}

/// So many bytes at most, in quotes; the rest is counted only.
pub(super) fn quoted(bytes: &[u8], most: usize) -> String {
    let mut text = String::from("\"");
    let shown = bytes.get(..most).unwrap_or(bytes);
    // A text takes whatever is written to it.
    escape(shown, &mut text).unwrap_or_default();
    text.push('"');
    match bytes.len() - shown.len() {
        0 => text,
        more => format!("{text}… ({more} bytes more)"),
    }
}

/// Text as it is, anything else as `\hh`.
fn escape(bytes: &[u8], to: &mut impl Write) -> fmt::Result {
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if c.is_control() {
                write!(to, "\\{:02X}", u32::from(c))?;
            } else {
                to.write_char(c)?;
            }
        }
        for byte in chunk.invalid() {
            write!(to, "\\{byte:02X}")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer<'l>(before: &'l [u8], behind: Option<&'l [u8]>) -> AnswerLine<'l> {
        let line = CutLine {
            before,
            behind,
            hidden: 3,
            wire: before,
        };
        AnswerLine::new(OutputKind::Result, None, &line)
    }

    #[test]
    fn a_long_line_is_cut_and_counted() {
        let shown = &[b'x'; MAX + 5][..];
        let line = CommandText::Line { shown, hidden: 1 };
        let cut = "x".repeat(MAX);
        assert_eq!(line.to_string(), format!("AT{cut}… (5 bytes more)***"));
        assert_eq!(line.text(), format!("AT{cut}xxxxx***"));
        let line = answer(&shown[..MAX - 5], Some(b"abcde"));
        let cut = "x".repeat(MAX - 5);
        assert_eq!(line.to_string(), format!("{cut}***ab… (3 bytes more)"));
        assert_eq!(line.text(), format!("{cut}***abcde"));
        assert_eq!(answer(b"a\x01\xff", None).to_string(), "a\\01\\FF");
    }

    #[test]
    fn an_error_is_one_in_words() {
        for (line, is_error) in [
            (&b"ERROR"[..], true),
            (b"+CME ERROR: 3", true),
            (b"+MQTTERR:0,\"ERROR\"", false),
            (b"ERRORS", false),
        ] {
            assert_eq!(answer(line, None).is_error(), is_error);
        }
        let kind = OutputKind::Urc;
        let urc = AnswerLine {
            kind,
            ..answer(b"ERROR", None)
        };
        assert!(!urc.is_error());
    }
}
