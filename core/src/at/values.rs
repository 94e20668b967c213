//! Reading the values of a command (rules R6, R7 and R10).

#![allow(
    clippy::inline_always,
    reason = "reading values is most of a command's work, and has callers off the quick path"
)]

use super::find::{equal, run_len};
use super::schema::MAX_PARAMS;
use super::split::{at_end, byte, is_comment, skip_spaces};
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
        self.list.get(index).filter(|value| value.is_given())
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
    fn stretch(&mut self, line: &[u8], last: usize, strict: bool) -> Option<usize> {
        let first = self.list.get(last).filter(|value| value.quoted)?;
        let start = first.wire_start as usize;
        let end = line.iter().rposition(|&byte| byte == b'"')?;
        let next = behind_forgiven(line, end + 1, strict).filter(|_| end > start)?;
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
    strict: bool,
    forgive: Option<usize>,
    values: &mut Values,
    decoded: &mut Buf,
) -> Result<usize, Bad> {
    let (mut at, mut index) = (at, 0);
    loop {
        let start = skip_spaces(line, at);
        let (value, end) = match byte(line, start) {
            Some(b'"') => quoted(line, start + 1, decoded)?,
            _ => until_separator(line, start, strict),
        };
        values.push(index, value);
        let behind = skip_spaces(line, end);
        if byte(line, behind) != Some(b',') {
            if let Some(next) = at_end(line, end, strict) {
                return Ok(next);
            }
            return forgiven(values, line, index, strict, forgive).ok_or(Bad::Junk);
        }
        at = behind + 1;
        index += 1;
    }
}

fn forgiven(
    values: &mut Values,
    line: &[u8],
    index: usize,
    strict: bool,
    forgive: Option<usize>,
) -> Option<usize> {
    let last = forgive.filter(|&last| !strict && index >= last)?;
    values.stretch(line, last, strict)
}

/// Where the line goes on behind a forgiven value. Control bytes there are no data
/// after all.
fn behind_forgiven(line: &[u8], at: usize, strict: bool) -> Option<usize> {
    let behind = line.get(at..).unwrap_or_default();
    let blank = |&byte: &u8| byte <= b' ' || byte == 0x7f;
    if behind.iter().all(blank) {
        return Some(line.len());
    }
    at_end(line, at, strict)
}

/// A value without quotes: up to `,`, `;`, a comment or the end.
#[inline(always)]
fn until_separator(line: &[u8], start: usize, strict: bool) -> (Value, usize) {
    let mut before = byte(line, start.wrapping_sub(1));
    let mut end = start;
    for (at, &byte) in line.iter().enumerate().skip(start) {
        match byte {
            b',' | b';' => break,
            b'/' if !strict && before == Some(b' ') && is_comment(line, at) => break,
            b' ' => {}
            _ => end = at + 1,
        }
        before = Some(byte);
    }
    (Value::bare(start, end), end)
}

/// The bytes that mean something inside quotes.
fn specials(word: u64) -> u64 {
    equal(word, b'"') | equal(word, b'\\')
}

/// A value in quotes that starts at `start`; returns it and where it ended.
#[inline(always)]
fn quoted(line: &[u8], start: usize, decoded: &mut Buf) -> Result<(Value, usize), Bad> {
    let rest = line.get(start..).unwrap_or_default();
    let first = run_len(rest, specials);
    if first == rest.len() {
        return Err(Bad::Unclosed);
    }
    if rest.get(first) == Some(&b'"') {
        let end = start + first;
        return Ok((Value::quoted(start, end), end + 1));
    }
    let from = decoded.len();
    let end = start + decode(rest, decoded)?;
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
fn decode(text: &[u8], into: &mut Buf) -> Result<usize, Bad> {
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
        at += escape(text.get(at + 1..).unwrap_or_default(), into)?;
    }
}

/// Decodes one escape; `behind` is what stands behind its `\`. Returns its length.
fn escape(behind: &[u8], into: &mut Buf) -> Result<usize, Bad> {
    let hex = |at: usize| {
        behind
            .get(at)
            .and_then(|byte| char::from(*byte).to_digit(16))
    };
    let full = |_| Bad::Full;
    if let (Some(high), Some(low)) = (hex(0), hex(1)) {
        into.push((high * 16 + low) as u8).map_err(full)?;
        return Ok(3);
    }
    let byte = *behind.first().ok_or(Bad::Unclosed)?;
    if byte.is_ascii_alphanumeric() {
        into.push(b'\\').map_err(full)?;
    }
    into.push(byte).map_err(full)?;
    Ok(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;
    use std::vec::Vec;

    fn read(line: &str, forgive: Option<usize>) -> Result<(Vec<String>, usize), Bad> {
        let mut memory = [0; 200];
        let mut decoded = Buf::lent(&mut memory);
        let mut values = Values::NONE;
        let line_bytes = line.as_bytes();
        let next = parse(line_bytes, 0, false, forgive, &mut values, &mut decoded)?;
        let text = |index| {
            let value: Option<&Value> = values.get(index);
            let bytes = value.map(|value| value.bytes(line.as_bytes(), decoded.as_slice()));
            String::from_utf8_lossy(bytes.unwrap_or(b"-")).into_owned()
        };
        Ok(((0..values.count).map(text).collect(), next))
    }

    #[test]
    fn reads_values() {
        for (line, expected, next) in [
            ("", &[][..], 0),
            (",,", &[], 2),
            ("1,2", &["1", "2"], 3),
            (" a b , \"c,;\" ;E0", &["a b", "c,;"], 13),
            ("a\"b", &["a\"b"], 3),
            ("\"\",,3", &["", "-", "3"], 5),
            ("\"\\0D\\22\\5C\",,3", &["\r\"\\", "-", "3"], 14),
            (r#""\n\u4e2d\"\\\,\/""#, &[r#"\n\u4e2d"\,/"#], 18),
            ("a=1&b=%20?x/y:+#$|", &["a=1&b=%20?x/y:+#$|"], 18),
            ("http://x,1 //c", &["http://x", "1"], 14),
            ("\"a\" // c, \"", &["a"], 11),
        ] {
            let expected: Vec<_> = expected.iter().map(|text| String::from(*text)).collect();
            assert_eq!(read(line, None), Ok((expected, next)), "{line}");
        }
    }

    #[test]
    fn refuses() {
        assert_eq!(read("\"a\"b", None), Err(Bad::Junk));
        assert_eq!(read("\"abc", None), Err(Bad::Unclosed));
        assert_eq!(read("\"abc\\", None), Err(Bad::Unclosed));
        assert_eq!(read("\"abc\\\"", None), Err(Bad::Unclosed));
        let long = std::format!("\"{}\"", "\\00".repeat(201));
        assert_eq!(read(&long, None), Err(Bad::Full));
    }

    #[test]
    fn forgives_json_without_escapes() {
        let line = r#"t,1,0,"{"a":"b","c":[1,"\/"]}" // x"#;
        let (values, next) = read(line, Some(3)).unwrap();
        assert_eq!(values[3], r#"{"a":"b","c":[1,"\/"]}"#);
        assert_eq!(next, line.len());
        let (values, _) = read(r#"t,1,0,"{","x"}""#, Some(3)).unwrap();
        assert_eq!(values[3], r#"{","x"}"#);
        assert_eq!(read(r#"t,"1"0,0,"x""#, Some(3)), Err(Bad::Junk));
        assert_eq!(read(r#"t,1,0,"x"y"#, Some(3)), Err(Bad::Junk));
    }
}
