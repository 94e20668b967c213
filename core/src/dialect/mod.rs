//! Command sets, one vendor each. Nothing outside this folder names one.

pub mod native;

use crate::modem::api::Config;
use crate::modem::dialect::Dialect;

/// Every command set, that of a host that asks for none first.
pub static ALL: &[&Dialect] = &[&native::NATIVE];

/// The command set of a host that asks for none.
pub const DEFAULT: &Dialect = &native::NATIVE;

/// The command set of a name.
pub fn find(name: &str) -> Option<&'static Dialect> {
    ALL.iter().copied().find(|dialect| dialect.name == name)
}

/// What a host gets that asks for nothing else.
impl Default for Config<'_> {
    fn default() -> Self {
        Self::of(DEFAULT)
    }
}
