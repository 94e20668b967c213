//! What the line reader makes of bytes.

use super::*;
use std::vec;
use std::vec::Vec;

const FORMAT: Format<'static> = Format {
    cr: b'\r',
    backspace: BACKSPACE,
    echo: Some(ECHO_LIMIT),
    echoes_line_feed: false,
    grammar: &Grammar::V250,
};

const NO_ECHO: Format<'static> = Format {
    echo: None,
    ..FORMAT
};
const STRICT: Format<'static> = Format {
    grammar: &Grammar::V250.strict(),
    ..NO_ECHO
};

/// `+M` takes line breaks, `+F` forgives too.
fn multi(name: &[u8]) -> Reading {
    let forgiving = name.eq_ignore_ascii_case(b"+F");
    Reading {
        multi_line: forgiving || name.eq_ignore_ascii_case(b"+M"),
        forgiving,
    }
}

/// Everything the reader makes of `input`, with the echo.
fn read(input: &[u8], size: usize) -> (Vec<(Taken, Vec<u8>)>, Vec<u8>) {
    read_as(FORMAT, input, size)
}

fn read_as(format: Format, input: &[u8], size: usize) -> (Vec<(Taken, Vec<u8>)>, Vec<u8>) {
    let mut memory = vec![0; size];
    let mut reader = LineReader::new(Buf::lent(&mut memory));
    let (mut lines, mut echoed, mut rest) = (Vec::new(), Vec::new(), input);
    while !rest.is_empty() {
        let mut echo = |bytes: &[u8]| echoed.extend_from_slice(bytes);
        let (taken, made) = reader.take(rest, format, &mut echo, &multi);
        rest = &rest[taken..];
        if made != Taken::Partial {
            lines.push((made, reader.body().to_vec()));
        }
    }
    (lines, echoed)
}

fn one(input: &[u8]) -> Vec<u8> {
    one_as(FORMAT, input)
}

fn one_as(format: Format, input: &[u8]) -> Vec<u8> {
    let (lines, _) = read_as(format, input, 64);
    assert_eq!(lines.len(), 1, "{input:?}");
    assert_eq!(lines[0].0, Taken::Line);
    lines[0].1.clone()
}

#[test]
fn bytes_before_at_are_skipped() {
    assert_eq!(one(b"\r\n\r\nAT\r"), b"");
    assert_eq!(one(b"at\r\n"), b"");
    assert_eq!(one(b"+++ATE0\r"), b"E0");
    assert_eq!(one(b"AATI\r"), b"I");
    assert_eq!(read(b"CERTIFICATE-----\r", 64).0, []);
    assert_eq!(read(b"A/", 64).0, [(Taken::Repeat, Vec::new())]);
}

#[test]
fn the_line_feed_of_a_line_goes_with_it() {
    let mut memory = [0; 64];
    let mut reader = LineReader::new(Buf::lent(&mut memory));
    let mut taken = |bytes: &[u8]| reader.take(bytes, FORMAT, &mut |_| {}, &multi);
    assert_eq!(taken(b"ATI\r\n\nA"), (5, Taken::Line));
    assert_eq!(taken(b"ATI\r"), (4, Taken::Line));
    assert_eq!(reader.take_line_feed(b""), 0);
    assert_eq!(reader.take_line_feed(b"\n\n"), 1);
    assert_eq!(reader.take_line_feed(b"\n"), 0);
}

#[test]
fn a_line_ends_behind_its_last_quote() {
    assert_eq!(one(b"AT+M=\"a\"\r\""), b"+M=\"a\"");
    assert_eq!(one(b"AT+M=\"\"\r\""), b"+M=\"\"");
    assert_eq!(one(b"AT+M=\"\r\"\r"), b"+M=\"\r\"");
    assert_eq!(one(b"AT+M= \"\r\"\r"), b"+M= \"\r\"");
    assert_eq!(one(b"AT+M=\"\\\"\r\"\r"), b"+M=\"\\\"\r\"");
}

#[test]
fn backspace_over_a_quote_opens_it_again() {
    assert_eq!(one(b"AT+M=\"a\"\x08\rb\"\r"), b"+M=\"a\rb\"");
    assert_eq!(one(b"AT+M=\"\x7f1\r"), b"+M=1");
    assert_eq!(one(b"AT\x08\x08E0\r"), b"E0");
    assert_eq!(
        one(b"AT+M=\"a\";+X=\x08\x08\x08\x08\x08\rb\"\r"),
        b"+M=\"a\rb\""
    );
}

#[test]
fn line_breaks_are_data_only_in_quotes_of_a_multi_line_command() {
    assert_eq!(one(b"AT+M=\"a\r\nb\"\r"), b"+M=\"a\r\nb\"");
    assert_eq!(one(b"ATE0+m=\"a\rb\"\r"), b"E0+m=\"a\rb\"");
    assert_eq!(one(b"AT+N=\"a\rb\""), b"+N=\"a");
    assert_eq!(one(b"AT+M=\"{\"a\":\",\"x\r"), b"+M=\"{\"a\":\",\"x");
    assert_eq!(one(b"AT+X\ty\x01\x00z\n"), b"+X yz");
}

#[test]
fn too_long_a_line_is_swallowed_whole() {
    let mut line = b"AT+X=".to_vec();
    line.extend([b'1'; 5000]);
    line.extend(b"\rATI\r");
    let (lines, _) = read(&line, 64);
    assert_eq!(lines[0].0, Taken::TooLong);
    assert_eq!(lines[1], (Taken::Line, b"I".to_vec()));
}

