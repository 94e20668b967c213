//! The value of `--dialect`.

use crate::config::dialect::dialect_named;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use mqmodem_core::dialect;
use mqmodem_core::modem::dialect::Dialect;

/// Takes the names that are registered, so that help, completions and errors list them.
pub(super) fn dialect_parser() -> impl TypedValueParser<Value = &'static Dialect> {
    let names = dialect::ALL.iter().map(|known| known.name);
    PossibleValuesParser::new(names).try_map(|name| dialect_named(&name))
}
