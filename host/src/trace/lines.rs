//! Cuts the host's side of the traffic into lines for people.

use super::secrets;
use std::fmt::Write;
use std::time::{Duration, Instant};

/// The longest line kept; the rest is counted only.
const MAX: usize = 4096;

/// The modem drops an unfinished line with line breaks in it after 2 s (rule
/// R4 of the AT language); what follows is a new line.
const FORGOTTEN: Duration = Duration::from_secs(2);

/// One direction of the host's side.
#[derive(Debug)]
pub(super) struct Lines {
    typed: bool,
    line: Vec<u8>,
    /// Bytes of the line that were not kept.
    more: usize,
    quote: Quote,
    /// Between the armour lines of a PEM block.
    in_pem: bool,
    last: Instant,
}

/// Where in a quoted value the line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quote {
    Outside,
    Inside,
    /// Behind a backslash.
    Escaped,
}

impl Lines {
    /// What a host types.
    pub(super) fn from_host() -> Self {
        Self::new(true)
    }

    /// What the modem answers.
    pub(super) fn to_host() -> Self {
        Self::new(false)
    }

    fn new(typed: bool) -> Self {
        Self {
            typed,
            line: Vec::new(),
            more: 0,
            quote: Quote::Outside,
            in_pem: false,
            last: Instant::now(),
        }
    }

    /// Takes bytes; each line that is whole is told to `tell`.
    pub(super) fn feed(&mut self, bytes: &[u8], mut tell: impl FnMut(&str)) {
        if self.typed && self.last.elapsed() >= FORGOTTEN && self.quote != Quote::Outside {
            self.end(&mut tell);
            self.in_pem = false;
        }
        self.last = Instant::now();
        for &byte in bytes {
            match byte {
                b'\r' | b'\n' if self.goes_on() => self.push(b' '),
                b'\r' | b'\n' => self.end(&mut tell),
                0x08 | 0x7f => drop(self.line.pop()),
                byte => self.push(byte),
            }
        }
        if !self.typed && self.line == b"> " {
            self.end(&mut tell);
        }
    }

    /// Whether a line break is part of a value: only told apart where it
    /// matters, in what must not be shown.
    fn goes_on(&self) -> bool {
        self.typed && self.quote != Quote::Outside && secrets::concerns(&self.line)
    }

    fn push(&mut self, byte: u8) {
        self.quote = match (self.quote, byte) {
            (Quote::Outside, b'"') | (Quote::Escaped, _) => Quote::Inside,
            (Quote::Inside, b'"') => Quote::Outside,
            (Quote::Inside, b'\\') => Quote::Escaped,
            (quote, _) => quote,
        };
        if self.line.len() < MAX {
            self.line.push(byte);
        } else {
            self.more += 1;
        }
    }

    fn end(&mut self, tell: &mut impl FnMut(&str)) {
        if !self.line.is_empty() {
            let text = self.text();
            tell(&text);
        }
        self.line.clear();
        self.more = 0;
        self.quote = Quote::Outside;
    }

    fn text(&mut self) -> String {
        let was_in_pem = self.in_pem;
        self.follow_pem();
        let shown = if was_in_pem && !self.is_result() {
            0
        } else {
            secrets::shown(&self.line)
        };
        let (plain, hidden) = self.line.split_at(shown.min(self.line.len()));
        let mut text = escaped(plain);
        if !hidden.is_empty() {
            text.push_str("***");
        }
        if self.more > 0 {
            let _ = write!(text, "… ({} bytes more)", self.more);
        }
        text
    }

    /// Whether the modem has said how a line ended.
    fn is_result(&self) -> bool {
        let plain = [&b"OK"[..], b"ERROR"].contains(&self.line.as_slice());
        !self.typed && (plain || self.line.starts_with(b"+CME ERROR: "))
    }

    /// A final result ends a PEM block too: an echo pauses within long lines.
    fn follow_pem(&mut self) {
        let has = |what: &[u8]| self.line.windows(what.len()).any(|w| w == what);
        if has(b"-----END") || self.is_result() {
            self.in_pem = false;
        } else if has(b"-----BEGIN") {
            self.in_pem = true;
        }
    }
}

/// Text as it is, anything else as `\hh`.
fn escaped(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if c.is_control() {
                let _ = write!(text, "\\{:02X}", u32::from(c));
            } else {
                text.push(c);
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(text, "\\{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(mut side: Lines, pieces: &[&str]) -> Vec<String> {
        let mut told = Vec::new();
        for piece in pieces {
            side.feed(piece.as_bytes(), |line| told.push(line.to_owned()));
        }
        told
    }

    #[test]
    fn lines_are_put_together_and_escaped() {
        let told = lines(Lines::from_host(), &["A", "T\r\nATX\x08I\r", "\x01AT\n"]);
        assert_eq!(told, ["AT", "ATI", "\\01AT"]);
    }

    #[test]
    fn a_key_is_never_shown() {
        let pem = "-----BEGIN PRIVATE KEY-----\nSECRET\n-----END PRIVATE KEY-----\n";
        for line in [
            format!("AT+MQTTTLS=1,2,\"{pem}\",123\r"),
            format!("at + mqtttls = 1, 2, \"{pem}\", 123\r"),
            format!("AT+MQTTTLS=1,2,{pem},123\r"),
            format!("{pem}\r"),
        ] {
            for side in [Lines::from_host(), Lines::to_host()] {
                let told = lines(side, &[&line, "OK\r\n", "AT\r"]).join("\n");
                assert!(!told.contains("SECRET"), "{told}");
                assert!(told.ends_with("AT"), "{told}");
            }
        }
    }

    #[test]
    fn the_result_behind_an_echo_that_paused_is_shown() {
        let echo = "AT+MQTTTLS=1,2,\"-----BEGIN PRIVATE KEY-----\\nSECR\r\r\nOK\r\n";
        let told = lines(Lines::to_host(), &[echo]);
        assert_eq!(told.last().map(String::as_str), Some("OK"));
        assert!(!told.concat().contains("SECR"), "{told:?}");
    }

    #[test]
    fn the_prompt_is_told_at_once() {
        assert_eq!(lines(Lines::to_host(), &["\r\n> "]), ["> "]);
    }
}
