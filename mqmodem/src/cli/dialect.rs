//! The command set the modems of a verb speak, and how much they are like a real module.

use crate::config::BehaviourPlan;
use crate::config::dialect::{dialect_named, dialect_names};
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use mqmodem_core::modem::dialect::Dialect;

/// Which module the modems are like.
#[derive(Args, Debug)]
pub(super) struct DialectArguments {
    /// The command set the modems speak; otherwise as their configuration says. `mqmodem
    /// commands --dialects` lists all models.
    #[arg(long, value_name = "NAME[:MODEL]", value_parser = dialect_parser(), ignore_case = true)]
    dialect: Option<&'static Dialect>,

    /// Keep to the limits of the real module, such as the length of its lines.
    #[arg(long)]
    vendor_limits: bool,

    /// Milliseconds between an OK and the event that ends its command; 0 for fast tests.
    #[arg(long, value_name = "MS")]
    gap: Option<u16>,

    /// Start with the radio off: the host switches it on, or joins a network.
    #[arg(long)]
    offline: bool,
}

impl DialectArguments {
    /// What is given counts before what a configuration says.
    pub(super) fn apply(&self, behaviour: &mut BehaviourPlan) {
        behaviour.dialect = self.dialect.or(behaviour.dialect);
        behaviour.vendor_limits |= self.vendor_limits;
        behaviour.offline |= self.offline;
        behaviour.gap = self.gap.or(behaviour.gap);
    }
}

/// Takes the names that are registered, in any case, so that help, completions and errors
/// list them; those with a model would make these long, and are in `mqmodem commands
/// --dialects`.
pub(super) fn dialect_parser() -> impl TypedValueParser<Value = &'static Dialect> {
    let value = |name: String| {
        let has_model = name.contains(':');
        // A command line is described once in a run: its names may stay.
        PossibleValue::new(&*name.leak()).hide(has_model)
    };
    let names = dialect_names().map(value);
    PossibleValuesParser::new(names).try_map(|name| dialect_named(&name))
}
