//! What is wrong in a configuration file, in words for people: which key, and what to
//! write instead. The parser says what it expected in its own words.

use super::port::FORMS;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Error};

/// Where something is wrong, and the sentence about it.
pub(super) type Wrong = (Range<usize>, String);

/// More of a value is not shown.
const SHOWN: usize = 60;

/// The longest text that means anything: paths are not longer.
const LONGEST: usize = 4095;

/// Texts that may be empty, and have limits of their own.
const FREE: [&str; 5] = ["client_id", "name", "username", "password", "options"];

/// Whole numbers as the parser calls them.
const NUMBERS: [(&str, &str, &str); 10] = [
    ("u8", "0", "255"),
    ("u16", "0", "65535"),
    ("u32", "0", "4294967295"),
    ("u64", "0", "9223372036854775807"),
    ("usize", "0", "9223372036854775807"),
    ("a nonzero u8", "1", "255"),
    ("a nonzero u16", "1", "65535"),
    ("a nonzero u32", "1", "4294967295"),
    ("a nonzero u64", "1", "9223372036854775807"),
    ("a nonzero usize", "1", "9223372036854775807"),
];

/// The sentence for an error of the parser. `other` parses another text alike.
pub(super) fn explained(text: &str, error: &Error, other: impl Fn(&str) -> Option<Error>) -> Wrong {
    let span = error.span().unwrap_or_default();
    let Ok(table) = DeTable::parse(text) else {
        let sentence = syntax(text, &span, error.message());
        return (span, sentence);
    };
    let mut message = error.message().to_owned();
    if message == "wanted string or table" {
        // Which words there are it says only where it finds another.
        let (before, after) = around(text, &span);
        let asked = other(&format!("{before}\"?\"{after}"));
        message = asked.map_or(message, |error| error.message().to_owned());
    }
    let is_word = message.starts_with("unknown variant");
    let found = Found::at(text, table.get_ref(), span.clone(), is_word);
    (span, found.sentence(&message))
}

/// A text that is empty or longer than any can be.
pub(super) fn unfit(text: &str) -> Option<Wrong> {
    let table = DeTable::parse(text).ok()?;
    let entries = entries(table.get_ref());
    entries.into_iter().find_map(|entry| {
        let DeValue::String(value) = entry.value.get_ref() else {
            return None;
        };
        let leaf = entry.path.last()?;
        if entry.path.iter().any(|key| FREE.contains(key)) {
            return None;
        }
        let what = match value.len() {
            0 => format!("{leaf} is empty; give it a text, or leave the key out"),
            1..=LONGEST => return None,
            _ => format!("{leaf} is longer than {LONGEST} bytes; shorten it"),
        };
        Some((entry.value.span(), what))
    })
}

fn around<'t>(text: &'t str, span: &Range<usize>) -> (&'t str, &'t str) {
    let before = text.get(..span.start).unwrap_or_default();
    (before, text.get(span.end..).unwrap_or_default())
}

/// What a text that is no TOML lacks.
fn syntax(text: &str, span: &Range<usize>, message: &str) -> String {
    const FORM: &str = "write lines such as key = \"text\", key = 5 or key = true";
    let line = around(text, span).0.rfind('\n').map_or(0, |at| at + 1);
    let line = text
        .get(line..)
        .unwrap_or_default()
        .lines()
        .next()
        .unwrap_or_default();
    let what = message.split(", expected").next().unwrap_or_default();
    let (key, value) = line.split_once('=').unwrap_or((line, ""));
    let (key, value) = (key.trim(), value.trim());
    if what == "duplicate key" {
        let key = text.get(span.clone()).unwrap_or(key);
        return format!("{key} is there twice; leave one out");
    }
    if what.contains("must be quoted") && !value.is_empty() && !value.contains(['"', '{', '[']) {
        let value = if is_secret(key, value) { "text" } else { value };
        return format!(
            "text stands in quotes; write {key} = \"{}\"",
            shortened(value)
        );
    }
    if what.contains("string") {
        return format!("a quote does not close on its line; {FORM}");
    }
    format!("this is no line of TOML ({}); {FORM}", what.trim())
}

/// A key, and what stands there.
struct Entry<'t> {
    path: Vec<&'t str>,
    key: Range<usize>,
    value: &'t Spanned<DeValue<'t>>,
}

/// All keys of a document.
fn entries<'t>(table: &'t DeTable<'t>) -> Vec<Entry<'t>> {
    fn add<'t>(value: &'t Spanned<DeValue<'t>>, path: &[&'t str], all: &mut Vec<Entry<'t>>) {
        match value.get_ref() {
            DeValue::Table(table) => below(table, path, all),
            DeValue::Array(values) => values.iter().for_each(|value| add(value, path, all)),
            _ => {}
        }
    }
    fn below<'t>(table: &'t DeTable<'t>, path: &[&'t str], all: &mut Vec<Entry<'t>>) {
        for (key, value) in table {
            let path = [path, &[&**key.get_ref()]].concat();
            add(value, &path, all);
            let key = key.span();
            all.push(Entry { path, key, value });
        }
    }
    let mut all = Vec::new();
    below(table, &[], &mut all);
    all
}

/// The place that is wrong.
struct Found<'t> {
    path: Vec<&'t str>,
    is_array: bool,
    raw: &'t str,
}

