//! Modems and what they share.

use super::behaviour::BehaviourPlan;
use super::broker::Broker;
use super::faults::FaultsTable;
use super::fleet::FleetTable;
use super::inspect::InspectPlan;
use super::modem::ModemPlan;
use super::trace::TracePlan;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

/// The file that is looked for, here and in [`SYSTEM`].
pub const NAME: &str = "mqmodem.toml";

/// Where the file of a machine is.
pub const SYSTEM: &str = "/etc/mqmodem";

/// Modems and what they share.
#[derive(Debug, Default)]
pub struct Plan {
    /// The file it was read from.
    pub file: Option<PathBuf>,
    /// The modems, in order.
    pub modems: Vec<ModemPlan>,
    /// A fleet, as it is written.
    pub fleet: Option<FleetTable>,
    /// How modems behave that say nothing else.
    pub behaviour: BehaviourPlan,
    /// The broker of modems that say nothing of theirs.
    pub broker: Option<Broker>,
    /// Where modems keep what outlives them.
    pub state_dir: Option<PathBuf>,
    /// Where metrics are served.
    pub metrics: Option<String>,
    /// Where modems are shown.
    pub inspect: InspectPlan,
    /// Where traffic is written to.
    pub trace: TracePlan,
    /// Where control lines are taken.
    pub control: Option<PathBuf>,
    /// What goes wrong from the start on.
    pub faults: FaultsTable,
    /// How much is logged: 0 warnings, 1 what happens, 2 everything.
    pub verbose: u8,
}

impl Plan {
    /// The configuration file that counts where none is named.
    pub fn search() -> Option<PathBuf> {
        let places = [Path::new("."), Path::new(SYSTEM)];
        let files = places.map(|place| place.join(NAME));
        files.into_iter().find(|file| file.is_file())
    }

    /// Lets modems of known names have the places they had, so that they stay what they
    /// are wherever they stand in the file now; new ones take places that are free.
    pub(crate) fn restore_places(&mut self, known: &HashMap<String, u64>) {
        let kept = self
            .modems
            .iter()
            .filter_map(|modem| known.get(&modem.name));
        let taken: HashSet<u64> = kept.copied().collect();
        let mut free = (0..).filter(|place| !taken.contains(place));
        for modem in &mut self.modems {
            let place = known.get(&modem.name).copied();
            if let Some(place) = place.or_else(|| free.next()) {
                modem.move_to(place);
            }
        }
    }

    /// Gives modems without a name of their own that of their port; the second
    /// at an equal one gets a number.
    pub(crate) fn name_modems(modems: &mut [ModemPlan]) {
        let mut seen: HashMap<String, usize> = HashMap::new();
        for modem in modems.iter_mut().filter(|modem| modem.name.is_empty()) {
            let name = modem.port.to_string();
            let count = seen.entry(name.clone()).or_default();
            *count += 1;
            modem.name = match count {
                1 => name,
                n => format!("{name}#{n}"),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::PortPlan;
    use crate::config::modem::number;

    #[test]
    fn modems_are_named_by_their_ports() {
        let modem = |name: &str, port| ModemPlan {
            name: name.to_owned(),
            place: 0,
            number: number(0),
            has_own_seed: false,
            port,
            behaviour: BehaviourPlan::default(),
            broker: None,
        };
        let tcp = || PortPlan::Tcp("7000".to_owned());
        let mut modems = [modem("", tcp()), modem("own", tcp()), modem("", tcp())];
        Plan::name_modems(&mut modems);
        let names = modems.map(|modem| modem.name);
        assert_eq!(names, ["tcp 7000", "own", "tcp 7000#2"]);
    }

    #[test]
    fn modems_stay_what_they_are_where_others_go_and_come() {
        let file = |names: &[&str]| {
            let modem = |name| format!("[[modem]]\nname = \"{name}\"\nport = \"pty\"\n");
            let modems: String = names.iter().map(modem).collect();
            Plan::parsed(&format!(
                "seed = 7\n{modems}[[modem]]\nname = \"own\"\nport = \"pty\"\nseed = 1\n"
            ))
        };
        let before = file(&["a", "b", "c"]);
        let known = before.modems.iter().map(|it| (it.name.clone(), it.place));
        let mut after = file(&["c", "new", "b"]);
        after.restore_places(&known.collect());
        let seeds = |plan: &Plan| {
            let all = plan
                .modems
                .iter()
                .map(|it| (it.name.clone(), it.behaviour.seed));
            all.collect::<HashMap<_, _>>()
        };
        let (old, new) = (seeds(&before), seeds(&after));
        for same in ["b", "c", "own"] {
            assert_eq!(old[same], new[same], "{same}");
        }
        assert_eq!((new["new"], after.modems[1].number.as_str()), (7, "00000"));
    }
}
