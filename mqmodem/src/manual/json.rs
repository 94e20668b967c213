//! The manual as JSON.

use super::tables::{ManualTable, tables};
use super::words::{forms, signatures, test_answer};
use mqmodem_core::at::param::{Kind, Param};
use mqmodem_core::at::schema::{Example, Signature};
use mqmodem_core::modem::command::dialect::Command;
use mqmodem_core::modem::dialect::{Dialect, Table, Urc};
use std::fmt::Write;

/// A JSON value.
enum Json {
    Text(String),
    Number(u64),
    Bool(bool),
    List(Vec<Json>),
    Object(Vec<(&'static str, Json)>),
}

/// The manual of a command set, for programs.
pub fn json(dialect: &Dialect) -> String {
    let manual = Json::Object(vec![
        ("dialect", text(dialect.name)),
        ("title", text(dialect.title)),
        ("families", list(dialect.tables, family)),
        ("urcs", list(dialect.urcs, urc)),
        ("tables", list(&tables(dialect), listed)),
    ]);
    let mut out = String::new();
    manual.write(&mut out, 0);
    out.push('\n');
    out
}

fn listed(table: &ManualTable) -> Json {
    let row = |row: &Vec<String>| {
        let named = table.columns.iter().zip(row);
        Json::Object(named.map(|(name, value)| (*name, text(value))).collect())
    };
    Json::Object(vec![
        ("title", text(table.title)),
        ("rows", list(&table.rows, row)),
    ])
}

fn family(table: &Table) -> Json {
    Json::Object(vec![
        ("title", text(table.title)),
        ("commands", list(table.commands, command)),
    ])
}

fn command(command: &Command) -> Json {
    let forms = forms(command).into_iter().map(|form| {
        Json::Object(vec![
            ("kind", text(form.kind)),
            ("syntax", Json::Text(form.syntax)),
        ])
    });
    let mut object = vec![
        ("name", text(command.name)),
        ("summary", text(command.summary)),
        ("details", text(command.details)),
        ("forms", Json::List(forms.collect())),
        ("signatures", list(signatures(command), signature)),
    ];
    if let Some(answer) = test_answer(command).filter(|_| command.is_extended()) {
        object.push(("test", Json::Text(answer)));
    }
    object.push(("examples", list(command.examples, example)));
    Json::Object(object)
}

fn signature(signature: &Signature) -> Json {
    list(signature.params, param)
}

fn param(param: &Param) -> Json {
    let mut object = vec![
        ("name", text(param.name)),
        ("meaning", text(param.meaning)),
        ("optional", Json::Bool(param.optional)),
        ("secret", Json::Bool(param.secret)),
    ];
    let mut range = |kind, min: usize, max: usize| {
        object.push(("type", text(kind)));
        object.push(("min", Json::Number(min as u64)));
        object.push(("max", Json::Number(max as u64)));
    };
    match param.kind {
        Kind::Int { min, max } => range("int", min as usize, max as usize),
        Kind::Text { min, max, .. } => range("text", min, max),
        Kind::Bytes { min, max } => range("bytes", min, max),
        Kind::Choice(choices) => {
            object.push(("type", text("choice")));
            object.push(("choices", list(choices, choice)));
        }
    }
    Json::Object(object)
}

fn choice(&(number, meaning): &(u32, &str)) -> Json {
    Json::Object(vec![
        ("value", Json::Number(number.into())),
        ("meaning", text(meaning)),
    ])
}

fn example(example: &Example) -> Json {
    Json::Object(vec![
        ("line", text(example.line)),
        ("answer", list(example.answer, |line| text(line))),
    ])
}

fn urc(urc: &Urc) -> Json {
    Json::Object(vec![
        ("syntax", text(urc.syntax)),
        ("meaning", text(urc.meaning)),
    ])
}

fn text(text: &str) -> Json {
    Json::Text(text.to_owned())
}

fn list<T>(items: &[T], to: impl Fn(&T) -> Json) -> Json {
    Json::List(items.iter().map(to).collect())
}

impl Json {
    fn write(&self, out: &mut String, depth: usize) {
        match self {
            Self::Text(text) => write_text(out, text),
            Self::Number(number) => out.push_str(&number.to_string()),
            Self::Bool(is) => out.push_str(if *is { "true" } else { "false" }),
            Self::List(items) => write_all(out, ['[', ']'], items, depth, |out, item, depth| {
                Json::write(item, out, depth);
            }),
            Self::Object(fields) => {
                write_all(
                    out,
                    ['{', '}'],
                    fields,
                    depth,
                    |out, (name, value), depth| {
                        write_text(out, name);
                        out.push_str(": ");
                        Json::write(value, out, depth);
                    },
                );
            }
        }
    }
}

fn write_all<T>(
    out: &mut String,
    [open, close]: [char; 2],
    items: &[T],
    depth: usize,
    write: impl Fn(&mut String, &T, usize),
) {
    out.push(open);
    for (at, item) in items.iter().enumerate() {
        out.push_str(if at == 0 { "\n" } else { ",\n" });
        out.push_str(&"  ".repeat(depth + 1));
        write(out, item, depth + 1);
    }
    if !items.is_empty() {
        out.push('\n');
        out.push_str(&"  ".repeat(depth));
    }
    out.push(close);
}

fn write_text(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_escaped() {
        let mut out = String::new();
        write_text(&mut out, "a\"\\\n\x01é");
        assert_eq!(out, "\"a\\\"\\\\\\n\\u0001é\"");
    }
}
