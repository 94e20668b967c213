//! A command set by its name.

use mqmodem_core::dialect;
use mqmodem_core::modem::dialect::Dialect;

/// What the command sets are chosen by: their names, then those with a model.
pub(crate) fn dialect_names() -> impl Iterator<Item = String> {
    let mut names: Vec<_> = dialect::ALL.iter().map(|it| it.name.to_owned()).collect();
    names.dedup();
    let with_model = dialect::ALL.iter().filter(|it| !it.model.is_empty());
    names
        .into_iter()
        .chain(with_model.map(|it| it.full_name().to_string()))
}

/// The command set of a name; else what names there are.
pub(crate) fn dialect_named(name: &str) -> Result<&'static Dialect, String> {
    dialect::find(name).ok_or_else(|| {
        let known = dialect_names().map(|known| format!("\"{known}\""));
        let known = known.collect::<Vec<_>>().join(", ");
        format!("there is no dialect \"{name}\"; there is {known}")
    })
}