#[test]
fn echo_pauses_but_ends_the_line() {
    let mut line = b"AT+M=\"".to_vec();
    line.extend([b'1'; 500]);
    line.extend(b"\"\r\n");
    let (_, echoed) = read(&line, 1024);
    assert_eq!(echoed.len(), ECHO_LIMIT + 1);
    assert_eq!(echoed.last(), Some(&b'\r'));
}

#[test]
fn erasing_across_marks_scans_right() {
    let mut line = b"AT+M=\"".to_vec();
    line.extend([b'x'; 600]);
    line.extend([BACKSPACE; 590]);
    line.extend(b"\ry\"\r");
    let (lines, _) = read(&line, 1024);
    assert_eq!(lines[0].1, b"+M=\"xxxxxxxxxx\ry\"");
}

#[test]
fn in_quotes_every_byte_is_data_for_a_program() {
    for (input, body) in [
        (
            &b"AT+N=\"a\tb\x00\x1b\x08\x7fc\"\r"[..],
            &b"+N=\"a\tb\x00\x1b\x08\x7fc\""[..],
        ),
        // Outside they are edited as ever.
        (
            b"AT\t+N\x01=\x08=\"\x01\",\t\x7f\x02\"\x08\"\r",
            b" +N=\"\x01\",\"\x08\"",
        ),
        // Behind the quote that closes, BS deletes it, and the next one is data.
        (b"AT+N=\"a\" \x08\x08\x08b\"\r", b"+N=\"a\x08b\""),
        (b"AT+N=\"a\\\x08\"\r", b"+N=\"a\\\x08\""),
        // A bare value is no quoted one, whatever is in it.
        (b"AT+N=a\"\t\x01b\x08c\r", b"+N=a\" c"),
        (b"AT+N=\"a\"b\tc\x08\r", b"+N=\"a\"b "),
        (b"AT+N //\"\x08c\r", b"+N //c"),
    ] {
        assert_eq!(one_as(NO_ECHO, input), body, "{}", input.escape_ascii());
    }
}

#[test]
fn in_quotes_only_what_deletes_is_edited_while_a_person_types() {
    let typed = b"AT+N=\"a\tbX\x08\x00Y\x7f\x1b\"\r";
    assert_eq!(one(typed), b"+N=\"a\tb\x00\x1b\"");
    let (_, echoed) = read(typed, 64);
    assert_eq!(echoed, b"AT+N=\"a\tbX\x08 \x08\x00Y\x08 \x08\x1b\"\r");
    // Only S5 and DEL delete there; a BS always does outside.
    let moved = Format {
        backspace: b'#',
        ..FORMAT
    };
    assert_eq!(one_as(moved, b"AT+NX\x08=\"a\x08b#\"\r"), b"+N=\"a\x08\"");
}

#[test]
fn strict_editing_applies_inside_and_outside_quotes() {
    assert_eq!(
        one_as(STRICT, b"AT+N=\"ab\x08\tc\x7f\n\x01\"\r"),
        b"+N=\"a\t\n\x01\""
    );
    assert_eq!(one_as(STRICT, b"AT+F=\"\"a\tb\"\r"), b"+F=\"\"a b\"");
}

#[test]
fn what_rule_r10_may_put_in_quotes_is_data_too() {
    assert_eq!(
        one_as(NO_ECHO, b"AT+F=\"{\"a\":\t\x08\x011}\"\r"),
        b"+F=\"{\"a\":\t\x08\x011}\""
    );
    assert_eq!(one(b"AT+F=\"{\"a\":\t1x\x08}\"\r"), b"+F=\"{\"a\":\t1}\"");
    assert_eq!(
        one_as(NO_ECHO, b"AT+M=\"{\"a\":\t1}\"\r"),
        b"+M=\"{\"a\": 1}\""
    );
}

#[test]
fn a_swallowed_line_ends_where_it_would_have() {
    let filler = [b'1'; 64];
    let mut line = b"AT+M=\"".to_vec();
    line.extend(filler);
    line.extend(b"\\\x08\r\x08\"\x08\rATI\r");
    let (lines, _) = read_as(NO_ECHO, &line, 64);
    assert_eq!(lines[0].0, Taken::TooLong);
    assert_eq!(lines[1..], [(Taken::Line, b"I".to_vec())]);
}

/// What a byte means is a matter of what stands before it, however it came to
/// stand there: a reader that reads each body again agrees with one that edits.
#[test]
fn editing_is_as_if_the_rest_had_been_typed_at_once() {
    let alphabet = *b"\"\"\"\\,;=x \x08\x08\x7f\t\x01";
    let mut seed = 7_u64;
    for round in 0..600 {
        // Bodies that pass marks of the scan, and some that do not.
        let start = [b"+F=\"".to_vec(), vec![b'x'; round % 3 * 250]].concat();
        let (mut input, mut body) = ([b"AT", &start[..]].concat(), start);
        for _ in 0..60 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let byte = alphabet[(seed >> 33) as usize % alphabet.len()];
            input.push(byte);
            edit(&mut body, byte);
        }
        input.push(b'\r');
        let (lines, _) = read_as(NO_ECHO, &input, 1024);
        let mut place = Cursor::new();
        place.catch_up(&body, &Grammar::V250, &multi);
        let body = (!place.takes_breaks(&Grammar::V250)).then_some((Taken::Line, body));
        assert_eq!(lines.first(), body.as_ref(), "{}", input.escape_ascii());
    }
}

/// One more byte of a program, as rule R2 has it.
fn edit(body: &mut Vec<u8>, byte: u8) {
    let data = Cursor::new().is_data(body, &Grammar::V250, &multi);
    match byte {
        b'\t' if !data => body.push(b' '),
        BACKSPACE | DELETE if !data => drop(body.pop()),
        1 if !data => {}
        byte => body.push(byte),
    }
}
