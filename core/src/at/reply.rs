//! Writing answers and reports to the host (V.250 §5.7, 27.007 §9.2).

use super::framing::Framing;
use crate::buffer::Buf;
use core::fmt;
use core::ops::Range;

/// Room kept free behind an answer so that its final result always fits.
pub const RESULT_ROOM: usize = 64;

/// How answers look, from the command set and from `V`, `Q`, `S3` and `S4`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Words (V1) or numbers (V0).
    pub verbose: bool,
    /// Whether result codes are left out (Q1).
    pub quiet: bool,
    /// S3
    pub cr: u8,
    /// S4
    pub lf: u8,
    /// What stands around a line.
    pub framing: &'static Framing,
}

/// The final results of V.250 §6.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Final {
    /// The whole line was carried out.
    Ok,
    /// It was not.
    Error,
    /// It was not, for this reason of 27.007 §9.2, in numbers or words.
    Cme {
        /// The reason.
        code: u16,
        /// The words to write in its place (`+CMEE=2`), where it has any.
        words: Option<&'static str>,
    },
}

/// What is being said, on its way to the host. A line goes out whole or not at
/// all: what does not fit in `limit` marks the whole reply as failed.
#[derive(Debug)]
pub struct Reply<'r, 'a> {
    out: &'r mut Buf<'a>,
    style: Style,
    limit: usize,
    overflow: bool,
    /// Whether a line of information text stands before.
    follows: bool,
    secret: Range<usize>,
}

impl<'r, 'a> Reply<'r, 'a> {
    /// A reply that may add at most `limit` bytes to `out`.
    pub fn new(out: &'r mut Buf<'a>, style: Style, limit: usize) -> Self {
        let limit = out.len().saturating_add(limit);
        Self {
            out,
            style,
            limit,
            overflow: false,
            follows: false,
            secret: 0..0,
        }
    }

    /// The same behind other lines of the answer, if `follows`.
    pub(crate) fn behind(self, follows: bool) -> Self {
        Self { follows, ..self }
    }

    /// Whether something did not fit.
    pub fn overflowed(&self) -> bool {
        self.overflow
    }

    /// Says what must reach no log.
    pub fn secret(&mut self, write: impl FnOnce(&mut Self)) {
        let start = self.out.len();
        write(self);
        self.secret = joined(&self.secret, &(start..self.out.len()));
    }

    /// Where in the output secrets are, from the first to the end of the last.
    pub(crate) fn secrets(&self) -> Range<usize> {
        self.secret.clone()
    }

    /// A line of information text.
    pub fn info(&mut self, write: impl FnOnce(&mut Self)) {
        let Style {
            cr, lf, framing, ..
        } = self.style;
        let joins = framing.info_joins && self.follows;
        self.framed(framing.info_leads && !joins, write, &[cr, lf]);
        self.follows = true;
    }

    /// A line of information text that is there already.
    pub fn text_line(&mut self, text: &str) {
        self.info(|line| line.text(text));
    }

    /// An unsolicited result code.
    pub fn urc(&mut self, write: impl FnOnce(&mut Self)) {
        let leads = self.style.framing.urc_leads;
        self.result_line(leads, write);
    }

    /// Bytes that bring their own frame, whole or not at all.
    pub fn unframed(&mut self, write: impl FnOnce(&mut Self)) {
        self.framed(false, write, b"");
    }

    /// A line that ends as result codes do.
    fn result_line(&mut self, leads: bool, write: impl FnOnce(&mut Self)) {
        let Style {
            verbose, cr, lf, ..
        } = self.style;
        let (long, short) = ([cr, lf], [cr]);
        self.framed(leads, write, if verbose { &long } else { &short });
    }

    /// A line in its frame, whole or not at all.
    fn framed(&mut self, leads: bool, write: impl FnOnce(&mut Self), end: &[u8]) {
        let Style {
            verbose, cr, lf, ..
        } = self.style;
        let start = self.out.len();
        if verbose && leads {
            self.bytes(&[cr, lf]);
        }
        write(self);
        self.bytes(end);
        self.keep_whole(start);
    }

