//! Rust source without what only looks like code: just enough of a lexer for
//! the checks in `tidy`.

/// The source with comments and the insides of literals blanked out. Every byte
/// and every line keeps its place.
pub fn code(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let after_name = at > 0 && is_name(bytes[at - 1]);
        let (len, is_code) = token(rest, after_name);
        if !is_code {
            blank(&mut out[at..at + len]);
        }
        at += len;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Code (of [`code`]) without the modules that are compiled for tests only.
pub fn without_tests(code: &str) -> String {
    let mut out = code.as_bytes().to_vec();
    let mut from = 0;
    while let Some(found) = code[from..].find("#[cfg(test)]") {
        let start = from + found;
        let end = item_end(code.as_bytes(), start);
        blank(&mut out[start..end]);
        from = end;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Names, and everything else a character each, with the lines they are on.
pub fn words(code: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = code.lines().enumerate();
    lines.flat_map(|(i, line)| {
        let end_of_word = |c: char| !(c.is_alphanumeric() || c == '_');
        line.split_inclusive(end_of_word)
            .flat_map(move |part| match part.char_indices().last() {
                Some((at, c)) if end_of_word(c) => [&part[..at], &part[at..]],
                _ => [part, ""],
            })
            .filter(|word| !word.trim().is_empty())
            .map(move |word| (i + 1, word))
    })
}

fn blank(bytes: &mut [u8]) {
    for byte in bytes.iter_mut().filter(|byte| **byte != b'\n') {
        *byte = b' ';
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The length of the token `rest` starts with and whether it is code.
fn token(rest: &[u8], after_name: bool) -> (usize, bool) {
    match rest {
        [b'/', b'/', ..] => (until(rest, b"\n"), false),
        [b'/', b'*', ..] => (block_comment(rest), false),
        [b'"', ..] => (quoted(rest), false),
        [b'\'', ..] => char_literal(rest),
        [b'r', b'"' | b'#', ..] if !after_name => raw(rest).map_or((1, true), |n| (n, false)),
        [b'b' | b'c', b'r', ..] if !after_name => {
            raw(&rest[1..]).map_or((1, true), |n| (n + 1, false))
        }
        _ => (1, true),
    }
}

/// Up to and with `end`, or everything.
fn until(rest: &[u8], end: &[u8]) -> usize {
    let found = rest.windows(end.len()).position(|window| window == end);
    found.map_or(rest.len(), |at| at + end.len())
}

fn block_comment(rest: &[u8]) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at + 1 < rest.len() {
        match &rest[at..at + 2] {
            b"/*" => depth += 1,
            b"*/" => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

fn quoted(rest: &[u8]) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// A character, or a lifetime, which is code.
fn char_literal(rest: &[u8]) -> (usize, bool) {
    if rest.get(1) == Some(&b'\\') {
        let end = rest.iter().skip(3).position(|byte| *byte == b'\'');
        return (end.map_or(1, |at| at + 4), false);
    }
    let text = std::str::from_utf8(&rest[1..rest.len().min(5)]);
    let valid = text
        .unwrap_or_else(|e| std::str::from_utf8(&rest[1..=e.valid_up_to()]).unwrap_or_default());
    let len = valid.chars().next().map_or(1, char::len_utf8);
    match rest.get(1 + len) {
        Some(b'\'') => (len + 2, false),
        _ => (1, true),
    }
}

/// A raw string that starts at its `r`, if it is one.
fn raw(rest: &[u8]) -> Option<usize> {
    let hashes = rest
        .iter()
        .skip(1)
        .take_while(|byte| **byte == b'#')
        .count();
    let body = rest.get(1 + hashes..)?;
    if body.first() != Some(&b'"') {
        return None;
    }
    let end = [&b"\""[..], &vec![b'#'; hashes]].concat();
    Some(1 + hashes + 1 + until(&body[1..], &end))
}

/// Where the item after the attribute at `start` ends.
fn item_end(code: &[u8], start: usize) -> usize {
    let mut depth = 0;
    let body = start + until(&code[start..], b"]");
    for (at, byte) in code.iter().enumerate().skip(body) {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 1 => return at + 1,
            b'}' => depth -= 1,
            b';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    code.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> String {
        let code = code(text);
        let names = words(&code).filter(|(_, word)| word.as_bytes().iter().all(|b| is_name(*b)));
        names.map(|(_, word)| word).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn only_code_is_left() {
        for (text, left) in [
            ("a // b\nc", "a c"),
            ("a /* b /* c */ d */ e", "a e"),
            (r#"a "b \" c" d"#, "a d"),
            ("a r\"b\\\" c br#\"d \" e\"# f", "a c f"),
            ("a 'b' c '\\'' d '\\u{41}' e", "a c d e"),
            ("fn a<'b>(c: &'b str)", "fn a b c b str"),
            ("bar\"x\" r#type 'ü' z", "bar r type z"),
        ] {
            assert_eq!(names(text), left, "{text}");
        }
    }

    #[test]
    fn lines_stay() {
        let text = "a\n/*\n*/ b\n\"\n\" c";
        let code = code(text);
        let lines: Vec<_> = words(&code).collect();
        assert_eq!(lines, [(1, "a"), (3, "b"), (5, "c")]);
    }

    #[test]
    fn test_modules_go() {
        let code = "a #[cfg(test)] mod t { b {} } c #[cfg(test)] mod d; e";
        let left: Vec<_> = without_tests(code)
            .split_whitespace()
            .map(String::from)
            .collect();
        assert_eq!(left, ["a", "c", "e"]);
    }
}
