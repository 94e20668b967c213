//! One modem of the configuration.

use super::behaviour::BehaviourPlan;
use super::broker::{Broker, DefaultRecords};
use super::error::ConfigError;
use super::port::PortPlan;
use super::proxy::ProxyPlan;
use super::text::is_exposed;
use std::path::{Path, PathBuf};

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
    pub behaviour: BehaviourPlan,
    /// Its broker where it has no settings of its own.
    pub broker: Option<Broker>,
}

impl ModemPlan {
    pub(super) fn move_to(&mut self, place: u64) {
        if !self.has_own_seed {
            let seed = self.behaviour.seed.wrapping_sub(self.place);
            self.behaviour.seed = seed.wrapping_add(place);
        }
        self.place = place;
        self.number = number(place);
    }

    /// Its broker, with what stands for the placeholders.
    pub fn own_broker(&self) -> Option<Result<Broker, ConfigError>> {
        let broker = self.broker.as_ref()?;
        Some(broker.filled(|placeholder| self.stands_for(placeholder)))
    }

    /// The host, port and client identifier of its broker.
    pub(super) fn client(&self) -> Option<(String, u16, String)> {
        let broker = self.broker.as_ref()?;
        Some(broker.client(|placeholder| self.stands_for(placeholder)))
    }

    fn stands_for(&self, placeholder: &str) -> String {
        match placeholder {
            "name" => plain(&self.name),
            "index" => self.number.clone(),
            "imei" => self.behaviour.imei(),
            _ => machine(),
        }
    }

    /// What it finds kept where it kept nothing itself.
    pub fn defaults(&self) -> Result<DefaultRecords, ConfigError> {
        let Some(broker) = self.own_broker() else {
            return Ok(DefaultRecords::new());
        };
        let shows_password = self.behaviour.mask_secrets == Some(false);
        let broker = broker?;
        let defaults = broker.defaults(shows_password)?;
        if let Some(what) = broker.doubt() {
            tracing::warn!("{}: {what}", self.name);
        }
        Ok(defaults)
    }

    /// Files with its secrets that everyone on the machine can read.
    pub(crate) fn exposed(&self) -> Vec<PathBuf> {
        let broker = self.own_broker().and_then(Result::ok);
        let of_broker = broker.iter().flat_map(Broker::secret_files);
        let of_proxy = self
            .behaviour
            .proxy
            .iter()
            .filter_map(ProxyPlan::secret_file);
        let exposed = of_broker.chain(of_proxy).filter(|path| is_exposed(path));
        exposed.map(Path::to_owned).collect()
    }
}

/// What a modem may be called.
pub(crate) fn check_name(name: &str) -> Result<(), &'static str> {
    match name.len() {
        1..=200 if !name.contains(char::is_control) => Ok(()),
        _ => Err("write 1 to 200 printable characters"),
    }
}

/// The number of a modem where no pattern says how it is written: enough digits for
/// all modems of a process, so that none gets another when there are more.
pub(crate) fn number(index: u64) -> String {
    format!("{index:05}")
}

/// A name of which every broker takes each character.
fn plain(name: &str) -> String {
    let plain = |c: char| match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '_' | '-' => c,
        _ => '-',
    };
    name.chars()
        .map(plain)
        .collect::<String>()
        .trim_matches('-')
        .to_owned()
}

fn machine() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    name.trim().to_owned()
}
