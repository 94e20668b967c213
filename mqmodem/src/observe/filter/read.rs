//! The words of a filter as they are written.

use super::event::EventKind;
use super::pattern::Pattern;
use super::word::{Criterion, FilterWord};
use std::iter::Peekable;
use std::str::Chars;

/// What stands before a colon, and what stands behind it.
const KEYS: [(&str, &str); 9] = [
    ("topic", "a topic, such as topic:a/*"),
    ("name", "the name of a packet, such as name:PUBLISH"),
    ("id", "a number, such as id:7"),
    ("code", "a number, such as code:24"),
    ("command", "a number, such as command:12"),
    ("qos", "a number, such as qos:1"),
    ("is", "error, urc, fault, in, out, at or mqtt"),
    ("after", "a time, such as after:5s"),
    ("slower", "a time, such as slower:500ms"),
];

const KINDS: [(&str, EventKind); 7] = [
    ("error", EventKind::Error),
    ("urc", EventKind::Urc),
    ("fault", EventKind::Fault),
    ("in", EventKind::In),
    ("out", EventKind::Out),
    ("at", EventKind::At),
    ("mqtt", EventKind::Mqtt),
];

/// Units of time, in microseconds.
const UNITS: [(&str, u64); 5] = [
    ("us", 1),
    ("ms", 1_000),
    ("s", 1_000_000),
    ("min", 60_000_000),
    ("h", 3_600_000_000),
];

/// Digits of a number at most, so that every reader has it exactly.
const MOST_DIGITS: usize = 15;

/// All words of a filter; otherwise what is wrong.
pub(super) fn words(text: &str) -> Result<Vec<FilterWord>, String> {
    let mut chars = text.chars().peekable();
    let mut words = Vec::new();
    loop {
        while chars.next_if_eq(&' ').is_some() {}
        if chars.peek().is_none() {
            return Ok(words);
        }
        words.push(word(&mut chars)?);
    }
}

/// The next word: `-` before it excludes, quotes keep spaces.
fn word(chars: &mut Peekable<Chars<'_>>) -> Result<FilterWord, String> {
    let mut ahead = chars.clone();
    ahead.next();
    let excluded = ahead.next().is_some_and(|next| next != ' ') && chars.next_if_eq(&'-').is_some();
    let key = match chars.peek() {
        Some('"') => None,
        _ => key(chars),
    };
    let is_quoted = chars.peek() == Some(&'"');
    let value = value(chars)?;
    let wanted = match key {
        None => Criterion::Text(value.to_lowercase()),
        Some(key) => wanted(&key, &value, is_quoted)?,
    };
    Ok(FilterWord { excluded, wanted })
}

/// Small letters with a colon behind them are taken off.
fn key(chars: &mut Peekable<Chars<'_>>) -> Option<String> {
    let mut ahead = chars.clone();
    let mut key = String::new();
    while let Some(letter) = ahead.next_if(char::is_ascii_lowercase) {
        key.push(letter);
    }
    let is_key = !key.is_empty() && ahead.next() == Some(':');
    is_key.then(|| {
        *chars = ahead;
        key
    })
}

/// All up to the next space. A quote at the front keeps spaces up to the one that closes it;
/// there `\"` is a quote and `\\` a backslash.
fn value(chars: &mut Peekable<Chars<'_>>) -> Result<String, String> {
    let mut value = String::new();
    if chars.next_if_eq(&'"').is_some() {
        loop {
            match chars.next() {
                Some('"') => break,
                Some('\\') => {
                    let escaped = chars.next_if(|next| matches!(next, '"' | '\\'));
                    value.push(escaped.unwrap_or('\\'));
                }
                Some(other) => value.push(other),
                None => return Err("a quote is not closed; write \" behind it".into()),
            }
        }
    }
    while let Some(other) = chars.next_if(|next| *next != ' ') {
        value.push(other);
    }
    Ok(value)
}

fn wanted(key: &str, value: &str, is_quoted: bool) -> Result<Criterion, String> {
    let Some((key, takes)) = KEYS.iter().find(|(known, _)| *known == key) else {
        let keys = KEYS.map(|(key, _)| format!("{key}:")).join(" ");
        return Err(format!(
            "there is no {key}: in a filter, there are {keys}; put a text with a colon in quotes"
        ));
    };
    let wrong = || format!("{key}: takes {takes}");
    if value.is_empty() && !is_quoted {
        return Err(wrong());
    }
    Ok(match *key {
        "topic" => Criterion::Topic(Pattern::new(value)),
        "name" => Criterion::Name(Pattern::new(&value.to_lowercase())),
        "is" => {
            let kind = KINDS.iter().find(|(known, _)| *known == value);
            Criterion::Is(kind.ok_or_else(wrong)?.1)
        }
        "after" => Criterion::After(time(value).ok_or_else(wrong)?),
        "slower" => Criterion::Slower(time(value).ok_or_else(wrong)?),
        key => Criterion::Number(key, number(value).ok_or_else(wrong)?),
    })
}

fn number(text: &str) -> Option<u64> {
    let digits = text.bytes().all(|it| it.is_ascii_digit()) && text.len() <= MOST_DIGITS;
    digits.then(|| text.parse().ok()).flatten()
}

/// Microseconds.
fn time(text: &str) -> Option<u64> {
    let unit = text.find(|it: char| !it.is_ascii_digit())?;
    let (digits, unit) = text.split_at(unit);
    let (_, micros) = UNITS.iter().find(|(known, _)| *known == unit)?;
    number(digits)?.checked_mul(*micros)
}
