//! The configuration file as it is written.

use super::behaviour::{BehaviourPlan, IdentityPlan, is_imei, is_number, is_text};
use super::dialect::dialect_named;
use super::faults::FaultsTable;
use super::fleet::FleetTable;
use super::layer::BrokerLayer;
use super::limits::{Limits, links};
use super::port::PortPlan;
use super::proxy::ProxyPlan;
use crate::observe::stream::PayloadLimit;
use mqmodem_core::modem::dialect::Dialect;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use std::path::PathBuf;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    #[serde(default)]
    pub(super) modem: Vec<Spanned<ModemTable>>,
    pub(super) broker: Option<Spanned<BrokerLayer>>,
    pub(super) fleet: Option<Spanned<FleetTable>>,
    #[serde(default)]
    pub(super) log: LogTable,
    pub(super) state_dir: Option<PathBuf>,
    pub(super) metrics: Option<String>,
    pub(super) inspect: Option<String>,
    pub(super) trace: Option<PathBuf>,
    pub(super) trace_payload: Option<PayloadLimit>,
    pub(super) control: Option<PathBuf>,
    #[serde(default)]
    pub(super) faults: FaultsTable,
    pub(super) dialect: Option<Named>,
    #[serde(default)]
    pub(super) identity: IdentityText,
    #[serde(default)]
    pub(super) limits: Limits,
    #[serde(default, deserialize_with = "links")]
    pub(super) links: Option<u8>,
    pub(super) proxy: Option<ProxyPlan>,
    #[serde(default)]
    pub(super) strict: bool,
    #[serde(default)]
    pub(super) vendor_limits: bool,
    pub(super) gap: Option<u16>,
    #[serde(default)]
    pub(super) offline: bool,
    pub(super) mask_secrets: Option<bool>,
    #[serde(default)]
    pub(super) seed: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ModemTable {
    pub(super) name: Option<Spanned<String>>,
    pub(super) port: PortPlan,
    pub(super) broker: Option<Spanned<BrokerLayer>>,
    dialect: Option<Named>,
    #[serde(default)]
    identity: IdentityText,
    #[serde(default)]
    limits: Limits,
    #[serde(default, deserialize_with = "links")]
    links: Option<u8>,
    proxy: Option<ProxyPlan>,
    strict: Option<bool>,
    vendor_limits: Option<bool>,
    gap: Option<u16>,
    offline: Option<bool>,
    mask_secrets: Option<bool>,
    pub(super) seed: Option<u64>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LogTable {
    #[serde(default)]
    pub(super) level: Level,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Level {
    #[default]
    Warn = 0,
    Info = 1,
    Debug = 2,
}

#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IdentityText {
    #[serde(default, deserialize_with = "text")]
    manufacturer: Option<String>,
    #[serde(default, deserialize_with = "text")]
    model: Option<String>,
    #[serde(default, deserialize_with = "text")]
    revision: Option<String>,
    #[serde(default, deserialize_with = "imei")]
    imei: Option<String>,
    #[serde(default, deserialize_with = "digits")]
    imsi: Option<String>,
    #[serde(default, deserialize_with = "digits")]
    iccid: Option<String>,
}

/// A command set by its name.
#[derive(Clone, Copy)]
pub(super) struct Named(pub(super) &'static Dialect);

impl<'de> Deserialize<'de> for Named {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let name = String::deserialize(from)?;
        dialect_named(&name).map(Self).map_err(D::Error::custom)
    }
}

/// Text that can stand on a line of an answer.
fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    checked(from, is_text)
}

fn digits<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    checked(from, is_number)
}

fn imei<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    checked(from, is_imei)
}

fn checked<'de, D: Deserializer<'de>>(
    from: D,
    check: fn(&str) -> Result<(), &'static str>,
) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(from)?;
    check(&text).map_err(D::Error::custom)?;
    Ok(Some(text))
}

impl IdentityText {
    fn or(&self, other: &Self) -> IdentityPlan {
        let either = |own: &Option<String>, usual: &Option<String>| own.clone().or(usual.clone());
        IdentityPlan {
            manufacturer: either(&self.manufacturer, &other.manufacturer),
            model: either(&self.model, &other.model),
            revision: either(&self.revision, &other.revision),
            imei: either(&self.imei, &other.imei),
            imsi: either(&self.imsi, &other.imsi),
            iccid: either(&self.iccid, &other.iccid),
        }
    }
}

impl Document {
    /// How all modems behave.
    pub(super) fn usual(&self) -> BehaviourPlan {
        BehaviourPlan {
            dialect: self.dialect.map(|named| named.0),
            identity: self.identity.or(&IdentityText::default()),
            limits: self.limits,
            links: self.links,
            proxy: self.proxy.clone(),
            strict: self.strict,
            vendor_limits: self.vendor_limits,
            gap: self.gap,
            offline: self.offline,
            mask_secrets: self.mask_secrets,
            seed: self.seed,
        }
    }

    /// How the modem at `index` behaves: as it says itself, else as all do.
    pub(super) fn behaviour(&self, modem: &ModemTable, index: u64) -> BehaviourPlan {
        BehaviourPlan {
            dialect: modem.dialect.or(self.dialect).map(|named| named.0),
            identity: modem.identity.or(&self.identity),
            limits: modem.limits.or(self.limits),
            links: modem.links.or(self.links),
            proxy: modem.proxy.clone().or_else(|| self.proxy.clone()),
            strict: modem.strict.unwrap_or(self.strict),
            vendor_limits: modem.vendor_limits.unwrap_or(self.vendor_limits),
            gap: modem.gap.or(self.gap),
            offline: modem.offline.unwrap_or(self.offline),
            mask_secrets: modem.mask_secrets.or(self.mask_secrets),
            seed: modem.seed.unwrap_or(self.seed.wrapping_add(index)),
        }
    }
}
