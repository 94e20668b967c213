//! Splitting a line's body into commands (rules R5 and R8).

#![allow(
    clippy::inline_always,
    reason = "splitting is much of a command's work, and has callers off the quick path"
)]

use super::grammar::Grammar;

/// The most characters of an extended command's name behind its `+` (V.250 §5.4.1).
pub const MAX_NAME: usize = 16;

/// How a command was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Nothing behind the name.
    Execute,
    /// `?`
    Read,
    /// `=?`
    Test,
    /// `=`, values follow; for a basic command, its number if there is one.
    Set,
}

/// The next command of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item<'l> {
    /// Its name as typed: `+MQTTPUB`, `&F`, `E`, `S3`.
    pub name: &'l [u8],
    /// How it was written.
    pub form: Form,
    /// Where it goes on: at its values for [`Form::Set`], else behind it.
    pub next: usize,
}

/// What stands at a position of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextItem<'l> {
    /// Nothing more.
    End,
    /// A command.
    Item(Item<'l>),
    /// Something that is no command.
    Bad,
}

/// Finds the next command of `line` at or behind `at`.
pub fn next<'l>(line: &'l [u8], at: usize, grammar: &Grammar) -> NextItem<'l> {
    let start = skip_allowed(line, at, grammar);
    match byte(line, start) {
        None => NextItem::End,
        Some(b'/') if grammar.comments && byte(line, start + 1) == Some(b'/') => NextItem::End,
        Some(b';') if grammar.lists => next_after_semicolon(line, start, grammar),
        Some(b'+') => extended(line, start, grammar),
        Some(b'&') => match byte(line, start + 1) {
            Some(letter) if letter.is_ascii_alphabetic() => basic(line, start, 2, grammar),
            _ => NextItem::Bad,
        },
        Some(b'S' | b's') => register(line, start, grammar),
        Some(letter) if letter.is_ascii_alphabetic() => basic(line, start, 1, grammar),
        Some(_) => other_prefix(line, start, grammar),
    }
}

/// An extended command of another prefix than `+`, or nothing known.
#[cold]
fn other_prefix<'l>(line: &'l [u8], start: usize, grammar: &Grammar) -> NextItem<'l> {
    match byte(line, start) {
        Some(first) if grammar.is_prefix(first) => extended(line, start, grammar),
        _ => NextItem::Bad,
    }
}

/// A `;` may stand behind a command or alone, but not twice.
fn next_after_semicolon<'l>(line: &'l [u8], at: usize, grammar: &Grammar) -> NextItem<'l> {
    let start = skip_spaces(line, at + 1);
    if byte(line, start) == Some(b';') {
        return NextItem::Bad;
    }
    next(line, start, grammar)
}

fn basic<'l>(line: &'l [u8], start: usize, len: usize, grammar: &Grammar) -> NextItem<'l> {
    let name = line.get(start..start + len).unwrap_or_default();
    let next = skip_allowed(line, start + len, grammar);
    let form = Form::Set;
    NextItem::Item(Item { name, form, next })
}

/// `Sn`, `Sn?` or `Sn=v`.
fn register<'l>(line: &'l [u8], start: usize, grammar: &Grammar) -> NextItem<'l> {
    let digits = count(line, start + 1, u8::is_ascii_digit);
    if digits == 0 {
        return basic(line, start, 1, grammar);
    }
    let end = start + 1 + digits;
    let name = line.get(start..end).unwrap_or_default();
    let at = skip_allowed(line, end, grammar);
    let (form, next) = match byte(line, at) {
        Some(b'=') => (Form::Set, skip_allowed(line, at + 1, grammar)),
        Some(b'?') => (Form::Read, at + 1),
        _ => (Form::Execute, at),
    };
    NextItem::Item(Item { name, form, next })
}

#[inline(always)]
fn extended<'l>(line: &'l [u8], start: usize, grammar: &Grammar) -> NextItem<'l> {
    let letters = count(line, start + 1, |byte| is_name_byte(*byte));
    let end = start + 1 + letters;
    let name = line.get(start..end).unwrap_or_default();
    if letters == 0 || letters > MAX_NAME {
        return NextItem::Bad;
    }
    let at = skip_allowed(line, end, grammar);
    let item = |form, next| NextItem::Item(Item { name, form, next });
    let ends = |at: usize| at_end(line, at, grammar);
    match byte(line, at) {
        Some(b'?') => ends(at + 1).map_or(NextItem::Bad, |next| item(Form::Read, next)),
        Some(b'=') => match byte(line, at + 1) {
            Some(b'?') if ends(at + 2).is_some() => {
                item(Form::Test, ends(at + 2).unwrap_or(line.len()))
            }
            _ => item(Form::Set, at + 1),
        },
        _ => ends(end).map_or(NextItem::Bad, |next| item(Form::Execute, next)),
    }
}

