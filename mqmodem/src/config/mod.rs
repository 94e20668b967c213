//! What is to be served, however it was said: by flags or by a file.

mod broker;
mod brokers;
mod client;
mod document;
mod error;
mod file;
pub(crate) mod fill;
pub(crate) mod fleet;
mod layer;
mod limits;
mod options;
mod owners;
mod pem;
mod place;
mod port;
mod text;
mod wrong;

pub use broker::{Broker, Defaults, Secret, TlsPaths};
pub(crate) use document::check_identity;
pub use error::ConfigError;
pub use limits::Limits;
pub use options::Options;
pub(crate) use owners::Owners;
pub use port::{PortPlan, mode};
pub(crate) use text::{is_exposed, read as read_text};

pub use fleet::FleetTable;

use mqmodem_core::dialect::native::NATIVE;
use mqmodem_core::modem::table::Dialect;
use mqmodem_core::{Config, Identity, Instant, Memory, Modem};
use std::collections::{HashMap, HashSet};
use std::hash::{Hash, Hasher};
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
    pub behaviour: Behaviour,
    /// The broker of modems that say nothing of theirs.
    pub broker: Option<Broker>,
    /// Where modems keep what outlives them.
    pub state_dir: Option<PathBuf>,
    /// Where metrics are served.
    pub metrics: Option<String>,
    /// Where traffic is written to.
    pub trace: Option<PathBuf>,
    /// How much is logged: 0 warnings, 1 what happens, 2 everything.
    pub verbose: u8,
}

/// One modem.
#[derive(Clone, Debug)]
pub struct ModemPlan {
    /// What it is called in the state directory.
    pub name: String,
    /// Which of the modems it is.
    pub place: u64,
    /// The same in digits.
    pub number: String,
    /// Whether its seed is its own, not that of its place.
    pub has_own_seed: bool,
    /// Where its host is.
    pub port: PortPlan,
    /// How it behaves.
    pub behaviour: Behaviour,
    /// Its broker where it has no settings of its own.
    pub broker: Option<Broker>,
}

/// How a modem behaves, where it is not as usual.
#[derive(Clone, Debug, Default)]
pub struct Behaviour {
    /// The command set it speaks.
    pub dialect: Option<&'static Dialect>,
    /// What it says of itself.
    pub identity: IdentityPlan,
    /// How long lines and messages may be.
    pub limits: Limits,
    /// Whether AT lines are taken as the standard says.
    pub strict: bool,
    /// Whether passwords are shown as `***`; else those of the configuration are.
    pub mask_secrets: Option<bool>,
    /// Seed of what looks random.
    pub seed: u64,
}

/// What a modem says of itself, where it is not as usual.
#[derive(Clone, Debug, Default, Hash)]
pub struct IdentityPlan {
    /// `+CGMI`
    pub manufacturer: Option<String>,
    /// `+CGMM`
    pub model: Option<String>,
    /// `+CGMR`
    pub revision: Option<String>,
    /// `+CGSN`
    pub imei: Option<String>,
    /// `+CIMI`
    pub imsi: Option<String>,
    /// `+CCID`
    pub iccid: Option<String>,
}

/// What a modem may be called.
pub(crate) fn check_name(name: &str) -> Result<(), &'static str> {
    match name.len() {
        1..=200 if !name.contains(char::is_control) => Ok(()),
        _ => Err("write 1 to 200 printable characters"),
    }
}

