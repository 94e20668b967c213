//! Forms and ranges in words, for every format.

use mqmodem_core::at::help::Range;
use mqmodem_core::at::param::{Kind, Param};
use mqmodem_core::at::schema::{Signature, Test};
use mqmodem_core::modem::command::dialect::Command;
use std::fmt::Write;

/// One way to write a command.
pub(super) struct WrittenForm {
    /// `execute`, `read`, `set` or `test`.
    pub(super) kind: &'static str,
    /// As it is typed.
    pub(super) syntax: String,
}

/// The forms of a command, in the order a reader wants them.
pub(super) fn forms(command: &Command) -> Vec<WrittenForm> {
    let name = command.name;
    let mut forms = Vec::new();
    let mut add = |kind, syntax| forms.push(WrittenForm { kind, syntax });
    if command.execute.is_some() {
        add("execute", format!("AT{name}"));
    }
    for signature in signatures(command) {
        add("set", set_form(command, signature));
    }
    if command.read.is_some() {
        add("read", format!("AT{name}?"));
    }
    if command.is_extended() {
        add("test", format!("AT{name}=?"));
    }
    forms
}

/// The signatures of the set form.
pub(super) fn signatures(command: &Command) -> &'static [Signature] {
    command.set.map_or(&[], |(signatures, _)| signatures)
}

/// Every parameter once, whatever number of signatures it is in.
pub(super) fn parameters(command: &Command) -> Vec<&'static Param> {
    let mut found: Vec<&'static Param> = Vec::new();
    for param in signatures(command)
        .iter()
        .flat_map(|signature| signature.params)
    {
        let known = |old: &&Param| old.name == param.name && range(old) == range(param);
        if !found.iter().any(known) {
            found.push(param);
        }
    }
    found
}

/// `AT+X=<a>,<b>[,<c>]`; basic commands have no `=`, but for S-registers.
fn set_form(command: &Command, signature: &Signature) -> String {
    let register = command.name.len() > 1 && command.name.starts_with('S');
    let equals = if command.is_extended() || register {
        "="
    } else {
        ""
    };
    let mut syntax = format!("AT{}{equals}", command.name);
    // Those at the end may be left out with their comma, others only be empty.
    let required = signature.params.iter().rposition(|param| !param.optional);
    let mut open = 0;
    for (at, param) in signature.params.iter().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        let name = param.name;
        let _ = match (param.optional, required.is_some_and(|last| at < last)) {
            (false, _) => write!(syntax, "{comma}<{name}>"),
            (true, true) => write!(syntax, "{comma}[<{name}>]"),
            (true, false) => {
                open += 1;
                write!(syntax, "[{comma}<{name}>")
            }
        };
    }
    syntax.extend(std::iter::repeat_n(']', open));
    if let again @ [_, ..] = signature.repeated() {
        let again = again.iter().map(|param| format!(",<{}>", param.name));
        let _ = write!(syntax, "[{}…]", again.collect::<String>());
    }
    syntax
}

/// What a value may be.
pub(super) fn range(param: &Param) -> String {
    match param.kind {
        Kind::Int { min, max } => format!("{min}–{max}"),
        Kind::Choice(choices) => {
            let words = choices
                .iter()
                .map(|(number, meaning)| format!("{number}: {meaning}"));
            words.collect::<Vec<_>>().join("; ")
        }
        Kind::Text { min, max, .. } => length("text", min, max),
        Kind::Bytes { min, max } => length("bytes", min, max),
    }
}

fn length(what: &str, min: usize, max: usize) -> String {
    match min {
        0 => format!("{what}, at most {max} bytes"),
        _ => format!("{what}, {min}–{max} bytes"),
    }
}

/// The line `=?` answers with; `None` where it is plain OK.
pub(super) fn test_answer(command: &Command) -> Option<String> {
    match command.test {
        Test::Literal("") => None,
        Test::Literal(literal) => Some(literal.to_owned()),
        Test::Generated => {
            let params = signatures(command).first()?.params;
            let ranges: Vec<_> = params.iter().map(|it| Range(it).to_string()).collect();
            Some(format!("{}: {}", command.name, ranges.join(",")))
        }
    }
}