/// Where the line goes on if a command may end at `at`.
pub(crate) fn at_end(line: &[u8], at: usize, grammar: &Grammar) -> Option<usize> {
    if at >= line.len() {
        return Some(line.len());
    }
    let next = skip_allowed(line, at, grammar);
    match byte(line, next) {
        None => Some(line.len()),
        Some(b';') if grammar.lists => Some(next),
        Some(b'/') if grammar.comments && next > at && is_comment(line, next) => Some(line.len()),
        Some(_) => None,
    }
}

/// Whether `//` stands at `at`.
pub(crate) fn is_comment(line: &[u8], at: usize) -> bool {
    byte(line, at) == Some(b'/') && byte(line, at + 1) == Some(b'/')
}

#[inline]
pub(crate) fn byte(line: &[u8], at: usize) -> Option<u8> {
    line.get(at).copied()
}

/// Skips spaces where the grammar has them about names.
#[inline]
fn skip_allowed(line: &[u8], at: usize, grammar: &Grammar) -> usize {
    if byte(line, at) == Some(b' ') {
        skip_rare(line, at, grammar)
    } else {
        at
    }
}

#[cold]
fn skip_rare(line: &[u8], at: usize, grammar: &Grammar) -> usize {
    if grammar.spaces {
        skip_spaces(line, at)
    } else {
        at
    }
}

#[inline]
pub(crate) fn skip_spaces(line: &[u8], mut at: usize) -> usize {
    while byte(line, at) == Some(b' ') {
        at += 1;
    }
    at
}

fn count(line: &[u8], at: usize, belongs: impl Fn(&u8) -> bool) -> usize {
    let rest = line.get(at..).unwrap_or_default();
    rest.iter().take_while(|byte| belongs(byte)).count()
}

/// The characters of an extended name (V.250 §5.4.1). Most are capitals, which
/// one comparison tells.
#[inline]
fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_uppercase() || is_rare_name_byte(byte)
}

#[cold]
fn is_rare_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!%-./:_".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;
    use std::vec::Vec;

    /// The names and forms of a line's commands; values are passed over.
    fn split(line: &str) -> Vec<(String, Form)> {
        let (mut items, mut at) = (Vec::new(), 0);
        loop {
            match next(line.as_bytes(), at, &Grammar::V250) {
                NextItem::End => return items,
                NextItem::Bad => panic!("{line} is bad at {at}"),
                NextItem::Item(item) => {
                    items.push((String::from_utf8(item.name.to_vec()).unwrap(), item.form));
                    let digits = |byte: &u8| byte.is_ascii_digit();
                    at = item.next + count(line.as_bytes(), item.next, digits);
                }
            }
        }
    }

    #[test]
    fn a_line_is_split_into_its_commands() {
        use Form::{Execute, Read, Set, Test};
        for (line, items) in [
            ("", &[][..]),
            (" ;", &[]),
            ("// all", &[]),
            (
                "Q0 V1 E1 S0=0 &C1 &D2 +FCLASS=0",
                &[
                    ("Q", Set),
                    ("V", Set),
                    ("E", Set),
                    ("S0", Set),
                    ("&C", Set),
                    ("&D", Set),
                    ("+FCLASS", Set),
                ],
            ),
            ("+CMEE=1;+CREG=2", &[("+CMEE", Set), ("+CREG", Set)]),
            ("+CMEE=1;E0V1", &[("+CMEE", Set), ("E", Set), ("V", Set)]),
            ("S3=13S4=10S5?", &[("S3", Set), ("S4", Set), ("S5", Read)]),
            (
                "&FZE0&W",
                &[("&F", Set), ("Z", Set), ("E", Set), ("&W", Set)],
            ),
            (
                "E0+CMEE?;+X=?",
                &[("E", Set), ("+CMEE", Read), ("+X", Test)],
            ),
            ("+X //comment", &[("+X", Execute)]),
            ("+X ; +Y", &[("+X", Execute), ("+Y", Execute)]),
            ("+X=?1", &[("+X", Set)]),
        ] {
            let items: Vec<_> = items
                .iter()
                .map(|(name, form)| (String::from(*name), *form))
                .collect();
            if line == "+X=?1" {
                assert!(matches!(
                    next(line.as_bytes(), 0, &Grammar::V250),
                    NextItem::Item(Item { form: Set, .. })
                ));
            } else {
                assert_eq!(split(line), items, "{line}");
            }
        }
    }

    #[test]
    fn malformed_commands_are_refused() {
        for line in [
            "+",
            "+X?1",
            "+X\"",
            "*99#",
            "&1",
            "+ABCDEFGHIJKLMNOPQ",
            "1",
            ";;",
        ] {
            assert_eq!(
                next(line.as_bytes(), 0, &Grammar::V250),
                NextItem::Bad,
                "{line}"
            );
        }
        assert_eq!(next(b"+X //c", 0, &Grammar::V250.strict()), NextItem::Bad);
    }
}
