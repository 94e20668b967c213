//! The host's side as an observer may see it: a line as the modem holds it, and
//! how much of it may be written down.

use super::dialect::Command;
use super::language::Language;
use crate::at::scan::comment_at;
use crate::at::schema::{Signature, check, fitting};
use crate::at::split::{Form, Item, NextItem, next};
use crate::at::values::{self, Bad, Values};
use crate::buffer::Buf;
use crate::modem::command::dialect::Dialect;

/// What of a line may be written down: no secret and nothing unknown is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'m> {
    /// The front of what stands behind its `AT`.
    pub shown: &'m [u8],
    /// How many bytes stand behind that.
    pub hidden: usize,
}

/// What of `line` may be written down. `moved` says that S5 is a character of text: then
/// a password may have lost its comma. `decoded` takes values.
pub(crate) fn of<'l>(
    language: &Language,
    line: &'l [u8],
    moved: bool,
    decoded: &mut Buf,
) -> Line<'l> {
    let reading = Reading { language, moved };
    let shown = shown(reading, line, decoded);
    Line {
        shown: line.get(..shown).unwrap_or_default(),
        hidden: line.len().saturating_sub(shown),
    }
}

/// How a line is read.
#[derive(Clone, Copy)]
struct Reading<'l> {
    language: &'l Language,
    /// Whether S5 is a character of text: then a password may have lost its comma.
    moved: bool,
}

/// How much of the front of a line may be shown.
fn shown(reading: Reading<'_>, line: &[u8], decoded: &mut Buf) -> usize {
    let Language { dialect, grammar } = reading.language;
    // Nor what is not for the modem.
    let line = line.get(..comment_at(line, grammar)).unwrap_or_default();
    let mut at = 0;
    loop {
        let known = match next(line, at, grammar) {
            NextItem::End => return line.len().min(last_comment(line, at)),
            NextItem::Bad => Err(known_part(dialect, line, at)),
            NextItem::Item(item) => match dialect.find(item.name) {
                None => Err(known_part(dialect, line, at)),
                Some(command) if item.form == Form::Set => {
                    let next = set(command, reading, line, item, decoded);
                    next.and_then(|next| {
                        let values = line.get(item.next..next).unwrap_or_default();
                        mention(dialect, values).map_or(Ok(next), |at| Err(item.next + at))
                    })
                }
                Some(_) => Ok(item.next),
            },
        };
        match known {
            Ok(next) => at = next,
            Err(shown) => return shown,
        }
    }
}

/// Where the comment behind the last command begins, which may be behind a text that
/// was forgiven.
fn last_comment(line: &[u8], at: usize) -> usize {
    let rest = line.get(at..).unwrap_or_default();
    if rest.trim_ascii_start().starts_with(b"/") {
        at
    } else {
        line.len()
    }
}

/// Where what stands at `at` stops being the name of a command: a wrong name may be
/// anything, also the rest of a password.
#[cold]
fn known_part(dialect: &Dialect, line: &[u8], at: usize) -> usize {
    let passed = |byte: &&u8| matches!(byte, b' ' | b';');
    let rest = line.get(at..).unwrap_or_default();
    let start = at + rest.iter().take_while(passed).count();
    let name = line.get(start..).unwrap_or_default();
    let common = |command: &Command| {
        let pairs = command.name.bytes().zip(name);
        pairs.take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count()
    };
    start + dialect.commands().map(common).max().unwrap_or(0)
}

/// Where the line goes on behind a command's values; else how much may be shown.
fn set(
    command: &Command,
    reading: Reading<'_>,
    line: &[u8],
    item: Item,
    decoded: &mut Buf,
) -> Result<usize, usize> {
    let grammar = &reading.language.grammar;
    if !command.is_extended() {
        let digits = line.get(item.next..).unwrap_or_default().iter();
        return Ok(item.next + digits.take_while(|byte| byte.is_ascii_digit()).count());
    }
    let (signatures, _) = command.set.ok_or(item.next)?;
    decoded.clear();
    let mut values = Values::NONE;
    let read = values::parse(line, item.next, grammar, None, &mut values, decoded);
    let fit = fitting(line, decoded.as_slice(), &values, signatures, grammar);
    let shown = match secret(command) {
        // Where a value is missing or wrong, any of them may be the secret.
        Some(_) if reading.moved || read.is_err() => 0,
        Some(_) if check(line, decoded.as_slice(), &values, signatures, grammar).is_err() => 0,
        Some(secret) => secret.min(fit),
        None => fit,
    };
    let hidden = (values.count > shown).then(|| values.place(shown).unwrap_or(item.next));
    let part = secret_part(signatures, line, decoded.as_slice(), &values);
    if let Some(at) = hidden.into_iter().chain(part).min() {
        return Err(at);
    }
    let unread = values.end().unwrap_or(item.next);
    match read {
        Err(Bad::Junk) if command.forgiving && grammar.lenient => {
            let last = values.count.saturating_sub(1);
            forgiven(line, values.place(last).unwrap_or(unread), unread)
        }
        read => read.map_err(|_| unread),
    }
}

/// Where the secret part of a value begins, if one has such a part.
fn secret_part(
    signatures: &[Signature],
    line: &[u8],
    decoded: &[u8],
    values: &Values,
) -> Option<usize> {
    let mut params = signatures
        .iter()
        .flat_map(|it| it.params.iter().enumerate());
    params.find_map(|(index, param)| {
        let mark = param.secret_behind?;
        let value = values.get(index)?.bytes(line, decoded);
        value.contains(&mark).then_some(())?;
        let start = values.place(index)?;
        let typed = line.get(start..)?;
        // It may have been typed as an escape.
        let at = typed
            .iter()
            .position(|&byte| byte == mark || byte == b'\\')?;
        Some(start + at + usize::from(typed.get(at) == Some(&mark)))
    })
}

/// The first parameter of a command that is secret.
fn secret(command: &Command) -> Option<usize> {
    let first = |signature: &Signature| signature.params.iter().position(|param| param.secret);
    let (signatures, _) = command.set?;
    signatures.iter().filter_map(first).min()
}

/// A text in quotes with quotes in it (rule R10) runs to the last of them; where it looks
/// as if a command began in it, a secret may follow.
fn forgiven(line: &[u8], start: usize, unread: usize) -> Result<usize, usize> {
    let rest = line.get(start..).unwrap_or_default();
    let last = rest.iter().rposition(|&byte| byte == b'"').ok_or(unread)?;
    let begins = rest.iter().position(|byte| matches!(byte, b';' | b'+'));
    match begins {
        Some(at) if at <= last => Err(start + at),
        _ => Ok(start + last + 1),
    }
}

/// The first place in values that names a command with a secret: a quote may be missing
/// before it.
fn mention(dialect: &Dialect, values: &[u8]) -> Option<usize> {
    let names = |at: usize| {
        let rest = values.get(at..).unwrap_or_default();
        let named = |command: &&Command| {
            let name = rest.get(..command.name.len());
            name.is_some_and(|name| name.eq_ignore_ascii_case(command.name.as_bytes()))
        };
        let mut named = dialect.commands().filter(named);
        named.any(|command| secret(command).is_some())
    };
    let mut signs = values
        .iter()
        .enumerate()
        .filter(|(_, byte)| !byte.is_ascii_alphanumeric());
    signs.find(|(at, _)| names(*at)).map(|(at, _)| at)
}

#[cfg(test)]
mod tests;
