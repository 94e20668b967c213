//! Reading the values of a command (rules R6, R7 and R10).

#![allow(
    clippy::inline_always,
    reason = "reading values is most of a command's work, and has callers off the quick path"
)]

mod raw;

pub(crate) use raw::raw;

use crate::at::find::{equal, run_len};
use crate::at::grammar::{Escapes, Grammar, Quotes};
use crate::at::param::MAX_PARAMS;
use crate::at::split::{at_end, byte, is_comment, skip_spaces};
use crate::buffer::Buf;

/// One value as it stands in the line, or decoded beside it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Value {
    /// Whether its bytes are in the line; else beside it.
    in_line: bool,
    /// Whether it stood in quotes.
    pub(crate) quoted: bool,
    start: u32,
    end: u32,
    /// Where it stood in the line, without its quotes.
    wire_start: u32,
    /// Bytes it took on the wire, without its quotes.
    wire_len: u32,
}

/// The values of one command, as positions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Values {
    list: [Value; MAX_PARAMS],
    /// Up to the last value that was not left out.
    pub(crate) count: usize,
}

/// Why values cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bad {
    /// Something stands behind a closing quote.
    Junk,
    /// A quote is not closed.
    Unclosed,
    /// The decoded values do not fit.
    Full,
}

impl Value {
    /// Left out.
    const NONE: Self = Self {
        in_line: true,
        quoted: false,
        start: 0,
        end: 0,
        wire_start: 0,
        wire_len: 0,
    };

    /// `start..end` of the line. A line is never longer than 4 GiB.
    fn bare(start: usize, end: usize) -> Self {
        let (start, end) = (start as u32, end as u32);
        Self {
            in_line: true,
            quoted: false,
            start,
            end,
            wire_start: start,
            wire_len: end.saturating_sub(start),
        }
    }

    /// `start..end` of the line, which stand in quotes.
    fn quoted(start: usize, end: usize) -> Self {
        Self {
            quoted: true,
            ..Self::bare(start, end)
        }
    }

    fn is_given(&self) -> bool {
        self.quoted || self.start < self.end
    }

    /// Bytes it took on the wire, without its quotes.
    pub(crate) fn wire_len(&self) -> usize {
        self.wire_len as usize
    }

    /// Where it stood in the line, with its quotes.
    fn place(&self) -> (usize, usize) {
        let (start, quote) = (self.wire_start as usize, usize::from(self.quoted));
        (start.saturating_sub(quote), start + self.wire_len() + quote)
    }

    /// Its bytes, out of the line or of what was decoded beside it.
    pub(crate) fn bytes<'l>(&self, line: &'l [u8], decoded: &'l [u8]) -> &'l [u8] {
        let from = if self.in_line { line } else { decoded };
        let range = self.start as usize..self.end as usize;
        from.get(range).unwrap_or_default()
    }
}

impl Values {
    /// No values.
    pub(crate) const NONE: Self = Self {
        list: [Value::NONE; MAX_PARAMS],
        count: 0,
    };

    /// Takes a single bare value, `start..end` of the line.
    pub(crate) fn push_only(&mut self, start: usize, end: usize) {
        self.push(0, Value::bare(start, end));
    }

    /// The value at `index`, if it was given.
    pub(crate) fn get(&self, index: usize) -> Option<&Value> {
        self.at(index).filter(|value| value.is_given())
    }

    /// The value at `index`, empty where it was left out.
    pub(crate) fn at(&self, index: usize) -> Option<&Value> {
        self.list.get(index)
    }

    #[inline(always)]
    fn push(&mut self, index: usize, value: Value) {
        if value.is_given() {
            self.count = index + 1;
        }
        if let Some(place) = self.list.get_mut(index) {
            *place = value;
        }
    }

    /// Where in the line the first value given at `index` or behind begins, with its quote.
    #[cold]
    pub(crate) fn place(&self, index: usize) -> Option<usize> {
        let mut behind = self.list.iter().skip(index);
        let first = behind.find(|value| value.is_given());
        first.map_or(self.end(), |value| Some(value.place().0))
    }

