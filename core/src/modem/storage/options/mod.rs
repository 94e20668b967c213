//! What `+MQTTOPT` sets: each option declared once, kept like a setting.

mod opt;
mod table;
#[cfg(test)]
mod tests;
mod text;

use super::nvram::Nvram;
use crate::at::param::Kind;
use crate::modem::ids::LinkId;
use crate::modem::slot::Slot;

pub use opt::{Defaults, Opt, OptionValue};
pub use table::*;

/// The place of an option in [`OPTIONS`].
pub fn find(name: &str) -> Option<usize> {
    OPTIONS
        .iter()
        .position(|opt| opt.param.name.eq_ignore_ascii_case(name))
}

/// Whether there is an option of this name.
pub fn is_name(name: &str) -> bool {
    find(name).is_some()
}

/// The value in the record of an option, if it is one the option takes.
pub fn decode(option: u8, record: &[u8]) -> Option<OptionValue<'_>> {
    OPTIONS.get(usize::from(option))?.decode(record)
}

/// Whether the option of this number is a text.
pub(crate) fn is_text(option: usize) -> bool {
    let kind = OPTIONS.get(option).map(|opt| opt.param.kind);
    matches!(kind, Some(Kind::Text { .. }))
}

/// The numbers in force. Texts are looked up where they are kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options([u32; OPTIONS.len()]);

impl Options {
    /// Nothing is set yet.
    pub(crate) fn new(defaults: Defaults) -> Self {
        let mut numbers = [0; OPTIONS.len()];
        for (option, (place, opt)) in numbers.iter_mut().zip(&OPTIONS).enumerate() {
            if let OptionValue::Number(number) = opt.default_in(option, defaults) {
                *place = number;
            }
        }
        Self(numbers)
    }

    /// An option is in force once it is kept.
    pub(crate) fn follow(&mut self, nvram: &Nvram, link: LinkId, option: u8, defaults: Defaults) {
        let Some(opt) = OPTIONS.get(usize::from(option)) else {
            return;
        };
        let record = nvram.get(Slot::Option(link, option));
        let kept = record.and_then(|record| opt.decode(record));
        let default = opt.default_in(option.into(), defaults);
        let place = self.0.get_mut(usize::from(option));
        if let (OptionValue::Number(value), Some(place)) = (kept.unwrap_or(default), place) {
            *place = value;
        }
    }

    /// The value of an option that is a number.
    pub(crate) fn get(&self, option: usize) -> u32 {
        self.0.get(option).copied().unwrap_or(0)
    }
}
