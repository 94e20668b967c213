//! How bytes are written in words of chats and faults: `\r \n \t \\ \" \xHH`, and `a\*500` for a
//! byte and how often it comes in all.

/// Shorter runs of one byte are easier to read as they are.
const LONG_RUN: usize = 40;

/// The bytes `text` stands for.
///
/// # Errors
/// What is no escape, and what there is.
pub fn unescape(text: &str) -> Result<Vec<u8>, String> {
    unescape_within(text, usize::MAX)
}

/// The bytes `text` stands for, which are so many at most: more are never made.
///
/// # Errors
/// What is no escape, and what there is, or that they are too many.
pub fn unescape_within(text: &str, most: usize) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((plain, escaped)) = rest.split_once('\\') {
        bytes.extend_from_slice(plain.as_bytes());
        rest = one(escaped, most, &mut bytes)?;
    }
    bytes.extend_from_slice(rest.as_bytes());
    if bytes.len() > most {
        return Err(too_long(most));
    }
    Ok(bytes)
}

fn too_long(most: usize) -> String {
    format!("a text has {most} bytes at most")
}

/// Takes the escape at the front of `text`; returns what follows it.
fn one<'t>(text: &'t str, most: usize, bytes: &mut Vec<u8>) -> Result<&'t str, String> {
    let mut chars = text.chars();
    let byte = match chars.next() {
        Some('r') => b'\r',
        Some('n') => b'\n',
        Some('t') => b'\t',
        Some('\\') => b'\\',
        Some('"') => b'"',
        Some('x') => return hex(chars.as_str(), bytes),
        Some('*') => return repeat(chars.as_str(), most, bytes),
        other => return Err(unknown(other)),
    };
    bytes.push(byte);
    Ok(chars.as_str())
}

fn unknown(found: Option<char>) -> String {
    let found = found.map(String::from).unwrap_or_default();
    format!("`\\{found}` is no escape; there are \\r \\n \\t \\\\ \\\" \\xHH and a\\*500")
}

fn hex<'t>(text: &'t str, bytes: &mut Vec<u8>) -> Result<&'t str, String> {
    let digits = text.get(..2).unwrap_or_default();
    let byte = u8::from_str_radix(digits, 16)
        .map_err(|_| "write two hex digits after \\x, as in \\x1A".to_string())?;
    bytes.push(byte);
    Ok(&text[2..])
}

fn repeat<'t>(text: &'t str, most: usize, bytes: &mut Vec<u8>) -> Result<&'t str, String> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    let times: usize = match digits.parse() {
        Ok(times @ 1..=10_000_000) => times,
        _ => return Err("write a count after \\*, as in a\\*500".into()),
    };
    let byte = *bytes
        .last()
        .ok_or("\\* repeats the byte before it; there is none")?;
    let count = bytes.len() + times - 1;
    if count > most {
        return Err(too_long(most));
    }
    bytes.resize(count, byte);
    Ok(rest)
}

/// `bytes` as [`unescape`] reads them back.
pub fn escape(bytes: &[u8]) -> String {
    let mut text = String::new();
    let mut rest = bytes;
    while let Some(&first) = rest.first() {
        let run = rest.iter().take_while(|&&byte| byte == first).count();
        if run >= LONG_RUN {
            plain(&[first], &mut text);
            text.push_str("\\*");
            text.push_str(&run.to_string());
            rest = &rest[run..];
        } else {
            let end = until_long_run(rest);
            plain(&rest[..end], &mut text);
            rest = &rest[end..];
        }
    }
    keep_edges(text)
}

/// How many bytes come before the next long run.
fn until_long_run(bytes: &[u8]) -> usize {
    let long = |run: &[u8]| run.iter().all(|&byte| byte == run[0]);
    bytes
        .windows(LONG_RUN)
        .position(long)
        .unwrap_or(bytes.len())
}

fn plain(bytes: &[u8], text: &mut String) {
    for chunk in bytes.utf8_chunks() {
        chunk.valid().chars().for_each(|c| character(c, text));
        for byte in chunk.invalid() {
            text.push_str(&hex_escape(*byte));
        }
    }
}

fn character(c: char, text: &mut String) {
    match c {
        '\r' => text.push_str("\\r"),
        '\n' => text.push_str("\\n"),
        '\t' => text.push_str("\\t"),
        '\\' => text.push_str("\\\\"),
        c if c.is_ascii_control() => text.push_str(&hex_escape(c as u8)),
        c => text.push(c),
    }
}

fn hex_escape(byte: u8) -> String {
    format!("\\x{byte:02X}")
}

/// A space at an end of a line would get lost.
fn keep_edges(mut text: String) -> String {
    if text.ends_with(char::is_whitespace) && text.pop() == Some(' ') {
        text.push_str("\\x20");
    }
    match text.strip_prefix(' ') {
        Some(rest) => format!("\\x20{rest}"),
        None => text,
    }
}

/// `bytes` in quotes.
pub fn quoted(bytes: &[u8]) -> String {
    format!("\"{}\"", escape(bytes).replace('"', "\\\""))
}

/// `bytes` as hex digits, two and two.
pub fn to_hex(bytes: &[u8]) -> String {
    let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    pairs.join(" ")
}

/// The bytes of hex digits; spaces between pairs are for the reader.
///
/// # Errors
/// Where they are no pairs of hex digits.
pub fn from_hex(text: &str) -> Result<Vec<u8>, String> {
    let wrong = || "write bytes as pairs of hex digits, as in `20 02 00 00`".to_string();
    let mut bytes = Vec::new();
    for word in text.split_whitespace() {
        if !word.is_ascii() || word.len() % 2 == 1 {
            return Err(wrong());
        }
        for at in (0..word.len()).step_by(2) {
            bytes.push(u8::from_str_radix(&word[at..at + 2], 16).map_err(|_| wrong())?);
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_escape_is_read() {
        let read = unescape(r#"a\r\n\t\\\"\x00\xfFb\*3c"#);
        assert_eq!(read, Ok(b"a\r\n\t\\\"\x00\xFFbbbc".to_vec()));
    }

    #[test]
    fn wrong_escapes_are_explained() {
        assert!(unescape(r"\q").unwrap_err().contains("`\\q`"));
        assert!(unescape("\\").is_err());
        assert!(unescape(r"\x4").unwrap_err().contains("two hex digits"));
        assert!(unescape(r"a\*").unwrap_err().contains("count"));
        assert!(unescape(r"\*3").unwrap_err().contains("none"));
        assert_eq!(unescape_within(r"a\*4", 4), Ok(b"aaaa".to_vec()));
        for long in [r"a\*5", "aaaaa", r"aaa\*2b", r"aaaa\n"] {
            assert!(unescape_within(long, 4).unwrap_err().contains("4 bytes"));
        }
    }

    #[test]
    fn escaped_bytes_are_read_back() {
        let mut bytes: Vec<u8> = (0..=255).collect();
        bytes.extend([b'x'; 300]);
        bytes.extend("上电 ".as_bytes());
        assert_eq!(unescape(&escape(&bytes)), Ok(bytes));
        assert_eq!(unescape(&escape(b" a ")), Ok(b" a ".to_vec()));
        assert_eq!(escape(&[b' '; 2]), "\\x20\\x20");
    }

    #[test]
    fn hex_is_read_and_written() {
        assert_eq!(from_hex("20 0200 00"), Ok(vec![0x20, 2, 0, 0]));
        assert_eq!(to_hex(&[0x20, 2]), "20 02");
        assert!(from_hex("2").is_err());
        assert!(from_hex("zz").is_err());
    }
}
