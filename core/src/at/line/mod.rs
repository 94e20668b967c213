//! Reading command lines byte by byte (rules R1, R2, R4 and R11).

mod place;

pub use place::{Reading, ReadingOf};

use super::find::{below, equal, run_len};
use super::grammar::Grammar;
use super::scan::closes_quotes;
use crate::buffer::Buf;
use place::Cursor;

/// Bytes of a line that are echoed at most before the echo pauses.
pub const ECHO_LIMIT: usize = 128;

const BACKSPACE: u8 = 0x08;
const DELETE: u8 = 0x7f;

/// What of the modem's settings bears on reading a line.
#[derive(Clone, Copy, Debug)]
pub struct Format<'g> {
    /// Line terminator, S3.
    pub cr: u8,
    /// Editing character, S5.
    pub backspace: u8,
    /// Bytes of a line that are echoed before the echo pauses; its end is echoed
    /// too. `None` without echo, `E0`.
    pub echo: Option<usize>,
    /// Whether a line's end is echoed as CR LF, whatever ended it.
    pub echoes_line_feed: bool,
    /// How lines are written.
    pub grammar: &'g Grammar,
}

/// What the bytes taken amounted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// No line is complete yet.
    Partial,
    /// The body of a line is in the buffer.
    Line,
    /// `A/`: the body of the last line is to be carried out again.
    Repeat,
    /// The line did not fit and was swallowed.
    TooLong,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The CR of a line was the byte before: an LF now belongs to it.
    Ended,
    /// Waiting for an `A`; whether the byte before was a letter or digit.
    Hunt {
        after_word: bool,
    },
    /// An `A` has come, this one.
    GotA(u8),
    Body,
}

/// What becomes of a byte of the body (rule R2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Edit {
    Keep(u8),
    Drop,
    /// It deletes the one before.
    Erase,
}

/// The line a host is typing.
#[derive(Debug)]
pub struct LineReader<'a> {
    body: Buf<'a>,
    phase: Phase,
    place: Cursor,
    /// Bytes of this line seen, for the echo's limit.
    echoed: usize,
    overflow: bool,
    /// Whether a raw line break was taken as data.
    broke: bool,
}

impl<'a> LineReader<'a> {
    /// A reader that holds lines up to the size of `memory`.
    pub fn new(memory: Buf<'a>) -> Self {
        Self {
            body: memory,
            phase: Phase::Hunt { after_word: false },
            place: Cursor::new(),
            echoed: 0,
            overflow: false,
            broke: false,
        }
    }

    /// As [`Buf::trim`].
    pub fn trim(&mut self) -> usize {
        self.body.trim()
    }

    /// The body of the last complete line: what stood behind `AT`.
    pub fn body(&self) -> &[u8] {
        self.body.as_slice()
    }

    /// What stands behind `AT` in the open line, or in the last one.
    pub fn typed(&self) -> &[u8] {
        match self.phase {
            Phase::GotA(_) => &[],
            _ => self.body(),
        }
    }

    /// Whether a line was begun and not ended.
    pub fn is_open(&self) -> bool {
        !matches!(self.phase, Phase::Ended | Phase::Hunt { .. })
    }

    /// Bytes of the open line that were echoed, or would be with echo.
    pub fn echoed(&self) -> usize {
        if self.is_open() { self.echoed } else { 0 }
    }

    /// Whether the open line has taken a raw line break as data (R4).
    pub fn holds_break(&self) -> bool {
        self.is_open() && self.broke
    }

    /// Forgets a half-typed line.
    pub fn drop_line(&mut self) {
        if self.phase == Phase::Body {
            self.body.clear();
        }
        self.phase = Phase::Hunt { after_word: false };
    }

