//! The configuration file as it is written.

use super::layer::Layer;
use super::{Behaviour, FleetTable, IdentityPlan, Limits, PortPlan};
use mqmodem_core::dialect::native::NATIVE;
use mqmodem_core::modem::table::Dialect;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;
use std::marker::PhantomData;
use std::path::PathBuf;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    #[serde(default)]
    pub(super) modem: Vec<Spanned<Modem>>,
    pub(super) broker: Option<Spanned<Layer>>,
    pub(super) fleet: Option<Spanned<FleetTable>>,
    #[serde(default)]
    pub(super) log: Log,
    pub(super) state_dir: Option<PathBuf>,
    pub(super) metrics: Option<String>,
    pub(super) trace: Option<PathBuf>,
    pub(super) dialect: Option<Named>,
    #[serde(default)]
    pub(super) identity: Identity,
    #[serde(default)]
    pub(super) limits: Limits,
    #[serde(default)]
    pub(super) strict: bool,
    pub(super) mask_secrets: Option<bool>,
    #[serde(default)]
    pub(super) seed: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Modem {
    pub(super) name: Option<Spanned<String>>,
    pub(super) port: PortPlan,
    pub(super) broker: Option<Spanned<Layer>>,
    dialect: Option<Named>,
    #[serde(default)]
    identity: Identity,
    #[serde(default)]
    limits: Limits,
    strict: Option<bool>,
    mask_secrets: Option<bool>,
    pub(super) seed: Option<u64>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Log {
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
pub(super) struct Identity {
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
        if name == NATIVE.name {
            return Ok(Self(&NATIVE));
        }
        Err(D::Error::custom(format_args!(
            "there is no dialect \"{name}\"; there is \"{}\"",
            NATIVE.name
        )))
    }
}

/// A switch, or a table in its place.
pub(super) fn flag_or_table<'de, D, T>(from: D) -> Result<Result<bool, T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    struct Form<T>(PhantomData<T>);
    impl<'de, T: Deserialize<'de>> Visitor<'de> for Form<T> {
        type Value = Result<bool, T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("true, false or a table")
        }

        fn visit_bool<E: Error>(self, flag: bool) -> Result<Self::Value, E> {
            Ok(Ok(flag))
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
            T::deserialize(MapAccessDeserializer::new(map)).map(Err)
        }
    }
    from.deserialize_any(Form(PhantomData))
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

fn is_text(text: &str) -> Result<(), &'static str> {
    let printable = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    match text.len() {
        1..=64 if printable => Ok(()),
        _ => Err("write 1 to 64 ASCII characters"),
    }
}

fn is_number(text: &str) -> Result<(), &'static str> {
    match text.len() {
        5..=22 if text.bytes().all(|byte| byte.is_ascii_digit()) => Ok(()),
        _ => Err("write 5 to 22 digits in quotes"),
    }
}

fn is_imei(text: &str) -> Result<(), &'static str> {
    is_number(text)?;
    match text.len() {
        15 => Ok(()),
        _ => Err("an IMEI has 15 digits"),
    }
}

/// Whether a modem can say this of itself.
pub(crate) fn check_identity(identity: &IdentityPlan) -> Result<(), &'static str> {
    let check = |text: &Option<String>, check: fn(&str) -> Result<(), &'static str>| {
        text.as_deref().map_or(Ok(()), check)
    };
    check(&identity.manufacturer, is_text)?;
    check(&identity.model, is_text)?;
    check(&identity.revision, is_text)?;
    check(&identity.imei, is_imei)?;
    check(&identity.imsi, is_number)?;
    check(&identity.iccid, is_number)
}

impl Identity {
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
    pub(super) fn usual(&self) -> Behaviour {
        Behaviour {
            dialect: self.dialect.map(|named| named.0),
            identity: self.identity.or(&Identity::default()),
            limits: self.limits,
            strict: self.strict,
            mask_secrets: self.mask_secrets,
            seed: self.seed,
        }
    }

    /// How the modem at `index` behaves: as it says itself, else as all do.
    pub(super) fn behaviour(&self, modem: &Modem, index: u64) -> Behaviour {
        Behaviour {
            dialect: modem.dialect.or(self.dialect).map(|named| named.0),
            identity: modem.identity.or(&self.identity),
            limits: modem.limits.or(self.limits),
            strict: modem.strict.unwrap_or(self.strict),
            mask_secrets: modem.mask_secrets.or(self.mask_secrets),
            seed: modem.seed.unwrap_or(self.seed.wrapping_add(index)),
        }
    }
}
