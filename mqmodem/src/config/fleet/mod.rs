//! What a fleet is to be: a template, and how many of it.

mod list;
mod pattern;

use self::list::List;
use self::pattern::{NumberRange, Numbered, check_pattern};
use super::behaviour::{BehaviourPlan, IdentityPlan, check_identity};
use super::broker::Broker;
use super::fill::check;
use super::modem::ModemPlan;
use super::port::PortPlan;
use serde::Deserialize;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

/// Modems started in a second, where nothing else is said.
const STARTS: NonZeroU32 = NonZeroU32::new(500).unwrap();

/// A fleet as it is written, in a file or as flags.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FleetTable {
    /// How many modems, where no pattern says so.
    pub modems: Option<NonZeroU32>,
    /// What each is called.
    pub name: Option<String>,
    /// Where each has its host.
    pub port: Option<PortPlan>,
    /// How a connection to the one port tells which modem it is.
    #[serde(default)]
    pub identify: Identify,
    /// Who each is to the broker: a list of names, users, passwords and certificates.
    pub credentials: Option<PathBuf>,
    /// What each says of itself.
    #[serde(default)]
    pub identity: IdentityTable,
    /// A chat each host begins with.
    pub setup: Option<PathBuf>,
    /// A chat each host plays again and again.
    pub script: Option<PathBuf>,
    /// How often; else until the program ends.
    pub repeat: Option<u64>,
    /// A round of the script begins so many seconds after the last.
    pub every: Option<f64>,
    /// How many modems are started in a second.
    pub starts_per_second: Option<NonZeroU32>,
    /// How many connections to brokers are begun in a second.
    pub connects_per_second: Option<NonZeroU32>,
    /// Where metrics are served.
    pub metrics: Option<String>,
}

/// How a connection tells which modem it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Identify {
    /// It is the first that has no host.
    #[default]
    Order,
    /// Its first line is the name of the modem.
    Line,
}

/// What modems say of themselves, with placeholders.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentityTable {
    manufacturer: Option<String>,
    model: Option<String>,
    revision: Option<String>,
    imei: Option<String>,
    imsi: Option<String>,
    iccid: Option<String>,
}

/// A fleet, complete and checked.
#[derive(Clone, Debug)]
pub(crate) struct FleetPlan {
    pub(crate) range: NumberRange,
    pub(crate) template: Template,
    pub(crate) repeat: Option<u64>,
    pub(crate) every: Duration,
    pub(crate) starts_per_second: NonZeroU32,
    pub(crate) connects_per_second: NonZeroU32,
    pub(crate) metrics: Option<String>,
}

/// What all modems of a fleet have in common.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    name: Option<String>,
    pub(crate) hosts: Hosts,
    identity: IdentityTable,
    behaviour: BehaviourPlan,
    broker: Option<Broker>,
    list: Option<List>,
    pub(crate) setup: Option<PathBuf>,
    pub(crate) script: Option<PathBuf>,
}

/// Where the hosts of a fleet are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Hosts {
    /// Each at a port of its own.
    Ports(PortPlan),
    /// Each on a connection to this TCP port.
    Connections(String, Identify),
    /// Inside this process.
    Played,
}