impl<'t> Found<'t> {
    fn at(text: &'t str, table: &'t DeTable<'t>, span: Range<usize>, is_word: bool) -> Self {
        let holds = |it: &Range<usize>| it.start <= span.start && span.end <= it.end;
        let near = |entry: &Entry<'_>| {
            let places = [entry.key.clone(), entry.value.span()].into_iter();
            places.filter(holds).map(|it| it.len()).min()
        };
        let entries = entries(table);
        let near = entries.iter().filter_map(|it| Some((near(it)?, it)));
        let nearest = near.min_by_key(|(length, _)| *length).map(|(_, it)| it);
        let mut path = nearest.map(|entry| entry.path.clone()).unwrap_or_default();
        // A key where there should be a word.
        if is_word && nearest.is_some_and(|entry| entry.key == span) {
            path.pop();
        }
        Self {
            path,
            is_array: nearest
                .is_some_and(|entry| matches!(entry.value.get_ref(), DeValue::Array(_))),
            raw: text.get(span).unwrap_or_default(),
        }
    }

    fn sentence(&self, message: &str) -> String {
        let leaf = self.path.last().copied().unwrap_or_default();
        if let Some(rest) = message.strip_prefix("unknown field `") {
            return self.unknown_key(rest);
        }
        if let Some(rest) = message.strip_prefix("missing field `") {
            let key = rest.trim_end_matches('`');
            let form = if key == "port" { FORMS } else { "add it" };
            return format!("{key} is missing{}; {form}", self.within());
        }
        if message.starts_with("unknown variant") {
            let words = quoted_words(message.split_once("expected").unwrap_or_default().1);
            let words: Vec<_> = words.iter().map(|word| format!("\"{word}\"")).collect();
            return format!("{}; write {}", self.cannot_be(), words.join(" or "));
        }
        let is_typed = message.starts_with("invalid type")
            || message.starts_with("invalid value")
            || message.starts_with("invalid length");
        match message.split_once(", expected ") {
            Some((_, expected)) if is_typed => {
                format!("{}; {}", self.cannot_be(), self.form(leaf, expected))
            }
            _ if message.contains(leaf) => message.to_owned(),
            _ => format!("{leaf}: {message}"),
        }
    }

    fn cannot_be(&self) -> String {
        let leaf = self.path.last().copied().unwrap_or("the file");
        let raw = self.raw.lines().next().unwrap_or_default();
        if is_secret(leaf, raw) {
            return format!("{leaf} cannot be what stands there");
        }
        format!("{leaf} cannot be {}", shortened(raw))
    }

    /// Where a key is: nothing for the top of the file.
    fn within(&self) -> String {
        match (&self.path[..], self.is_array) {
            ([], _) => String::new(),
            (_, true) => format!(" in [[{}]]", self.path.join(".")),
            (_, false) => format!(" in {}", self.path.join(".")),
        }
    }

    fn unknown_key(&self, rest: &str) -> String {
        let (key, rest) = rest.split_once('`').unwrap_or((rest, ""));
        let known = quoted_words(rest);
        // Where the key itself is what is found, it is the last of the path.
        let path = match &self.path[..] {
            [above @ .., last] if *last == key => above,
            path => path,
        };
        let within = if path.is_empty() {
            String::new()
        } else {
            format!(" in {}", path.join("."))
        };
        let known = known.join(", ");
        format!(
            "there is no key {}{within}; there are {known}",
            shortened(key)
        )
    }

    /// What to write for what the parser expected.
    fn form(&self, leaf: &str, expected: &str) -> String {
        let raw = self.raw.trim();
        let bare = raw.trim_matches(['"', '\'']);
        let is_quoted = bare.len() < raw.len();
        if let Some((_, least, most)) = NUMBERS.iter().find(|(name, ..)| *name == expected) {
            let digits = !bare.is_empty() && bare.bytes().all(|byte| byte.is_ascii_digit());
            if is_quoted && digits {
                return format!(
                    "write {leaf} = {bare}, a number from {least} to {most} without quotes"
                );
            }
            return format!("write a whole number from {least} to {most}");
        }
        match expected {
            "f32" | "f64" => format!("write a number, such as {leaf} = 0.5"),
            "a boolean" if is_quoted && ["true", "false"].contains(&bare) => {
                format!("write {leaf} = {bare}, without quotes")
            }
            "a boolean" => format!("write {leaf} = true or {leaf} = false"),
            "a string" | "path string" | "string" | "a borrowed string" => {
                let is_plain = !raw.starts_with(['[', '{']) && !raw.contains('\n');
                let is_plain = is_plain && !is_secret(leaf, raw);
                let example = if is_plain {
                    shortened(raw)
                } else {
                    "text".to_owned()
                };
                format!("write text in quotes, such as {leaf} = \"{example}\"")
            }
            "a sequence" if self.path.len() > 1 => {
                format!("write a list, such as {leaf} = [\"text\"]")
            }
            "a sequence" => format!("write [[{leaf}]] on a line of its own, and its keys below"),
            "a map" | "map" => self.table(),
            other if other.starts_with("struct ") => self.table(),
            other => format!("write {}", other.trim_start_matches("a port is ")),
        }
    }

    fn table(&self) -> String {
        let name = self.path.join(".");
        let name = if self.is_array {
            format!("[[{name}]]")
        } else {
            format!("[{name}]")
        };
        format!("write {name} on a line of its own, and its keys below")
    }
}

/// Whether a value must not be repeated: a password, or what holds one.
fn is_secret(key: &str, value: &str) -> bool {
    key.contains("pass") || value.contains('@')
}

fn shortened(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

/// The words in backticks.
fn quoted_words(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

#[cfg(test)]
mod tests;
