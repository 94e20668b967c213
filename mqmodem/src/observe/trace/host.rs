//! The host's side of the traffic, as the modem tells it: this reads no AT lines.

use super::Side;
use mqmodem_core::{Instant, Made, Modem};
use std::fmt::Write;
use std::ops::Range;

/// The longest line written; the rest is counted only.
const MAX: usize = 4096;

#[cfg(test)]
thread_local! {
    /// Bytes that were looked at, in all.
    pub(super) static LOOKED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// How far the host's side was written down.
#[derive(Debug, Default)]
pub(super) struct Host {
    /// Bytes at the front of the modem's output that were, or need not be: echo.
    seen: usize,
    /// Bytes came that begin no line, and that was said.
    strayed: bool,
}

impl Host {
    /// Gives `bytes` to the modem line by line, as far as it takes them, and tells
    /// each line before it is carried out, and what was said to it.
    pub(super) fn hear(
        &mut self,
        modem: &mut Modem<'_>,
        now: Instant,
        bytes: &[u8],
        tell: &mut impl FnMut(Side, &str),
    ) -> usize {
        let mut taken = 0;
        loop {
            modem.handle_host(now, &[]);
            self.said(modem, tell);
            let rest = bytes.get(taken..).unwrap_or_default();
            let heard = modem.hear_host(now, rest);
            if heard.taken == 0 {
                return taken;
            }
            taken += heard.taken;
            self.seen += heard.echoed;
            let part = rest.get(..heard.taken).unwrap_or_default();
            self.line(modem, heard.made, part, tell);
        }
    }

    fn line(
        &mut self,
        modem: &mut Modem<'_>,
        made: Made,
        part: &[u8],
        tell: &mut impl FnMut(Side, &str),
    ) {
        match made {
            Made::Part => {
                let stray = !modem.line_is_open() && part.iter().any(|byte| *byte > b' ');
                if stray && !self.strayed {
                    self.strayed = true;
                    tell(Side::Host, "bytes that begin no line: they are not AT");
                }
                return;
            }
            Made::Line => tell(Side::FromHost, &line(modem)),
            Made::Repeat => tell(Side::FromHost, "A/"),
            Made::TooLong => tell(Side::FromHost, "*** (a line that is too long)"),
            Made::Data => tell(
                Side::FromHost,
                &format!("*** ({} bytes of data)", part.len()),
            ),
        }
        self.strayed = false;
    }

    /// Tells what the modem has said since this was asked.
    pub(super) fn said(&mut self, modem: &Modem<'_>, tell: &mut impl FnMut(Side, &str)) {
        let out = modem.host_out();
        let said = out.get(self.seen..).unwrap_or_default();
        if said.is_empty() {
            return;
        }
        let secret = modem.host_out_secret();
        let within = |at: usize| at.saturating_sub(self.seen).min(said.len());
        let secret = within(secret.start)..within(secret.end);
        self.seen = out.len();
        each_line(said, secret, |line| tell(Side::ToHost, line));
    }

    /// So many bytes of the modem's output are gone.
    pub(super) fn sent(&mut self, count: usize) {
        self.seen = self.seen.saturating_sub(count);
    }
}

/// The line that is open, or ended last.
pub(super) fn line(modem: &mut Modem<'_>) -> String {
    let line = modem.line();
    #[cfg(test)]
    LOOKED.set(LOOKED.get() + line.shown.len());
    let (plain, more) = line.shown.split_at(line.shown.len().min(MAX));
    let mut text = String::from("AT");
    escape(plain, &mut text);
    if !more.is_empty() {
        count_more(more.len(), &mut text);
    }
    if line.hides {
        text.push_str("***");
    }
    text
}

/// Cuts what was said into lines.
fn each_line(said: &[u8], secret: Range<usize>, mut tell: impl FnMut(&str)) {
    let (before, rest) = said.split_at(secret.start);
    let (hidden, behind) = rest.split_at(secret.len());
    let mut begun = Line::default();
    begun.take(before, &mut tell);
    if !hidden.is_empty() {
        begun.bytes.extend_from_slice(b"***");
    }
    begun.take(behind, &mut tell);
    begun.end(&mut tell);
}

#[derive(Default)]
struct Line {
    bytes: Vec<u8>,
    /// Bytes of it that are not written.
    more: usize,
}

impl Line {
    fn take(&mut self, bytes: &[u8], tell: &mut impl FnMut(&str)) {
        #[cfg(test)]
        LOOKED.set(LOOKED.get() + bytes.len());
        for &byte in bytes {
            match byte {
                b'\r' | b'\n' => self.end(tell),
                byte if self.bytes.len() < MAX => self.bytes.push(byte),
                _ => self.more += 1,
            }
        }
    }

    fn end(&mut self, tell: &mut impl FnMut(&str)) {
        if !self.bytes.is_empty() {
            let mut text = String::new();
            escape(&self.bytes, &mut text);
            if self.more > 0 {
                count_more(self.more, &mut text);
            }
            tell(&text);
        }
        self.bytes.clear();
        self.more = 0;
    }
}

fn count_more(more: usize, text: &mut String) {
    // A string takes everything.
    let _ = write!(text, "… ({more} bytes more)");
}

/// Text as it is, anything else as `\hh`.
fn escape(bytes: &[u8], text: &mut String) {
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
}