impl FleetTable {
    /// What is said in `self`, else in `other`.
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            modems: self.modems.or(other.modems),
            name: self.name.or(other.name),
            port: self.port.or(other.port),
            identify: if self.identify == Identify::Order {
                other.identify
            } else {
                self.identify
            },
            credentials: self.credentials.or(other.credentials),
            identity: other.identity,
            setup: self.setup.or(other.setup),
            script: self.script.or(other.script),
            repeat: self.repeat.or(other.repeat),
            every: self.every.or(other.every),
            starts_per_second: self.starts_per_second.or(other.starts_per_second),
            connects_per_second: self.connects_per_second.or(other.connects_per_second),
            metrics: self.metrics.or(other.metrics),
        }
    }

    /// The fleet this describes; else what is missing or does not fit.
    pub(crate) fn plan(
        self,
        behaviour: BehaviourPlan,
        broker: Option<Broker>,
    ) -> Result<FleetPlan, String> {
        self.check_placeholders()?;
        let list = self.credentials.as_deref().map(List::read).transpose()?;
        if list.is_some() && broker.is_none() {
            return Err("credentials are those of a broker: add [broker] with its url".to_owned());
        }
        let range = self.range(list.as_ref())?;
        let hosts = self.hosts()?;
        let every = Duration::try_from_secs_f64(self.every.unwrap_or_default());
        let starts_per_second = self.starts_per_second.unwrap_or(STARTS);
        let plan = FleetPlan {
            range,
            template: Template {
                name: self.name,
                hosts,
                identity: self.identity,
                behaviour,
                broker,
                list,
                setup: self.setup,
                script: self.script,
            },
            repeat: self.repeat,
            every: every.map_err(|_| "every is a number of seconds, such as 10 or 0.5")?,
            starts_per_second,
            connects_per_second: self.connects_per_second.unwrap_or(starts_per_second),
            metrics: self.metrics,
        };
        plan.check()?;
        Ok(plan)
    }

    fn pattern(&self) -> Option<&str> {
        match self.port.as_ref()? {
            PortPlan::Pty { link, .. } => link.as_ref()?.to_str(),
            PortPlan::Unix(path) => path.to_str(),
            PortPlan::Tcp(address) | PortPlan::Rfc2217(address) => Some(address),
            _ => None,
        }
    }

    /// The numbers of the modems, from the pattern of the port or how many
    /// there are.
    fn range(&self, list: Option<&List>) -> Result<NumberRange, String> {
        let ranged = self.pattern().map(pattern::range).transpose()?.flatten();
        let listed = list.and_then(|list| NonZeroU32::new(u32::try_from(list.len()).ok()?));
        match (ranged, self.modems.or(listed.filter(|_| ranged.is_none()))) {
            (Some(range), Some(modems)) if range.count != modems => Err(format!(
                "the port's pattern has {} numbers, and there shall be {modems} modems: say one of them",
                range.count
            )),
            (Some(range), _) => Ok(range),
            (None, Some(modems)) => Ok(NumberRange::of(modems)),
            (None, None) => Err(
                "a fleet needs a number of modems, or a port with a pattern \
                such as /run/mq/m{0000..0199}"
                    .to_owned(),
            ),
        }
    }

    fn check_placeholders(&self) -> Result<(), String> {
        let wrong = |key: &str, wrong| format!("[fleet] {key}: {wrong}");
        let name = self.name.as_deref().unwrap_or_default();
        check(name, &["{index}"]).map_err(|it| wrong("name", it))?;
        let port = self.pattern().unwrap_or_default();
        check_pattern(port).map_err(|it| wrong("port", it))?;
        for (key, text) in self.identity.texts() {
            let text = text.as_deref().unwrap_or_default();
            check(text, &["{index}", "{name}"])
                .map_err(|it| wrong(&format!("identity.{key}"), it))?;
        }
        Ok(())
    }

    fn hosts(&self) -> Result<Hosts, String> {
        let ranged = self.pattern().map(pattern::range).transpose()?.flatten();
        match &self.port {
            None if self.setup.is_none() && self.script.is_none() => Err(
                "a fleet needs ports for its hosts, such as /run/mq/m{0000..0199}, or a script they play".to_owned(),
            ),
            None => Ok(Hosts::Played),
            Some(_) if self.setup.is_some() || self.script.is_some() => Err(
                "a script is played inside the process: give ports or a script, not both".to_owned(),
            ),
            Some(PortPlan::Tcp(address)) if ranged.is_none() => {
                Ok(Hosts::Connections(address.clone(), self.identify))
            }
            Some(port) if ranged.is_some() => Ok(Hosts::Ports(port.clone())),
            Some(PortPlan::Pty { link: None, .. }) => Ok(Hosts::Ports(PortPlan::pty())),
            Some(port) => Err(format!(
                "the modems cannot all be at {port}: write a pattern such as m{{0000..0199}}"
            )),
        }
    }
}

impl IdentityTable {
    fn texts(&self) -> [(&'static str, &Option<String>); 6] {
        [
            ("manufacturer", &self.manufacturer),
            ("model", &self.model),
            ("revision", &self.revision),
            ("imei", &self.imei),
            ("imsi", &self.imsi),
            ("iccid", &self.iccid),
        ]
    }
}

impl FleetPlan {
    /// Warns where everyone on this machine can read the list of credentials.
    pub(crate) fn warn_of_exposed(&self) {
        if let Some(list) = &self.template.list {
            list.warn_of_exposed();
        }
    }