    /// Takes bytes up to the end of a line, or of what was none; returns how many and what they
    /// made. `echo` gets what is to be echoed; `reading_of` tells how the values
    /// of a command are read.
    pub fn take(
        &mut self,
        bytes: &[u8],
        format: Format,
        echo: &mut dyn FnMut(&[u8]),
        reading_of: ReadingOf,
    ) -> (usize, Taken) {
        let mut rest = bytes;
        while let Some((&byte, behind)) = rest.split_first() {
            let made = match self.phase {
                Phase::Ended => self.hunt(byte, false),
                Phase::Hunt { after_word } => {
                    // Behind a line that was too long may stand what is left of its values.
                    let glued = format.grammar.glued && !self.overflow;
                    self.hunt(byte, after_word && !glued)
                }
                Phase::GotA(a) => match self.after_a(a, byte, format, echo) {
                    // It began no line: what it held back goes out first.
                    Taken::Partial if !self.is_open() => {
                        return (bytes.len() - behind.len(), Taken::Partial);
                    }
                    made => made,
                },
                Phase::Body => match self.take_run(rest, format, echo) {
                    0 => self.body_byte(byte, format, echo, reading_of),
                    run => {
                        rest = rest.get(run..).unwrap_or_default();
                        continue;
                    }
                },
            };
            rest = behind;
            if made != Taken::Partial {
                let feed = self.take_line_feed(rest);
                return (bytes.len() - rest.len() + feed, made);
            }
        }
        (bytes.len(), Taken::Partial)
    }

    /// Takes the LF right behind a line's CR, which belongs to its end; returns
    /// how many bytes that are.
    pub fn take_line_feed(&mut self, bytes: &[u8]) -> usize {
        if self.phase != Phase::Ended || bytes.is_empty() {
            return 0;
        }
        self.phase = Phase::Hunt { after_word: false };
        usize::from(bytes.first() == Some(&b'\n'))
    }

    /// Takes bytes that are data wherever they stand all at once.
    fn take_run(&mut self, bytes: &[u8], format: Format, echo: &mut dyn FnMut(&[u8])) -> usize {
        let special = format.cr >= 0x20 || format.backspace >= 0x20;
        if self.overflow || special {
            return 0;
        }
        let len = run_len(bytes, |word| below(word, 0x20) | equal(word, DELETE));
        let run = bytes.get(..len).unwrap_or_default();
        if run.is_empty() {
            return 0;
        }
        if self.body.extend(run).is_err() {
            return self.take_what_fits(run, format, echo);
        }
        self.echo(run, format, echo);
        len
    }

    /// At once too, so that what does not fit is not looked at again for each
    /// byte that does.
    #[cold]
    fn take_what_fits(&mut self, run: &[u8], format: Format, echo: &mut dyn FnMut(&[u8])) -> usize {
        let fits = run.get(..self.body.free()).unwrap_or_default();
        if self.body.extend(fits).is_err() {
            return 0;
        }
        self.echo(fits, format, echo);
        fits.len()
    }

    fn hunt(&mut self, byte: u8, after_word: bool) -> Taken {
        self.phase = if !after_word && byte.eq_ignore_ascii_case(&b'A') {
            self.echoed = 0;
            Phase::GotA(byte)
        } else {
            let after_word = byte.is_ascii_alphanumeric();
            Phase::Hunt { after_word }
        };
        Taken::Partial
    }

    fn after_a(&mut self, a: u8, byte: u8, format: Format, echo: &mut dyn FnMut(&[u8])) -> Taken {
        match byte {
            b'T' | b't' => {
                self.start_body();
                self.echo(&[a, byte], format, echo);
            }
            b'/' if format.grammar.repeats => {
                self.phase = Phase::Hunt { after_word: false };
                self.echoed = 0;
                self.echo(&[a, byte], format, echo);
                return Taken::Repeat;
            }
            b'/' => {
                // It stays in the line, which so holds no command.
                self.start_body();
                self.body.push(byte).unwrap_or_default();
                self.echo(&[a, byte], format, echo);
            }
            b'A' | b'a' => self.phase = Phase::GotA(byte),
            _ => {
                let after_word = byte.is_ascii_alphanumeric();
                self.phase = Phase::Hunt { after_word };
            }
        }
        Taken::Partial
    }

    fn start_body(&mut self) {
        self.phase = Phase::Body;
        self.body.clear();
        self.place = Cursor::new();
        self.echoed = 0;
        self.overflow = false;
        self.broke = false;
    }

