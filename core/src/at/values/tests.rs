//! What values are read as.

use super::*;
use std::string::String;
use std::vec::Vec;

fn read(line: &str, forgive: Option<usize>) -> Result<(Vec<String>, usize), Bad> {
    read_by(&Grammar::V250, line, forgive)
}

fn read_by(
    grammar: &Grammar,
    line: &str,
    forgive: Option<usize>,
) -> Result<(Vec<String>, usize), Bad> {
    let mut memory = [0; 200];
    let mut decoded = Buf::lent(&mut memory);
    let mut values = Values::NONE;
    let line_bytes = line.as_bytes();
    let next = parse(line_bytes, 0, grammar, forgive, &mut values, &mut decoded)?;
    let text = |index| {
        let value: Option<&Value> = values.get(index);
        let bytes = value.map(|value| value.bytes(line.as_bytes(), decoded.as_slice()));
        String::from_utf8_lossy(bytes.unwrap_or(b"-")).into_owned()
    };
    Ok(((0..values.count).map(text).collect(), next))
}

#[test]
fn bare_and_quoted_values_are_read() {
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
fn malformed_and_too_long_values_are_refused() {
    assert_eq!(read("\"a\"b", None), Err(Bad::Junk));
    assert_eq!(read("\"abc", None), Err(Bad::Unclosed));
    assert_eq!(read("\"abc\\", None), Err(Bad::Unclosed));
    assert_eq!(read("\"abc\\\"", None), Err(Bad::Unclosed));
    let long = std::format!("\"{}\"", "\\00".repeat(201));
    assert_eq!(read(&long, None), Err(Bad::Full));
}

#[test]
fn other_quotes_are_read_by_their_own_rule() {
    let quotes = |escapes, commas| Grammar {
        quotes: Quotes { escapes, commas },
        ..Grammar::V250
    };
    for (escapes, commas, line, expected) in [
        (Escapes::Next, false, r#""a\\b\,\22",2"#, Ok(r"a\b,22")),
        (Escapes::Next, false, r#""a,b",2"#, Err(Bad::Junk)),
        (Escapes::Next, true, r#""a,b",2"#, Ok("a,b")),
        (Escapes::Next, false, r#""a\\,b",2"#, Err(Bad::Junk)),
        (Escapes::None, true, r#""a\",2"#, Ok(r"a\")),
        (Escapes::None, true, r#""a\"b",2"#, Err(Bad::Junk)),
        (Escapes::None, false, r#""a,",2"#, Err(Bad::Junk)),
        (Escapes::None, true, r#""a"#, Err(Bad::Unclosed)),
    ] {
        let read = read_by(&quotes(escapes, commas), line, None);
        let first = read.map(|(values, _)| values[0].clone());
        assert_eq!(first, expected.map(String::from), "{line}");
    }
}

#[test]
fn json_without_escapes_is_read_as_one_value() {
    let line = r#"t,1,0,"{"a":"b","c":[1,"\/"]}" // x"#;
    let (values, next) = read(line, Some(3)).unwrap();
    assert_eq!(values[3], r#"{"a":"b","c":[1,"\/"]}"#);
    assert_eq!(next, line.len());
    let (values, _) = read(r#"t,1,0,"{","x"}""#, Some(3)).unwrap();
    assert_eq!(values[3], r#"{","x"}"#);
    assert_eq!(read(r#"t,"1"0,0,"x""#, Some(3)), Err(Bad::Junk));
    assert_eq!(read(r#"t,1,0,"x"y"#, Some(3)), Err(Bad::Junk));
}
