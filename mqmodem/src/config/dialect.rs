//! A command set by its name.

use mqmodem_core::dialect;
use mqmodem_core::modem::dialect::Dialect;

/// What the command sets are chosen by: their names, then those with a model.
pub(crate) fn dialect_names() -> impl Iterator<Item = String> {
    let with_model = dialect::ALL.iter().filter(|it| !it.model.is_empty());
    names()
        .into_iter()
        .chain(with_model.map(|it| it.full_name().to_string()))
}

/// The names without models.
fn names() -> Vec<String> {
    let mut names: Vec<_> = dialect::ALL.iter().map(|it| it.name.to_owned()).collect();
    names.dedup();
    names
}

/// The models of the command set that is meant by `NAME` or `NAME:MODEL`; none where there
/// is no such name.
pub(crate) fn models_of(name: &str) -> Vec<String> {
    let (name, _) = name.split_once(':').unwrap_or((name, ""));
    let has_name = |it: &&&Dialect| it.name.eq_ignore_ascii_case(name);
    let models = dialect::ALL.iter().filter(has_name);
    models.map(|it| it.full_name().to_string()).collect()
}

/// The command set of a name; else what names there are.
pub(crate) fn dialect_named(name: &str) -> Result<&'static Dialect, String> {
    dialect::find(name).ok_or_else(|| match &models_of(name)[..] {
        [] => format!(
            "there is no dialect \"{name}\"; there is {} (mqmodem commands --dialects lists their models)",
            listed(&names())
        ),
        models => format!("there is no dialect \"{name}\"; there is {}", listed(models)),
    })
}

fn listed(names: &[String]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("\"{name}\"")).collect();
    quoted.join(", ")
}
