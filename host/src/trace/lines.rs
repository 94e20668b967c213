//! Cuts the host's side of the traffic into lines for people.

use super::secrets;
use std::fmt::Write;
use std::time::{Duration, Instant};

/// The longest line kept; the rest is counted only.
const MAX: usize = 4096;

const BS: u8 = 0x08;
const DEL: u8 = 0x7f;

/// The modem drops an unfinished line with line breaks in it after 2 s (rule
/// R4 of the AT language); what follows is a new line.
const FORGOTTEN: Duration = Duration::from_secs(2);

/// One direction of the host's side.
#[derive(Debug)]
pub(super) struct Lines {
    typed: bool,
    /// What erases beside BS and DEL, and what did before: a line may have been
    /// begun with that.
    erasers: [u8; 2],
    line: Vec<u8>,
    /// Bytes of the line that were not kept.
    more: usize,
    quote: Quote,
    /// The lines that follow may be the rest of a secret.
    hides: bool,
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
            erasers: [BS; 2],
            line: Vec::new(),
            more: 0,
            quote: Quote::Outside,
            hides: false,
            last: Instant::now(),
        }
    }

    /// This character erases from now on.
    pub(super) fn erase_with(&mut self, backspace: u8) {
        if self.erasers[0] != backspace {
            self.erasers = [backspace, self.erasers[0]];
        }
    }

    /// Takes bytes; each line that is whole is told to `tell`.
    pub(super) fn feed(&mut self, bytes: &[u8], mut tell: impl FnMut(&str)) {
        if self.typed && self.last.elapsed() >= FORGOTTEN && self.quote != Quote::Outside {
            self.end(&mut tell);
        }
        self.last = Instant::now();
        for &byte in bytes {
            match byte {
                b'\r' | b'\n' if self.goes_on() => self.push(b' '),
                b'\r' | b'\n' => self.end(&mut tell),
                BS | DEL => drop(self.line.pop()),
                byte if self.erasers.contains(&byte) => drop(self.line.pop()),
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
        let hidden = self.hides && !self.is_result() && !self.is_event();
        self.follow_secrets();
        let shown = if hidden && (self.hides || self.has(b"-----END")) {
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

    fn has(&self, what: &[u8]) -> bool {
        self.line.windows(what.len()).any(|w| w == what)
    }

    /// Whether the modem has said how a line ended.
    fn is_result(&self) -> bool {
        let plain = [&b"OK"[..], b"ERROR", b"0", b"4"].contains(&self.line.as_slice());
        !self.typed && (plain || self.line.starts_with(b"+CME ERROR: "))
    }

    /// Whether it is an event, which may come within the echo of a slow line.
    fn is_event(&self) -> bool {
        !self.typed && self.line.starts_with(b"+MQTT")
    }

    /// Whether a host has begun anew; a line of base64 may begin with AT too.
    fn is_command(&self) -> bool {
        let base64 = |b: &u8| b.is_ascii_alphanumeric() || b"+/=".contains(b);
        let begins = self.line.get(..2).map(<[u8]>::to_ascii_uppercase) == Some(b"AT".to_vec());
        begins && (self.line.len() < 16 || !self.line.iter().all(base64))
    }

    /// A PEM block goes on until its end. What the modem says goes on behind a
    /// secret until a final result: an echo pauses, an event may come within it,
    /// and a password read back may hold line breaks.
    fn follow_secrets(&mut self) {
        if self.has(b"-----END") || self.is_result() || self.is_command() {
            self.hides = false;
        }
        let begins = self.has(b"-----BEGIN") && !self.has(b"-----END");
        self.hides |= begins || (!self.typed && secrets::concerns(&self.line));
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
    fn a_name_that_was_corrected_is_known_whatever_corrects() {
        let mut told = Vec::new();
        let mut side = Lines::from_host();
        side.erase_with(b'#');
        let line = b"AT+MQTTCONFX#IG=h,1883,id,1,60,user,SECRET\r";
        side.feed(line, |line| told.push(line.to_owned()));
        assert_eq!(told, ["AT+MQTTCONFIG=h,1883,id,1,60,user,***"]);
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
    fn the_rest_of_a_secret_is_hidden_behind_a_line_break() {
        let event = "+MQTTRECV:\"t\",0,0,1,x";
        let within = format!("AT+MQTTCONFIG=h,1,id,1,60,user,\r\n{event}\r\nSECRET\r");
        let told = lines(Lines::to_host(), &[&within, "\r\nOK\r\n", "AT\r"]);
        assert_eq!(told[1..], [event, "***", "OK", "AT"]);
        let read = "AT+MQTTCONFIG?\r\r\n+MQTTCONFIG:h,1,id,1,60,user,\r\nSECRET\r\n\r\n0\r";
        let told = lines(Lines::to_host(), &[read, "AT\r"]);
        assert_eq!(told[2..], ["***", "0", "AT"]);
    }

    #[test]
    fn a_key_that_stalled_is_hidden_to_its_end() {
        let mut side = Lines::from_host();
        let mut told = Vec::new();
        let begin = b"AT+MQTTTLS=1,2,\"-----BEGIN PRIVATE KEY-----\nSEC";
        side.feed(begin, |line| told.push(line.to_owned()));
        side.last = Instant::now().checked_sub(FORGOTTEN).unwrap();
        let rest = b"SECRET\nATSECRETSECRETSECRET\nAT+CSQ\nATI\n";
        side.feed(rest, |line| told.push(line.to_owned()));
        assert_eq!(told[1..], ["***", "***", "AT+CSQ", "ATI"]);
    }

    #[test]
    fn the_prompt_is_told_at_once() {
        assert_eq!(lines(Lines::to_host(), &["\r\n> "]), ["> "]);
    }
}
