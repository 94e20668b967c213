//! How a modem is made, as an event.

use mqmodem_core::{Config, dialect};
use serde::{Deserialize, Serialize};

/// How the modem is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceSetup {
    /// What stands behind `set` in a chat with such a modem, without its clock and memory.
    pub set: Vec<String>,
}

impl TraceSetup {
    pub(super) fn of(config: &Config<'_>) -> Self {
        let name = config.dialect.full_name();
        let other = name != dialect::DEFAULT.full_name();
        let switches = [
            (config.strict, "strict"),
            (config.mask_secrets, "mask-secrets"),
            (config.vendor_limits, "vendor-limits"),
            (config.offline, "offline"),
        ];
        let switches = switches.into_iter().filter(|(on, _)| *on);
        let seed = (config.seed != 0).then(|| format!("seed {}", config.seed));
        let mut set: Vec<_> = other
            .then(|| format!("dialect {name}"))
            .into_iter()
            .collect();
        set.extend(switches.map(|(_, name)| name.to_owned()));
        set.extend(config.gap.map(|gap| format!("gap {gap}")));
        set.extend(seed);
        Self { set }
    }
}