    /// Where in the line the last value given ends, with its quote.
    #[cold]
    pub(crate) fn end(&self) -> Option<usize> {
        let mut given = self.list.iter().rev();
        let last = given.find(|value| value.is_given());
        last.map(|value| value.place().1)
    }

    /// Rule R10: the value `last` runs from its first quote to the line's last.
    fn stretch(&mut self, line: &[u8], last: usize, grammar: &Grammar) -> Option<usize> {
        let first = self.list.get(last).filter(|value| value.quoted)?;
        let start = first.wire_start as usize;
        let end = line.iter().rposition(|&byte| byte == b'"')?;
        let next = behind_forgiven(line, end + 1, grammar).filter(|_| end > start)?;
        self.push(last, Value::quoted(start, end));
        self.count = last + 1;
        Some(next)
    }
}

/// Reads the values at `at` up to the command's end; returns where the line
/// goes on. Values with escapes are decoded into `decoded`. `forgive` is the
/// last parameter of a command that forgives junk behind it.
#[inline(always)]
pub(crate) fn parse(
    line: &[u8],
    at: usize,
    grammar: &Grammar,
    forgive: Option<usize>,
    values: &mut Values,
    decoded: &mut Buf,
) -> Result<usize, Bad> {
    let (mut at, mut index) = (at, 0);
    loop {
        let start = skip_spaces(line, at);
        let end = if byte(line, start) == Some(b'"') {
            let is_last = forgive == Some(index);
            let (value, end) = quoted(line, start + 1, grammar, is_last, decoded)?;
            values.push(index, value);
            end
        } else {
            let end = until_separator(line, start, grammar);
            values.push(index, Value::bare(start, end));
            end
        };
        let behind = skip_spaces(line, end);
        if byte(line, behind) != Some(b',') {
            if let Some(next) = at_end(line, end, grammar) {
                return Ok(next);
            }
            return forgiven(values, line, index, grammar, forgive).ok_or(Bad::Junk);
        }
        at = behind + 1;
        index += 1;
    }
}

fn forgiven(
    values: &mut Values,
    line: &[u8],
    index: usize,
    grammar: &Grammar,
    forgive: Option<usize>,
) -> Option<usize> {
    let last = forgive.filter(|&last| grammar.lenient && index >= last)?;
    values.stretch(line, last, grammar)
}

/// Where the line goes on behind a forgiven value. Control bytes there are no data
/// after all.
fn behind_forgiven(line: &[u8], at: usize, grammar: &Grammar) -> Option<usize> {
    let behind = line.get(at..).unwrap_or_default();
    let blank = |&byte: &u8| byte <= b' ' || byte == 0x7f;
    if behind.iter().all(blank) {
        return Some(line.len());
    }
    at_end(line, at, grammar)
}

/// Where a value without quotes ends: at `,`, `;`, a comment or the end.
#[inline(always)]
fn until_separator(line: &[u8], start: usize, grammar: &Grammar) -> usize {
    // Most of them are one digit with another value behind.
    if let Some([b'0'..=b'9', b',', ..]) = line.get(start..) {
        return start + 1;
    }
    let mut before = byte(line, start.wrapping_sub(1));
    let mut end = start;
    let Grammar {
        lists, comments, ..
    } = *grammar;
    for (at, &byte) in line.iter().enumerate().skip(start) {
        match byte {
            b',' => break,
            b';' if lists => break,
            b'/' if comments && before == Some(b' ') && is_comment(line, at) => break,
            b' ' => {}
            _ => end = at + 1,
        }
        before = Some(byte);
    }
    end
}

/// The bytes that mean something inside quotes.
fn specials(word: u64) -> u64 {
    equal(word, b'"') | equal(word, b'\\')
}

