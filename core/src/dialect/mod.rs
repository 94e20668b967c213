//! Command sets, one vendor each. Nothing outside this folder names one.

#[cfg(feature = "esp-at")]
pub mod esp_at;
#[cfg(feature = "luat")]
pub mod luat;
pub mod native;
#[cfg(feature = "nordic")]
pub mod nordic;
#[cfg(feature = "quectel")]
pub mod quectel;
#[cfg(feature = "simcom")]
pub mod simcom;
#[cfg(feature = "ublox")]
pub mod ublox;

use crate::modem::api::Config;
use crate::modem::dialect::Dialect;

/// Every command set, that of a host that asks for none first, and of each name the usual
/// model first.
pub static ALL: &[&Dialect] = &[
    &native::NATIVE,
    #[cfg(feature = "esp-at")]
    &esp_at::ESP_AT,
    #[cfg(feature = "luat")]
    &luat::LUAT,
    #[cfg(feature = "nordic")]
    &nordic::SM,
    #[cfg(feature = "nordic")]
    &nordic::SLM,
    #[cfg(feature = "quectel")]
    &quectel::BG95,
    #[cfg(feature = "quectel")]
    &quectel::EC25,
    #[cfg(feature = "quectel")]
    &quectel::EC200,
    #[cfg(feature = "quectel")]
    &quectel::BC26,
    #[cfg(feature = "simcom")]
    &simcom::cmqtt::A7670,
    #[cfg(feature = "simcom")]
    &simcom::cmqtt::SIM7600,
    #[cfg(feature = "simcom")]
    &simcom::sm::SIM7080,
    #[cfg(feature = "simcom")]
    &simcom::sm::SIM7070,
    #[cfg(feature = "simcom")]
    &simcom::sm::SIM7000,
    #[cfg(feature = "ublox")]
    &ublox::SARA_R5,
    #[cfg(feature = "ublox")]
    &ublox::LEXI_R10,
    #[cfg(feature = "ublox")]
    &ublox::LENA_R8,
    #[cfg(feature = "ublox")]
    &ublox::SARA_R410M,
];

/// The command set of a host that asks for none.
pub const DEFAULT: &Dialect = &native::NATIVE;

/// The command set of a name in any case: `NAME`, which is its usual model, or `NAME:MODEL`.
pub fn find(name: &str) -> Option<&'static Dialect> {
    find_among(ALL, name)
}

/// The same among others.
pub fn find_among(all: &[&'static Dialect], name: &str) -> Option<&'static Dialect> {
    let (name, model) = match name.split_once(':') {
        Some((name, model)) => (name, Some(model)),
        None => (name, None),
    };
    let same_name = |it: &&Dialect| it.name.eq_ignore_ascii_case(name);
    let same_model = |it: &&Dialect| model.is_none_or(|model| it.model.eq_ignore_ascii_case(model));
    let mut known = all.iter().copied();
    known.find(|it| same_name(it) && same_model(it))
}

/// What a host gets that asks for nothing else.
impl Default for Config<'_> {
    fn default() -> Self {
        Self::of(DEFAULT)
    }
}
