//! Lines that somebody beside the host may not send.

use super::dialect::Dialect;
use crate::at::grammar::Grammar;
use crate::at::split::{Form, Item, NextItem, next};

/// Commands that change how a modem and its host speak, besides the registers.
const OF_HOST: [&str; 11] = [
    "E", "V", "Q", "X", "Z", "&F", "&W", "+CMEE", "+IPR", "+ICF", "+IFC",
];

impl Dialect {
    /// Whether a line, without its `AT`, changes how modem and host speak: echo, result
    /// codes, registers, speed. Where that cannot be told for sure, it does.
    pub fn changes_host_side(&self, line: &[u8]) -> bool {
        let changes = |escapes| changes(line, self.grammar, escapes);
        changes(true) || changes(false)
    }
}

/// The same where a backslash escapes a quote, or does not.
fn changes(line: &[u8], grammar: &Grammar, escapes: bool) -> bool {
    let mut at = 0;
    while let NextItem::Item(item) = next(line, at, grammar) {
        let name = |known: &str| known.as_bytes().eq_ignore_ascii_case(item.name);
        let is_register = matches!(item.name, [b'S' | b's', ..]);
        let sets = matches!(item.form, Form::Set | Form::Execute);
        if sets && (is_register || OF_HOST.iter().any(|known| name(known))) {
            return true;
        }
        at = behind(line, item, escapes);
    }
    false
}

/// Where the line goes on behind a command.
fn behind(line: &[u8], item: Item<'_>, escapes: bool) -> usize {
    let rest = line.get(item.next..).unwrap_or_default();
    let len = match (item.form, item.name.first()) {
        (Form::Set, Some(first)) if first.is_ascii_alphabetic() || *first == b'&' => {
            rest.iter().take_while(|it| it.is_ascii_digit()).count()
        }
        (Form::Set, _) => values(rest, escapes),
        _ => 0,
    };
    item.next + len
}

/// How long values are: up to a semicolon that stands in no quotes.
fn values(rest: &[u8], escapes: bool) -> usize {
    let (mut quoted, mut is_behind) = (false, false);
    let ends = |byte: &u8| {
        if is_behind {
            is_behind = false;
            return false;
        }
        match byte {
            b'\\' if escapes && quoted => is_behind = true,
            b'"' => quoted = !quoted,
            b';' => return !quoted,
            _ => {}
        }
        false
    };
    rest.iter().position(ends).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use crate::dialect::native::NATIVE;

    #[test]
    fn what_changes_the_hosts_side_is_found() {
        for (line, changes) in [
            ("E0", true),
            ("e", true),
            ("V1Q0", true),
            ("X4", true),
            ("Z", true),
            ("&F", true),
            ("&W0", true),
            ("&C1", false),
            ("S3=13", true),
            ("S0", true),
            ("S3?", false),
            ("I", false),
            ("I0E0", true),
            ("+CSQ;E0", true),
            ("+CSQ; S3=7", true),
            ("+CMEE=1", true),
            ("+CMEE?", false),
            ("+CMEE=?", false),
            ("+ipr=9600", true),
            ("+ICF=3,4", true),
            ("+IFC=2,2", true),
            ("+MQTTPUB=\"t\",1,0,\"a;E0\"", false),
            ("+MQTTPUB=\"t\",1,0,\"a\\\";E0\"", true),
            ("+MQTTPUB=\"t\",1,0,\"a\\\\\";E0", true),
            ("+MQTTPUB=\"t\",1,0,\"a\";E0", true),
            ("+MQTTSTATE?;+CSQ", false),
            ("", false),
            ("%", false),
        ] {
            assert_eq!(NATIVE.changes_host_side(line.as_bytes()), changes, "{line}");
        }
    }
}
