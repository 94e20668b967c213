//! What is to go wrong, as it is written.

use mqmodem_faults::{FaultLine, read};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// What is to go wrong with each modem from its start on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultsTable {
    /// What all chance in it begins with.
    pub seed: Option<u64>,
    /// The faults.
    #[serde(default, deserialize_with = "lines")]
    pub words: Vec<FaultLine>,
}

impl FaultsTable {
    /// What this one says, else what the other does.
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            seed: self.seed.or(other.seed),
            words: if self.words.is_empty() {
                other.words
            } else {
                self.words
            },
        }
    }
}

/// The words of a fault, or a plan: what begins one.
pub(crate) fn fault_line(words: &str) -> Result<FaultLine, String> {
    match read(words)? {
        line @ (FaultLine::Arm(_) | FaultLine::Plan(_)) => Ok(line),
        line => Err(format!(
            "`{line}` begins no fault; the seed is fault-seed, or seed in [faults]"
        )),
    }
}

fn lines<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<FaultLine>, D::Error> {
    let words = Vec::<String>::deserialize(from)?;
    let lines = words.iter().map(|words| fault_line(words));
    lines.collect::<Result<_, _>>().map_err(D::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Plan;

    #[test]
    fn a_file_says_what_goes_wrong() {
        let plan = Plan::parsed(
            "control = \"c.sock\"\n[faults]\nseed = 7\nwords = [\"broker lose PUBACK\", \"every=10s..60s net reset\"]\n",
        );
        assert_eq!(plan.control.unwrap().to_str(), Some("dir/c.sock"));
        let words: Vec<_> = plan.faults.words.iter().map(ToString::to_string).collect();
        assert_eq!(words, ["broker lose PUBACK", "every=10s..1min net reset"]);
        assert_eq!(plan.faults.seed, Some(7));
    }

    #[test]
    fn what_begins_no_fault_is_refused() {
        for (words, why) in [
            ("list", "`list` begins no fault"),
            ("seed 7", "`seed 7` begins no fault"),
            ("net rest", "did you mean `reset`?"),
        ] {
            let error = fault_line(words).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
    }
}