    fn body_byte(
        &mut self,
        byte: u8,
        format: Format,
        echo: &mut dyn FnMut(&[u8]),
        reading_of: ReadingOf,
    ) -> Taken {
        let breaks = byte == format.cr || (byte == b'\n' && format.grammar.line_feed_ends);
        if breaks && !self.takes_break(format, reading_of) {
            return self.end_line(byte, format, echo);
        }
        self.broke |= breaks;
        let edit = if breaks {
            Edit::Keep(byte)
        } else {
            self.edit(byte, format, reading_of)
        };
        match edit {
            Edit::Keep(byte) => {
                self.store(byte, format, reading_of);
                self.echo(&[byte], format, echo);
            }
            Edit::Drop => {}
            Edit::Erase => self.erase(format, echo),
        }
        Taken::Partial
    }

    /// Whether a raw line break is data.
    fn takes_break(&mut self, format: Format, reading_of: ReadingOf) -> bool {
        let body = self.body.as_slice();
        let is_over = if self.overflow {
            format.grammar.multi_line
        } else {
            closes_quotes(body)
        };
        if is_over {
            return false;
        }
        self.place.catch_up(body, format.grammar, reading_of);
        self.place.takes_breaks(format.grammar)
    }

    /// What a byte means where it stands. In quotes it is data, but for what deletes
    /// while there is an echo: then a person types, and sees what is deleted.
    fn edit(&mut self, byte: u8, format: Format, reading_of: ReadingOf) -> Edit {
        let deletes = byte == format.backspace || byte == DELETE;
        let typed = format.echo.is_some() || format.grammar.edits_quotes;
        match byte {
            _ if deletes && typed => Edit::Erase,
            _ if !deletes && byte >= 0x20 => Edit::Keep(byte),
            _ if self.is_data(format, reading_of) => Edit::Keep(byte),
            _ if deletes || byte == BACKSPACE => Edit::Erase,
            b'\t' => Edit::Keep(b' '),
            _ => Edit::Drop,
        }
    }

    fn is_data(&mut self, format: Format, reading_of: ReadingOf) -> bool {
        if self.overflow {
            return self.place.passes_data();
        }
        let body = self.body.as_slice();
        self.place.is_data(body, format.grammar, reading_of)
    }

    fn end_line(&mut self, byte: u8, format: Format, echo: &mut dyn FnMut(&[u8])) -> Taken {
        self.phase = if byte == b'\n' {
            Phase::Hunt { after_word: false }
        } else {
            Phase::Ended
        };
        if format.echo.is_some() {
            let end: &[u8] = if format.echoes_line_feed {
                b"\r\n"
            } else {
                &[byte]
            };
            echo(end);
        }
        if self.overflow {
            self.body.clear();
            return Taken::TooLong;
        }
        Taken::Line
    }

    fn store(&mut self, byte: u8, format: Format, reading_of: ReadingOf) {
        if !self.overflow && self.body.push(byte).is_ok() {
            return;
        }
        // What is swallowed is still scanned, so that the line ends where it
        // would have.
        let body = self.body.as_slice();
        self.place.catch_up(body, format.grammar, reading_of);
        self.overflow = true;
        self.place.pass(byte, format.grammar);
    }

    /// Deletes the last byte, and takes the scan back where it had seen it.
    fn erase(&mut self, format: Format, echo: &mut dyn FnMut(&[u8])) {
        if self.overflow || self.body.is_empty() {
            return;
        }
        let len = self.body.len() - 1;
        self.body.truncate(len);
        self.place.cut(len);
        self.echo(&[BACKSPACE, b' ', BACKSPACE], format, echo);
    }

    fn echo(&mut self, bytes: &[u8], format: Format, echo: &mut dyn FnMut(&[u8])) {
        let room = format.echo.unwrap_or(0).saturating_sub(self.echoed);
        if room > 0 {
            echo(bytes.get(..bytes.len().min(room)).unwrap_or_default());
        }
        self.echoed = self.echoed.saturating_add(bytes.len());
    }
}

#[cfg(test)]
mod tests;
