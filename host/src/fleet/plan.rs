//! What a fleet is to be: a template, and how many of it.

use super::pattern::{self, Range};
use crate::config::{Behaviour, IdentityPlan, ModemPlan, PortPlan, check_identity};
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
    pub(crate) range: Range,
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
    name: String,
    pub(crate) hosts: Hosts,
    identity: IdentityTable,
    behaviour: Behaviour,
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
    pub(crate) fn plan(self, behaviour: Behaviour) -> Result<FleetPlan, String> {
        let range = self.range()?;
        let hosts = self.hosts()?;
        let every = Duration::try_from_secs_f64(self.every.unwrap_or_default());
        let starts_per_second = self.starts_per_second.unwrap_or(STARTS);
        let plan = FleetPlan {
            range,
            template: Template {
                name: self.name.unwrap_or_else(|| "m{index}".to_owned()),
                hosts,
                identity: self.identity,
                behaviour,
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
    fn range(&self) -> Result<Range, String> {
        let ranged = self.pattern().map(pattern::range).transpose()?.flatten();
        match (ranged, self.modems) {
            (Some(range), Some(modems)) if range.count != modems => Err(format!(
                "the port's pattern has {} numbers, and there shall be {modems} modems: say one of them",
                range.count
            )),
            (Some(range), _) => Ok(range),
            (None, Some(modems)) => Ok(Range::of(modems)),
            (None, None) => Err(
                "a fleet needs a number of modems, or a port with a pattern \
                such as /run/mq/m{0000..0199}"
                    .to_owned(),
            ),
        }
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

impl FleetPlan {
    /// Whether the first and the last modem can be.
    fn check(&self) -> Result<(), String> {
        let last = self.range.count.get() - 1;
        for index in [0, last] {
            let modem = self.modem(index);
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

    /// What a modem is called.
    pub(crate) fn name(&self, index: u32) -> String {
        self.template.name.replace("{index}", &self.number(index))
    }

    /// The modem at `index`.
    pub(crate) fn modem(&self, index: u32) -> ModemPlan {
        let number = self.number(index);
        let template = &self.template;
        let name = self.name(index);
        let fill = |text: &Option<String>| {
            let text = text.as_ref()?;
            Some(text.replace("{index}", &number).replace("{name}", &name))
        };
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
        ModemPlan {
            port: template.hosts.port(&number),
            behaviour: Behaviour {
                identity,
                seed: template.behaviour.seed.wrapping_add(index.into()),
                ..template.behaviour.clone()
            },
            name,
        }
    }

    /// Whether the modems of both are the same, as far as both have them.
    pub(crate) fn has_modems_of(&self, other: &Self) -> bool {
        let first = |plan: &Self| {
            let template = &plan.template;
            (
                plan.range.first,
                plan.range.width,
                plan.repeat,
                plan.every,
                format!("{:?}", template.behaviour),
            )
        };
        let template = |plan: &Self| {
            let Template {
                name,
                identity,
                setup,
                script,
                ..
            } = plan.template.clone();
            (name, identity, setup, script, plan.modem(0).port)
        };
        first(self) == first(other) && template(self) == template(other)
    }
}

impl Hosts {
    fn port(&self, number: &str) -> PortPlan {
        match self {
            Self::Ports(PortPlan::Pty { link, mode, group }) => PortPlan::Pty {
                link: link
                    .as_ref()
                    .map(|link| pattern::numbered_path(link, number)),
                mode: *mode,
                group: group.clone(),
            },
            Self::Ports(PortPlan::Unix(path)) => {
                PortPlan::Unix(pattern::numbered_path(path, number))
            }
            Self::Ports(PortPlan::Tcp(address)) => {
                PortPlan::Tcp(pattern::numbered(address, number))
            }
            Self::Ports(PortPlan::Rfc2217(address)) => {
                PortPlan::Rfc2217(pattern::numbered(address, number))
            }
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
            Self::Connections(..) | Self::Ports(PortPlan::Pty { .. }) => 2,
            Self::Ports(_) => 3,
        }
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
