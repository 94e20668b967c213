//! What the line reader makes of bytes.

use super::*;
use std::vec::Vec;

const FORMAT: Format = Format {
    cr: b'\r',
    backspace: BACKSPACE,
    echo: Some(ECHO_LIMIT),
    strict: false,
};

fn multi(name: &[u8]) -> bool {
    name.eq_ignore_ascii_case(b"+M")
}

/// Everything the reader makes of `input`, with the echo.
fn read(input: &[u8], size: usize) -> (Vec<(Taken, Vec<u8>)>, Vec<u8>) {
    let mut memory = std::vec![0; size];
    let mut reader = LineReader::new(Buf::lent(&mut memory));
    let (mut lines, mut echoed, mut rest) = (Vec::new(), Vec::new(), input);
    while !rest.is_empty() {
        let mut echo = |bytes: &[u8]| echoed.extend_from_slice(bytes);
        let (taken, made) = reader.take(rest, FORMAT, &mut echo, &multi);
        rest = &rest[taken..];
        if made != Taken::Partial {
            lines.push((made, reader.body().to_vec()));
        }
    }
    (lines, echoed)
}

fn one(input: &[u8]) -> Vec<u8> {
    let (lines, _) = read(input, 64);
    assert_eq!(lines.len(), 1, "{input:?}");
    assert_eq!(lines[0].0, Taken::Line);
    lines[0].1.clone()
}

#[test]
fn hunts_for_at() {
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
