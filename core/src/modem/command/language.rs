//! How lines are read: a dialect, and its grammar as this modem was told to read it.

use crate::at::grammar::Grammar;
use crate::modem::command::dialect::Dialect;

/// What the reading of a line depends on.
#[derive(Debug)]
pub(crate) struct Language {
    pub(crate) dialect: &'static Dialect,
    pub(crate) grammar: Grammar,
}

impl Language {
    /// The language of a dialect, without its leniences where `strict`.
    pub(crate) fn new(dialect: &'static Dialect, strict: bool) -> Self {
        let grammar = if strict {
            dialect.grammar.strict()
        } else {
            *dialect.grammar
        };
        Self { dialect, grammar }
    }
}