impl Plan {
    /// Reads a configuration file.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        file::read(path)
    }

    #[cfg(test)]
    pub(crate) fn parsed(text: &str) -> Self {
        file::parse(Path::new("dir/m.toml"), text).unwrap()
    }

    /// The configuration file that counts where none is named.
    pub fn search() -> Option<PathBuf> {
        let places = [Path::new("."), Path::new(SYSTEM)];
        let files = places.map(|place| place.join(NAME));
        files.into_iter().find(|file| file.is_file())
    }

    /// Lets modems of known names have the places they had, so that they stay what they
    /// are wherever they stand in the file now; new ones take places that are free.
    pub(crate) fn keep_places(&mut self, known: &HashMap<String, u64>) {
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

impl ModemPlan {
    fn move_to(&mut self, place: u64) {
        if !self.has_own_seed {
            let seed = self.behaviour.seed.wrapping_sub(self.place);
            self.behaviour.seed = seed.wrapping_add(place);
        }
        self.place = place;
        self.number = number(place);
    }

    /// What it finds kept where it kept nothing itself.
    pub fn defaults(&self) -> Result<Defaults, ConfigError> {
        let Some(broker) = &self.broker else {
            return Ok(Defaults::new());
        };
        let shows_password = self.behaviour.mask_secrets == Some(false);
        let broker = broker.filled(self)?;
        let defaults = broker.defaults(shows_password)?;
        if let Some(what) = broker.doubt() {
            tracing::warn!("{}: {what}", self.name);
        }
        Ok(defaults)
    }

    /// Files with its secrets that everyone on the machine can read.
    pub(crate) fn exposed(&self) -> Vec<PathBuf> {
        let broker = self.broker.as_ref();
        let Some(Ok(broker)) = broker.map(|broker| broker.filled(self)) else {
            return Vec::new();
        };
        let exposed = broker.secret_files().filter(|path| is_exposed(path));
        exposed.map(Path::to_owned).collect()
    }
}

/// The number of a modem where no pattern says how it is written: enough digits for
/// all modems of a process, so that none gets another when there are more.
pub(crate) fn number(index: u64) -> String {
    format!("{index:05}")
}

impl Hash for Behaviour {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        let dialect = self.dialect.map(|dialect| dialect.name);
        let switches = (self.strict, self.mask_secrets, self.seed);
        (dialect, &self.identity, self.limits, switches).hash(hasher);
    }
}

impl Behaviour {
    /// The IMEI: a modem that is given none makes it itself, and is asked.
    pub fn imei(&self) -> String {
        if let Some(imei) = &self.identity.imei {
            return imei.clone();
        }
        let config = Config {
            seed: self.seed,
            ..Config::default()
        };
        let mut modem = Modem::new(config, Memory::heap(), Instant::ZERO);
        let line = b"ATE0+CGSN\r";
        modem.handle_host(Instant::ZERO, line);
        let said = modem.host_out().get(line.len()..).unwrap_or_default();
        let digits = said.iter().filter(|byte| byte.is_ascii_digit());
        digits.map(|byte| char::from(*byte)).collect()
    }

    /// The configuration of the modem. Its texts live as long as the program:
    /// it is made once for each modem.
    pub fn config(&self) -> Config<'static> {
        let usual = Identity::default();
        let own = |text: &Option<String>| text.clone().map(|text| &*text.leak());
        Config {
            dialect: self.dialect.unwrap_or(&NATIVE),
            identity: Identity {
                manufacturer: own(&self.identity.manufacturer).unwrap_or(usual.manufacturer),
                model: own(&self.identity.model).unwrap_or(usual.model),
                revision: own(&self.identity.revision).unwrap_or(usual.revision),
                imei: own(&self.identity.imei).or(usual.imei),
                imsi: own(&self.identity.imsi).unwrap_or(usual.imsi),
                iccid: own(&self.identity.iccid).unwrap_or(usual.iccid),
            },
            seed: self.seed,
            strict: self.strict,
            mask_secrets: self.mask_secrets == Some(true),
            keeps_sessions: true,
            max_payload: self.limits.payload(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modems_are_named_by_their_ports() {
        let modem = |name: &str, port| ModemPlan {
            name: name.to_owned(),
            place: 0,
            number: number(0),
            has_own_seed: false,
            port,
            behaviour: Behaviour::default(),
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
        after.keep_places(&known.collect());
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