    /// Whether the modems can be.
    fn check(&self) -> Result<(), String> {
        if let Some(list) = &self.template.list {
            let (named, count) = (list.len(), self.count() as usize);
            if self.template.name.is_none() && named != count {
                return Err(format!(
                    "there shall be {count} modems, and credentials has {named}: leave out modems, \
                     or say name, so that each finds its line"
                ));
            }
            (0..self.count()).try_for_each(|index| self.broker(&self.name(index)).map(drop))?;
        }
        let last = self.range.count.get() - 1;
        for index in [0, last] {
            let modem = self.modem(index)?;
            let identity = &modem.behaviour.identity;
            check_identity(identity).map_err(|what| format!("{}: {what}", modem.name))?;
        }
        if last > 0 && self.name(0) == self.name(last) {
            return Err("the modems need names that differ, such as meter-{index}".to_owned());
        }
        Ok(())
    }

    /// How many modems there are.
    pub(crate) fn count(&self) -> u32 {
        self.range.count.get()
    }

    /// The number of a modem as it is written.
    pub(crate) fn number(&self, index: u32) -> String {
        self.range.number(index)
    }

    /// What a modem is called: as the list says, unless there is a pattern.
    pub(crate) fn name(&self, index: u32) -> String {
        let template = &self.template;
        let listed = || template.list.as_ref()?.name(index);
        if let (None, Some(name)) = (&template.name, listed()) {
            return name.to_owned();
        }
        let number = self.number(index);
        let modem = Numbered {
            number: &number,
            name: "",
        };
        modem.text(template.name.as_deref().unwrap_or("m{index}"))
    }

    /// The broker of the modem of this name.
    fn broker(&self, name: &str) -> Result<Option<Broker>, String> {
        let template = &self.template;
        match (&template.list, &template.broker) {
            (Some(list), Some(broker)) => list.broker_of(name, broker).map(Some),
            (_, broker) => Ok(broker.clone()),
        }
    }

    /// The modem at `index`.
    pub(crate) fn modem(&self, index: u32) -> Result<ModemPlan, String> {
        let number = self.number(index);
        let template = &self.template;
        let name = self.name(index);
        let placeholders = Numbered {
            number: &number,
            name: &name,
        };
        let fill = |text: &Option<String>| text.as_ref().map(|text| placeholders.text(text));
        let (own, usual) = (&template.identity, &template.behaviour.identity);
        let either = |own: &Option<String>, usual: &Option<String>| fill(own).or(usual.clone());
        let identity = IdentityPlan {
            manufacturer: either(&own.manufacturer, &usual.manufacturer),
            model: either(&own.model, &usual.model),
            revision: either(&own.revision, &usual.revision),
            imei: either(&own.imei, &usual.imei),
            imsi: either(&own.imsi, &usual.imsi),
            iccid: either(&own.iccid, &usual.iccid),
        };
        Ok(ModemPlan {
            port: template.hosts.port(placeholders),
            behaviour: BehaviourPlan {
                identity,
                seed: template.behaviour.seed.wrapping_add(index.into()),
                ..template.behaviour.clone()
            },
            broker: self.broker(&name)?,
            name,
            place: index.into(),
            number,
            has_own_seed: false,
        })
    }
}

impl Hosts {
    fn port(&self, modem: Numbered<'_>) -> PortPlan {
        match self {
            Self::Ports(PortPlan::Pty { link, mode, group }) => PortPlan::Pty {
                link: link.as_ref().map(|link| modem.path(link)),
                mode: *mode,
                group: group.clone(),
            },
            Self::Ports(PortPlan::Unix(path)) => PortPlan::Unix(modem.path(path)),
            Self::Ports(PortPlan::Tcp(address)) => PortPlan::Tcp(modem.text(address)),
            Self::Ports(PortPlan::Rfc2217(address)) => PortPlan::Rfc2217(modem.text(address)),
            Self::Ports(other) => other.clone(),
            Self::Connections(address, _) => PortPlan::Tcp(address.clone()),
            // Never opened.
            Self::Played => PortPlan::pty(),
        }
    }

    /// How many open files a modem needs, its link among them.
    pub(crate) fn files(&self) -> u64 {
        match self {
            Self::Played => 1,
            Self::Connections(..) | Self::Ports(PortPlan::Pty { link: None, .. }) => 2,
            Self::Ports(_) => 3,
        }
    }
}

#[cfg(test)]
mod tests;
