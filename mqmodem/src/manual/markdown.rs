//! The manual as Markdown.

use super::tables::{ManualTable, tables};
use super::words::{self, forms, range, test_answer};
use mqmodem_core::at::param::Param;
use mqmodem_core::at::schema::Example;
use mqmodem_core::modem::command::dialect::Command;
use mqmodem_core::modem::dialect::{Dialect, Table, Urc};
use std::fmt::Write;

// Writing to a string cannot fail.
macro_rules! put {
    ($out:expr, $($text:tt)*) => {{ let _ = writeln!($out, $($text)*); }};
}

/// The manual of a command set, to read.
pub fn markdown(dialect: &Dialect) -> String {
    let mut out = format!(
        "<!-- Made by `mqmodem commands`; change the declarations, not this page. -->\n\n# {}\n",
        dialect.title
    );
    contents(&mut out, dialect);
    for table in dialect.tables {
        family(&mut out, table);
    }
    if !dialect.urcs.is_empty() {
        urcs(&mut out, dialect.urcs);
    }
    for listed in tables(dialect) {
        list(&mut out, &listed);
    }
    out
}

fn contents(out: &mut String, dialect: &Dialect) {
    put!(out, "\n| command | what it does |\n|---|---|");
    for command in dialect.tables.iter().flat_map(|table| table.commands) {
        let (name, summary) = (command.name, command.summary);
        put!(
            out,
            "| [`AT{name}`](#{}) | {} |",
            anchor(name),
            cell(summary)
        );
    }
}

/// The anchor a heading `AT…` gets from the usual renderers.
fn anchor(name: &str) -> String {
    let kept = name
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-' || *c == '_');
    format!("at{}", kept.collect::<String>().to_ascii_lowercase())
}

fn family(out: &mut String, table: &Table) {
    put!(out, "\n## {}", table.title);
    for command in table.commands {
        entry(out, command);
    }
}

fn entry(out: &mut String, command: &Command) {
    put!(
        out,
        "\n### `AT{}`\n\n{}",
        command.name,
        sentence(command.summary)
    );
    if !command.details.is_empty() {
        put!(out, "\n{}", command.details);
    }
    put!(out, "\n| form | syntax |\n|---|---|");
    for form in forms(command) {
        put!(out, "| {} | `{}` |", form.kind, form.syntax);
    }
    if command.is_extended() {
        match test_answer(command) {
            Some(answer) => put!(out, "\nTest answer: `{answer}`"),
            None => put!(out, "\nTest answer: `OK`"),
        }
    }
    if command.commits {
        put!(out, "\nExecuted only if the rest of its line has no fault.");
    }
    parameters(out, command);
    command.examples.iter().for_each(|each| example(out, each));
}

fn parameters(out: &mut String, command: &Command) {
    let parameters = words::parameters(command);
    if !parameters.is_empty() {
        put!(out, "\n| parameter | value | meaning |\n|---|---|---|");
    }
    for param in parameters {
        let (name, range) = (param.name, range(param));
        put!(
            out,
            "| `<{name}>` | {} | {} |",
            cell(&range),
            cell(&meaning(param))
        );
    }
}

fn meaning(param: &Param) -> String {
    let mut words = Vec::new();
    if !param.meaning.is_empty() {
        words.push(param.meaning);
    }
    if param.optional {
        words.push("may be left out");
    }
    if param.secret {
        words.push("never shown in logs");
    }
    words.join("; ")
}

fn example(out: &mut String, example: &Example) {
    put!(out, "\n```text\n{}", example.line);
    for line in example.answer {
        put!(out, "{line}");
    }
    put!(out, "```");
}

fn urcs(out: &mut String, urcs: &[Urc]) {
    put!(
        out,
        "\n## Unsolicited result codes\n\n| code | when |\n|---|---|"
    );
    for urc in urcs {
        put!(out, "| `{}` | {} |", urc.syntax, cell(urc.meaning));
    }
}

fn list(out: &mut String, listed: &ManualTable) {
    put!(
        out,
        "\n## {}\n\n| {} |",
        listed.title,
        listed.columns.join(" | ")
    );
    put!(out, "|{}", "---|".repeat(listed.columns.len()));
    for row in &listed.rows {
        let cells: Vec<_> = row.iter().map(|text| cell(text)).collect();
        put!(out, "| {} |", cells.join(" | "));
    }
}

/// Text in a table must not look like its border.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn sentence(text: &str) -> String {
    if text.ends_with('.') {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}
