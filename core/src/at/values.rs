//! Reading the values of a command (rules R6, R7 and R10).

use super::find::run_len;
use super::schema::MAX_PARAMS;
use super::split::{at_end, byte, is_comment, skip_spaces};
use crate::mem::Buf;

/// One value as it stands in the line, or decoded beside it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Value {
    /// Whether its bytes are in the line; else beside it.
    in_line: bool,
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Whether it stood in quotes.
    pub(crate) quoted: bool,
    /// Where it stood in the line, without its quotes.
    wire_start: usize,
    /// Bytes it took on the wire, without its quotes.
    pub(crate) wire_len: usize,
}

/// The values of one command, as positions.
#[derive(Clone, Copy, Debug, Default)]
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
    fn is_given(&self) -> bool {
        self.quoted || self.start < self.end
    }

    /// Its bytes, out of the line or of what was decoded beside it.
    pub(crate) fn bytes<'l>(&self, line: &'l [u8], decoded: &'l [u8]) -> &'l [u8] {
        let from = if self.in_line { line } else { decoded };
        from.get(self.start..self.end).unwrap_or_default()
    }
}

impl Values {
    /// A single bare value, `start..end` of the line.
    pub(crate) fn single(start: usize, end: usize) -> Self {
        let mut values = Self::default();
        values.push(0, bare(start, end));
        values
    }

    /// The value at `index`, if it was given.
    pub(crate) fn get(&self, index: usize) -> Option<&Value> {
        self.list.get(index).filter(|value| value.is_given())
    }

    fn push(&mut self, index: usize, value: Value) {
        if value.is_given() {
            self.count = index + 1;
        }
        if let Some(place) = self.list.get_mut(index) {
            *place = value;
        }
    }

    /// Rule R10: the value `last` runs from its first quote to the line's last.
    fn stretch(&mut self, line: &[u8], last: usize, strict: bool) -> Option<usize> {
        let first = self.list.get(last).filter(|value| value.quoted)?;
        let start = first.wire_start;
        let end = line.iter().rposition(|&byte| byte == b'"')?;
        let next = at_end(line, end + 1, strict).filter(|_| end > start)?;
        self.push(last, quoted_in_line(start, end));
        self.count = last + 1;
        Some(next)
    }
}

fn bare(start: usize, end: usize) -> Value {
    let wire_len = end.saturating_sub(start);
    Value {
        in_line: true,
        start,
        end,
        quoted: false,
        wire_start: start,
        wire_len,
    }
}

fn quoted_in_line(start: usize, end: usize) -> Value {
    Value {
        quoted: true,
        ..bare(start, end)
    }
}

/// Reads the values at `at` up to the command's end; returns where the line
/// goes on. Values with escapes are decoded into `decoded`. `forgive` is the
/// last parameter of a command that forgives junk behind it.
pub(crate) fn parse(
    line: &[u8],
    at: usize,
    strict: bool,
    forgive: Option<usize>,
    decoded: &mut Buf,
) -> Result<(Values, usize), Bad> {
    let mut values = Values::default();
    let (mut at, mut index) = (at, 0);
    loop {
        let start = skip_spaces(line, at);
        let (value, end) = match byte(line, start) {
            Some(b'"') => quoted(line, start + 1, decoded)?,
            _ => until_separator(line, start, strict),
        };
        values.push(index, value);
        if let Some(next) = at_end(line, end, strict) {
            return Ok((values, next));
        }
        let separator = skip_spaces(line, end);
        if byte(line, separator) != Some(b',') {
            return forgiven(values, line, index, strict, forgive).ok_or(Bad::Junk);
        }
        at = separator + 1;
        index += 1;
    }
}

fn forgiven(
    mut values: Values,
    line: &[u8],
    index: usize,
    strict: bool,
    forgive: Option<usize>,
) -> Option<(Values, usize)> {
    let last = forgive.filter(|&last| !strict && index >= last)?;
    let next = values.stretch(line, last, strict)?;
    Some((values, next))
}

/// A value without quotes: up to `,`, `;`, a comment or the end.
fn until_separator(line: &[u8], start: usize, strict: bool) -> (Value, usize) {
    let mut at = start;
    let mut end = start;
    while let Some(byte) = byte(line, at) {
        let comment = !strict && at > 0 && byte == b'/' && is_comment(line, at);
        let spaced = line.get(at.wrapping_sub(1)) == Some(&b' ');
        if byte == b',' || byte == b';' || (comment && spaced) {
            break;
        }
        at += 1;
        if byte != b' ' {
            end = at;
        }
    }
    (bare(start, end), end)
}

/// Whether a byte means something inside quotes.
fn is_special(byte: u8) -> bool {
    byte == b'"' || byte == b'\\'
}

/// A value in quotes that starts at `start`; returns it and where it ended.
fn quoted(line: &[u8], start: usize, decoded: &mut Buf) -> Result<(Value, usize), Bad> {
    let rest = line.get(start..).unwrap_or_default();
    let first = run_len(rest, is_special);
    if first == rest.len() {
        return Err(Bad::Unclosed);
    }
    if rest.get(first) == Some(&b'"') {
        let end = start + first;
        return Ok((quoted_in_line(start, end), end + 1));
    }
    let from = decoded.len();
    let end = start + decode(rest, decoded)?;
    let value = Value {
        in_line: false,
        start: from,
        end: decoded.len(),
        quoted: true,
        wire_start: start,
        wire_len: end - start,
    };
    Ok((value, end + 1))
}

/// Decodes up to the closing quote (rule R7); returns where that is.
fn decode(text: &[u8], into: &mut Buf) -> Result<usize, Bad> {
    let mut at = 0;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let run = run_len(rest, is_special);
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
        let (values, next) = parse(line.as_bytes(), 0, false, forgive, &mut decoded)?;
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
