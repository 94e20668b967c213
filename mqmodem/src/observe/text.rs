//! Lines of host and modem as they may be written down.

use std::fmt::{self, Write};

/// The longest line written; the rest is counted only.
const MAX: usize = 4096;

/// A line of the host, as far as it may be shown: not behind the first value that is
/// declared secret, nor behind what the modem does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommandLine<'l> {
    /// The front of what stands behind its `AT`.
    pub shown: &'l [u8],
    /// Whether more stands behind that.
    pub hides: bool,
}

impl fmt::Display for CommandLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AT")?;
        write_part(f, self.shown, MAX)?;
        write_rest(f, self.shown.len().saturating_sub(MAX))?;
        f.write_str(if self.hides { HIDDEN } else { "" })
    }
}

/// A line of the modem; where a secret stands in it, what is before and behind that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnswerLine<'l> {
    before: &'l [u8],
    behind: Option<&'l [u8]>,
}

impl<'l> AnswerLine<'l> {
    pub(super) fn new(line: &'l [u8]) -> Self {
        Self {
            before: line,
            behind: None,
        }
    }

    pub(super) fn with_secret(before: &'l [u8], behind: &'l [u8]) -> Self {
        Self {
            before,
            behind: Some(behind),
        }
    }

    /// Whether it is `ERROR` or `+CME ERROR: …`, the final result of a line that failed.
    pub fn is_error(&self) -> bool {
        self.behind.is_none() && (self.before == b"ERROR" || self.before.starts_with(b"+CME ERROR"))
    }
}

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

    #[test]
    fn a_long_line_is_cut_and_counted() {
        let long = [b'x'; MAX + 5];
        let line = CommandLine {
            shown: &long,
            hides: true,
        };
        let cut = "x".repeat(MAX);
        assert_eq!(line.to_string(), format!("AT{cut}… (5 bytes more)***"));
        let line = AnswerLine::with_secret(&long[..MAX - 5], b"abcde");
        let cut = "x".repeat(MAX - 5);
        assert_eq!(line.to_string(), format!("{cut}***ab… (3 bytes more)"));
        assert_eq!(AnswerLine::new(b"a\x01\xff").to_string(), "a\\01\\FF");
    }

    #[test]
    fn an_error_is_one_in_words() {
        for (line, is_error) in [
            (&b"ERROR"[..], true),
            (b"+CME ERROR: 3", true),
            (b"+MQTTERR:0,\"ERROR\"", false),
            (b"ERRORS", false),
        ] {
            assert_eq!(AnswerLine::new(line).is_error(), is_error);
        }
    }
}
