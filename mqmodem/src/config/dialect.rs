//! A command set by its name.

use mqmodem_core::dialect;
use mqmodem_core::modem::dialect::Dialect;

/// The command set of a name; else what names there are.
pub(crate) fn dialect_named(name: &str) -> Result<&'static Dialect, String> {
    dialect::find(name).ok_or_else(|| {
        let known = dialect::ALL
            .iter()
            .map(|known| format!("\"{}\"", known.name));
        let known = known.collect::<Vec<_>>().join(", ");
        format!("there is no dialect \"{name}\"; there is {known}")
    })
}
