//! Text of hosts and brokers in what is said: it passes for nothing else, and can be
//! sent back as it came.

use super::reply::Reply;

/// Stands for a secret that is not shown.
pub const MASK: &[u8] = b"***";

impl Reply<'_, '_> {
    /// Text with what could pass for something else as `\hh` (V.250 §5.4.2.2).
    pub fn escaped(&mut self, text: &[u8]) {
        let mut rest = text;
        while !rest.is_empty() {
            let plain = rest.iter().position(|&byte| needs_escape(byte));
            let (run, behind) = rest.split_at(plain.unwrap_or(rest.len()));
            self.bytes(run);
            let Some((&byte, behind)) = behind.split_first() else {
                return;
            };
            self.bytes(b"\\");
            self.hex(byte);
            rest = behind;
        }
    }

    /// Text in quotes.
    pub fn quoted(&mut self, text: &[u8]) {
        self.text("\"");
        self.escaped(text);
        self.text("\"");
    }

    /// A value as a host may send it: bare where that is read back as it was, else in
    /// quotes; nothing for one that was left out.
    pub fn value(&mut self, value: Option<&[u8]>) {
        match value {
            Some(value) if is_bare(value) => self.bytes(value),
            Some(value) => self.quoted(value),
            None => {}
        }
    }

    /// The same of a value that is a secret from `at` on: `***` stands there if it is
    /// `masked`, else that part must reach no log.
    pub fn value_with_secret(&mut self, value: &[u8], at: usize, masked: bool) {
        let (shown, secret) = value.split_at_checked(at).unwrap_or((&[], value));
        if secret.is_empty() {
            return self.value(Some(value));
        }
        let quote = if is_bare(if masked { shown } else { value }) {
            ""
        } else {
            "\""
        };
        self.text(quote);
        self.escaped_with_secret(shown, secret, masked);
        self.text(quote);
    }

    /// The same always in quotes.
    pub fn quoted_with_secret(&mut self, value: &[u8], at: usize, masked: bool) {
        let (shown, secret) = value.split_at_checked(at).unwrap_or((&[], value));
        self.text("\"");
        self.escaped_with_secret(shown, secret, masked && !secret.is_empty());
        self.text("\"");
    }

    fn escaped_with_secret(&mut self, shown: &[u8], secret: &[u8], masked: bool) {
        self.escaped(shown);
        if masked {
            self.bytes(MASK);
        } else {
            self.secret(|line| line.escaped(secret));
        }
    }

    /// A byte in two hex digits.
    pub fn hex(&mut self, byte: u8) {
        self.bytes(&[digit(byte >> 4), digit(byte & 15)]);
    }
}

fn needs_escape(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0..0x20 | 0x7f)
}

/// Whether a value without quotes is read as these bytes and no others (rule R6).
fn is_bare(value: &[u8]) -> bool {
    let is_cut = |&byte: &u8| matches!(byte, b',' | b';') || needs_escape(byte);
    let has_ends = !matches!(value, [] | [b' ', ..] | [.., b' ']);
    has_ends && !value.iter().any(is_cut) && !value.windows(3).any(|it| it == b" //")
}

fn digit(value: u8) -> u8 {
    match value {
        0..=9 => b'0' + value,
        _ => b'A' - 10 + value,
    }
}

#[cfg(test)]
mod tests {
    use super::super::framing::Framing;
    use super::super::grammar::Grammar;
    use super::super::reply::Style;
    use super::super::values::{Value, Values, parse};
    use super::*;
    use crate::buffer::Buf;
    use std::string::String;
    use std::vec::Vec;

    fn write(write: impl FnOnce(&mut Reply)) -> Vec<u8> {
        let mut memory = [0; 2048];
        let mut out = Buf::lent(&mut memory);
        let style = Style {
            verbose: true,
            quiet: false,
            cr: b'\r',
            lf: b'\n',
            framing: &Framing::V250,
        };
        write(&mut Reply::new(&mut out, style, 2048));
        out.as_slice().to_vec()
    }

    #[test]
    fn values_are_bare_where_they_can_be() {
        for (value, said) in [
            (Some("MQTT002"), "MQTT002"),
            (Some("a=1&b=%20?x/y:+#$|'é"), "a=1&b=%20?x/y:+#$|'é"),
            (Some("a b"), "a b"),
            (Some("http://x"), "http://x"),
            (Some("//x"), "//x"),
            (None, ""),
            (Some(""), "\"\""),
            (Some("a,b"), "\"a,b\""),
            (Some("a;b"), "\"a;b\""),
            (Some("a //b"), "\"a //b\""),
            (Some(" a"), "\" a\""),
            (Some("a "), "\"a \""),
            (Some("a\"b"), "\"a\\22b\""),
            (Some("\\n"), "\"\\5Cn\""),
            (Some("x\r\nOK\r\n"), "\"x\\0D\\0AOK\\0D\\0A\""),
            (Some("\0\u{7f}"), "\"\\00\\7F\""),
        ] {
            let value = value.map(str::as_bytes);
            let said = (String::from(said), value);
            let heard = String::from_utf8(write(|line| line.value(value))).unwrap();
            assert_eq!((heard, value), said);
        }
    }

    /// Sent back as the first value of a command and as a later one.
    #[test]
    fn what_is_shown_can_be_sent_back() {
        let pool = *b"a\"\\,; /\r\n\t\x00\x7f\xff?0Fdn=+";
        let mut seed = 11_u64;
        for _ in 0..2_000 {
            let mut value = Vec::new();
            for _ in 0..seed >> 61 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                value.push(pool[(seed >> 33) as usize % pool.len()]);
            }
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let line = write(|line| {
                line.value(Some(&value));
                line.text(",");
                line.value(Some(&value));
                line.text(";E0");
            });
            let mut memory = [0; 256];
            let mut decoded = Buf::lent(&mut memory);
            let mut values = Values::NONE;
            let next = parse(&line, 0, &Grammar::V250, None, &mut values, &mut decoded);
            assert_eq!(next, Ok(line.len() - 3), "{}", line.escape_ascii());
            for index in 0..2 {
                let read: Option<&Value> = values.get(index);
                let read = read.map(|it| it.bytes(&line, decoded.as_slice()));
                assert_eq!(read, Some(&value[..]), "{}", line.escape_ascii());
            }
        }
    }
}
