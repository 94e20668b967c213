//! Words of a command line: what they lead to, and how they are shown.

use clap::{Arg, Command};

/// More of a value is not shown.
const SHOWN: usize = 60;

/// The subcommand these words lead to, and what is typed to get there.
pub(in crate::cli) fn find<S: AsRef<str>>(
    program: &Command,
    words: impl IntoIterator<Item = S>,
) -> (&Command, String) {
    let mut found = (program, program.get_name().to_owned());
    for word in words {
        match found.0.find_subcommand(word.as_ref()) {
            Some(below) => found = (below, format!("{} {}", found.1, below.get_name())),
            None => break,
        }
    }
    found
}

/// A value in quotes, on one line and not for ever.
pub(in crate::cli) fn quoted(value: &str) -> String {
    let mut shown: String = value.chars().take(SHOWN).collect();
    if shown.len() < value.len() {
        shown.push('…');
    }
    format!("\"{}\"", shown.escape_debug())
}

/// Whether a value may be left out, and must stand behind `=`.
pub(super) fn is_optional(arg: &Arg) -> bool {
    arg.is_require_equals_set()
}