/// A value in quotes that starts at `start`, the last of a command that forgives junk if
/// `is_last`; returns it and where it ended.
#[inline(always)]
fn quoted(
    line: &[u8],
    start: usize,
    grammar: &Grammar,
    is_last: bool,
    decoded: &mut Buf,
) -> Result<(Value, usize), Bad> {
    let rest = line.get(start..).unwrap_or_default();
    if !grammar.quotes.is_v250() {
        return quoted_otherwise(line, start, grammar.quotes, is_last, decoded);
    }
    let first = run_len(rest, specials);
    if first == rest.len() {
        return Err(Bad::Unclosed);
    }
    if rest.get(first) == Some(&b'"') {
        let end = start + first;
        return Ok((Value::quoted(start, end), end + 1));
    }
    escaped(rest, start, Escapes::Hex, decoded)
}

/// A value in the quotes of another command set.
#[cold]
fn quoted_otherwise(
    line: &[u8],
    start: usize,
    quotes: Quotes,
    is_last: bool,
    decoded: &mut Buf,
) -> Result<(Value, usize), Bad> {
    let rest = line.get(start..).unwrap_or_default();
    let (value, end) = if quotes.escapes == Escapes::None {
        // Quotes in a text that is the last of its line end nothing.
        let len = if is_last {
            rest.iter().rposition(|byte| *byte == b'"')
        } else {
            Some(run_len(rest, |word| equal(word, b'"'))).filter(|len| *len < rest.len())
        };
        let end = start + len.ok_or(Bad::Unclosed)?;
        (Value::quoted(start, end), end + 1)
    } else {
        escaped(rest, start, quotes.escapes, decoded)?
    };
    let text = line.get(start..end - 1).unwrap_or_default();
    if !quotes.commas && has_bare_comma(text) {
        return Err(Bad::Junk);
    }
    Ok((value, end))
}

/// Whether a `,` stands in `text` without a `\` before it.
fn has_bare_comma(text: &[u8]) -> bool {
    let mut protected = false;
    text.iter().any(|&byte| {
        let bare = byte == b',' && !protected;
        protected = byte == b'\\' && !protected;
        bare
    })
}

/// A value in quotes with escapes, of which `rest` is the line from `start` on; returns it
/// and where it ended.
fn escaped(
    rest: &[u8],
    start: usize,
    escapes: Escapes,
    decoded: &mut Buf,
) -> Result<(Value, usize), Bad> {
    let from = decoded.len();
    let end = start + decode(rest, escapes, decoded)?;
    let value = Value {
        in_line: false,
        quoted: true,
        start: from as u32,
        end: decoded.len() as u32,
        wire_start: start as u32,
        wire_len: (end - start) as u32,
    };
    Ok((value, end + 1))
}

/// Decodes up to the closing quote (rule R7); returns where that is.
fn decode(text: &[u8], escapes: Escapes, into: &mut Buf) -> Result<usize, Bad> {
    let mut at = 0;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let run = run_len(rest, specials);
        if run == rest.len() {
            return Err(Bad::Unclosed);
        }
        let plain = rest.get(..run).unwrap_or_default();
        into.extend(plain).map_err(|_| Bad::Full)?;
        at += run;
        if byte(text, at) == Some(b'"') {
            return Ok(at);
        }
        at += escape(text.get(at + 1..).unwrap_or_default(), escapes, into)?;
    }
}

/// Decodes one escape; `behind` is what stands behind its `\`. Returns its length.
fn escape(behind: &[u8], escapes: Escapes, into: &mut Buf) -> Result<usize, Bad> {
    let hex = |at: usize| {
        behind
            .get(at)
            .and_then(|byte| char::from(*byte).to_digit(16))
    };
    let full = |_| Bad::Full;
    let by_hex = matches!(escapes, Escapes::Hex | Escapes::HexOnly);
    if let (true, Some(high), Some(low)) = (by_hex, hex(0), hex(1)) {
        into.push((high * 16 + low) as u8).map_err(full)?;
        return Ok(3);
    }
    let byte = *behind.first().ok_or(Bad::Unclosed)?;
    let stays = match escapes {
        Escapes::HexOnly => byte != b'"',
        _ => by_hex && byte.is_ascii_alphanumeric(),
    };
    if stays {
        into.push(b'\\').map_err(full)?;
    }
    into.push(byte).map_err(full)?;
    Ok(2)
}

#[cfg(test)]
mod tests;
