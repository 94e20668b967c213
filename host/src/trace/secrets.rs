//! Hides what a trace must not show.

use mqmodem_core::dialect::native::NATIVE;
use std::sync::OnceLock;

/// Where a command's first secret value is.
struct Secret {
    /// `+NAME`, upper case.
    name: &'static str,
    /// Values before it.
    after: usize,
}

/// The commands with secret values, from their declarations.
fn declared() -> &'static [Secret] {
    static DECLARED: OnceLock<Vec<Secret>> = OnceLock::new();
    DECLARED.get_or_init(|| {
        let commands = NATIVE.tables.iter().flat_map(|table| table.commands);
        let secret = commands.filter_map(|command| {
            let signatures = command.set.map_or(&[][..], |(signatures, _)| signatures);
            let first = |s: &mqmodem_core::at::schema::Signature| {
                s.params.iter().position(|param| param.secret)
            };
            let after = signatures.iter().filter_map(first).min()?;
            let name = command.name;
            Some(Secret { name, after })
        });
        secret.collect()
    })
}

/// Whether the line names a command with a secret value.
pub(super) fn concerns(line: &[u8]) -> bool {
    find(line).is_some()
}

/// How much of the line may be shown; all of it if nothing is to be hidden.
pub(super) fn shown(line: &[u8]) -> usize {
    let armour = position(line, b"-----BEGIN").unwrap_or(line.len());
    find(line).map_or(armour, |at| at.min(armour))
}

/// Where the first secret value begins. What looks like more values than there
/// are (a comma inside quotes) only hides more.
fn find(line: &[u8]) -> Option<usize> {
    let starts = declared().iter().filter_map(|secret| {
        let values = name_end(line, secret.name.as_bytes())?;
        let mut commas = line
            .iter()
            .enumerate()
            .skip(values)
            .filter(|&(_, &b)| b == b',');
        match secret.after {
            0 => Some(values),
            n => Some(commas.nth(n - 1).map_or(line.len(), |(at, _)| at + 1)),
        }
    });
    starts.min()
}

/// Where the values of `+NAME=` or `+NAME:` begin, spaces within not counted.
fn name_end(line: &[u8], name: &[u8]) -> Option<usize> {
    (0..line.len()).find_map(|start| {
        let mut wanted = name.iter();
        let mut rest = line
            .iter()
            .enumerate()
            .skip(start)
            .filter(|&(_, &b)| b > b' ');
        if !wanted.all(|w| rest.next().is_some_and(|(_, b)| b.eq_ignore_ascii_case(w))) {
            return None;
        }
        rest.next()
            .and_then(|(at, b)| matches!(b, b'=' | b':').then_some(at + 1))
    })
}

fn position(line: &[u8], what: &[u8]) -> Option<usize> {
    line.windows(what.len()).position(|window| window == what)
}