    /// The final result of a line.
    pub fn result(&mut self, result: Final) {
        if self.style.quiet {
            return;
        }
        let Style { cr, lf, .. } = self.style;
        match (result, self.style.verbose) {
            (Final::Ok, true) => self.bytes(&[cr, lf, b'O', b'K', cr, lf]),
            (Final::Ok, false) => self.bytes(&[b'0', cr]),
            (Final::Error, true) => self.result_line(true, |line| line.text("ERROR")),
            (Final::Error, false) => self.bytes(&[b'4', cr]),
            (Final::Cme { code, words }, _) => self.result_line(true, |line| line.cme(code, words)),
        }
    }

    fn cme(&mut self, code: u16, words: Option<&str>) {
        self.text("+CME ERROR: ");
        match words {
            Some(text) => self.text(text),
            None => self.number(code.into()),
        }
    }

    /// Some bytes of the present line.
    pub fn bytes(&mut self, bytes: &[u8]) {
        let fits = self.out.len() + bytes.len() <= self.limit;
        if self.overflow || !fits || self.out.extend(bytes).is_err() {
            self.overflow = true;
        }
    }

    /// Some text of the present line.
    pub fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    /// A number in the present line.
    pub fn number(&mut self, number: u32) {
        let mut digits = [0; 10];
        let mut rest = number;
        let mut used = 0;
        for place in digits.iter_mut().rev() {
            *place = b'0' + (rest % 10) as u8;
            rest /= 10;
            used += 1;
            if rest == 0 {
                break;
            }
        }
        self.bytes(digits.get(10 - used..).unwrap_or_default());
    }

    fn keep_whole(&mut self, start: usize) {
        if self.overflow {
            self.out.truncate(start);
        }
    }
}

/// What both ranges span; an empty one counts for nothing.
pub(crate) fn joined(one: &Range<usize>, other: &Range<usize>) -> Range<usize> {
    match (one.is_empty(), other.is_empty()) {
        (true, _) => other.clone(),
        (_, true) => one.clone(),
        _ => one.start.min(other.start)..one.end.max(other.end),
    }
}

impl fmt::Write for Reply<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.text(text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn write(verbose: bool, quiet: bool, write: impl FnOnce(&mut Reply)) -> Vec<u8> {
        let mut memory = [0; 64];
        let mut out = Buf::lent(&mut memory);
        let style = Style {
            verbose,
            quiet,
            cr: b'\r',
            lf: b'\n',
            framing: &Framing::V250,
        };
        write(&mut Reply::new(&mut out, style, 40));
        out.as_slice().to_vec()
    }

    #[test]
    fn each_kind_of_reply_has_its_frame() {
        let info = |reply: &mut Reply| reply.text_line("x");
        let urc = |reply: &mut Reply| reply.urc(|line| line.number(4_294_967_295));
        let ok = |reply: &mut Reply| reply.result(Final::Ok);
        let cme = |reply: &mut Reply| {
            reply.result(Final::Cme {
                code: 3,
                words: Some("operation not allowed"),
            });
        };
        assert_eq!(write(true, false, info), b"\r\nx\r\n");
        assert_eq!(write(false, false, info), b"x\r\n");
        assert_eq!(write(true, true, info), b"\r\nx\r\n");
        assert_eq!(write(true, false, urc), b"\r\n4294967295\r\n");
        assert_eq!(write(false, false, urc), b"4294967295\r");
        assert_eq!(write(true, false, ok), b"\r\nOK\r\n");
        assert_eq!(write(false, false, ok), b"0\r");
        assert_eq!(write(true, true, ok), b"");
        assert_eq!(
            write(false, false, |reply| reply.result(Final::Error)),
            b"4\r"
        );
        assert_eq!(
            write(false, false, cme),
            b"+CME ERROR: operation not allowed\r"
        );
    }

    #[test]
    fn a_line_goes_out_whole_or_not_at_all() {
        let long = |reply: &mut Reply| {
            reply.text_line("first");
            reply.text_line("0123456789012345678901234567890123456789");
            assert!(reply.overflowed());
        };
        assert_eq!(write(true, false, long), b"\r\nfirst\r\n");
    }
}
