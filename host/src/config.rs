//! What is to be served, however it was said: by flags or by a file.

mod broker;
mod document;
mod error;
mod file;
mod limits;
mod options;
mod port;
mod wrong;

pub use broker::{Broker, Defaults, Secret, TlsPaths};
pub(crate) use document::check_identity;
pub use error::ConfigError;
pub use limits::Limits;
pub use options::Options;
pub use port::{PortPlan, mode};

pub use crate::fleet::plan::FleetTable;

use mqmodem_core::dialect::native::NATIVE;
use mqmodem_core::modem::table::Dialect;
use mqmodem_core::{Config, Identity};
use std::collections::HashMap;
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
    /// The broker of modems without settings of their own.
    pub broker: Option<Broker>,
    /// Where modems keep what outlives them.
    pub state_dir: Option<PathBuf>,
    /// Where traffic is written to.
    pub trace: Option<PathBuf>,
    /// How much is logged: 0 warnings, 1 what happens, 2 everything.
    pub verbose: u8,
}

/// One modem.
#[derive(Debug)]
pub struct ModemPlan {
    /// What it is called in the state directory.
    pub name: String,
    /// Where its host is.
    pub port: PortPlan,
    /// How it behaves.
    pub behaviour: Behaviour,
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
    /// Whether passwords are shown as `***`.
    pub mask_secrets: bool,
    /// Seed of what looks random.
    pub seed: u64,
}

/// What a modem says of itself, where it is not as usual.
#[derive(Clone, Debug, Default)]
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

    /// The configuration file that counts where none is named.
    pub fn search() -> Option<PathBuf> {
        let places = [Path::new("."), Path::new(SYSTEM)];
        let files = places.map(|place| place.join(NAME));
        files.into_iter().find(|file| file.is_file())
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

impl Behaviour {
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
            mask_secrets: self.mask_secrets,
            keeps_sessions: true,
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
            port,
            behaviour: Behaviour::default(),
        };
        let tcp = || PortPlan::Tcp("7000".to_owned());
        let mut modems = [modem("", tcp()), modem("own", tcp()), modem("", tcp())];
        Plan::name_modems(&mut modems);
        let names = modems.map(|modem| modem.name);
        assert_eq!(names, ["tcp 7000", "own", "tcp 7000#2"]);
    }
}
